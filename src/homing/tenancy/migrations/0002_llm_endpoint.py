from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="llm_endpoint",
            field=models.TextField(blank=True, default=""),
        ),
    ]

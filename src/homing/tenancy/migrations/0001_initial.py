import django.db.models.deletion
import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from django.db import migrations, models

from homing.tenancy.operations import ProtectTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("slug", models.SlugField()),
                ("timezone", models.TextField(default="America/New_York")),
                ("address", models.TextField(blank=True, default="")),
                ("phone", models.TextField(blank=True, default="")),
                ("fax", models.TextField(blank=True, default="")),
                ("is_demo", models.BooleanField(default=False)),
                ("auto_accept", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=homing.kit.clock.now)),
            ],
            options={
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("address", models.TextField(blank=True, default="")),
                ("postal_code", models.TextField(blank=True, default="")),
                ("specialties", models.JSONField(default=list)),
                (
                    "organization",
                    models.ForeignKey(
                        default=homing.tenancy.scope.current_organization_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Resolver",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[("organization", "Organization"), ("user", "User"), ("fax_number", "Fax Number")]
                    ),
                ),
                ("key", models.TextField()),
                ("organization_id", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key", "organization_id"), name="tenancy_resolver_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="UnclaimedArrival",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("channel", models.TextField()),
                ("carrier", models.TextField(default="")),
                ("carrier_reference", models.TextField()),
                ("to_address", models.TextField(blank=True, default="")),
                ("received_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("resolved_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "carrier_reference"), name="tenancy_unclaimed_once")
                ],
            },
        ),
        ProtectTenantTable("Organization", tenant_column="id"),
        ProtectTenantTable("Location"),
    ]

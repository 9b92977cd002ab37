import django.db.models.deletion
from django.db import migrations, models

import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from homing.tenancy.operations import ProtectTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Office",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("name_key", models.TextField()),
                ("npi", models.TextField(blank=True, default="")),
                ("address", models.TextField(blank=True, default="")),
                (
                    "kind",
                    models.TextField(
                        choices=[("referring", "Referring"), ("receiving", "Receiving"), ("both", "Both")]
                    ),
                ),
                ("specialties", models.JSONField(default=list)),
                ("notes", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("version", models.PositiveIntegerField(default=0)),
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
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "system",
                    models.TextField(
                        choices=[("fax", "Fax"), ("phone", "Phone"), ("direct", "Direct"), ("email", "Email")]
                    ),
                ),
                ("value", models.TextField()),
                ("is_proven", models.BooleanField(default=False)),
                ("proven_by", models.TextField(blank=True, default="")),
                ("confidence", models.FloatField(default=0.5)),
                ("last_confirmed_at", models.DateTimeField(null=True)),
                ("last_failed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=homing.kit.clock.now)),
                (
                    "organization",
                    models.ForeignKey(
                        default=homing.tenancy.scope.current_organization_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Practitioner",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("family", models.TextField()),
                ("given", models.TextField(blank=True, default="")),
                ("name_key", models.TextField()),
                ("npi", models.TextField(blank=True, default="")),
                ("specialty", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=homing.kit.clock.now)),
                (
                    "office",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
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
        ),
        migrations.AddIndex(
            model_name="office",
            index=models.Index(fields=["organization", "name_key"], name="directory_office_name"),
        ),
        migrations.AddIndex(
            model_name="office",
            index=models.Index(fields=["organization", "npi"], name="directory_office_npi"),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="directory_office_has_name"
            ),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(fields=["organization", "system", "value"], name="directory_contact_value"),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.UniqueConstraint(
                fields=("organization", "office", "system", "value"), name="directory_contact_point_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_proven", False), models.Q(("proven_by", ""), _negated=True), _connector="OR"),
                name="directory_contact_proof_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__gte", 0.0), ("confidence__lte", 1.0)),
                name="directory_contact_confidence",
            ),
        ),
        migrations.AddIndex(
            model_name="practitioner",
            index=models.Index(fields=["organization", "name_key"], name="directory_practitioner_name"),
        ),
        migrations.AddIndex(
            model_name="practitioner",
            index=models.Index(fields=["organization", "npi"], name="directory_practitioner_npi"),
        ),
        migrations.AddIndex(
            model_name="practitioner",
            index=models.Index(fields=["organization", "office"], name="directory_practitioner_office"),
        ),
        ProtectTenantTable("Office"),
        ProtectTenantTable("Practitioner"),
        ProtectTenantTable("ContactPoint"),
    ]

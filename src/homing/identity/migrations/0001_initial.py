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
            name="Person",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PatientRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("family", models.TextField()),
                ("given", models.TextField(blank=True, default="")),
                ("family_key", models.TextField()),
                ("given_key", models.TextField(blank=True, default="")),
                ("birth_date", models.DateField(null=True)),
                ("sex", models.TextField(blank=True, default="")),
                ("phone", models.TextField(blank=True, default="")),
                ("address_line", models.TextField(blank=True, default="")),
                ("city", models.TextField(blank=True, default="")),
                ("state", models.TextField(blank=True, default="")),
                ("postal_code", models.TextField(blank=True, default="")),
                ("mrn", models.TextField(blank=True, default="")),
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
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PatientIdentifier",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("system", models.TextField()),
                ("value", models.TextField()),
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
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.patientrecord",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "value"], name="identity_identifier_value")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "record", "system", "value"), name="identity_identifier_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("verdict", models.TextField(choices=[("same", "Same"), ("different", "Different")])),
                ("decided_by", models.TextField()),
                ("decided_at", models.DateTimeField(default=homing.kit.clock.now)),
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
                    "first",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.patientrecord",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.patientrecord",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "first", "second"], name="identity_decision_pair")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="identity_decision_lower_id_first"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="patientrecord",
            index=models.Index(fields=["organization", "birth_date"], name="identity_record_birth_date"),
        ),
        migrations.AddIndex(
            model_name="patientrecord",
            index=models.Index(fields=["organization", "phone"], name="identity_record_phone"),
        ),
        migrations.AddIndex(
            model_name="patientrecord",
            index=models.Index(fields=["organization", "mrn"], name="identity_record_mrn"),
        ),
        migrations.AddIndex(
            model_name="patientrecord",
            index=models.Index(fields=["organization", "family_key", "given_key"], name="identity_record_name"),
        ),
        migrations.AddIndex(
            model_name="patientrecord",
            index=models.Index(fields=["organization", "person"], name="identity_record_person"),
        ),
        migrations.AddConstraint(
            model_name="patientrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("family", ""), _negated=True), name="identity_record_has_name"
            ),
        ),
        ProtectTenantTable("Person"),
        ProtectTenantTable("PatientRecord"),
        ProtectTenantTable("PatientIdentifier"),
        ProtectTenantTable("Decision", append_only=True),
    ]

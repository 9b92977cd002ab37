import django.db.models.deletion
import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from django.db import migrations, models

from homing.tenancy.operations import ProtectTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField(default=homing.kit.clock.now)),
                ("actor_kind", models.TextField()),
                ("actor_id", models.TextField()),
                ("actor_name", models.TextField()),
                ("action", models.TextField()),
                ("entity", models.TextField()),
                ("entity_id", models.TextField()),
                ("detail", models.JSONField(default=dict)),
                ("ordinal", models.BigIntegerField()),
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
            name="AuditSeal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("sequence", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("sealed_at", models.DateTimeField(default=homing.kit.clock.now)),
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
                        to="audit.auditrecord",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(fields=["organization", "entity", "entity_id"], name="audit_record_entity"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(fields=["organization", "ordinal"], name="audit_record_order"),
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.UniqueConstraint(fields=("organization", "sequence"), name="audit_seal_sequence_once"),
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.UniqueConstraint(fields=("organization", "record"), name="audit_seal_record_once"),
        ),
        migrations.RunSQL("CREATE SEQUENCE audit_record_ordinal", "DROP SEQUENCE audit_record_ordinal"),
        ProtectTenantTable("AuditRecord", append_only=True),
        ProtectTenantTable("AuditSeal", append_only=True),
    ]

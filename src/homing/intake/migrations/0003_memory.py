import django.db.models.deletion
import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from django.db import migrations, models

from homing.tenancy.operations import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_filing"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="itempage",
            name="captions",
            field=models.JSONField(default=list),
        ),
        migrations.CreateModel(
            name="SenderLayout",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("sender", models.TextField()),
                ("mark", models.TextField()),
                ("captions", models.JSONField()),
                ("seen", models.PositiveIntegerField(default=0)),
                ("first_seen_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("last_seen_at", models.DateTimeField(default=homing.kit.clock.now)),
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
            name="FieldPlacement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("field", models.TextField()),
                ("place", models.JSONField()),
                ("confirmed", models.PositiveIntegerField(default=1)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("in_a_row", models.PositiveIntegerField(default=0)),
                ("learnt_by", models.UUIDField(null=True)),
                ("learnt_at", models.DateTimeField(default=homing.kit.clock.now)),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
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
                (
                    "layout",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.senderlayout",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FieldVerdict",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("field", models.TextField()),
                ("verdict", models.TextField()),
                ("confidence", models.FloatField(default=0.0)),
                ("tenth", models.PositiveSmallIntegerField(default=0)),
                ("source", models.TextField(blank=True, default="")),
                ("sender", models.TextField(blank=True, default="")),
                ("layout", models.TextField(blank=True, default="")),
                ("reviewed_at", models.DateTimeField(default=homing.kit.clock.now)),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
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
            options={
                "indexes": [models.Index(fields=["organization", "reviewed_at"], name="intake_verdict_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "item", "field"), name="intake_verdict_once"),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["right", "wrong", "spurious", "missed"])),
                        name="intake_verdict_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KindVerdict",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("kind_read", models.TextField()),
                ("kind_signed", models.TextField()),
                ("by_person", models.BooleanField()),
                ("reviewed_at", models.DateTimeField(default=homing.kit.clock.now)),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
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
            options={
                "indexes": [models.Index(fields=["organization", "reviewed_at"], name="intake_kind_verdict_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "item"), name="intake_kind_verdict_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="senderlayout",
            constraint=models.UniqueConstraint(fields=("organization", "sender", "mark"), name="intake_layout_once"),
        ),
        migrations.AddIndex(
            model_name="fieldplacement",
            index=models.Index(fields=["organization", "layout", "field"], name="intake_placement_field"),
        ),
        ProtectTenantTable("SenderLayout"),
        ProtectTenantTable("FieldPlacement"),
        ProtectTenantTable("FieldVerdict"),
        ProtectTenantTable("KindVerdict"),
    ]

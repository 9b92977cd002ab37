import django.db.models.deletion
import homing.intake.states
import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from django.db import migrations, models

from homing.tenancy.operations import ProtectTenantTable


# What arrived stays what it was, and how it ended stays unless a person takes it back.
_GUARD = """
CREATE FUNCTION intake_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.channel, OLD.carrier, OLD.carrier_reference, OLD.received_at, OLD.reference, OLD.parent_id)
        IS DISTINCT FROM
       (NEW.channel, NEW.carrier, NEW.carrier_reference, NEW.received_at, NEW.reference, NEW.parent_id) THEN
        RAISE EXCEPTION 'an arrival cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.document_id IS NOT NULL AND NEW.document_id IS DISTINCT FROM OLD.document_id THEN
        RAISE EXCEPTION 'the document of an arrival cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.disposition IN ('referral_opened', 'attached', 'applied', 'split')
       AND (NEW.disposition, NEW.disposition_ref) IS DISTINCT FROM (OLD.disposition, OLD.disposition_ref) THEN
        RAISE EXCEPTION 'this disposition is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.disposition <> '' AND NEW.disposition <> '' AND NEW.disposition <> OLD.disposition THEN
        RAISE EXCEPTION 'an item has exactly one disposition' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intake_item_guard BEFORE UPDATE ON intake_inbounditem
    FOR EACH ROW EXECUTE FUNCTION intake_item_guard();
REVOKE DELETE, TRUNCATE ON intake_inbounditem FROM homing_app;
"""
_UNGUARD = """
DROP TRIGGER intake_item_guard ON intake_inbounditem;
DROP FUNCTION intake_item_guard();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("documents", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="InboundItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("channel", models.TextField()),
                ("carrier", models.TextField(blank=True, default="")),
                ("carrier_reference", models.TextField()),
                ("file_name", models.TextField(blank=True, default="")),
                ("to_address", models.TextField(blank=True, default="")),
                ("announced_pages", models.PositiveIntegerField(null=True)),
                ("received_at", models.DateTimeField()),
                ("reference", models.TextField()),
                ("sender_address", models.TextField(blank=True, default="")),
                ("sender_name", models.TextField(blank=True, default="")),
                ("sender_proven", models.BooleanField(default=False)),
                ("content_mark", models.TextField(blank=True, default="")),
                ("parent_pages", models.JSONField(default=list)),
                ("is_single", models.BooleanField(default=False)),
                ("state", models.TextField(default=homing.intake.states.State["RECEIVED"])),
                ("failed_in", models.TextField(blank=True, default="")),
                ("disposition", models.TextField(blank=True, default="")),
                ("disposition_ref", models.UUIDField(null=True)),
                ("disposition_note", models.TextField(blank=True, default="")),
                ("disposed_at", models.DateTimeField(null=True)),
                ("is_open", models.BooleanField(default=True)),
                ("next_action", models.TextField(blank=True, default="")),
                ("owner_role", models.TextField(blank=True, default="")),
                ("owner", models.UUIDField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("overdue_since", models.DateTimeField(null=True)),
                ("step", models.TextField(blank=True, default="")),
                ("step_page", models.PositiveIntegerField(default=0)),
                ("step_pages", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("progress_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("problem_code", models.TextField(blank=True, default="")),
                ("problem_message", models.TextField(blank=True, default="")),
                ("pages", models.PositiveIntegerField(default=0)),
                ("reading", models.JSONField(null=True)),
                ("problems", models.JSONField(default=list)),
                ("kind", models.TextField(blank=True, default="")),
                ("kind_confidence", models.FloatField(default=0.0)),
                ("patient_name", models.TextField(blank=True, default="")),
                ("priority", models.TextField(blank=True, default="")),
                ("missing", models.JSONField(default=list)),
                ("doubtful", models.PositiveIntegerField(default=0)),
                ("announced_read_at", models.DateTimeField(null=True)),
                ("suggested_referral", models.UUIDField(null=True)),
                ("suggested_record", models.UUIDField(null=True)),
                ("suggested_specialty", models.TextField(blank=True, default="")),
                ("suggested_location", models.UUIDField(null=True)),
                ("routing_because", models.JSONField(default=list)),
                ("routing_disagreement", models.TextField(blank=True, default="")),
                ("draft", models.JSONField(null=True)),
                ("parked", models.BooleanField(default=False)),
                ("locked_by", models.UUIDField(null=True)),
                ("locked_name", models.TextField(blank=True, default="")),
                ("locked_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
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
                    "parent",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
                    ),
                ),
                (
                    "repeat_of",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
                    ),
                ),
                (
                    "sender_office",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FieldCorrection",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("field", models.TextField()),
                ("read_value", models.TextField(blank=True, default="")),
                ("corrected_value", models.TextField(blank=True, default="")),
                ("confidence", models.FloatField(default=0.0)),
                ("page", models.PositiveIntegerField(null=True)),
                ("box", models.JSONField(null=True)),
                ("sender_office", models.UUIDField(null=True)),
                ("corrected_by", models.UUIDField(null=True)),
                ("corrected_at", models.DateTimeField(default=homing.kit.clock.now)),
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
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ItemEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.TextField()),
                ("actor_name", models.TextField()),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("data", models.JSONField(default=dict)),
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
        ),
        migrations.CreateModel(
            name="ItemPage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("dpi", models.FloatField(default=0.0)),
                ("words", models.JSONField(default=list)),
                ("text", models.JSONField(null=True)),
                ("kind", models.TextField(blank=True, default="")),
                ("rotation", models.PositiveSmallIntegerField(default=0)),
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
        ),
        migrations.CreateModel(
            name="CarrierCount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("channel", models.TextField()),
                ("carrier", models.TextField()),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField()),
                ("counted_at", models.DateTimeField(default=homing.kit.clock.now)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "channel", "carrier", "day"), name="intake_carrier_count_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(
                condition=models.Q(("is_open", True)),
                fields=["organization", "state", "due_at"],
                name="intake_item_open_state",
            ),
        ),
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["organization", "due_at"], name="intake_item_open_due"
            ),
        ),
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(fields=["organization", "received_at"], name="intake_item_received"),
        ),
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(fields=["organization", "content_mark"], name="intake_item_mark"),
        ),
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(fields=["organization", "parent"], name="intake_item_parent"),
        ),
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(
                condition=models.Q(("is_open", False)),
                fields=["organization", "disposed_at", "id"],
                name="intake_item_disposed",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.UniqueConstraint(
                fields=("organization", "channel", "carrier", "carrier_reference"), name="intake_item_arrival_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.UniqueConstraint(fields=("organization", "reference"), name="intake_item_reference_once"),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "received",
                            "read",
                            "classified",
                            "extracted",
                            "matched",
                            "routed",
                            "in_review",
                            "failed",
                            "disposed",
                        ],
                    )
                ),
                name="intake_item_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "disposition__in",
                        [
                            "",
                            "referral_opened",
                            "attached",
                            "applied",
                            "filed",
                            "duplicate",
                            "misdirected",
                            "rejected",
                            "split",
                        ],
                    )
                ),
                name="intake_item_known_disposition",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("disposed_at", None),
                        ("disposition", ""),
                        ("is_open", True),
                        models.Q(("state", homing.intake.states.State["DISPOSED"]), _negated=True),
                    ),
                    models.Q(
                        ("disposed_at__isnull", False),
                        ("is_open", False),
                        ("state", homing.intake.states.State["DISPOSED"]),
                        models.Q(("disposition", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="intake_item_open_or_disposed",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_open", False),
                    models.Q(
                        models.Q(("next_action", ""), _negated=True),
                        models.Q(("owner_role", ""), _negated=True),
                        ("due_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="intake_item_open_has_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disposition__in", ["referral_opened", "attached", "duplicate"]), _negated=True),
                    ("disposition_ref__isnull", False),
                    _connector="OR",
                ),
                name="intake_item_disposition_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", homing.intake.states.State["FAILED"]), _negated=True),
                    models.Q(models.Q(("problem_code", ""), _negated=True), models.Q(("failed_in", ""), _negated=True)),
                    _connector="OR",
                ),
                name="intake_item_failure_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbounditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document__isnull", False),
                    (
                        "state__in",
                        [
                            homing.intake.states.State["RECEIVED"],
                            homing.intake.states.State["FAILED"],
                            homing.intake.states.State["DISPOSED"],
                        ],
                    ),
                    _connector="OR",
                ),
                name="intake_item_read_has_document",
            ),
        ),
        migrations.AddIndex(
            model_name="fieldcorrection",
            index=models.Index(fields=["organization", "item", "field"], name="intake_correction_field"),
        ),
        migrations.AddIndex(
            model_name="itemevent",
            index=models.Index(fields=["organization", "item", "recorded_at"], name="intake_event_item"),
        ),
        migrations.AddConstraint(
            model_name="itemevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", homing.intake.states.EventKind["RECEIVED"])),
                fields=("organization", "item"),
                name="intake_event_received_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "received",
                            "fetched",
                            "read",
                            "classified",
                            "extracted",
                            "item_read",
                            "matched",
                            "routed",
                            "in_review",
                            "failed",
                            "retried",
                            "sender_proven",
                            "kind_set",
                            "assigned",
                            "parked",
                            "overdue",
                            "disposed",
                            "reopened",
                        ],
                    )
                ),
                name="intake_event_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="itempage",
            constraint=models.UniqueConstraint(fields=("organization", "item", "number"), name="intake_page_once"),
        ),
        migrations.AddConstraint(
            model_name="itempage",
            constraint=models.CheckConstraint(
                condition=models.Q(("rotation__in", [0, 90, 180, 270])), name="intake_page_right_angle"
            ),
        ),
        ProtectTenantTable("InboundItem"),
        ProtectTenantTable("ItemEvent", append_only=True),
        ProtectTenantTable("ItemPage"),
        ProtectTenantTable("FieldCorrection", append_only=True),
        ProtectTenantTable("CarrierCount"),
        migrations.RunSQL(_GUARD, _UNGUARD),
    ]

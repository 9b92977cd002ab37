import django.db.models.deletion
import homing.intake.states_filing
import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from django.db import migrations, models

from homing.tenancy.operations import ProtectTenantTable


# As in 0001, but that a person may take `attached` back, too: the document is taken off its referral with it.
_GUARD = """
CREATE OR REPLACE FUNCTION intake_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.channel, OLD.carrier, OLD.carrier_reference, OLD.received_at, OLD.reference, OLD.parent_id)
        IS DISTINCT FROM
       (NEW.channel, NEW.carrier, NEW.carrier_reference, NEW.received_at, NEW.reference, NEW.parent_id) THEN
        RAISE EXCEPTION 'an arrival cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.document_id IS NOT NULL AND NEW.document_id IS DISTINCT FROM OLD.document_id THEN
        RAISE EXCEPTION 'the document of an arrival cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.disposition IN ('referral_opened', 'applied', 'split')
       AND (NEW.disposition, NEW.disposition_ref) IS DISTINCT FROM (OLD.disposition, OLD.disposition_ref) THEN
        RAISE EXCEPTION 'this disposition is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.disposition <> '' AND NEW.disposition <> '' AND NEW.disposition <> OLD.disposition THEN
        RAISE EXCEPTION 'an item has exactly one disposition' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.disposition = 'attached' AND NEW.disposition = 'attached'
       AND NEW.disposition_ref IS DISTINCT FROM OLD.disposition_ref THEN
        RAISE EXCEPTION 'an item is attached to one referral' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
_KEEP = "REVOKE DELETE, TRUNCATE ON intake_filing FROM homing_app;"


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Filing",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
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
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.inbounditem",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("kind", models.TextField()),
                ("destination", models.TextField()),
                ("folder", models.TextField()),
                ("state", models.TextField(default=homing.intake.states_filing.FilingState["PLANNED"])),
                ("is_current", models.BooleanField(default=True)),
                ("filed_by", models.TextField()),
                ("filed_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("problem_code", models.TextField(blank=True, default="")),
                ("problem_message", models.TextField(blank=True, default="")),
                ("owner_role", models.TextField(blank=True, default="")),
                ("due_at", models.DateTimeField(null=True)),
                ("path", models.TextField(blank=True, default="")),
                ("sha256", models.TextField(blank=True, default="")),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FilingRule",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
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
                ("kind", models.TextField()),
                ("destination", models.TextField()),
                ("folder", models.TextField()),
                ("is_automatic", models.BooleanField(default=False)),
                ("threshold", models.FloatField(default=0.95)),
                ("changed_at", models.DateTimeField(default=homing.kit.clock.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="itemevent",
            name="intake_event_known_kind",
        ),
        migrations.AddField(
            model_name="inbounditem",
            name="answer_doubts",
            field=models.JSONField(default=list),
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
                            "handed_on",
                            "handing_on_failed",
                            "handing_on_withdrawn",
                        ],
                    )
                ),
                name="intake_event_known_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="filing",
            index=models.Index(
                condition=models.Q(("next_attempt_at__isnull", False)),
                fields=["organization", "next_attempt_at"],
                name="intake_filing_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.UniqueConstraint(
                fields=("organization", "item", "number"), name="intake_filing_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("organization", "item"),
                name="intake_filing_one_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "delivered", "failed", "withdrawn"])),
                name="intake_filing_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("delivered_at__isnull", False),
                        ("state", homing.intake.states_filing.FilingState["DELIVERED"]),
                        models.Q(("path", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", homing.intake.states_filing.FilingState["DELIVERED"]), _negated=True),
                        ("delivered_at", None),
                        ("path", ""),
                        ("sha256", ""),
                    ),
                    _connector="OR",
                ),
                name="intake_filing_delivered_has_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                homing.intake.states_filing.FilingState["PLANNED"],
                                homing.intake.states_filing.FilingState["FAILED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    ("next_attempt_at__isnull", False),
                    _connector="OR",
                ),
                name="intake_filing_goes_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", homing.intake.states_filing.FilingState["FAILED"]), _negated=True),
                    models.Q(
                        models.Q(("problem_code", ""), _negated=True),
                        models.Q(("owner_role", ""), _negated=True),
                        ("due_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="intake_filing_failed_has_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingrule",
            constraint=models.UniqueConstraint(fields=("organization", "kind"), name="intake_filing_rule_once"),
        ),
        migrations.AddConstraint(
            model_name="filingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gte", 0.5), ("threshold__lte", 1.0)),
                name="intake_filing_rule_threshold",
            ),
        ),
        ProtectTenantTable("FilingRule"),
        ProtectTenantTable("Filing"),
        migrations.RunSQL(_GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
    ]

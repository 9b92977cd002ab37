import django.db.models.deletion
from django.db import migrations, models

import homing.kit.clock
import homing.kit.ids
import homing.tenancy.scope
from homing.tenancy.operations import ProtectTenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("documents", "0001_initial"),
        ("referrals", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("carrier", models.TextField()),
                ("provider_reference", models.TextField()),
                ("times_seen", models.PositiveIntegerField(default=1)),
                ("first_seen_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("last_seen_at", models.DateTimeField(default=homing.kit.clock.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("carrier", "provider_reference"), name="messaging_hint_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.TextField()),
                ("kind", models.TextField()),
                ("item_id", models.UUIDField(null=True)),
                ("address", models.TextField(blank=True, default="")),
                ("pages", models.PositiveIntegerField()),
                ("printed_reference", models.TextField(blank=True, default="")),
                ("about", models.TextField(blank=True, default="")),
                ("event_id", models.UUIDField(null=True)),
                ("told", models.JSONField(default=list)),
                ("state", models.TextField(default="planned")),
                ("resolution", models.TextField(blank=True, default="")),
                ("resolution_note", models.TextField(blank=True, default="")),
                ("counts_from", models.PositiveIntegerField(default=1)),
                ("is_open", models.BooleanField(default=True)),
                ("needs_person", models.BooleanField(default=False)),
                ("next_action", models.TextField(blank=True, default="")),
                ("owner_role", models.TextField(blank=True, default="")),
                ("owner", models.UUIDField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "contact_point",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.contactpoint",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
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
                (
                    "referral",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.referral",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("attempt", models.PositiveIntegerField()),
                ("channel", models.TextField(default="fax")),
                ("carrier", models.TextField()),
                ("address", models.TextField()),
                ("correlation_key", models.TextField()),
                ("state", models.TextField(default="planned")),
                ("provider_reference", models.TextField(blank=True, default="")),
                ("pages", models.PositiveIntegerField()),
                ("pages_sent", models.PositiveIntegerField(default=0)),
                ("remote_id", models.TextField(blank=True, default="")),
                ("cause", models.TextField(blank=True, default="")),
                ("retryable", models.BooleanField(default=False)),
                ("provider_code", models.TextField(blank=True, default="")),
                ("next_check_at", models.DateTimeField(null=True)),
                ("planned_at", models.DateTimeField(default=homing.kit.clock.now)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.UUIDField(default=homing.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("ordinal", models.PositiveIntegerField()),
                ("kind", models.TextField()),
                ("at", models.DateTimeField(default=homing.kit.clock.now)),
                ("actor_kind", models.TextField()),
                ("actor_id", models.TextField()),
                ("actor_name", models.TextField()),
                ("cause", models.TextField(blank=True, default="")),
                ("note", models.TextField(blank=True, default="")),
                ("pages_sent", models.PositiveIntegerField(null=True)),
                ("is_ignored", models.BooleanField(default=False)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.delivery",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.message",
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
            model_name="message",
            index=models.Index(fields=["organization", "referral"], name="messaging_message_referral"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["organization", "item_id"], name="messaging_message_item"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["organization", "due_at"], name="messaging_message_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("organization", "key"), name="messaging_message_key_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
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
                name="messaging_message_open_has_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_open", True), ("state__in", ["planned", "delivering", "undeliverable"])),
                    models.Q(("is_open", False), ("needs_person", False), ("state__in", ["delivered", "cancelled"])),
                    _connector="OR",
                ),
                name="messaging_message_open_until_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "delivered"), _negated=True), ("delivered_at__isnull", False), _connector="OR"
                ),
                name="messaging_message_delivered_at",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False)),
                fields=["organization", "next_check_at"],
                name="messaging_delivery_next_check",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["organization", "provider_reference"], name="messaging_delivery_reference"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("organization", "message", "attempt"), name="messaging_delivery_attempt_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("organization", "correlation_key"), name="messaging_delivery_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["planned", "submitting"])),
                fields=("organization", "message"),
                name="messaging_delivery_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_check_at__isnull", False),
                    ("state__in", ["confirmed", "failed", "cancelled"]),
                    _connector="OR",
                ),
                name="messaging_delivery_alive_is_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    ("pages_sent__gte", models.F("pages")),
                    _connector="OR",
                ),
                name="messaging_delivery_confirmed_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                fields=("organization", "message", "ordinal"), name="messaging_step_once"
            ),
        ),
        ProtectTenantTable("Message"),
        ProtectTenantTable("Delivery"),
        ProtectTenantTable("Step", append_only=True),
    ]

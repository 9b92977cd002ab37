from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="event",
            name="referrals_event_kind_known",
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "drafted",
                            "send_requested",
                            "sent",
                            "received",
                            "information_requested",
                            "information_provided",
                            "declined",
                            "accepted",
                            "ready_to_schedule",
                            "contacted",
                            "unable_to_reach",
                            "scheduled",
                            "rescheduled",
                            "appointment_cancelled",
                            "no_show",
                            "completed",
                            "visit_retracted",
                            "outcome_returned",
                            "outcome_received",
                            "outcome_delivered",
                            "outcome_reviewed",
                            "redirected",
                            "cancelled",
                            "closed",
                            "reopened",
                            "linked",
                            "revised",
                            "attached",
                            "detached",
                            "assigned",
                            "work_set",
                            "commented",
                            "acknowledgment_confirmed",
                            "notice_confirmed",
                            "delivery_failed",
                            "stalled",
                            "obligation_breached",
                            "chased",
                        ],
                    )
                ),
                name="referrals_event_kind_known",
            ),
        ),
    ]

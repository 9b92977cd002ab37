"""Presenters of the scheduler's desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse

from homing.kit import phones
from homing.referrals.policy import add_business_days
from homing.referrals.states import Command
from homing.scheduling.policy import ATTEMPTS, TARGET_DAYS
from homing.web import words
from homing.web.clockface import duration
from homing.web.shell import Notice
from homing.web.widgets import NOTHING, Badge, Option, Tab, plural
from homing.web.workspace.case_forms import Action, FormFacts, form_of
from homing.web.workspace.case_page import Fact, patient_line
from homing.web.workspace.controls import CommandForm, Control, control, marked
from homing.web.workspace.evidence import Rung

if TYPE_CHECKING:
    from homing.referrals.queries import ReferralView, WorklistRow
    from homing.scheduling.queries import Attempt, Visit, Waiting
    from homing.web.clockface import Clockface, Moment


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One patient of the list."""

    url: str
    reference: str
    patient: str
    phone: str
    priority: Badge | None
    specialty: str
    location: str
    status: Badge
    waiting: str
    is_over_target: bool
    attempts: str
    last_outcome: str
    due: Moment | None
    is_late: bool
    is_selected: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One click after a call."""

    value: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class InlineForm:
    """A form of the panel that is always open."""

    title: str
    action: str
    submit: str
    controls: tuple[Control, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The contact panel of one patient."""

    id: UUID
    version: int
    url: str
    close_url: str
    patient: str
    patient_line: str
    status: Badge
    work: Badge
    priority: Badge | None
    phone: str
    notices: tuple[Notice, ...]
    appointment: Moment | None
    appointment_detail: str
    facts: tuple[Fact, ...]
    script: str
    outcomes: tuple[Outcome, ...]
    inline_forms: tuple[InlineForm, ...]
    actions: tuple[Action, ...]
    forms: tuple[CommandForm, ...]
    contacts: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The whole page."""

    target: str
    tabs: tuple[Tab, ...]
    caption: str
    time_heading: str
    rows: tuple[DeskRow, ...]
    panel: Panel | None
    claim_url: str
    more_url: str
    empty_title: str
    empty_text: str


OUTCOMES: Final = (
    Outcome("left_message", "Left message", "comment"),
    Outcome("no_answer", "No answer", "phone"),
    Outcome("spoke", "Spoke, not booked yet", "person"),
    Outcome("wrong_number", "Wrong number", "cross"),
    Outcome("declined", "Patient declines", "minus"),
)
_OUTCOME_TEXT: Final = {one.value: (one.label, one.icon) for one in OUTCOMES} | {"booked": ("Booked", "calendar")}
#: What a scheduler may do beside booking, in this order.
_BESIDE: Final = (
    Command.COMPLETE,
    Command.NO_SHOW,
    Command.CANCEL_APPOINTMENT,
    Command.UNABLE_TO_REACH,
    Command.CLOSE,
)


def waiting_row(one: Waiting, selected: UUID | None, locations: dict[UUID, str], show: Clockface) -> DeskRow:
    """Return the presenter of somebody who waits for an appointment."""
    row = one.patient.row
    # The target is for the first contact.
    target = add_business_days(row.opened_at, TARGET_DAYS, show.zone.key)
    is_over = one.attempts == 0 and target < show.now
    return DeskRow(
        url=reverse("scheduling_panel", kwargs={"referral_id": row.id}),
        reference=row.reference,
        patient=row.patient_name,
        phone=phones.display(one.patient.phone) if one.patient.phone else "no phone number",
        priority=words.priority_badge(row.priority),
        specialty=row.specialty or NOTHING,
        location=_place(row, locations),
        status=words.status_badge(row.status),
        waiting=duration(one.patient.waiting),
        is_over_target=is_over,
        attempts=str(one.attempts),
        last_outcome=_OUTCOME_TEXT[one.last.outcome][0] if one.last else "",
        due=show.moment(row.due_at),
        is_late=row.is_overdue,
        is_selected=row.id == selected,
    )


def visit_row(one: Visit, selected: UUID | None, locations: dict[UUID, str], show: Clockface) -> DeskRow:
    """Return the presenter of a booked visit."""
    row, at = one.referral, show.at(one.appointment.appointment.start)
    return DeskRow(
        url=reverse("scheduling_panel", kwargs={"referral_id": row.id}) + "?view=visits",
        reference=row.reference,
        patient=row.patient_name,
        phone=words.sentence(one.appointment.state.value),
        priority=words.priority_badge(row.priority),
        specialty=row.specialty or NOTHING,
        location=one.appointment.appointment.location or _place(row, locations),
        status=words.status_badge(row.status),
        waiting=at.text,
        is_over_target=False,
        attempts=NOTHING,
        last_outcome=one.appointment.appointment.practitioner,
        due=show.moment(row.due_at),
        is_late=row.is_overdue,
        is_selected=row.id == selected,
    )


def panel_of(
    found: ReferralView,
    contacts: tuple[Attempt, ...],
    facts: FormFacts,
    possible: frozenset[str],
    show: Clockface,
    view: str,
    *,
    organization: str,
    refused: str = "",
) -> Panel:
    """Return the contact panel."""
    row, content = found.row, found.content
    booking = Command.BOOK if Command.BOOK in possible else Command.REBOOK if Command.REBOOK in possible else ""
    beside = [one for one in _BESIDE if one in possible]
    return Panel(
        id=found.id,
        version=found.version,
        url=reverse("referral", kwargs={"referral_id": found.id}),
        close_url=f"{reverse('scheduling')}?view={view}" if view else reverse("scheduling"),
        patient=row.patient_name,
        patient_line=patient_line(content.patient, show),
        status=words.status_badge(row.status),
        work=words.work_badge(row.next_action, is_open=row.is_open, is_late=row.is_overdue),
        priority=words.priority_badge(row.priority),
        phone=phones.display(content.patient.phone) if content.patient.phone else "",
        notices=_notices(found, contacts),
        appointment=show.moment(found.appointment.start if found.appointment else None),
        appointment_detail=_where(found),
        facts=_facts(found),
        script=_script(found, organization),
        outcomes=OUTCOMES if Command.RECORD_CONTACT in possible and booking == Command.BOOK else (),
        inline_forms=(_booking(found, booking, facts, refused),) if booking == Command.BOOK else (),
        actions=tuple(
            Action(one.value, words.command_text(one), is_primary=one is Command.COMPLETE)
            for one in (*((Command.REBOOK,) if booking == Command.REBOOK else ()), *beside)
        ),
        forms=tuple(
            form_of(one, facts) for one in (*beside, *((Command.REBOOK,) if booking == Command.REBOOK else ()))
        ),
        contacts=tuple(_contact(one, show) for one in reversed(contacts)),
    )


def tabs_of(view: str, counts: dict[str, int]) -> tuple[Tab, ...]:
    """Return the lists of the desk."""
    named = (("", "Ready to schedule"), ("mine", "Mine"), ("visits", "Visits of two weeks"))
    return tuple(
        Tab(
            label, f"{reverse('scheduling')}?view={key}" if key else reverse("scheduling"), key == view, counts.get(key)
        )
        for key, label in named
    )


def target_text() -> str:
    """Return the target in words."""
    return plural(TARGET_DAYS, "business day")


def _booking(found: ReferralView, command: str, facts: FormFacts, refused: str) -> InlineForm:
    locations = (Option("", NOTHING), *(Option(one.label, one.label) for one in facts.locations))
    return InlineForm(
        title="Book the appointment",
        action=reverse("scheduling_do", kwargs={"referral_id": found.id, "command": str(command)}),
        submit="Book",
        controls=marked(
            (
                control("start", "Date and time", kind="datetime-local", required=True, prefix="book"),
                control("practitioner", "With", value=found.content.performer, prefix="book"),
                control("location", "At", kind="select", options=locations, prefix="book"),
            )
        ),
        error=refused,
    )


def _notices(found: ReferralView, contacts: tuple[Attempt, ...]) -> tuple[Notice, ...]:
    if found.unreachable:
        return (Notice("Marked as unable to reach. The sender was told; somebody decides whether to close.", "warn"),)
    if len(contacts) >= ATTEMPTS and not found.appointment:
        return (
            Notice(f"{len(contacts)} attempts. Consider “Unable to reach”: the sender may know another way.", "warn"),
        )
    return ()


def _facts(found: ReferralView) -> tuple[Fact, ...]:
    content = found.content
    pairs = (
        ("For", " · ".join(part for part in (found.row.specialty, content.service) if part)),
        ("Why", content.reason),
        ("With", content.performer),
        ("Payer", " ".join(part for part in (content.coverage.payer, content.coverage.member_id) if part)),
        ("Authorization", content.coverage.authorization_number),
        ("Referred by", content.referrer.full_name or found.row.partner_name),
    )
    return tuple(Fact(label, value) for label, value in pairs if value)


def _script(found: ReferralView, organization: str) -> str:
    referrer = found.content.referrer.full_name or "your doctor"
    return (
        f"“This is {organization}. May I speak with {found.content.patient.full_name}? "
        f"{referrer} has asked us to see you. I would like to find a time that suits you.”\n"
        "To anybody else and on a machine, leave only the name of the practice and the number to call back."
    )


def _contact(one: Attempt, show: Clockface) -> Rung:
    label, icon = _OUTCOME_TEXT[one.outcome]
    detail = " · ".join(part for part in (one.note, one.by_name) if part)
    return Rung(icon, "good" if one.outcome in {"spoke", "booked"} else "", label, detail, show.at(one.at))


def _where(found: ReferralView) -> str:
    if found.appointment is None:
        return ""
    return " · ".join(part for part in (found.appointment.practitioner, found.appointment.location) if part)


def _place(row: WorklistRow, locations: dict[UUID, str]) -> str:
    return locations.get(row.location_id, "") if row.location_id else ""

"""What has happened in the demo organization during the last weeks, told in the order in which it happened."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from homing.accounts.policy import Role
from homing.cli.demo import cast, paper
from homing.cli.demo.world import AUTHOR
from homing.content.appointment import Appointment
from homing.content.practitioner import Practitioner
from homing.content.referral import ReferralContent
from homing.documents import actions as documents
from homing.identity import actions as identity
from homing.intake import actions as intake
from homing.intake import actions_review as review
from homing.intake import queries as items
from homing.intake.fields import PatientChoice
from homing.intake.ports import Arrival
from homing.kit import clock
from homing.referrals import actions as referrals
from homing.referrals.actions import ContactOutcome, EventData, RedirectTarget
from homing.referrals.states import Closure, Command, EventKind
from homing.scheduling import actions as scheduling

if TYPE_CHECKING:
    from collections.abc import Callable

    from homing.cli.demo.world import World

log = structlog.get_logger()
ZONE = ZoneInfo("America/New_York")
_SPECIALIST = "Dr. Priya Raman"
_SATURDAY = 5


@dataclass(slots=True)
class Thread:
    """One referral on its way through the story."""

    case: cast.Case
    number: int
    begun: datetime
    item_id: UUID | None = None
    referral: UUID | None = None

    @property
    def referral_id(self) -> UUID:
        """The referral; the story opens it before it acts on it."""
        if self.referral is None:
            raise LookupError(self.number)
        return self.referral


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens so many hours after the thread has begun."""

    hours: float
    act: Callable[[World, Thread], None]


def tell(world: World) -> None:
    """Let everything happen, oldest first."""
    now = clock.now()
    threads = [
        *(Thread(_case(number), number, _arrival(now, days, number)) for number, (days, _) in enumerate(INBOUND)),
        *(
            Thread(cast.outbound_case(number), number, _arrival(now, days, number))
            for number, (days, _) in enumerate(OUTBOUND, len(INBOUND))
        ),
    ]
    steps = [
        (thread.begun + timedelta(hours=step.hours), index, thread, step)
        for thread, (_, plot) in zip(threads, (*INBOUND, *OUTBOUND), strict=True)
        for index, step in enumerate(plot)
    ]
    steps.sort(key=lambda entry: (entry[0], entry[2].number, entry[1]))
    for moment, _, thread, step in steps:
        with world.at(min(moment, now)):
            step.act(world, thread)
    log.info("demo.told", referrals=sum(thread.referral is not None for thread in threads), steps=len(steps))


def _case(number: int) -> cast.Case:
    case = cast.case(number)
    if number == NO_PHONE:
        return dataclasses.replace(case, patient=dataclasses.replace(case.patient, phone=""))
    if number == SEEN_BEFORE:
        return dataclasses.replace(
            case, patient=cast.patient(CLOSED_WITH_NOTE), practice=cast.case(CLOSED_WITH_NOTE).practice
        )
    return case


def _arrival(now: datetime, days: float, number: int) -> datetime:
    """Return a moment in office hours, `days` before now; less than a day means so long before now."""
    if days < 1:
        return now - timedelta(days=days)
    day = (now - timedelta(days=days)).astimezone(ZONE).date()
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, time(9 + number % 6, number * 11 % 60), ZONE)


# What an inbound referral can live through. Each function is one act of one person.


def fax_in(world: World, thread: Thread) -> None:
    """Have the office fax a form or a letter."""
    pdf = paper.referral_pdf(
        thread.case, sent_on=clock.now().astimezone(ZONE).date(), to=cast.ORGANIZATION_NAME, layout=thread.number
    )
    thread.item_id = world.fax(thread.case.practice, paper.as_fax_tiff(pdf), clock.now())


def upload(world: World, thread: Thread) -> None:
    """Upload at the desk what came by another way."""
    pdf = paper.referral_pdf(
        thread.case, sent_on=clock.now().astimezone(ZONE).date(), to=cast.ORGANIZATION_NAME, layout=thread.number
    )
    arrival = Arrival(
        channel="upload",
        carrier="",
        carrier_reference=f"demo-{thread.number}",
        data=pdf,
        file_name="referral.pdf",
        received_at=clock.now(),
    )
    thread.item_id = intake.receive(actor=world.actor(Role.INTAKE_COORDINATOR), arrival=arrival).item_id


def sign_off(world: World, thread: Thread) -> None:
    """Compare page and fields, and sign off."""
    item_id = _item(thread)
    seen = items.workbench(item_id)
    content = dataclasses.replace(_content(thread.case), specialty=seen.specialty or thread.case.specialty)
    actor = world.actor(Role.INTAKE_COORDINATOR)
    version = seen.version
    if not seen.row.sender_proven:
        office = world.offices[thread.case.practice.name]
        version = review.prove_sender(actor=actor, item_id=item_id, version=version, office_id=office)
    thread.referral = review.sign_off(
        actor=actor,
        item_id=item_id,
        version=version,
        content=content,
        patient=PatientChoice(),
        location_id=seen.location_id,
        specialty=content.specialty,
    )


def ask(world: World, thread: Thread) -> None:
    """Ask for what is missing, as the clinician."""
    data = EventData(missing=("Latest laboratory results", "Medication list"))
    note = "Please send the results before we decide."
    _perform(world, Role.CLINICIAN, thread, Command.REQUEST_INFORMATION, data, note)


def accept(world: World, thread: Thread) -> None:
    """Accept, as the clinician."""
    _perform(world, Role.CLINICIAN, thread, Command.ACCEPT)


def decline(world: World, thread: Thread) -> None:
    """Decline with a reason and an alternative, as the clinician."""
    data = EventData(
        reason="We do not treat this condition under 18 months of follow-up data.",
        alternative="The teaching hospital's joint clinic takes these referrals directly.",
    )
    _perform(world, Role.CLINICIAN, thread, Command.DECLINE, data)


def redirect(world: World, thread: Thread) -> None:
    """Pass it to another service of the group, as the clinician."""
    target = RedirectTarget(
        specialty="Clinical Cardiac Electrophysiology", location_id=world.locations["Lakeside Heart & Lung"]
    )
    data = EventData(reason="Needs an electrophysiology opinion first.", target=target)
    _perform(world, Role.CLINICIAN, thread, Command.REDIRECT, data)


def leave_message(world: World, thread: Thread) -> None:
    """Leave a message."""
    _contact(world, thread, ContactOutcome.LEFT_MESSAGE)


def no_answer(world: World, thread: Thread) -> None:
    """Call, and reach nobody."""
    _contact(world, thread, ContactOutcome.NO_ANSWER)


def patient_declines(world: World, thread: Thread) -> None:
    """Call a patient who does not want the visit."""
    _contact(world, thread, ContactOutcome.DECLINED, "Prefers to wait and see.")


def book(days: int) -> Callable[[World, Thread], None]:
    """Return the act of booking a visit so many days ahead."""

    def act(world: World, thread: Thread) -> None:
        scheduling.book(
            actor=world.actor(Role.SCHEDULER), referral_id=thread.referral_id, appointment=_visit(thread, days)
        )

    return act


def rebook(days: int) -> Callable[[World, Thread], None]:
    """Return the act of moving the visit to so many days ahead."""

    def act(world: World, thread: Thread) -> None:
        scheduling.rebook(
            actor=world.actor(Role.SCHEDULER), referral_id=thread.referral_id, appointment=_visit(thread, days)
        )

    return act


def cancel_visit(world: World, thread: Thread) -> None:
    """Call the visit off, as the patient has asked."""
    scheduling.cancel(
        actor=world.actor(Role.SCHEDULER), referral_id=thread.referral_id, reason="Patient is travelling."
    )


def miss(world: World, thread: Thread) -> None:
    """Record that the patient did not come."""
    scheduling.no_show(actor=world.actor(Role.SCHEDULER), referral_id=thread.referral_id)


def see(world: World, thread: Thread) -> None:
    """Record that the patient was seen."""
    scheduling.complete(actor=world.actor(Role.SCHEDULER), referral_id=thread.referral_id)


def unreachable(world: World, thread: Thread) -> None:
    """Give up calling, and say so."""
    _perform(world, Role.SCHEDULER, thread, Command.UNABLE_TO_REACH, note="Three calls, a letter, no answer.")


def return_note(world: World, thread: Thread) -> None:
    """Return the consult note to the sender."""
    note = paper.consult_note_pdf(thread.case, author=_SPECIALIST, seen_on=clock.now().astimezone(ZONE).date())
    clinician = world.actor(Role.CLINICIAN)
    stored = documents.store(actor=clinician, data=note, media_type="application/pdf", file_name="consult-note.pdf")
    _perform(world, Role.CLINICIAN, thread, Command.RETURN_OUTCOME, EventData(document_id=stored.id))


def close(closure: Closure, reason: str = "") -> Callable[[World, Thread], None]:
    """Return the act of closing with a stated closure."""

    def act(world: World, thread: Thread) -> None:
        data = EventData(closure=closure, reason=reason)
        _perform(world, Role.REFERRAL_MANAGER, thread, Command.CLOSE, data)

    return act


def sender_cancels(world: World, thread: Thread) -> None:
    """Record that the sender called and withdrew the referral."""
    referrals.record_partner_fact(
        actor=world.actor(Role.REFERRAL_MANAGER),
        referral_id=thread.referral_id,
        kind=EventKind.CANCELLED,
        occurred_at=clock.now(),
        note="The office called: the patient has moved away.",
    )


def file_lab(world: World, thread: Thread) -> None:
    """File what is not a referral."""
    seen = items.workbench(_item(thread))
    coordinator = world.actor(Role.INTAKE_COORDINATOR)
    review.file_as(actor=coordinator, item_id=_item(thread), version=seen.version, kind="lab_result")


def misdirect(world: World, thread: Thread) -> None:
    """Say that the page was meant for another practice."""
    seen = items.workbench(_item(thread))
    review.misdirected(
        actor=world.actor(Role.INTAKE_COORDINATOR),
        item_id=_item(thread),
        version=seen.version,
        reason="Meant for another practice.",
    )


def reject(world: World, thread: Thread) -> None:
    """Say that the page cannot be read."""
    seen = items.workbench(_item(thread))
    review.reject(
        actor=world.actor(Role.INTAKE_COORDINATOR),
        item_id=_item(thread),
        version=seen.version,
        reason="The page came through too dark to read.",
    )


def damaged_file(world: World, thread: Thread) -> None:
    """Upload a file that cannot be opened."""
    arrival = Arrival(
        channel="upload",
        carrier="",
        carrier_reference=f"demo-{thread.number}",
        data=b"%PDF-1.7\n% cut off in the middle of the transfer",
        file_name="scan.pdf",
        received_at=clock.now(),
    )
    thread.item_id = intake.receive(actor=world.actor(Role.INTAKE_COORDINATOR), arrival=arrival).item_id


def busy_line(world: World, thread: Thread) -> None:
    """Let the office's line be engaged for the next two calls."""
    world.tell_carrier({"behaviour": "busy", "number": thread.case.practice.fax, "times": 2})


# What an outbound referral can live through.


def draft(world: World, thread: Thread) -> None:
    """Draft a referral to another office."""
    actor = world.actor(Role.REFERRAL_COORDINATOR)
    record_id = identity.create_record(actor=AUTHOR, patient=thread.case.patient)
    content = dataclasses.replace(
        _content(thread.case),
        referrer=Practitioner(
            given="Priya", family="Raman", organization=cast.ORGANIZATION_NAME, phone=cast.ORGANIZATION_PHONE[2:]
        ),
        performer=f"{thread.case.practice.given} {thread.case.practice.family}",
    )
    thread.referral = referrals.draft_outbound(
        actor=actor,
        content=content,
        partner_id=world.offices[thread.case.practice.name],
        partner_name=thread.case.practice.name,
        patient_record_id=record_id,
    )


def send(world: World, thread: Thread) -> None:
    """Send it."""
    referrals.send(actor=world.actor(Role.REFERRAL_COORDINATOR), referral_id=thread.referral_id)


def told(kind: EventKind, note: str = "", days: int = 0) -> Callable[[World, Thread], None]:
    """Return the act of recording what the receiving office said on the telephone."""

    def act(world: World, thread: Thread) -> None:
        data = EventData(appointment=_visit(thread, days)) if days else EventData()
        if kind is EventKind.DECLINED:
            data = EventData(reason="Not taking new patients until March.", alternative="Try the Boston clinic.")
        referrals.record_partner_fact(
            actor=world.actor(Role.REFERRAL_COORDINATOR),
            referral_id=thread.referral_id,
            kind=kind,
            occurred_at=clock.now(),
            note=note,
            data=data,
        )

    return act


def note_comes(world: World, thread: Thread) -> None:
    """Attach the note that came from the receiving office."""
    actor = world.actor(Role.REFERRAL_COORDINATOR)
    author = f"Dr. {thread.case.practice.given} {thread.case.practice.family}"
    pdf = paper.consult_note_pdf(thread.case, author=author, seen_on=clock.now().astimezone(ZONE).date())
    stored = documents.store(actor=actor, data=pdf, media_type="application/pdf", file_name="note.pdf")
    referrals.record_partner_fact(
        actor=actor,
        referral_id=thread.referral_id,
        kind=EventKind.OUTCOME_RECEIVED,
        occurred_at=clock.now(),
        data=EventData(document_id=stored.id),
    )


def review_note(world: World, thread: Thread) -> None:
    """Review the note, which closes the loop."""
    referrals.perform(
        actor=world.actor(Role.REFERRAL_COORDINATOR), referral_id=thread.referral_id, command=Command.REVIEW_OUTCOME
    )


def withdraw(world: World, thread: Thread) -> None:
    """Withdraw the referral."""
    referrals.perform(
        actor=world.actor(Role.REFERRAL_COORDINATOR),
        referral_id=thread.referral_id,
        command=Command.CANCEL,
        data=EventData(reason="The patient's problem has resolved."),
    )


def _perform(
    world: World, role: Role, thread: Thread, command: Command, data: EventData | None = None, note: str = ""
) -> None:
    referrals.perform(actor=world.actor(role), referral_id=thread.referral_id, command=command, data=data, note=note)


def _contact(world: World, thread: Thread, outcome: ContactOutcome, note: str = "") -> None:
    scheduling.log_contact(
        actor=world.actor(Role.SCHEDULER), referral_id=thread.referral_id, outcome=outcome, note=note
    )


def _visit(thread: Thread, days: int) -> Appointment:
    day = clock.now().astimezone(ZONE).date() + timedelta(days=days)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    start = datetime.combine(day, time(9 + thread.number % 7, 30 * (thread.number % 2)), ZONE)
    return Appointment(start=start, practitioner=_SPECIALIST, location="Lakeside Specialty Group")


def _item(thread: Thread) -> UUID:
    if thread.item_id is None:
        raise LookupError(thread.number)
    return thread.item_id


def _content(case: cast.Case) -> ReferralContent:
    practice = case.practice
    return ReferralContent(
        patient=case.patient,
        coverage=case.coverage,
        referrer=Practitioner(
            family=practice.family,
            given=practice.given,
            npi=practice.npi,
            organization=practice.name,
            phone=practice.phone,
            fax=practice.fax,
        ),
        specialty=case.specialty,
        service=case.service,
        diagnosis_codes=case.codes,
        reason=case.reason,
        priority=case.priority,
        authored_on=clock.now().astimezone(ZONE).date(),
    )


_IN = (Step(0, fax_in), Step(0.6, sign_off))
_ACCEPTED = (*_IN, Step(3, accept))
_D = 24.0
NO_PHONE, CLOSED_WITH_NOTE, SEEN_BEFORE = 3, 12, 24
#: Days before now, and what happened.
INBOUND: tuple[tuple[float, tuple[Step, ...]], ...] = (
    (0.08, _IN),
    (1, _IN),
    (3, (*_IN, Step(4, ask))),
    (1, _ACCEPTED),
    (1, _ACCEPTED),
    (8, (*_ACCEPTED, Step(_D, book(16)))),
    (15, (*_ACCEPTED, Step(_D, leave_message), Step(3 * _D, no_answer), Step(5 * _D, leave_message))),
    (2, (*_ACCEPTED, Step(_D, leave_message))),
    (12, (*_ACCEPTED, Step(_D, book(9)), Step(4 * _D, rebook(14)))),
    (13, (*_ACCEPTED, Step(_D, book(9)), Step(12.2 * _D, miss))),
    (12, (*_ACCEPTED, Step(_D, book(7)), Step(10 * _D, see))),
    (30, (*_ACCEPTED, Step(_D, book(10)), Step(13 * _D, see))),
    (40, (*_ACCEPTED, Step(_D, book(12)), Step(15 * _D, see), Step(17 * _D, return_note))),
    (
        45,
        (
            *_ACCEPTED,
            Step(_D, book(7)),
            Step(10 * _D, miss),
            Step(11 * _D, book(8)),
            Step(21 * _D, see),
            Step(22 * _D, busy_line),
            Step(22.1 * _D, return_note),
        ),
    ),
    (
        20,
        (*_ACCEPTED, Step(_D, patient_declines), Step(1.5 * _D, close(Closure.PATIENT_DECLINED, "Patient declined."))),
    ),
    (
        34,
        (
            *_ACCEPTED,
            Step(_D, no_answer),
            Step(3 * _D, leave_message),
            Step(6 * _D, no_answer),
            Step(8 * _D, unreachable),
            Step(9 * _D, close(Closure.UNABLE_TO_REACH)),
        ),
    ),
    (26, (*_ACCEPTED, Step(5 * _D, close(Closure.SEEN_ELSEWHERE, "Seen at the hospital.")))),
    (9, (*_IN, Step(4, decline))),
    (2, (*_IN, Step(4, redirect))),
    (11, (*_ACCEPTED, Step(2 * _D, sender_cancels))),
    (18, (*_IN, Step(5, close(Closure.DUPLICATE, "Same request as last month.")))),
    (28, (*_ACCEPTED, Step(3 * _D, close(Closure.DECEASED)))),
    (31, (*_ACCEPTED, Step(6 * _D, close(Closure.ADMINISTRATIVE, "Opened for the wrong practice.")))),
    (6, (*_ACCEPTED, Step(_D, book(14)), Step(4.5 * _D, cancel_visit))),
    # Two in review: one of a patient who is known, one new.
    (0.06, (Step(0, fax_in),)),
    (0.03, (Step(0, fax_in),)),
    # What is not a referral, or not for us, or cannot be used.
    (4, (Step(0, upload), Step(0.7, file_lab))),
    (7, (Step(0, fax_in), Step(0.8, misdirect))),
    (13, (Step(0, fax_in), Step(0.5, reject))),
    (0.5, (Step(0, damaged_file),)),
)
_SENT = (Step(0, draft), Step(0.3, send))
OUTBOUND: tuple[tuple[float, tuple[Step, ...]], ...] = (
    (0.1, (Step(0, draft),)),
    (0.15, _SENT),
    (3, (*_SENT, Step(_D, told(EventKind.RECEIVED, "They have it.")))),
    (
        2,
        (
            *_SENT,
            Step(_D, told(EventKind.RECEIVED)),
            Step(1.2 * _D, told(EventKind.ACCEPTED, "First visit in a month.")),
        ),
    ),
    (
        16,
        (
            *_SENT,
            Step(_D, told(EventKind.ACCEPTED)),
            Step(2 * _D, told(EventKind.SCHEDULED, "Booked.", days=22)),
        ),
    ),
    (
        25,
        (
            *_SENT,
            Step(2 * _D, told(EventKind.ACCEPTED)),
            Step(3 * _D, told(EventKind.SCHEDULED, days=14)),
            Step(19 * _D, told(EventKind.COMPLETED)),
            Step(24 * _D, note_comes),
        ),
    ),
    (
        50,
        (
            *_SENT,
            Step(2 * _D, told(EventKind.ACCEPTED)),
            Step(3 * _D, told(EventKind.SCHEDULED, days=12)),
            Step(17 * _D, told(EventKind.COMPLETED)),
            Step(20 * _D, note_comes),
            Step(22 * _D, review_note),
        ),
    ),
    (12, (*_SENT, Step(2 * _D, told(EventKind.DECLINED)))),
    (17, (*_SENT, Step(3 * _D, withdraw))),
    (2, (*_SENT, Step(_D, told(EventKind.INFORMATION_REQUESTED, "They want the last two creatinine values.")))),
    (4, (*_SENT, Step(_D, told(EventKind.ACCEPTED)), Step(2 * _D, told(EventKind.READY_TO_SCHEDULE)))),
    (
        19,
        (
            *_SENT,
            Step(_D, told(EventKind.ACCEPTED)),
            Step(2 * _D, told(EventKind.SCHEDULED, days=14)),
            Step(18 * _D, told(EventKind.NO_SHOW)),
        ),
    ),
)

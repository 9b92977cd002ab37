"""Presenters of a referral's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse

from homing.kit import phones, reference
from homing.referrals import policy
from homing.referrals.states import Direction, EventKind
from homing.web import words
from homing.web.clockface import us_date, years_between
from homing.web.shell import Notice
from homing.web.widgets import NOTHING, Badge, Sheet, plural
from homing.web.workspace.evidence import Rung, message_badge, message_title, rungs_of

if TYPE_CHECKING:
    from homing.content.patient import Patient
    from homing.content.referral import ReferralContent
    from homing.documents.queries import PageView
    from homing.messaging.queries import EvidenceStep, MessageView
    from homing.referrals.events import EventData
    from homing.referrals.queries import ObligationView, ReferralView, TimelineEntry, WorklistRow
    from homing.web.clockface import Clockface, Moment
    from homing.web.workspace.case_forms import Action
    from homing.web.workspace.controls import CommandForm
    from homing.web.workspace.people import People


@dataclass(frozen=True, slots=True)
class Fact:
    """One label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """One document of the case."""

    key: str
    title: str
    detail: str
    file_url: str
    sheets: tuple[Sheet, ...]
    no_pages_text: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message about the case, with its ladder."""

    kind: str
    title: str
    detail: str
    icon: str
    state: Badge
    url: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed."""

    kind: str
    label: str
    detail: str
    icon: str
    tone: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the timeline."""

    kind: str
    title: str
    icon: str
    tone: str
    at: Moment
    actor: str
    late_text: str
    lines: tuple[str, ...]
    url: str
    link: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """The whole page."""

    id: UUID
    version: int
    reference_text: str
    patient: str
    patient_line: str
    status: Badge
    work: Badge
    priority: Badge | None
    partner_label: str
    partner: str
    partner_url: str
    specialty: str
    location: str
    opened: Moment
    is_open: bool
    is_late: bool
    next_action: str
    owner: str
    due: Moment | None
    ended_text: str
    appointment: Moment | None
    appointment_detail: str
    list_url: str
    list_label: str
    actions: tuple[Action, ...]
    more_actions: tuple[Action, ...]
    forms: tuple[CommandForm, ...]
    notices: tuple[Notice, ...]
    reason: str
    diagnoses: tuple[str, ...]
    groups: tuple[FactGroup, ...]
    missing: tuple[str, ...]
    source_url: str
    source_label: str
    documents: tuple[CaseDocument, ...]
    messages_title: str
    messages: tuple[CaseMessage, ...]
    no_messages_text: str
    loop_title: str
    obligations: tuple[Obligation, ...]
    timeline: tuple[Step, ...]
    audit_url: str
    edit_url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One document that belongs to a referral: attached to it, or named by an event such as a returned note."""

    document_id: UUID
    kind: str
    title: str
    pages: int


def papers_of(found: ReferralView, history: tuple[TimelineEntry, ...]) -> tuple[Paper, ...]:
    """Return every document of a referral, each once; one that was taken off is another patient's."""
    taken_off = {entry.data.document_id for entry in history if entry.kind is EventKind.DETACHED}
    papers = {one.document_id: Paper(one.document_id, one.kind, one.title, one.pages) for one in found.attachments}
    for entry in history:
        if entry.data.document_id and entry.kind in _NOTES and entry.data.document_id not in taken_off:
            papers.setdefault(entry.data.document_id, Paper(entry.data.document_id, "consult_note", "Consult note", 0))
    return tuple(papers.values())


_NOTES: Final = frozenset({EventKind.OUTCOME_RETURNED, EventKind.OUTCOME_RECEIVED})


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the page needs besides the referral."""

    people: People
    location: str
    missing: tuple[str, ...]
    papers: tuple[Paper, ...]
    pages: tuple[tuple[UUID, tuple[PageView, ...]], ...]
    messages: tuple[MessageView, ...]
    steps: tuple[EvidenceStep, ...]
    actions: tuple[Action, ...]
    more_actions: tuple[Action, ...]
    forms: tuple[CommandForm, ...]
    may_see_intake: bool
    may_see_audit: bool
    may_edit: bool
    office_url: str


def case_of(found: ReferralView, history: tuple[TimelineEntry, ...], facts: CaseFacts, show: Clockface) -> Case:
    """Return the presenter of one referral."""
    row, content = found.row, found.content
    is_inbound = found.direction is Direction.INBOUND
    return Case(
        id=found.id,
        version=found.version,
        reference_text=reference.display(found.reference),
        patient=row.patient_name or "Patient not named",
        patient_line=patient_line(content.patient, show),
        status=words.status_badge(row.status, row.closure or ""),
        work=words.work_badge(row.next_action, is_open=row.is_open, is_late=row.is_overdue),
        priority=words.priority_badge(row.priority),
        partner_label="From" if is_inbound else "To",
        partner=row.partner_name or ("unknown sender" if is_inbound else "no office chosen"),
        partner_url=facts.office_url,
        specialty=row.specialty or "no specialty",
        location=facts.location,
        opened=show.at(row.opened_at),
        is_open=row.is_open,
        is_late=row.is_overdue,
        next_action=words.sentence(row.next_action),
        owner=facts.people.owner(row.owner_role, row.owner),
        due=show.moment(row.due_at),
        ended_text=_ended(found, show),
        appointment=show.moment(found.appointment.start if found.appointment else None),
        appointment_detail=_where(found),
        list_url=reverse("referrals" if is_inbound else "outbound"),
        list_label="Referrals" if is_inbound else "Sent by us",
        actions=facts.actions,
        more_actions=facts.more_actions,
        forms=facts.forms,
        notices=_notices(found),
        reason=content.reason,
        diagnoses=content.diagnosis_codes,
        groups=groups_of(content),
        missing=facts.missing,
        source_url=reverse("workbench", kwargs={"item_id": found.item_id}) if _has_source(found, facts) else "",
        source_label="Pages and fields as read",
        documents=tuple(_document(found, one, facts) for one in facts.papers),
        messages_title="What we sent the referring office" if is_inbound else "What we sent",
        messages=tuple(_message(one, facts, show) for one in facts.messages),
        no_messages_text=_no_messages(found),
        loop_title="The loop: what we owe" if is_inbound else "The loop: what they owe us",
        obligations=_obligations(found, show),
        timeline=_timeline(history, facts, show),
        edit_url=reverse("outbound_edit", kwargs={"referral_id": found.id}) if facts.may_edit else "",
        audit_url=reverse("audit", kwargs={"entity": "referral", "entity_id": found.id}) if facts.may_see_audit else "",
    )


def patient_line(patient: Patient, show: Clockface) -> str:
    """Return sex, age, birth date and record number on one line."""
    age = f"{years_between(patient.birth_date, show.today())} y" if patient.birth_date else ""
    born = f"born {us_date(patient.birth_date)}" if patient.birth_date else ""
    mrn = f"record no. {patient.mrn}" if patient.mrn else ""
    return " · ".join(part for part in (patient.sex, age, born, mrn) if part)


def groups_of(content: ReferralContent) -> tuple[FactGroup, ...]:
    """Return the content of a referral under its headings, what is not stated left out."""
    patient, address = content.patient, content.patient.address
    place = " ".join(part for part in (address.city, address.state, address.postal_code) if part)
    referrer = content.referrer
    groups = (
        _group(
            "Request",
            ("Service", content.service),
            ("Specialist", content.performer),
            ("Printed destination", content.destination),
            ("Dated", us_date(content.authored_on)),
        ),
        _group(
            "Patient",
            ("Phone", phones.display(patient.phone)),
            ("Address", ", ".join(part for part in (address.line, place) if part)),
        ),
        _group(
            "Coverage",
            ("Payer", content.coverage.payer),
            ("Member ID", content.coverage.member_id),
            ("Authorization", content.coverage.authorization_number),
        ),
        _group(
            "Referring provider",
            ("Name", referrer.full_name),
            ("Practice", referrer.organization),
            ("NPI", referrer.npi),
            ("Phone", phones.display(referrer.phone)),
            ("Fax", phones.display(referrer.fax)),
        ),
    )
    return tuple(group for group in groups if group.facts)


def document_sheets(url_of: str, kwargs: dict[str, UUID], pages: tuple[PageView, ...]) -> tuple[Sheet, ...]:
    """Return the page images behind the view `url_of`."""
    return tuple(
        Sheet(page.number, reverse(url_of, kwargs={**kwargs, "number": page.number}), page.width, page.height)
        for page in pages
    )


def _group(title: str, *pairs: tuple[str, str]) -> FactGroup:
    return FactGroup(title, tuple(Fact(label, value) for label, value in pairs if value))


def _has_source(found: ReferralView, facts: CaseFacts) -> bool:
    return found.item_id is not None and facts.may_see_intake


def _ended(found: ReferralView, show: Clockface) -> str:
    row = found.row
    when = f" {show.at(row.ended_at).text}" if row.ended_at else ""
    why = f": {words.closure_text(row.closure).lower()}" if row.closure else ""
    reason = f" ({found.closure_reason})" if found.closure_reason else ""
    return f"{words.status_badge(row.status).text}{when}{why}{reason}. Nothing is to be done."


def _where(found: ReferralView) -> str:
    if found.appointment is None:
        return ""
    return " · ".join(part for part in (found.appointment.practitioner, found.appointment.location) if part)


def _notices(found: ReferralView) -> tuple[Notice, ...]:
    notices = []
    if found.row.has_late_news:
        notices.append(Notice("Something was learnt after this referral ended. Look at the timeline.", "warn"))
    if found.direction is Direction.INBOUND and not found.sender_proven:
        notices.append(Notice("The sender is not proven: nothing is sent back until somebody proves it.", "warn"))
    if found.parent:
        notices.append(
            Notice(
                f"Redirected from {reference.display(found.parent.reference)}.",
                "info",
                _url(found.parent.id),
                "Open it",
            )
        )
    notices += [
        Notice(f"Passed on as {reference.display(child.reference)}.", "info", _url(child.id), "Open it")
        for child in found.children
    ]
    return tuple(notices)


def _document(found: ReferralView, one: Paper, facts: CaseFacts) -> CaseDocument:
    keys = {"referral_id": found.id, "document_id": one.document_id}
    pages = dict(facts.pages).get(one.document_id, ())
    return CaseDocument(
        key=str(one.document_id),
        title=one.title or words.kind_text(one.kind),
        detail=" · ".join(part for part in (words.kind_text(one.kind), _count(len(pages) or one.pages)) if part),
        file_url=reverse("referral_file", kwargs=keys),
        sheets=document_sheets("referral_page", keys, pages),
        no_pages_text="There are no page images; open the file.",
        is_open=False,
    )


def _count(pages: int) -> str:
    return plural(pages, "page") if pages else ""


def _message(one: MessageView, facts: CaseFacts, show: Clockface) -> CaseMessage:
    return CaseMessage(
        kind=one.kind.value,
        title=message_title(one),
        detail=f"{show.at(one.created_at).text} · {phones.display(one.address)} · {plural(one.pages, 'page')}",
        icon="fax",
        state=message_badge(one.state),
        url=reverse("message", kwargs={"message_id": one.id}),
        rungs=rungs_of(tuple(step for step in facts.steps if step.message_id == one.id), show),
    )


def _no_messages(found: ReferralView) -> str:
    if found.direction is Direction.OUTBOUND:
        return "The referral goes out when you press Send."
    return "Each step is told to a proven sender." if found.sender_proven else "The sender is not proven yet."


_OBLIGATIONS: Final = {
    (Direction.INBOUND, "acknowledgment"): "Acknowledge: we have it",
    (Direction.INBOUND, "status"): "Tell each step",
    (Direction.INBOUND, "outcome"): "Return the outcome",
    (Direction.OUTBOUND, "acknowledgment"): "They acknowledge",
    (Direction.OUTBOUND, "status"): "They tell how it stands",
    (Direction.OUTBOUND, "outcome"): "They return the note",
}


def _obligations(found: ReferralView, show: Clockface) -> tuple[Obligation, ...]:
    """Return the three of the loop, each once: of several status notices, the one that matters most now."""
    return tuple(_obligation(found, kind, show) for kind in policy.ObligationKind)


def _obligation(found: ReferralView, kind: policy.ObligationKind, show: Clockface) -> Obligation:
    label = _OBLIGATIONS[found.direction, kind.value]
    own = [one for one in found.obligations if one.kind is kind]
    if not own:
        return Obligation(kind.value, label, _not_yet(found, kind), "clock", "faint", Badge("Not due yet", "plain"))
    owed = sorted((one for one in own if one.is_open), key=lambda one: one.due_at)
    if owed:
        return _owed(label, owed[0], len(owed), show)
    kept = [one for one in own if one.fulfilled_at]
    return _kept(label, kept[-1], len(kept), show) if kept else _released(label, own[-1])


def _not_yet(found: ReferralView, kind: policy.ObligationKind) -> str:
    if kind is policy.ObligationKind.OUTCOME:
        return "From the visit on."
    if (
        kind is policy.ObligationKind.ACKNOWLEDGMENT
        and found.direction is Direction.INBOUND
        and not found.sender_proven
    ):
        return "To a proven sender only."
    return "Nothing is owed so far."


def _owed(label: str, one: ObligationView, count: int, show: Clockface) -> Obligation:
    due = show.at(one.due_at)
    more = f" · {count} open" if count > 1 else ""
    if due.is_past:
        return Obligation(
            one.kind.value, label, f"Was due {due.text}{more}", "warn", "bad", Badge("Overdue", "bad", "warn")
        )
    return Obligation(
        one.kind.value, label, f"Due {due.text} ({due.ago}){more}", "clock", "warn", Badge("Open", "warn")
    )


def _kept(label: str, one: ObligationView, count: int, show: Clockface) -> Obligation:
    at = show.at(one.fulfilled_at) if one.fulfilled_at else None
    note = f" · {one.evidence.note}" if one.evidence and one.evidence.note else ""
    times = f" · {count} times" if count > 1 else ""
    late = bool(one.fulfilled_at and one.fulfilled_at > one.due_at)
    badge = Badge("Kept late", "warn") if late else Badge("Kept", "good", "check")
    return Obligation(one.kind.value, label, f"{at.text if at else ''}{times}{note}", "check", "good", badge)


def _released(label: str, one: ObligationView) -> Obligation:
    why = words.sentence(one.release_reason) if one.release_reason else "No longer owed"
    return Obligation(one.kind.value, label, why, "minus", "faint", Badge("Not owed", "plain"))


def _timeline(history: tuple[TimelineEntry, ...], facts: CaseFacts, show: Clockface) -> tuple[Step, ...]:
    """Return the events, newest first."""
    return tuple(_step(entry, facts, show) for entry in reversed(history))


def _step(entry: TimelineEntry, facts: CaseFacts, show: Clockface) -> Step:
    title, icon, tone = words.event_words(entry.kind)
    message_id = entry.evidence.id if entry.evidence and entry.evidence.kind in {"delivery", "message"} else ""
    known = {str(one.id) for one in facts.messages}
    late = (entry.recorded_at - entry.occurred_at).total_seconds() > 120
    return Step(
        kind=entry.kind.value,
        title=title,
        icon=icon,
        tone=tone,
        at=show.at(entry.occurred_at),
        actor=entry.actor_name,
        late_text=f"entered {show.at(entry.recorded_at).text}" if late else "",
        lines=_lines(entry.kind, entry.data, show),
        url=reverse("message", kwargs={"message_id": message_id}) if message_id in known else "",
        link="Proof of delivery",
        rungs=(),
    )


def _lines(kind: EventKind, data: EventData, show: Clockface) -> tuple[str, ...]:
    outcome = words.sentence(data.outcome) if data.outcome else ""
    visit = data.appointment
    where = " · ".join(part for part in (visit.practitioner, visit.location) if part) if visit else ""
    return tuple(
        line
        for line in (
            outcome,
            words.closure_text(data.closure) if data.closure else "",
            f"{show.at(visit.start).full}{' · ' + where if where else ''}" if visit else "",
            f"Asked for: {', '.join(data.missing)}" if data.missing else "",
            f"To {data.target.title}" if data.target else "",
            data.reason,
            f"Alternative: {data.alternative}" if data.alternative else "",
            f"To {data.owner_name}" if data.owner_name else "",
            words.sentence(data.next_action)
            if data.next_action and kind in {EventKind.WORK_SET, EventKind.STALLED}
            else "",
            f"Promised: {data.obligation}" if data.obligation else "",
            data.note,
        )
        if line
    )


def _url(referral_id: UUID) -> str:
    return reverse("referral", kwargs={"referral_id": referral_id})


@dataclass(frozen=True, slots=True)
class ListRow:
    """One referral in a list."""

    url: str
    reference: str
    reference_text: str
    patient: str
    born: str
    priority: Badge | None
    partner: str
    direction: str
    opened: Moment
    specialty: str
    location: str
    status: Badge
    appointment: Moment | None
    work: Badge
    owner: str
    due: Moment | None
    is_late: bool
    is_new: bool


def list_row(row: WorklistRow, people: People, locations: dict[UUID, str], show: Clockface) -> ListRow:
    """Return the presenter of one referral in a list."""
    return ListRow(
        url=_url(row.id),
        reference=row.reference,
        reference_text=reference.display(row.reference),
        patient=row.patient_name or "Not named",
        born=us_date(row.birth_date),
        priority=words.priority_badge(row.priority),
        partner=row.partner_name or NOTHING,
        direction="in" if row.direction is Direction.INBOUND else "out",
        opened=show.at(row.opened_at),
        specialty=row.specialty or NOTHING,
        location=locations.get(row.location_id, "") if row.location_id else "",
        status=words.status_badge(row.status, row.closure or ""),
        appointment=show.moment(row.appointment_at) if row.is_open else None,
        work=words.work_badge(row.next_action, is_open=row.is_open, is_late=row.is_overdue),
        owner=people.owner(row.owner_role, row.owner) if row.is_open else NOTHING,
        due=show.moment(row.due_at) if row.is_open else None,
        is_late=row.is_overdue and row.is_open,
        is_new=row.has_late_news,
    )

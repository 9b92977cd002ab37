"""Presenters of the workbench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse

from homing.intake.states import REVERSIBLE
from homing.kit import phones, reference
from homing.web import words
from homing.web.clockface import us_date
from homing.web.shell import Notice
from homing.web.widgets import Badge, Meter, Option, Rectangle, Sheet, meter, plural
from homing.web.workspace.inbox_page import flags_of, sender_badge, state_badge
from homing.web.workspace.workbench_fields import GROUPS, SHAPES, shape_of, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homing.directory.queries import OfficeView
    from homing.identity.matching import FieldEvidence
    from homing.identity.queries import Candidate
    from homing.intake.policy_answers import Doubt
    from homing.intake.queries import EventView, FieldView, PageView, Workbench
    from homing.intake.queries_filing import FilingView
    from homing.web.clockface import Clockface, Moment

_STRONG, _LIKELY = 24.0, 12.0
_UNANSWERED: Final = "Nothing is sent back until a person proves who sent it."


@dataclass(frozen=True, slots=True)
class ReadField:
    """One field with what was read. `state` is sure, check, needed, absent or done; `read_by` names a model."""

    name: str
    label: str
    value: str
    state: str
    mark: str
    read_by: str
    span: str
    kind: str
    options: tuple[Option, ...]
    inputmode: str
    placeholder: str
    error: str

    @property
    def id(self) -> str:
        """The id of its input."""
        return f"r-{self.name.replace('.', '-').replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    key: str
    title: str
    fields: tuple[ReadField, ...]
    missing: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One field of this document that is not the same on a record; `agreement` is close, differ or missing."""

    label: str
    agreement: str
    word: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """One record that may be the patient's."""

    id: UUID
    name: str
    strength: Badge
    same: str
    evidence: tuple[EvidenceLine, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the patient may be. `choice` is new, park, a record's id, or nothing yet."""

    candidates: tuple[CandidateCard, ...]
    choice: str
    is_read_only: bool
    error: str
    empty_text: str


@dataclass(frozen=True, slots=True)
class RoutingBox:
    """Where it should go, and why."""

    specialty: str
    specialties: tuple[str, ...]
    location: str
    locations: tuple[Option, ...]
    because: tuple[str, ...]
    disagreement: str


@dataclass(frozen=True, slots=True)
class SenderBox:
    """Who sent it, and how we know."""

    name: str
    number: str
    badge: Badge
    explanation: str
    can_prove: bool
    prove_text: str
    has_number: bool


@dataclass(frozen=True, slots=True)
class OfficeChoice:
    """One office of the directory."""

    id: UUID
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class OfficeChoices:
    """What a search of the directory found."""

    choices: tuple[OfficeChoice, ...]
    empty_text: str
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A record elsewhere."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event of the item."""

    title: str
    detail: str
    icon: str
    tone: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Done:
    """How the item ended."""

    title: str
    text: str
    url: str
    link: str
    can_reopen: bool
    #: What was handed on, or why it was not.
    receipts: tuple[str, ...] = ()
    can_hand_on: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """The whole workbench."""

    id: UUID
    version: int
    reference_text: str
    state: Badge
    flags: tuple[Badge, ...]
    channel: str
    channel_icon: str
    page_count: str
    received: Moment
    lock_text: str
    is_locked_by_other: bool
    can_release: bool
    is_open: bool
    is_failed: bool
    can_retry: bool
    is_read_only: bool
    can_split: bool
    sheets: tuple[Sheet, ...]
    no_pages_text: str
    problems: tuple[str, ...]
    notices: tuple[Notice, ...]
    sender: SenderBox
    kind: str
    kind_text: str
    is_referral: bool
    kind_confidence: Meter | None
    kinds: tuple[Option, ...]
    file_kinds: tuple[Option, ...]
    missing: tuple[str, ...]
    suggested: Link | None
    repeat_of: str
    faxed_text: str
    groups: tuple[Group, ...]
    routing: RoutingBox
    history: tuple[HistoryLine, ...]
    done: Done | None
    next_url: str
    status_text: str


@dataclass(frozen=True, slots=True)
class BenchFacts:
    """What the page needs besides the item itself."""

    viewer: UUID
    can_review: bool
    kinds: tuple[str, ...]
    locations: tuple[Option, ...]
    specialties: tuple[str, ...]
    suggested: Link | None
    result: Link | None
    next_url: str
    errors: Mapping[str, str]
    doubts: tuple[Doubt, ...] = ()
    filings: tuple[FilingView, ...] = ()


def bench_of(found: Workbench, facts: BenchFacts, show: Clockface) -> Bench:
    """Return the presenter of one item."""
    row = found.row
    channel, icon = words.channel(row.channel)
    is_other = found.locked_by is not None and found.locked_by != facts.viewer
    is_open = not row.disposition
    is_read_only = is_other or not facts.can_review
    groups = _groups(found, facts)
    return Bench(
        id=row.id,
        version=found.version,
        reference_text=reference.display(row.reference),
        state=state_badge(row),
        flags=tuple(flag for flag in flags_of(row) if flag.tone != "plain"),
        channel=channel,
        channel_icon=icon,
        page_count=plural(row.pages, "page"),
        received=show.at(row.received_at),
        lock_text=_lock_text(found, is_other=is_other) if is_open else "",
        is_locked_by_other=is_other,
        can_release=found.locked_by == facts.viewer and is_open,
        is_open=is_open,
        is_failed=row.state == "failed",
        can_retry=row.state == "failed" and facts.can_review,
        is_read_only=is_read_only,
        can_split=is_open and len(found.pages) > 1 and not is_read_only,
        sheets=_sheets(found),
        no_pages_text=row.problem_message or "The pages stand here once they are rendered.",
        problems=tuple(_problem(one.page, one.message) for one in found.problems),
        notices=(*_notices(found), *_doubts(found, facts)),
        sender=_sender(found, is_read_only=is_read_only or not is_open),
        kind=row.kind,
        kind_text=words.kind_text(row.kind),
        is_referral=row.kind in {"referral", ""},
        kind_confidence=meter(row.kind_confidence) if row.kind else None,
        kinds=tuple(Option(kind, words.kind_text(kind)) for kind in _with(row.kind, facts.kinds)),
        file_kinds=tuple(Option(kind, words.kind_text(kind)) for kind in facts.kinds if kind != "referral"),
        missing=found.missing if row.kind == "referral" else (),
        suggested=facts.suggested,
        repeat_of=reference.display(found.repeat_of.reference) if found.repeat_of else "",
        faxed_text=words.FAXED,
        groups=groups,
        routing=RoutingBox(
            specialty=found.specialty,
            specialties=facts.specialties,
            location=str(found.location_id or ""),
            locations=facts.locations,
            because=found.routing_because,
            disagreement=found.routing_disagreement,
        ),
        history=tuple(_history(event, show) for event in found.events),
        done=_done(found, facts) if not is_open else None,
        next_url=facts.next_url,
        status_text="",
    )


def identity_of(found: Workbench, *, is_read_only: bool, choice: str = "", error: str = "") -> Identity:
    """Return the candidates; where there is none, a new patient is already chosen."""
    chosen = choice or _drafted(found) or ("" if found.candidates else "new")
    return Identity(
        candidates=tuple(_candidate(one, chosen) for one in found.candidates),
        choice=chosen,
        is_read_only=is_read_only,
        error=error,
        empty_text="Nobody in your records is near enough: a new record is made at sign-off.",
    )


def offices_of(found: tuple[OfficeView, ...], *, searched: bool = True, chosen: str = "") -> OfficeChoices:
    """Return offices to choose from."""
    choices = tuple(OfficeChoice(one.id, one.name, office_detail(one)) for one in found)
    text = "No office matches. Add it to the directory first." if searched else "Type to search the directory."
    return OfficeChoices(choices, text, chosen)


def office_detail(office: OfficeView) -> str:
    """Return an office's place and number on one line."""
    fax = f"fax {phones.display(office.fax)}" if office.fax else "no fax number"
    people = ", ".join(f"{one.given} {one.family}" for one in office.practitioners[:3])
    return " · ".join(part for part in (office.address, fax, people) if part)


def _groups(found: Workbench, facts: BenchFacts) -> tuple[Group, ...]:
    by_name = {field.name: field for field in found.fields}
    order = [shape.name for shape in SHAPES]
    names = [*(name for name in order if name in by_name), *(name for name in by_name if name not in order)]
    fields = [_field(by_name[name], facts.errors.get(name, "")) for name in names]
    return tuple(
        _group(key, title, tuple(one for one in fields if shape_of(one.name).group == key)) for key, title in GROUPS
    )


def _group(key: str, title: str, fields: tuple[ReadField, ...]) -> Group:
    states = [field.state for field in fields]
    return Group(key, title, fields, states.count("needed"), states.count("check"))


def _field(field: FieldView, error: str) -> ReadField:
    shape = shape_of(field.name)
    state = _state(field)
    return ReadField(
        name=field.name,
        label=shape.label,
        value=shown(field.name, field.value),
        state="check" if error else state,
        mark=_mark(field, state),
        read_by=_read_by(field),
        span=shape.span,
        kind=shape.kind,
        options=shape.options,
        inputmode=shape.inputmode,
        placeholder=shape.placeholder,
        error=error,
    )


def _state(field: FieldView) -> str:
    if field.is_doubtful:
        return "check" if field.value else "needed"
    if not field.value:
        return "absent"
    return "done" if field.is_corrected else "sure"


def _mark(field: FieldView, state: str) -> str:
    percent = f"{round(field.confidence * 100)} %"
    return {
        "check": _check_mark(field, percent),
        "needed": "missing",
        "absent": "not found",
        "done": "✓ entered",
        "sure": f"✓ {percent}",
    }[state]


def _read_by(field: FieldView) -> str:
    return field.source.rpartition("llm:")[2].replace("@", " at ") if "llm:" in field.source else ""


def _check_mark(field: FieldView, percent: str) -> str:
    if field.source.startswith("llm:"):
        # What a language model says of itself is no measured confidence.
        return "check · language model"
    if _read_by(field):
        return f"check · {percent} · language model agrees"
    if field.source == "memory":
        return f"check · {percent} · as on this sender's last form"
    return f"check · {percent}" if field.confidence else "check"


def _sheets(found: Workbench) -> tuple[Sheet, ...]:
    return tuple(_sheet(found, page) for page in found.pages)


def _sheet(found: Workbench, page: PageView) -> Sheet:
    boxes = (_box(field, page) for field in found.fields if field.box and field.page == page.number)
    return Sheet(
        number=page.number,
        url=reverse("workbench_page", kwargs={"item_id": found.row.id, "number": page.number}),
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        boxes=tuple(boxes),
        is_eager=page.number == 1,
        note=words.kind_text(page.kind) if page.kind else "",
    )


def _box(field: FieldView, page: PageView) -> Rectangle:
    x0, y0, x1, y1 = field.box or (0.0, 0.0, 0.0, 0.0)
    # A little air, so that the frame does not touch the letters.
    air = page.width * 0.004
    return Rectangle(
        field=field.name,
        label=shape_of(field.name).label,
        x=round(x0 * page.width - air, 1),
        y=round(y0 * page.height - air, 1),
        width=round((x1 - x0) * page.width + 2 * air, 1),
        height=round((y1 - y0) * page.height + 2 * air, 1),
    )


def _candidate(found: Candidate, chosen: str) -> CandidateCard:
    patient = found.record.patient
    born = f", born {us_date(patient.birth_date)}" if patient.birth_date else ""
    return CandidateCard(
        id=found.record.id,
        name=f"{patient.full_name}{born}",
        strength=_strength(found),
        same=", ".join(_evidence_label(one).lower() for one in found.evidence if one.agreement == "agree"),
        evidence=tuple(
            _evidence(one) for one in found.evidence if one.agreement != "agree" and (one.ours or one.theirs)
        ),
        is_chosen=str(found.record.id) == chosen,
    )


def _strength(found: Candidate) -> Badge:
    if found.is_exact:
        return Badge("Exact", "good", "check")
    if found.weight >= _STRONG:
        return Badge("Strong", "good")
    return Badge("Likely", "info") if found.weight >= _LIKELY else Badge("Weak", "quiet")


_EVIDENCE_LABELS: Final = {
    "mrn": "Record no.",
    "birth_date": "Birth date",
    "family": "Family name",
    "given": "Given name",
}
_SIGNS: Final = {"close": "≈ ", "differ": "≠ ", "missing": ""}


def _evidence_label(one: FieldEvidence) -> str:
    return _EVIDENCE_LABELS.get(one.field, words.sentence(one.field))


def _evidence(one: FieldEvidence) -> EvidenceLine:
    ours, theirs = _readable(one.field, one.ours), _readable(one.field, one.theirs)
    return EvidenceLine(
        label=_evidence_label(one),
        agreement=one.agreement.value,
        word=_SIGNS[one.agreement.value],
        ours=ours or "not read",
        theirs=theirs or "not on record",
    )


def _readable(field: str, value: str) -> str:
    return shown({"phone": "patient.phone", "birth_date": "patient.birth_date"}.get(field, ""), value)


def _drafted(found: Workbench) -> str:
    choice = found.draft.patient
    if choice is None:
        return ""
    return "new" if choice.is_new else str(choice.record_id)


def _sender(found: Workbench, *, is_read_only: bool) -> SenderBox:
    row = found.row
    number = phones.display(row.sender_address) if row.sender_address else ""
    if row.sender_proven:
        why = "Known by the calling number, or confirmed by a person. They get an acknowledgment and each further step."
    elif number:
        why = f"The calling number belongs to no office in the directory. {_UNANSWERED}"
    else:
        why = f"The transport tells no number, and what a page says is no proof. {_UNANSWERED}"
    return SenderBox(
        name=row.sender_name or "Unknown sender",
        number=number,
        badge=sender_badge(is_proven=row.sender_proven, has_number=bool(number)),
        explanation=why,
        can_prove=not row.sender_proven and not is_read_only,
        prove_text="Choose the office only if you know it sent this: from the letterhead and a call, "
        "not from a printed number alone.",
        has_number=bool(number),
    )


def _notices(found: Workbench) -> tuple[Notice, ...]:
    notices = []
    row = found.row
    if row.state == "failed":
        notices.append(Notice(f"Reading failed: {row.problem_message or row.problem_code}", "bad"))
    if found.repeat_of:
        text = f"The same file arrived before as {reference.display(found.repeat_of.reference)}."
        notices.append(Notice(text, "warn", _item_url(found.repeat_of.id), "Compare"))
    if found.parent:
        text = f"Pages of packet {reference.display(found.parent.reference)}."
        notices.append(Notice(text, "info", _item_url(found.parent.id), "Show the packet"))
    notices += [
        Notice(
            f"Part {reference.display(one.reference)}: {plural(one.pages, 'page')}", "info", _item_url(one.id), "Open"
        )
        for one in found.children
    ]
    return tuple(notices)


def _done(found: Workbench, facts: BenchFacts) -> Done:
    row = found.row
    can_reopen = facts.can_review and row.disposition in {one.value for one in REVERSIBLE}
    return Done(
        title=words.disposition_text(row.disposition),
        text=f"Kind of document: {words.kind_text(row.kind).lower()}." if row.kind else "",
        url=facts.result.url if facts.result else "",
        link=facts.result.text if facts.result else "",
        can_reopen=can_reopen,
        receipts=tuple(_receipt(one) for one in facts.filings),
        can_hand_on=facts.can_review and any(one.is_current and one.is_waiting for one in facts.filings),
    )


def _receipt(one: FilingView) -> str:
    where = f"{one.destination} {one.folder}"
    if one.state == "delivered":
        text = f"Handed on to {one.path}, SHA-256 {one.sha256[:16]}…"
        return text if one.is_current else f"{text} This was undone: take that copy away there."
    if one.state == "withdrawn":
        return f"Not handed on to {where}: it was undone in time."
    problem = f" {one.problem_message}" if one.problem_message else ""
    return f"Waits to be handed on to {where}.{problem}"


def _doubts(found: Workbench, facts: BenchFacts) -> tuple[Notice, ...]:
    if not facts.doubts or found.row.disposition:
        return ()
    why = "; ".join(words.doubt_text(one) for one in facts.doubts)
    named = f" {facts.suggested.text}" if facts.suggested else ""
    text = f"It bears the number of our referral{named}, and was not attached by itself: {why}."
    return (Notice(text, "warn", *((facts.suggested.url, "Open it") if facts.suggested else ())),)


_EVENT_TONES: Final = {"failed": ("warn", "bad"), "disposed": ("check", "good"), "overdue": ("clock", "bad")}


_SAYS_NOTHING: Final = frozenset({"", "[]", "False", "None", "0"})
#: Ids say nothing to a person.
_ID_LENGTH: Final = 36


def _history(event: EventView, show: Clockface) -> HistoryLine:
    icon, tone = _EVENT_TONES.get(event.kind, ("check", ""))
    told = [(key, value) for key, value in event.details if value not in _SAYS_NOTHING and len(value) < _ID_LENGTH]
    detail = ", ".join(f"{words.sentence(key).lower()} {value}" for key, value in told)
    text = f"{event.actor_name}{' · ' + detail if detail else ''}"
    return HistoryLine(words.sentence(event.kind), text, icon, tone, show.at(event.occurred_at))


def _lock_text(found: Workbench, *, is_other: bool) -> str:
    if is_other:
        return f"{found.row.locked_name} is reviewing this"
    return "You are reviewing this" if found.locked_by else ""


def _problem(page: int | None, message: str) -> str:
    return f"Page {page}: {message}" if page else message


def _with(kind: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return kinds if kind in kinds else (kind, *kinds)


def _item_url(item_id: UUID) -> str:
    return reverse("workbench", kwargs={"item_id": item_id})

"""The workbench: one item, its pages beside its fields, and what a person decides about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.directory import queries as directory
from homing.documents import queries as documents
from homing.intake import actions, actions_review, policy, queries, queries_answers, queries_filing
from homing.intake.fields import Draft, InvalidField, PatientChoice, content_of
from homing.intake.pipeline import sites
from homing.kit import reference
from homing.kit.errors import Conflict, Invalid, NotFound
from homing.referrals import queries as referrals
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import fragment, page
from homing.web.widgets import Option
from homing.web.workspace.inbox import after_review
from homing.web.workspace.support import (
    extension,
    face,
    file,
    go,
    image,
    said,
    tell,
    text,
    user_id,
    uuid_or_none,
    version,
)
from homing.web.workspace.workbench_fields import SHAPES, draft_from
from homing.web.workspace.workbench_page import (
    BenchFacts,
    Link,
    OfficeChoices,
    bench_of,
    identity_of,
    offices_of,
)

if TYPE_CHECKING:
    from homing.intake.queries import Workbench

_REVIEW = Permission.INTAKE_REVIEW
_UNPROCESSABLE = 422


class NoSuchReference(Invalid):
    """There is no record with this reference number. Check it letter by letter."""

    code = "no_such_reference"


@staff(Permission.INTAKE_READ, seen="inbound_item", key="item_id")
def workbench(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Show one item; a reviewer takes its lock."""
    if request.actor.may(_REVIEW):
        _take_lock(request, item_id)
    return _show(request, item_id)


@staff(Permission.INTAKE_READ, seen="inbound_item_page", key="item_id")
def workbench_page(request: StaffRequest, item_id: UUID, number: int) -> HttpResponse:  # noqa: ARG001
    """Return one page image."""
    return image(queries.page_png(item_id, number))


@staff(Permission.INTAKE_READ, seen="inbound_item_file", key="item_id")
def workbench_file(request: StaffRequest, item_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Return the file as received."""
    found = queries.workbench(item_id)
    if found.document_id is None:
        raise NotFound
    kept = documents.document(found.document_id)
    name = f"{found.row.reference}.{extension(kept.media_type)}"
    return file(documents.content(kept.id), kept.media_type, name)


@staff(_REVIEW, methods=("POST",))
def workbench_release(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Give the lock back and return to the list."""
    actions_review.release(actor=request.actor, item_id=item_id)
    if text(request, "quietly"):
        return HttpResponse(status=204)
    return go(reverse("inbox"))


@staff(_REVIEW, methods=("POST",))
def workbench_draft(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Keep what is entered so far; answer with the new version."""
    made = _save_draft(request, queries.workbench(item_id))
    return JsonResponse({"version": made, "text": "Draft saved"})


@staff(_REVIEW, methods=("POST",))
def workbench_candidates(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Show the candidates for the patient as entered now."""
    found = queries.workbench(item_id)
    chosen = text(request, "patient")
    known = {str(one.record.id) for one in found.candidates} | {"new", "park"}
    who = identity_of(found, is_read_only=False, choice=chosen if chosen in known else "")
    return fragment(request, "workspace/_candidates.html", identity=who)


@staff(_REVIEW, methods=("POST",))
def workbench_kind(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Say what kind of document it is."""
    actions_review.set_kind(actor=request.actor, item_id=item_id, version=version(request), kind=text(request, "kind"))
    return go(_url(item_id))


@staff(_REVIEW, methods=("POST",))
def workbench_rotate(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Remember how a page was turned."""
    number, rotation = text(request, "page"), text(request, "rotation")
    if not number.isdecimal() or not rotation.isdecimal():
        raise Invalid
    actions_review.rotate_page(actor=request.actor, item_id=item_id, number=int(number), rotation=int(rotation))
    return HttpResponse(status=204)


@staff(_REVIEW, methods=("POST",))
def workbench_offices(request: StaffRequest, item_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Search the directory for the sender."""
    wanted = text(request, "text", 100)
    found = directory.search_offices(wanted, limit=6) if wanted else ()
    choices = offices_of(found, searched=bool(wanted), chosen=text(request, "office", 40))
    return fragment(request, "workspace/_office_choices.html", offices=choices)


@staff(_REVIEW, methods=("POST",))
def workbench_prove(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Let a person stand for who sent the item."""
    office_id = uuid_or_none(text(request, "office"))
    if office_id is None:
        raise Invalid("Choose the office that sent this.")
    actions_review.prove_sender(
        actor=request.actor,
        item_id=item_id,
        version=version(request),
        office_id=office_id,
        transport_is_theirs=text(request, "number_is_theirs") == "yes",
    )
    tell(request, "The sender is proven and will be told each step.")
    return go(_url(item_id))


@staff(_REVIEW, methods=("POST",))
def workbench_split(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Give each part of a packet its own item."""
    numbers = [one.number for one in queries.pages(item_id)]
    starts = {int(one) for one in request.POST.getlist("starts") if one.isdecimal()} | {*numbers[:1]}
    groups: list[list[int]] = []
    for number in numbers:
        if number in starts:
            groups.append([])
        groups[-1].append(number)
    if len(groups) < 2:
        raise Invalid("Tick at least one page that starts a new document.")
    made = actions_review.split(actor=request.actor, item_id=item_id, version=version(request), groups=groups)
    tell(request, f"Split into {len(made)} documents. Each stands in the inbox once it is read.")
    return go(reverse("inbox"))


@staff(_REVIEW, methods=("POST",))
def workbench_retry(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Let the machine try again where it failed."""
    actions.retry(actor=request.actor, item_id=item_id)
    tell(request, "Reading is tried again.", tone="info")
    return go(reverse("inbox"))


@staff(_REVIEW, methods=("POST",))
def workbench_take_over(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Review by eye what the machine could not read."""
    actions.take_over(actor=request.actor, item_id=item_id)
    return go(_url(item_id))


@staff(_REVIEW, methods=("POST",))
def workbench_dispose(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """End an item that opens no referral."""
    disposition = text(request, "disposition")
    _dispose(request, item_id, disposition)
    tell(request, f"Done: {words.disposition_text(disposition).lower()}.", url=_url(item_id), link="Show it")
    return go(after_review(request, item_id))


@staff(_REVIEW, methods=("POST",))
def workbench_reopen(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Take a disposition back."""
    actions_review.undo(actor=request.actor, item_id=item_id)
    tell(request, "Undone: the item is in review again.", tone="info")
    return go(_url(item_id))


@staff(_REVIEW, methods=("POST",))
def workbench_sign_off(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Open the referral and go on to the next item; or park it, where the patient is not clear."""
    found = queries.workbench(item_id)
    if found.version != version(request):
        raise Conflict
    made = _save_draft(request, found)
    choice = _choice(request, found)
    if text(request, "patient") == "park":
        actions_review.park(actor=request.actor, item_id=item_id, version=made)
        tell(request, "Parked. It stays open until the patient is known.", url=_url(item_id), link="Show it")
        return go(after_review(request, item_id))
    if choice is None:
        return _show(request, item_id, errors={}, who_error="Choose who the patient is.")
    try:
        content = content_of(_posted(request))
    except InvalidField as problem:
        return _show(request, item_id, errors={problem.field: said(problem)})
    try:
        referral_id = actions_review.sign_off(
            actor=request.actor,
            item_id=item_id,
            version=made,
            content=content,
            patient=choice,
            location_id=uuid_or_none(text(request, "location")),
            specialty=text(request, "specialty", 200),
        )
    except actions_review.PatientNameMissing as problem:
        return _show(request, item_id, errors={"patient.family": said(problem)})
    number = reference.display(found.row.reference)
    tell(
        request,
        f"Referral {number} opened.",
        url=reverse("referral", kwargs={"referral_id": referral_id}),
        link="Open it",
    )
    return go(after_review(request, item_id))


def _dispose(request: StaffRequest, item_id: UUID, disposition: str) -> None:
    actor, seen, note = request.actor, version(request), text(request, "note", 300)
    match disposition:
        case "attached":
            actions_review.attach_to(actor=actor, item_id=item_id, version=seen, referral_id=_referral_named(request))
        case "filed":
            actions_review.file_as(actor=actor, item_id=item_id, version=seen, kind=text(request, "file_kind"))
        case "duplicate":
            actions_review.mark_duplicate(actor=actor, item_id=item_id, version=seen, of_item_id=_item_named(request))
        case "misdirected":
            actions_review.misdirected(actor=actor, item_id=item_id, version=seen, reason=note)
        case "rejected":
            actions_review.reject(actor=actor, item_id=item_id, version=seen, reason=note)
        case _:
            raise Invalid("Choose what becomes of the item.")


def _referral_named(request: StaffRequest) -> UUID:
    found = referrals.by_reference(text(request, "referral", 40))
    if found is None:
        raise NoSuchReference
    return found.id


def _item_named(request: StaffRequest) -> UUID:
    number = reference.parse(text(request, "duplicate_of", 40))
    found = queries.item_of_reference(number) if number else None
    if found is None:
        raise NoSuchReference
    return found


def _posted(request: StaffRequest) -> dict[str, str]:
    return {shape.name: text(request, shape.name) for shape in SHAPES if shape.name in request.POST}


def _save_draft(request: StaffRequest, found: Workbench) -> int:
    entries = draft_from(_posted(request), request.POST.getlist("confirmed"), found.fields, found.draft)
    draft = Draft(
        entries=entries,
        patient=_choice(request, found),
        refused=found.draft.refused,
        location_id=uuid_or_none(text(request, "location")),
        specialty=text(request, "specialty", 200),
    )
    # Compared with the version that was read, not the posted one: the newest keystrokes of one reviewer win.
    return actions_review.save_draft(actor=request.actor, item_id=found.row.id, version=found.version, draft=draft)


def _choice(request: StaffRequest, found: Workbench) -> PatientChoice | None:
    chosen = text(request, "patient")
    if chosen == "new":
        # "None of these" is a statement about each of those shown.
        return PatientChoice(refused=tuple(one.record.id for one in found.candidates))
    record_id = uuid_or_none(chosen)
    return PatientChoice(record_id=record_id) if record_id else None


def _take_lock(request: StaffRequest, item_id: UUID) -> None:
    found = queries.item(item_id)
    if found.disposition:
        return
    try:
        actions_review.lock(actor=request.actor, item_id=item_id)
    except actions_review.LockedByAnother:
        # The page says who has it, and is read-only.
        return


def _show(
    request: StaffRequest, item_id: UUID, errors: dict[str, str] | None = None, who_error: str = ""
) -> HttpResponse:
    found = queries.workbench(item_id)
    bench = bench_of(found, _facts(request, found, errors or {}), face(request))
    return page(
        request,
        "workspace/workbench.html",
        status=200 if errors is None else _UNPROCESSABLE,
        bench=bench,
        identity=identity_of(found, is_read_only=bench.is_read_only, error=who_error),
        offices=_likely_offices(found) if bench.sender.can_prove else OfficeChoices((), ""),
    )


def _facts(request: StaffRequest, found: Workbench, errors: dict[str, str]) -> BenchFacts:
    places = sites()
    following = queries.next_to_review(after=found.row.id, user_id=user_id(request.actor))
    return BenchFacts(
        viewer=user_id(request.actor),
        can_review=request.actor.may(_REVIEW),
        kinds=policy.KINDS,
        locations=tuple(Option(str(one.id), one.name) for one in places),
        specialties=tuple(sorted({name for one in places for name in one.specialties})),
        suggested=_referral_link(found.suggested_referral),
        result=_result(found),
        next_url=_url(following) if following else "",
        errors=errors,
        doubts=queries_answers.doubts(found.row.id),
        filings=queries_filing.filings(found.row.id),
    )


def _result(found: Workbench) -> Link | None:
    target = found.row.disposition_ref
    if target is None:
        return None
    if found.row.disposition == "duplicate":
        return Link("The first item", _url(target))
    link = _referral_link(target)
    return replace(link, text=f"Open referral {link.text}") if link else None


def _referral_link(referral_id: UUID | None) -> Link | None:
    if referral_id is None:
        return None
    found = referrals.rows_of((referral_id,)).get(referral_id)
    if found is None:
        return None
    return Link(reference.display(found.reference), reverse("referral", kwargs={"referral_id": referral_id}))


def _likely_offices(found: Workbench) -> OfficeChoices:
    for clue in (found.row.sender_address, found.content.referrer.fax, found.content.referrer.organization):
        if clue and (offices := directory.search_offices(clue, limit=4)):
            return offices_of(offices)
    return offices_of((), searched=False)


def _url(item_id: UUID) -> str:
    return reverse("workbench", kwargs={"item_id": item_id})

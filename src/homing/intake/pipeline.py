"""From arrival to review, step by step.

Each step reads and writes in short transactions of its own and computes outside of them. What a step has written stays,
so a process killed anywhere leaves an item that any other takes up at the step that was not finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homing.documents import queries as documents
from homing.intake import (
    actions,
    actions_filing,
    actions_memory,
    actions_pipeline,
    actions_review,
    carriers,
    policy,
    policy_answers,
    policy_filing,
    queries,
    queries_answers,
    queries_filing,
    queries_memory,
)
from homing.intake.actions_ledger import SYSTEM_NAME
from homing.intake.actions_pipeline import Part, Task
from homing.intake.llm.step import second_look
from homing.intake.reading.errors import UnreadableDocument
from homing.intake.reading.types import PageImage, PageText, Problem
from homing.intake.states import Step
from homing.kit.actor import Actor
from homing.kit.errors import HomingError
from homing.routing.propose import Site, propose
from homing.tenancy.queries import locations
from homing.tenancy.scope import scoped

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from homing.intake.policy_answers import Doubt
    from homing.intake.ports import DocumentReader
    from homing.intake.reading.types import DocumentReading, ReadDocument

SYSTEM = Actor.system(SYSTEM_NAME)


def advance(*, organization_id: UUID, item_id: UUID, reader: DocumentReader) -> None:
    """Take an item as far as it goes: into review, to a disposition, or into the exception queue.

    Raises
    ------
    HomingError
        Not permanent: the same step may succeed when it is repeated.
    """
    while True:
        with scoped(organization_id):
            task = actions_pipeline.begin(actor=SYSTEM, item_id=item_id)
        if task is None:
            return
        try:
            _STEPS[task.step](organization_id, task, reader)
        except HomingError as problem:
            with scoped(organization_id):
                if problem.permanent:
                    actions_pipeline.fail(actor=SYSTEM, item_id=item_id, problem=problem)
                else:
                    actions_pipeline.note_delay(actor=SYSTEM, item_id=item_id, problem=problem)
            if not problem.permanent:
                raise


def _fetch(organization_id: UUID, task: Task, _reader: DocumentReader) -> None:
    data = carriers.carrier(task.carrier).fetch_inbound(task.carrier_reference)
    with scoped(organization_id):
        actions.store_fetched(actor=SYSTEM, item_id=task.item_id, data=data)


def _render(organization_id: UUID, task: Task, reader: DocumentReader) -> None:
    if task.document_id is None:
        return
    with scoped(organization_id):
        data = documents.content(task.document_id)
    rendered = reader.render(data)
    with scoped(organization_id):
        actions_pipeline.save_rendered(
            actor=SYSTEM, item_id=task.item_id, pages=rendered.pages, problems=rendered.problems
        )


def _recognise(organization_id: UUID, task: Task, reader: DocumentReader) -> None:
    with scoped(organization_id):
        page = queries.page_to_read(task.item_id, task.page)
    text, problem = _page_text(page, task, reader)
    with scoped(organization_id):
        actions_pipeline.save_recognised(actor=SYSTEM, item_id=task.item_id, text=text, problem=problem)


def _page_text(page: PageImage, task: Task, reader: DocumentReader) -> tuple[PageText, Problem | None]:
    try:
        return reader.recognise(page), None
    except UnreadableDocument as error:
        if not error.permanent and task.attempt < policy.ATTEMPTS:
            raise
        # One bad page does not cost the others: it stays in the document, without words, and the reason is shown.
        problem = Problem(error.reason, str(error), page.number)
        return PageText(page.number, (), width=page.width, height=page.height, error=error.code), problem


def _classify(organization_id: UUID, task: Task, reader: DocumentReader) -> None:
    with scoped(organization_id):
        texts = queries.page_texts(task.item_id)
        is_single = queries.is_single(task.item_id)
        placements = queries_memory.placements_for(task.item_id)
    reading = second_look(organization_id, task.item_id, reader.understand(texts, placements), texts)
    with scoped(organization_id):
        actions_memory.keep_captions(actor=SYSTEM, item_id=task.item_id, captions=reading.captions)
    pages = [text.number for text in texts]
    found = (policy.as_one(reading, pages),) if is_single else policy.parts(reading, pages)
    if len(found) > 1:
        _split(organization_id, task, found, _kinds(reading))
        return
    with scoped(organization_id):
        actions_pipeline.save_classified(actor=SYSTEM, item_id=task.item_id, document=found[0], kinds=_kinds(reading))


def _kinds(reading: DocumentReading) -> dict[int, str]:
    return {one.page: one.kind for one in reading.pages}


def _split(organization_id: UUID, task: Task, found: tuple[ReadDocument, ...], kinds: dict[int, str]) -> None:
    if task.document_id is None:
        return
    with scoped(organization_id):
        parts = [
            Part(one.pages, tuple(documents.page_image(task.document_id, page) for page in one.pages), one)
            for one in found
        ]
        actions_pipeline.save_split(actor=SYSTEM, item_id=task.item_id, parts=parts, kinds=kinds)


def _extract(organization_id: UUID, task: Task, _reader: DocumentReader) -> None:
    with scoped(organization_id):
        actions_pipeline.save_extracted(actor=SYSTEM, item_id=task.item_id)


def _match(organization_id: UUID, task: Task, _reader: DocumentReader) -> None:
    with scoped(organization_id):
        referral_id = queries.referral_answered(task.item_id)
        actions_pipeline.save_matched(actor=SYSTEM, item_id=task.item_id, referral_id=referral_id)


def _route(organization_id: UUID, task: Task, _reader: DocumentReader) -> None:
    with scoped(organization_id):
        proposal = propose(queries.content_read(task.item_id), sites())
        actions_pipeline.save_routed(actor=SYSTEM, item_id=task.item_id, proposal=proposal)


def _decide(organization_id: UUID, task: Task, _reader: DocumentReader) -> None:
    with scoped(organization_id):
        answer = queries_answers.answer_facts(task.item_id)
        doubts = policy_answers.doubts(answer) if answer.referrals else ()
        if answer.referrals and not doubts:
            (referral,) = answer.referrals
            actions_review.attach_answer(actor=SYSTEM, item_id=task.item_id, referral_id=referral.id)
        elif answer.kind != policy.REFERRAL and not policy_filing.why_not_filed(
            queries_filing.filing_facts(task.item_id)
        ):
            actions_filing.file_automatically(actor=SYSTEM, item_id=task.item_id)
        else:
            _accept_or_ask(task, doubts)


def _accept_or_ask(task: Task, doubts: tuple[Doubt, ...]) -> None:
    facts = queries.acceptance_facts(task.item_id)
    reasons = policy.why_a_person(facts)
    if reasons:
        actions_pipeline.put_in_review(actor=SYSTEM, item_id=task.item_id, reasons=reasons, doubts=doubts)
    else:
        actions_review.accept(actor=SYSTEM, item_id=task.item_id, record_id=facts.exact_record)


def sites() -> tuple[Site, ...]:
    """Return the locations of the organization in scope, as routing sees them."""
    return tuple(Site(row.id, row.name, tuple(row.specialties), row.postal_code) for row in locations())


_STEPS: dict[Step, Callable[[UUID, Task, DocumentReader], None]] = {
    Step.FETCH: _fetch,
    Step.RENDER: _render,
    Step.RECOGNISE: _recognise,
    Step.CLASSIFY: _classify,
    Step.EXTRACT: _extract,
    Step.MATCH: _match,
    Step.ROUTE: _route,
    Step.DECIDE: _decide,
}

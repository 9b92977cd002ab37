from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from homing.accounts.organization import set_auto_accept
from homing.documents import queries as documents
from homing.intake import actions, jobs, pipeline, queries
from homing.intake.actions_ledger import ADVANCE
from homing.intake.models import InboundItem, ItemEvent
from homing.intake.ports import Arrival
from homing.intake.queries_ledger import ledger_balance
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import HomingError
from homing.referrals import queries as referrals
from homing.tenancy.models import Location, Organization
from tests.intake.conftest import Arrive
from tests.intake.paper import LAB, REFERRAL, UNREADABLE_PAGE, PaperReader, another

pytestmark = pytest.mark.django_db
ACKNOWLEDGE = "homing.loop.jobs.acknowledge_item"


class MomentaryTrouble(HomingError):
    """Try again."""

    code = "momentary_trouble"
    permanent = False


class LastingTrouble(HomingError):
    """This will never work."""

    code = "lasting_trouble"


def kinds(item_id: UUID) -> list[str]:
    return list(ItemEvent.objects.filter(item_id=item_id).order_by("recorded_at", "id").values_list("kind", flat=True))


def deferred(task: str, item_id: UUID) -> int:
    return ProcrastinateJob.objects.filter(task_name=task, args__item_id=str(item_id)).count()


def is_owed(item_id: UUID) -> bool:
    (promise,) = referrals.obligations(item_id=item_id)
    return promise.fulfilled_at is None and promise.released_at is None


def test_a_referral_is_read_matched_routed_and_put_in_front_of_a_person(
    sender: UUID, arrived: Arrive, location: Location
) -> None:
    item_id = arrived(("#cover_sheet", "To: Main Street"), REFERRAL, ("note of the last visit",))

    bench = queries.workbench(item_id)
    assert kinds(item_id) == [
        "received",
        "read",
        "classified",
        "extracted",
        "item_read",
        "matched",
        "routed",
        "in_review",
    ]
    assert bench.row.state == "in_review"
    assert bench.row.patient_name == "Avery Testperson"
    assert bench.row.priority == "urgent"
    assert bench.content.patient.phone == "6175550111"
    assert bench.specialty == "Cardiovascular Disease"
    assert bench.location_id == location.id
    assert [page.kind for page in bench.pages] == ["cover_sheet", "referral", "note"]
    assert bench.missing == ()


def test_it_is_read_as_a_referral_once_and_only_a_proven_sender_is_told(sender: UUID, arrived: Arrive) -> None:
    known, unknown, lab = arrived(), arrived(caller="+16175550199"), arrived(LAB)

    assert deferred(ACKNOWLEDGE, known) == 1
    assert deferred(ACKNOWLEDGE, unknown) == 0
    assert deferred(ACKNOWLEDGE, lab) == 0
    assert is_owed(known)
    assert is_owed(unknown)
    assert not is_owed(lab)


def test_progress_names_the_step_and_the_page(organization: Organization, arrive: Arrive, reader: PaperReader) -> None:
    seen = []
    item_id = arrive(REFERRAL, ("page 2",), ("page 3",))
    reader.before = lambda _: seen.append(
        InboundItem.objects.values_list("step", "step_page", "step_pages").get(id=item_id)
    )

    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)

    assert seen == [
        ("render", 0, 0),
        ("recognise", 1, 3),
        ("recognise", 2, 3),
        ("recognise", 3, 3),
        ("classify", 0, 3),
    ]


def test_what_is_done_is_not_done_again_after_trouble(
    organization: Organization, arrive: Arrive, reader: PaperReader
) -> None:
    item_id = arrive(REFERRAL, ("page 2",))
    trouble = iter([True])

    def trouble_at_page_2(step: str) -> None:
        if step == "recognise 2" and next(trouble, False):
            raise MomentaryTrouble

    reader.before = trouble_at_page_2
    with pytest.raises(MomentaryTrouble):
        pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    assert queries.inbox(queries.InboxFilter("reading"))[0].problem_code == "momentary_trouble"

    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)

    assert reader.steps == ["render", "recognise 1", "recognise 2", "recognise 2", "understand"]
    row = queries.workbench(item_id).row
    assert (row.state, row.problem_code) == ("in_review", "")


@pytest.mark.parametrize("step", ["render", "recognise 1", "recognise 2", "understand"])
@pytest.mark.parametrize("error", [MomentaryTrouble, ZeroDivisionError])
def test_a_step_that_fails_three_times_lands_in_the_exception_queue_with_an_owner(
    organization: Organization, arrive: Arrive, reader: PaperReader, step: str, error: type[Exception]
) -> None:
    item_id = arrive(REFERRAL, ("page 2",))

    def always(name: str) -> None:
        if name == step:
            raise error

    reader.before = always
    for _ in range(3):
        with pytest.raises(error):
            pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)

    row = queries.workbench(item_id).row
    assert reader.steps.count(step) == 3
    assert (row.state, row.next_action, row.owner_role) == ("failed", "resolve_failure", "intake_coordinator")
    assert row.problem_code == ("momentary_trouble" if error is MomentaryTrouble else "step_failed")
    assert row.problem_message
    assert queries.counts().exceptions == 1
    assert ledger_balance().is_balanced


def test_what_can_never_succeed_is_not_tried_again(
    organization: Organization, arrive: Arrive, reader: PaperReader
) -> None:
    item_id = arrive()

    def never(_: str) -> None:
        raise LastingTrouble

    reader.before = never
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)

    assert reader.steps == ["render"]
    assert queries.workbench(item_id).row.problem_message == "This will never work."


def test_an_empty_file_fails_with_its_reason(organization: Organization, system_actor: Actor) -> None:
    receipt = actions.receive(actor=system_actor, arrival=Arrival("upload", "u-1", b""))
    pipeline.advance(organization_id=organization.id, item_id=receipt.item_id, reader=PaperReader())

    row = queries.workbench(receipt.item_id).row
    assert (row.state, row.problem_code) == ("failed", "empty")


def test_a_broken_page_in_the_middle_does_not_cost_the_others(sender: UUID, arrived: Arrive) -> None:
    item_id = arrived(REFERRAL, (UNREADABLE_PAGE,), ("page 3",))

    bench = queries.workbench(item_id)
    assert bench.row.state == "in_review"
    assert [(problem.page, problem.code) for problem in bench.problems] == [(2, "damaged")]
    assert [page.error for page in bench.pages] == ["", "damaged", ""]
    assert bench.content.patient.family == "Testperson"


def test_a_file_without_one_readable_page_fails_and_can_be_tried_again(
    organization: Organization, arrived: Arrive, coordinator: Actor, reader: PaperReader
) -> None:
    item_id = arrived((UNREADABLE_PAGE,), (UNREADABLE_PAGE,))
    assert queries.workbench(item_id).row.problem_code == "damaged"

    actions.retry(actor=coordinator, item_id=item_id)
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)

    assert reader.steps.count("recognise 1") == 2
    row = queries.workbench(item_id).row
    assert (row.state, row.problem_code) == ("failed", "damaged")
    assert len(queries.workbench(item_id).problems) == 2


def test_a_person_can_take_over_what_the_machine_could_not_read(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived((UNREADABLE_PAGE,))

    actions.take_over(actor=coordinator, item_id=item_id)

    bench = queries.workbench(item_id)
    assert (bench.row.state, bench.row.next_action) == ("in_review", "review")
    assert bench.row.problem_code == "damaged"


def test_several_documents_in_one_file_become_items_with_only_their_own_pages(
    organization: Organization, sender: UUID, arrived: Arrive, reader: PaperReader
) -> None:
    parent_id = arrived(("#cover_sheet",), another(1), ("attachment",), another(2), LAB)

    parent = queries.workbench(parent_id)
    assert parent.row.disposition == "split"
    assert [child.pages for child in parent.children] == [2, 1, 1]
    assert sorted(row.parent_pages for row in InboundItem.objects.filter(parent_id=parent_id)) == [[2, 3], [4], [5]]
    for child in parent.children:
        pipeline.advance(organization_id=organization.id, item_id=child.id, reader=reader)
    benches = [queries.workbench(child.id) for child in parent.children]
    assert [bench.row.patient_name for bench in benches] == ["Avery Person1", "Avery Person2", "Sam Otherperson"]
    assert [bench.row.kind for bench in benches] == ["referral", "referral", "lab_result"]
    assert len({bench.document_id for bench in benches} | {parent.document_id}) == 4
    first = benches[0]
    assert {field.page for field in first.fields if field.page} == {1}
    assert first.document_id is not None
    assert parent.document_id is not None
    assert documents.content(first.document_id).startswith(b"%PDF")
    assert documents.page_image(first.document_id, 2) == documents.page_image(parent.document_id, 3)
    assert [is_owed(child.id) for child in parent.children] == [True, True, False]
    assert not is_owed(parent_id)
    assert ledger_balance().is_balanced


def test_a_file_that_is_sent_again_is_recognised_in_each_of_its_parts(sender: UUID, arrived: Arrive) -> None:
    first, again = arrived(another(1), another(2)), arrived(another(1), another(2))

    before, after = queries.workbench(first), queries.workbench(again)
    assert after.repeat_of is not None
    assert after.repeat_of.id == first
    repeats = [queries.item(part.id).repeat_of for part in after.children]
    assert repeats == [child.id for child in before.children]


def test_pages_that_belong_to_no_document_stay_with_the_only_one_or_become_an_item(arrived: Arrive) -> None:
    alone = arrived(("loose page",), REFERRAL)
    several = arrived(("loose page",), another(1), another(2))

    assert queries.workbench(alone).row.disposition == ""
    assert queries.workbench(alone).row.pages == 2
    assert [child.kind for child in queries.workbench(several).children] == ["other", "referral", "referral"]


def test_a_page_that_answers_one_of_our_referrals_is_proposed_to_be_attached(
    sender: UUID, arrived: Arrive, coordinator: Actor
) -> None:
    from tests.intake.test_review import sign_off

    referral_id = sign_off(coordinator, arrived())
    number = referrals.referral(referral_id).row.reference

    answer = arrived(("#consult_note", f"ref {number}"))

    assert queries.workbench(answer).suggested_referral == referral_id


def test_text_that_the_database_cannot_hold_does_not_stop_the_item(arrived: Arrive) -> None:
    item_id = arrived([*REFERRAL, "reason=chest\x00pain"])

    assert queries.workbench(item_id).row.state == "in_review"


def test_with_automatic_acceptance_a_sure_referral_of_a_new_patient_needs_nobody(
    sender: UUID, arrived: Arrive, location: Location, system_actor: Actor
) -> None:
    set_auto_accept(actor=system_actor, enabled=True)

    row = queries.workbench(arrived()).row

    assert row.disposition == "referral_opened"
    assert row.disposition_ref is not None
    opened = referrals.referral(row.disposition_ref)
    assert opened.row.reference == row.reference
    assert opened.row.location_id == location.id


def _with(*changes: str) -> list[str]:
    changed = {change.split("=", 1)[0]: change for change in changes}
    return [changed.get(line.split("=", 1)[0], line) for line in REFERRAL]


@pytest.mark.parametrize(
    ("fax", "caller", "reason"),
    [
        ([REFERRAL], "+16175550199", "sender_not_proven"),
        ([LAB], None, "not_a_referral"),
        ([_with("patient.phone=(617) 555-0111@0.5")], None, "field_unsure"),
        ([[line for line in REFERRAL if not line.startswith("patient.birth")]], None, "field_missing"),
        ([_with("patient.birth_date=31/31/1961")], None, "field_missing"),
        (
            [
                _with(
                    "diagnosis.codes=L40.0",
                    "reason=Psoriasis of the skin",
                    "requested.service=Dermatology consultation",
                )
            ],
            None,
            "no_location",
        ),
        ([[*REFERRAL, "requested.destination=Dermatology"]], None, "destination_disagrees"),
        ([REFERRAL, [UNREADABLE_PAGE]], None, "pages_unreadable"),
        ([[*REFERRAL, "ref H"]], None, None),
    ],
)
def test_automatic_acceptance_leaves_every_doubt_to_a_person(
    sender: UUID, arrived: Arrive, system_actor: Actor, fax: list[list[str]], caller: str | None, reason: str | None
) -> None:
    set_auto_accept(actor=system_actor, enabled=True)

    item_id = arrived(*fax, **({"caller": caller} if caller else {}))

    row = queries.workbench(item_id).row
    if reason is None:
        assert row.disposition == "referral_opened"
        return
    assert row.state == "in_review"
    reasons = ItemEvent.objects.get(item_id=item_id, kind="in_review").data["reasons"]
    assert reason in reasons


def test_automatic_acceptance_never_decides_who_a_known_patient_is(
    sender: UUID, arrived: Arrive, system_actor: Actor
) -> None:
    set_auto_accept(actor=system_actor, enabled=True)
    arrived()

    resent, sibling = arrived(), arrived(_with("patient.given=Jordan"))

    assert queries.workbench(resent).row.state == "in_review"
    assert queries.workbench(sibling).row.state == "in_review"


def test_automatic_acceptance_is_off_unless_switched_on(sender: UUID, arrived: Arrive) -> None:
    item_id = arrived()

    assert ItemEvent.objects.get(item_id=item_id, kind="in_review").data["reasons"] == ["off"]


def test_the_tick_marks_what_is_overdue_once_and_takes_up_what_a_dead_worker_left(
    organization: Organization, arrive: Arrive
) -> None:
    item_id = arrive()
    with clock.travel_to(clock.now() + timedelta(minutes=20)):
        assert queries.stuck() == (item_id,)
        jobs.tick()
        jobs.tick()

        assert kinds(item_id) == ["received", "overdue"]
        assert queries.counts().overdue == 1
        # One job waits already: a second one would only do the same work.
        assert deferred(ADVANCE, item_id) == 1

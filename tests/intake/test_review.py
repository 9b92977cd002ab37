from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from homing.accounts.policy import Role
from homing.directory.actions import create_office
from homing.directory.queries import office_by_fax
from homing.identity import queries as identity
from homing.intake import actions_review as review
from homing.intake import pipeline, queries
from homing.intake.fields import Draft, PatientChoice
from homing.intake.models import FieldCorrection, InboundItem
from homing.intake.queries_ledger import ledger_balance
from homing.intake.states import IllegalStep
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import Conflict, Invalid, NotFound, NotPermitted
from homing.referrals import queries as referrals
from homing.tenancy.models import Location, Organization
from homing.tenancy.scope import scoped
from tests.intake.conftest import SENDER_FAX, Arrive
from tests.intake.paper import LAB, REFERRAL, PaperReader, another

pytestmark = pytest.mark.django_db
Persona = Callable[[Role], Actor]


def version(item_id: UUID) -> int:
    return queries.workbench(item_id).version


def sign_off(actor: Actor, item_id: UUID, patient: PatientChoice | None = None) -> UUID:
    bench = queries.workbench(item_id)
    return review.sign_off(
        actor=actor,
        item_id=item_id,
        version=bench.version,
        content=bench.content,
        patient=patient or PatientChoice(),
        location_id=bench.location_id,
        specialty=bench.specialty,
    )


def is_owed(item_id: UUID) -> bool:
    return any(one.fulfilled_at is None and one.released_at is None for one in referrals.obligations(item_id=item_id))


def deferred(task: str, item_id: UUID) -> int:
    return ProcrastinateJob.objects.filter(task_name=task, args__item_id=str(item_id)).count()


def test_sign_off_opens_one_referral_with_what_the_person_saw(
    sender: UUID, arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    item_id = arrived()
    number = queries.item(item_id).reference

    referral_id = sign_off(coordinator, item_id)

    view = referrals.referral(referral_id)
    assert view.row.reference == number
    assert view.row.partner_id == sender
    assert view.content.patient.family == "Testperson"
    assert view.content.specialty == "Cardiovascular Disease"
    assert [document.document_id for document in view.attachments] == [queries.workbench(item_id).document_id]
    row = queries.workbench(item_id).row
    assert (row.disposition, row.disposition_ref) == ("referral_opened", referral_id)
    assert ledger_balance().is_balanced


def test_the_promised_acknowledgment_goes_over_to_the_referral(
    sender: UUID, arrived: Arrive, coordinator: Actor
) -> None:
    item_id = arrived()

    referral_id = sign_off(coordinator, item_id)

    assert not is_owed(item_id)
    assert "acknowledgment" in {one.kind for one in referrals.obligations(referral_id=referral_id)}


def test_an_item_is_signed_off_once(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    bench = queries.workbench(item_id)
    sign_off(coordinator, item_id)

    with pytest.raises((Conflict, IllegalStep)):
        review.sign_off(
            actor=coordinator,
            item_id=item_id,
            version=bench.version,
            content=bench.content,
            patient=PatientChoice(),
        )
    with pytest.raises(IllegalStep):
        sign_off(coordinator, item_id)


def test_who_looked_at_an_older_version_must_look_again(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    seen = version(item_id)
    review.save_draft(actor=coordinator, item_id=item_id, version=seen, draft=Draft(specialty="Neurology"))

    with pytest.raises(Conflict):
        review.file_as(actor=coordinator, item_id=item_id, version=seen, kind="lab_result")
    assert queries.workbench(item_id).row.disposition == ""


def test_a_colleague_is_kept_out_until_the_lock_is_released_or_runs_out(
    arrived: Arrive, coordinator: Actor, persona: Persona
) -> None:
    item_id, colleague = arrived(), persona(Role.INTAKE_COORDINATOR)
    review.lock(actor=coordinator, item_id=item_id)
    seen = version(item_id)

    with pytest.raises(review.LockedByAnother):
        review.lock(actor=colleague, item_id=item_id)
    with pytest.raises(review.LockedByAnother):
        review.file_as(actor=colleague, item_id=item_id, version=seen, kind="junk")
    assert queries.workbench(item_id).row.locked_name == coordinator.name
    review.release(actor=colleague, item_id=item_id)
    assert queries.workbench(item_id).locked_by is not None

    with clock.travel_to(clock.now() + timedelta(minutes=10, seconds=1)):
        review.lock(actor=colleague, item_id=item_id)
        review.release(actor=colleague, item_id=item_id)
        review.lock(actor=coordinator, item_id=item_id)


def test_a_locked_item_is_nobody_elses_next_one(arrived: Arrive, coordinator: Actor, persona: Persona) -> None:
    first, second = arrived(), arrived(another(2))
    review.lock(actor=coordinator, item_id=first)

    assert queries.next_to_review(user_id=UUID(persona(Role.INTAKE_COORDINATOR).id)) == second
    assert queries.next_to_review(user_id=UUID(coordinator.id)) == first
    assert queries.next_to_review(after=first, user_id=UUID(coordinator.id)) == second


def test_a_draft_survives_and_is_what_the_workbench_shows(
    arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    item_id = arrived()
    draft = Draft(location_id=location.id, specialty="Neurology").with_value("patient.family", "Testpersson")
    review.save_draft(actor=coordinator, item_id=item_id, version=version(item_id), draft=draft)

    bench = queries.workbench(item_id)

    assert bench.draft == draft
    assert bench.specialty == "Neurology"
    assert bench.content.patient.family == "Testpersson"
    family = next(field for field in bench.fields if field.name == "patient.family")
    assert (family.value, family.read_value, family.is_corrected) == ("Testpersson", "Testperson", True)


def test_only_doubtful_and_missing_required_fields_stop_the_cursor(arrived: Arrive, coordinator: Actor) -> None:
    unsure = [line + "@0.5" if line.startswith("patient.mrn") else line for line in REFERRAL]
    item_id = arrived([line for line in unsure if not line.startswith("patient.phone")])

    bench = queries.workbench(item_id)
    assert [field.name for field in bench.fields if field.is_doubtful] == ["patient.phone", "patient.mrn"]
    assert bench.row.doubtful == 2
    assert bench.missing == ("patient's phone number",)

    review.correct_field(
        actor=coordinator, item_id=item_id, version=bench.version, field="patient.phone", value="617-555-0111"
    )
    again = queries.workbench(item_id)
    assert [field.name for field in again.fields if field.is_doubtful] == ["patient.mrn"]
    assert again.missing == ()


def test_what_a_person_corrects_is_kept_as_evidence(sender: UUID, arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived([line + "@0.5" if line.startswith("patient.family") else line for line in REFERRAL])
    bench = queries.workbench(item_id)
    patient = replace(bench.content.patient, family="Testpersson", mrn="")

    review.sign_off(
        actor=coordinator,
        item_id=item_id,
        version=bench.version,
        content=replace(bench.content, patient=patient),
        patient=PatientChoice(),
        specialty=bench.specialty,
    )

    assert set(queries.corrections(item_id)) == {
        ("patient.family", "Testperson", "Testpersson"),
        ("patient.mrn", "A000001", ""),
    }
    kept = FieldCorrection.objects.get(field="patient.family")
    assert (kept.confidence, kept.page, kept.box, kept.sender_office) == (0.5, 1, [0.1, 0.1, 0.4, 0.12], sender)
    assert kept.corrected_by == UUID(coordinator.id)


def test_a_correction_is_kept_once_however_often_it_is_saved(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    for _ in range(2):
        review.correct_field(
            actor=coordinator, item_id=item_id, version=version(item_id), field="reason", value="Syncope"
        )
    sign_off(coordinator, item_id)

    assert queries.corrections(item_id) == (("reason", "Palpitations, atrial fibrillation on ECG", "Syncope"),)


def test_a_referral_that_was_read_right_leaves_no_correction(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    sign_off(coordinator, item_id)

    assert queries.corrections(item_id) == ()


def test_the_chosen_record_is_the_patient_and_the_refused_ones_are_remembered(
    arrived: Arrive, coordinator: Actor
) -> None:
    first = sign_off(coordinator, arrived())
    known = referrals.referral(first).patient_record_id
    assert known is not None
    again = arrived()
    assert queries.workbench(again).suggested_record == known

    assert referrals.referral(sign_off(coordinator, again, PatientChoice(known))).patient_record_id == known

    third = arrived()
    bench = queries.workbench(third)
    review.refuse_candidate(actor=coordinator, item_id=third, version=bench.version, record_id=known)
    assert known not in {one.record.id for one in queries.workbench(third).candidates}
    other = referrals.referral(sign_off(coordinator, third)).patient_record_id
    assert other is not None
    assert other != known
    assert identity.verdict(known, other) == "different"


def test_a_record_of_nobody_cannot_be_chosen(
    arrived: Arrive, coordinator: Actor, other_organization: Organization
) -> None:
    item_id = arrived()

    with pytest.raises(NotFound):
        sign_off(coordinator, item_id, PatientChoice(other_organization.id))
    assert queries.workbench(item_id).row.disposition == ""


def test_parking_keeps_the_item_open_with_an_owner(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    review.lock(actor=coordinator, item_id=item_id)

    review.park(actor=coordinator, item_id=item_id, version=version(item_id))

    row = queries.workbench(item_id).row
    assert (row.is_parked, row.next_action, row.owner_role, row.locked_name) == (
        True,
        "identify_patient",
        "intake_coordinator",
        "",
    )
    assert (queries.counts().parked, queries.counts().review) == (1, 0)
    sign_off(coordinator, item_id)
    assert queries.counts().open == 0


def test_a_patient_without_a_name_opens_no_referral(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived([line for line in REFERRAL if not line.startswith("patient.given")])

    with pytest.raises(review.PatientNameMissing):
        sign_off(coordinator, item_id)
    assert queries.workbench(item_id).row.state == "in_review"


def test_a_person_may_prove_the_sender_who_is_then_told(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived(caller="+16175550155")
    office = create_office(actor=coordinator, name="Elm Street")

    with pytest.raises(review.SenderNotReachable):
        review.prove_sender(actor=coordinator, item_id=item_id, version=version(item_id), office_id=office)
    assert not deferred("homing.loop.jobs.acknowledge_item", item_id)
    review.prove_sender(
        actor=coordinator, item_id=item_id, version=version(item_id), office_id=office, transport_is_theirs=True
    )

    assert queries.item(item_id).address == "+16175550155"
    assert office_by_fax("+16175550155") is not None
    assert deferred("homing.loop.jobs.acknowledge_item", item_id) == 1
    sign_off(coordinator, item_id)
    assert deferred("homing.loop.jobs.acknowledge_item", item_id) == 2


def test_the_answer_goes_to_the_office_and_never_to_an_unproven_number(
    sender: UUID, arrived: Arrive, coordinator: Actor
) -> None:
    item_id = arrived(caller="+16175550155")

    review.prove_sender(actor=coordinator, item_id=item_id, version=version(item_id), office_id=sender)

    assert queries.item(item_id).address == SENDER_FAX


def test_who_is_proven_once_is_proven_for_all_that_waits_from_the_same_machine(
    arrive: Arrive, arrived: Arrive, organization: Organization, coordinator: Actor, reader: PaperReader
) -> None:
    first, second = arrived(caller="+16175550155"), arrived(another(2), caller="+16175550155")
    unread, other = arrive(another(3), caller="+16175550155"), arrived(another(4), caller="+16175550156")
    office = create_office(actor=coordinator, name="Elm Street")

    review.prove_sender(
        actor=coordinator, item_id=first, version=version(first), office_id=office, transport_is_theirs=True
    )
    pipeline.advance(organization_id=organization.id, item_id=unread, reader=reader)

    assert [queries.item(one).sender_office for one in (second, unread, other)] == [office, office, None]
    assert [deferred("homing.loop.jobs.acknowledge_item", one) for one in (first, second, unread, other)] == [
        1,
        1,
        1,
        0,
    ]


def test_an_item_can_be_given_to_one_person_and_back(arrived: Arrive, coordinator: Actor) -> None:
    item_id, person = arrived(), UUID(coordinator.id)

    review.assign(actor=coordinator, item_id=item_id, version=version(item_id), owner=person)
    assert [row.id for row in queries.inbox(queries.InboxFilter("open", owner=person))] == [item_id]

    review.assign(actor=coordinator, item_id=item_id, version=version(item_id), owner=None)
    assert queries.inbox(queries.InboxFilter("open", owner=person)) == ()


def test_saying_that_it_is_a_referral_makes_it_one(sender: UUID, arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived(LAB)
    assert not is_owed(item_id)

    review.set_kind(actor=coordinator, item_id=item_id, version=version(item_id), kind="referral")

    assert is_owed(item_id)
    assert deferred("homing.loop.jobs.acknowledge_item", item_id) == 1
    review.set_kind(actor=coordinator, item_id=item_id, version=version(item_id), kind="lab_result")
    assert not is_owed(item_id)
    with pytest.raises(review.UnknownKind):
        review.set_kind(actor=coordinator, item_id=item_id, version=version(item_id), kind="poem")


def test_a_page_is_turned_for_the_eye_only(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    before = queries.page_png(item_id, 1)

    review.rotate_page(actor=coordinator, item_id=item_id, number=1, rotation=180)

    assert queries.pages(item_id)[0].rotation == 180
    assert queries.page_png(item_id, 1) == before
    with pytest.raises(Invalid):
        review.rotate_page(actor=coordinator, item_id=item_id, number=1, rotation=45)


def test_a_page_that_was_read_upside_down_is_shown_upright(
    arrive: Arrive, organization: Organization, location: Location
) -> None:
    item_id = arrive()
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=PaperReader(rotation=180))

    assert [page.rotation for page in queries.pages(item_id)] == [180]


def test_a_person_splits_what_the_machine_took_for_one(
    organization: Organization, sender: UUID, arrived: Arrive, coordinator: Actor, reader: PaperReader
) -> None:
    item_id = arrived(("#cover_sheet",), REFERRAL, ("patient.family=Someoneelse", "patient.given=Kim"))

    children = review.split(
        actor=coordinator, item_id=item_id, version=version(item_id), groups=[[2], [3]], left_out=[1]
    )
    for child in children:
        pipeline.advance(organization_id=organization.id, item_id=child, reader=reader)

    assert queries.workbench(item_id).row.disposition == "split"
    assert [queries.workbench(child).row.state for child in children] == ["in_review", "in_review"]
    assert queries.workbench(children[0]).row.patient_name == "Avery Testperson"
    assert ledger_balance().is_balanced


@pytest.mark.parametrize(
    ("groups", "left_out"),
    [([[2]], [1]), ([[2], [3]], []), ([[2, 3], [3]], [1]), ([[1, 2]], [3]), ([[2, 3], []], [1]), ([[2, 3, 4]], [1])],
)
def test_no_page_is_lost_or_doubled_in_a_split(
    arrived: Arrive, coordinator: Actor, groups: list[list[int]], left_out: list[int]
) -> None:
    item_id = arrived(("#cover_sheet",), REFERRAL, ("note",))

    with pytest.raises(review.PagesNotCovered):
        review.split(actor=coordinator, item_id=item_id, version=version(item_id), groups=groups, left_out=left_out)
    assert queries.workbench(item_id).row.disposition == ""


def test_an_answer_is_attached_to_the_referral_it_belongs_to(sender: UUID, arrived: Arrive, coordinator: Actor) -> None:
    referral_id = sign_off(coordinator, arrived())
    item_id = arrived(("#consult_note",))

    review.attach_to(actor=coordinator, item_id=item_id, version=version(item_id), referral_id=referral_id)

    row = queries.workbench(item_id).row
    assert (row.disposition, row.disposition_ref) == ("attached", referral_id)
    assert len(referrals.referral(referral_id).attachments) == 2


def test_every_other_way_to_end_leaves_its_mark_and_can_be_undone(
    sender: UUID, arrived: Arrive, coordinator: Actor
) -> None:
    first = arrived()
    items = {name: arrived(another(number)) for number, name in enumerate(["filed", "duplicate", "gone", "bad"])}

    review.file_as(actor=coordinator, item_id=items["filed"], version=version(items["filed"]), kind="lab_result")
    review.mark_duplicate(
        actor=coordinator, item_id=items["duplicate"], version=version(items["duplicate"]), of_item_id=first
    )
    review.misdirected(actor=coordinator, item_id=items["gone"], version=version(items["gone"]))
    with pytest.raises(review.ReasonMissing):
        review.reject(actor=coordinator, item_id=items["bad"], version=version(items["bad"]), reason=" ")
    review.reject(actor=coordinator, item_id=items["bad"], version=version(items["bad"]), reason="Illegible")

    ends = {name: queries.item(item_id) for name, item_id in items.items()}
    assert [one.disposition for one in ends.values()] == ["filed", "duplicate", "misdirected", "rejected"]
    assert ends["duplicate"].disposition_ref == first
    assert ends["bad"].disposition_note == "Illegible"
    assert not is_owed(items["filed"])
    assert ledger_balance().is_balanced

    for item_id in items.values():
        review.undo(actor=coordinator, item_id=item_id)
        assert queries.workbench(item_id).row.state == "in_review"
    assert queries.counts().review == 5
    assert ledger_balance().is_balanced


def test_a_referral_is_not_undone(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    sign_off(coordinator, item_id)

    with pytest.raises(IllegalStep):
        review.undo(actor=coordinator, item_id=item_id)


def test_an_item_cannot_repeat_itself_or_an_unknown_one(
    arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived()

    with pytest.raises(Invalid):
        review.mark_duplicate(actor=coordinator, item_id=item_id, version=version(item_id), of_item_id=item_id)
    with pytest.raises(NotFound):
        review.mark_duplicate(actor=coordinator, item_id=item_id, version=version(item_id), of_item_id=organization.id)


def test_who_may_only_look_changes_nothing(arrived: Arrive, scheduler: Actor) -> None:
    item_id = arrived()
    seen = version(item_id)
    for change in (
        lambda: review.lock(actor=scheduler, item_id=item_id),
        lambda: review.file_as(actor=scheduler, item_id=item_id, version=seen, kind="junk"),
        lambda: review.mark_duplicate(actor=scheduler, item_id=item_id, version=seen, of_item_id=item_id),
        lambda: sign_off(scheduler, item_id),
        lambda: review.undo(actor=scheduler, item_id=item_id),
    ):
        with pytest.raises((NotPermitted, Invalid)):
            change()
    assert version(item_id) == seen


def test_another_tenant_reaches_no_item(arrived: Arrive, coordinator: Actor, other_organization: Organization) -> None:
    item_id = arrived()
    with scoped(other_organization.id):
        with pytest.raises(NotFound):
            queries.workbench(item_id)
        with pytest.raises(NotFound):
            review.lock(actor=coordinator, item_id=item_id)
        assert queries.inbox(queries.InboxFilter("open")) == ()
    assert InboundItem.objects.count() == 1


def test_the_inbox_shows_each_open_item_in_exactly_one_view(
    sender: UUID, arrive: Arrive, arrived: Arrive, coordinator: Actor
) -> None:
    arrive()
    arrived(another(1))
    arrived(("#unreadable",))
    parked = arrived(another(2))
    review.park(actor=coordinator, item_id=parked, version=version(parked))
    done = arrived(LAB)
    review.file_as(actor=coordinator, item_id=done, version=version(done), kind="lab_result")

    counts = queries.counts()
    listed = {view: len(queries.inbox(queries.InboxFilter(view))) for view in queries.VIEWS}

    assert listed == {
        "review": 1,
        "reading": 1,
        "exceptions": 1,
        "parked": 1,
        "open": 4,
        "overdue": 0,
        "done": 1,
        "unfiled": 0,
    }
    assert (counts.review, counts.reading, counts.exceptions, counts.parked, counts.open) == (1, 1, 1, 1, 4)


@pytest.mark.parametrize(("text", "count"), [("person1", 1), ("grove", 2), ("nobody", 0)])
def test_the_inbox_is_searched_by_patient_sender_or_number(
    sender: UUID, arrived: Arrive, text: str, count: int
) -> None:
    item_id = arrived(another(1))
    arrived(another(2))

    assert len(queries.inbox(queries.InboxFilter("open", text=text))) == count
    number = queries.item(item_id).reference
    assert [row.id for row in queries.inbox(queries.InboxFilter("open", text=f"{number[:5]}-{number[5:]}"))] == [
        item_id
    ]

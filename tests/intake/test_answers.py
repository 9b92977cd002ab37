"""A document that bears our reference number attaches itself and moves the loop, and only where it surely belongs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import segno
from PIL import Image, ImageDraw, ImageFont
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from homing.accounts.policy import Role
from homing.audit.models import AuditRecord
from homing.content.patient import Patient
from homing.directory.actions import create_office
from homing.intake import actions, actions_review, pipeline, queries, queries_answers
from homing.intake.extraction.placement import Placement
from homing.intake.models import InboundItem, ItemEvent
from homing.intake.policy_answers import Answered, AnswerFacts, Doubt, doubts, patient_doubt
from homing.intake.ports import Arrival
from homing.intake.queries_ledger import ledger_balance
from homing.intake.reader import configured
from homing.intake.reading.types import DocumentReading, FieldValue, PageKind, PageText, ReadDocument
from homing.kit import clock, reference
from homing.kit.actor import Actor
from homing.kit.ids import uuid7
from homing.loop import arrivals
from homing.referrals import actions as referrals
from homing.referrals import queries as referral_queries
from homing.referrals.actions import EventData
from homing.referrals.states import Closure, Command, EventKind, IllegalTransition, Status
from homing.referrals.views import ReferralView
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import ReferralContentFactory
from tests.intake.conftest import SENDER_FAX, Arrive
from tests.intake.paper import PaperReader, fax

pytestmark = pytest.mark.django_db
BORN = date(1961, 4, 27)
PATIENT = Patient(family="Testperson", given="Avery", birth_date=BORN)
TAKE = "homing.loop.jobs.take_attached"
LOOP = Actor.system("loop")


def answered(**changes: Any) -> Answered:
    return replace(
        Answered(UUID(int=1), is_open=True, patient=PATIENT, partner_id=UUID(int=5), by_code=False), **changes
    )


def facts(**changes: Any) -> AnswerFacts:
    one = AnswerFacts(
        kind="consult_note",
        kind_confidence=0.97,
        referrals=(answered(),),
        patient=PATIENT,
        sender_office=UUID(int=5),
        has_problems=False,
        is_repeat=False,
    )
    return replace(one, **changes)


def test_number_name_and_birth_date_that_agree_are_enough_whether_the_sender_is_known_or_not() -> None:
    assert doubts(facts()) == ()
    assert doubts(facts(sender_office=None)) == ()


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"kind": "referral"}, Doubt.KIND_NEEDS_PERSON),
        ({"kind": "reply_sheet"}, Doubt.KIND_NEEDS_PERSON),
        ({"kind": "patient_correspondence"}, Doubt.KIND_NEEDS_PERSON),
        ({"kind_confidence": 0.7}, Doubt.KIND_UNSURE),
        ({"referrals": (answered(), answered(id=UUID(int=2)))}, Doubt.SEVERAL_REFERRALS),
        ({"referrals": (answered(is_open=False),)}, Doubt.REFERRAL_ENDED),
        ({"sender_office": UUID(int=6)}, Doubt.OTHER_SENDER),
        ({"has_problems": True}, Doubt.PAGES_UNREADABLE),
        ({"is_repeat": True}, Doubt.SENT_BEFORE),
        ({"taken_off": True}, Doubt.TAKEN_OFF_BEFORE),
        ({"patient": Patient()}, Doubt.PATIENT_UNREADABLE),
        ({"patient": Patient(family="Testperson")}, Doubt.PATIENT_UNREADABLE),
        ({"patient": replace(PATIENT, birth_date=None)}, Doubt.PATIENT_UNREADABLE),
        ({"patient": replace(PATIENT, birth_date=date(1961, 4, 28))}, Doubt.OTHER_BIRTH_DATE),
        ({"patient": replace(PATIENT, family="Otherperson")}, Doubt.OTHER_NAME),
        # A twin: all else is the same.
        ({"patient": replace(PATIENT, given="Aubrey")}, Doubt.OTHER_NAME),
    ],
)
def test_each_single_thing_that_speaks_against_it_leaves_it_to_a_person(changes: dict[str, Any], doubt: Doubt) -> None:
    assert doubts(facts(**changes)) == (doubt,)


@pytest.mark.parametrize(
    ("read", "ours"),
    [
        (Patient("HERNANDEZ", "MARÍA", BORN), Patient("Hernández", "Maria", BORN)),
        (Patient("Hemandez", "Maria", BORN), Patient("Hernandez", "Maria", BORN)),
        (Patient("Garcia", "Maria L", BORN), Patient("Garcia Lopez", "Maria", BORN)),
        (Patient("Hernandez", "M", BORN), Patient("Hernandez", "Maria", BORN)),
    ],
)
def test_the_same_person_written_otherwise_is_the_same(read: Patient, ours: Patient) -> None:
    assert patient_doubt(read, ours, by_code=False) is None


def test_beside_a_code_the_name_alone_will_do_but_never_against_the_birth_date() -> None:
    nameless = replace(PATIENT, birth_date=None)
    assert patient_doubt(nameless, PATIENT, by_code=True) is None
    assert patient_doubt(replace(nameless, family="Testperzon"), PATIENT, by_code=True) is Doubt.OTHER_NAME
    assert patient_doubt(replace(PATIENT, birth_date=date(1990, 1, 1)), PATIENT, by_code=True) is Doubt.OTHER_BIRTH_DATE
    assert patient_doubt(PATIENT, replace(PATIENT, birth_date=None), by_code=False) is Doubt.PATIENT_UNREADABLE
    assert patient_doubt(PATIENT, Patient(), by_code=True) is Doubt.OTHER_NAME


# ---------------------------------------------------------------------------------------------- the real pipeline


@pytest.fixture
def office(coordinator: Actor) -> UUID:
    return create_office(actor=coordinator, name="Heart Center", fax=SENDER_FAX)


@pytest.fixture
def coordinates(persona: Callable[[Role], Actor]) -> Actor:
    return persona(Role.REFERRAL_COORDINATOR)


@pytest.fixture
def sent(office: UUID, coordinates: Actor, system_actor: Actor) -> ReferralView:
    """Return a referral that we have sent to the office."""
    content = ReferralContentFactory(patient__family="Testperson", patient__given="Avery")
    referral_id = referrals.draft_outbound(
        actor=coordinates, content=content, partner_id=office, partner_name="Heart Center", patient_record_id=None
    )
    referrals.send(actor=coordinates, referral_id=referral_id)
    referrals.learn(
        actor=system_actor, referral_id=referral_id, kind=EventKind.SENT, occurred_at=clock.now(), key="sent"
    )
    return referral_queries.referral(referral_id)


def note(number: str, *changes: str) -> tuple[str, ...]:
    stated = ["patient.family=Testperson", "patient.given=Avery", "patient.birth_date=04/27/1961"]
    names = {change.split("=")[0] for change in changes}
    kept = [one for one in stated if one.split("=")[0] not in names]
    return ("#consult_note", *kept, *(one for one in changes if not one.endswith("=")), f"ref {number}")


def react() -> None:
    """Do what the registry's reactions have deferred."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate leaves it unannotated
    for job in ProcrastinateJob.objects.filter(task_name=TAKE).order_by("id"):
        app.tasks[TAKE].func(**job.args)


def kinds(referral_id: UUID) -> list[EventKind]:
    return [one.kind for one in referral_queries.timeline(referral_id)]


def test_a_consult_note_with_our_number_attaches_itself_and_is_the_outcome(sent: ReferralView, arrived: Arrive) -> None:
    item_id = arrived(note(reference.display(sent.reference)))
    react()

    row, view = queries.workbench(item_id).row, referral_queries.referral(sent.id)
    assert (row.disposition, row.disposition_ref) == ("attached", sent.id)
    assert (view.status, view.has_outcome) == (Status.COMPLETED, True)
    assert (view.row.next_action, view.row.owner_role) == ("review_note", Role.REFERRAL_COORDINATOR)
    assert [one.kind for one in view.attachments] == ["consult_note"]
    assert kinds(sent.id).count(EventKind.OUTCOME_RECEIVED) == 1
    assert all(not one.is_open for one in view.obligations)
    assert AuditRecord.objects.filter(action="referral.attach", entity_id=str(sent.id)).count() == 1
    assert AuditRecord.objects.filter(action="referral.learn_outcome_received").count() == 1
    assert ledger_balance().is_balanced


def test_everything_twice_changes_nothing(
    sent: ReferralView, arrived: Arrive, organization: Organization, reader: PaperReader
) -> None:
    item_id = arrived(note(sent.reference))
    for _ in range(2):
        react()
        pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    assert kinds(sent.id).count(EventKind.OUTCOME_RECEIVED) == kinds(sent.id).count(EventKind.ATTACHED) == 1
    assert ItemEvent.objects.filter(item_id=item_id, kind="disposed").count() == 1


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("call", ["attach", "dispose", "react"])
def test_killed_while_it_attaches_it_is_attached_by_the_next(
    sent: ReferralView,
    arrive: Arrive,
    organization: Organization,
    location: object,
    reader: PaperReader,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    item_id = arrive(note(sent.reference))

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(referrals if call == "attach" else actions_review, call, dies)
        with pytest.raises(Killed):
            pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    assert EventKind.ATTACHED not in kinds(sent.id)

    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    react()
    assert kinds(sent.id).count(EventKind.ATTACHED) == kinds(sent.id).count(EventKind.OUTCOME_RECEIVED) == 1


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        (("patient.birth_date=04/28/1961",), Doubt.OTHER_BIRTH_DATE),
        (("patient.given=Aubrey",), Doubt.OTHER_NAME),
        (("patient.family=",), Doubt.PATIENT_UNREADABLE),
    ],
)
def test_a_patient_who_is_another_or_cannot_be_read_is_for_a_person_and_the_reason_is_said(
    sent: ReferralView, arrived: Arrive, changes: tuple[str, ...], doubt: Doubt
) -> None:
    item_id = arrived(note(sent.reference, *changes))

    bench = queries.workbench(item_id)
    assert bench.row.state == "in_review"
    assert bench.suggested_referral == sent.id
    assert queries_answers.doubts(item_id) == (doubt,)
    assert EventKind.ATTACHED not in kinds(sent.id)


def test_a_number_with_a_wrong_check_symbol_is_no_number(sent: ReferralView, arrived: Arrive) -> None:
    wrong = sent.reference[:-1] + ("2" if sent.reference[-1] != "2" else "3")
    item_id = arrived(note(wrong))
    assert queries.workbench(item_id).row.state == "in_review"
    assert queries.workbench(item_id).suggested_referral is None
    assert queries_answers.doubts(item_id) == ()


def test_a_known_office_that_is_not_the_one_asked_is_for_a_person(
    sent: ReferralView, arrived: Arrive, coordinator: Actor
) -> None:
    create_office(actor=coordinator, name="Somebody else", fax="+16175550177")
    item_id = arrived(note(sent.reference), caller="+16175550177")
    assert queries_answers.doubts(item_id) == (Doubt.OTHER_SENDER,)


def test_another_tenants_number_means_nothing_here(
    sent: ReferralView, other_organization: Organization, system_actor: Actor, reader: PaperReader
) -> None:
    with scoped(other_organization.id):
        arrival = Arrival("fax", "n-1", fax(note(sent.reference)))
        item_id = actions.receive(actor=system_actor, arrival=arrival).item_id
    pipeline.advance(organization_id=other_organization.id, item_id=item_id, reader=reader)
    with scoped(other_organization.id):
        assert queries.workbench(item_id).row.state == "in_review"
    assert EventKind.ATTACHED not in kinds(sent.id)


def test_a_lab_result_is_attached_and_is_no_outcome(sent: ReferralView, arrived: Arrive) -> None:
    item_id = arrived(("#lab_result", *note(sent.reference)[1:]))
    react()
    assert queries.workbench(item_id).row.disposition == "attached"
    assert referral_queries.referral(sent.id).status is Status.SENT


def test_a_person_takes_it_off_again_and_the_referral_stands_where_it_stood(
    sent: ReferralView, arrived: Arrive, coordinator: Actor
) -> None:
    item_id = arrived(note(sent.reference))
    react()

    actions_review.undo(actor=coordinator, item_id=item_id)

    view = referral_queries.referral(sent.id)
    assert (view.status, view.has_outcome, view.attachments) == (Status.SENT, False, ())
    assert view.row.next_action == "obtain_acknowledgment"
    assert kinds(sent.id)[-1] is EventKind.DETACHED
    bench = queries.workbench(item_id)
    assert (bench.row.state, bench.row.disposition_ref) == ("in_review", None)
    react()
    assert not referral_queries.referral(sent.id).has_outcome
    assert AuditRecord.objects.filter(action="referral.detach", entity_id=str(sent.id)).count() == 1
    assert ledger_balance().is_balanced


def test_what_was_taken_off_is_not_attached_by_itself_and_attached_by_a_person_it_counts_again(
    sent: ReferralView, arrived: Arrive, coordinator: Actor
) -> None:
    item_id = arrived(note(sent.reference))
    react()
    actions_review.undo(actor=coordinator, item_id=item_id)
    assert doubts(queries_answers.answer_facts(item_id)) == (Doubt.TAKEN_OFF_BEFORE,)

    version = InboundItem.objects.get(id=item_id).version
    actions_review.attach_to(actor=coordinator, item_id=item_id, version=version, referral_id=sent.id)
    react()

    view = referral_queries.referral(sent.id)
    assert (view.status, view.has_outcome, len(view.attachments)) == (Status.COMPLETED, True, 1)


def test_a_visit_told_before_stays_when_the_wrong_note_is_taken_off_and_the_note_is_owed_again(
    sent: ReferralView, arrived: Arrive, coordinator: Actor, system_actor: Actor
) -> None:
    referrals.learn(
        actor=system_actor, referral_id=sent.id, kind=EventKind.COMPLETED, occurred_at=clock.now(), key="seen"
    )
    item_id = arrived(note(sent.reference))
    react()
    assert all(not one.is_open for one in referral_queries.referral(sent.id).obligations)

    actions_review.undo(actor=coordinator, item_id=item_id)

    view = referral_queries.referral(sent.id)
    assert (view.status, view.has_outcome) == (Status.COMPLETED, False)
    assert [one.kind for one in view.obligations if one.is_open] == ["outcome"]


def test_a_note_that_was_reviewed_is_not_taken_off_behind_the_reviewers_back(
    sent: ReferralView, arrived: Arrive, coordinator: Actor, coordinates: Actor
) -> None:
    item_id = arrived(note(sent.reference))
    react()
    referrals.perform(actor=coordinates, referral_id=sent.id, command=Command.REVIEW_OUTCOME)
    assert referral_queries.referral(sent.id).row.closure is Closure.OUTCOME_RETURNED

    with pytest.raises(IllegalTransition):
        actions_review.undo(actor=coordinator, item_id=item_id)
    assert queries.workbench(item_id).row.disposition == "attached"

    late = arrived(note(sent.reference, "reason=addendum"))
    assert queries_answers.doubts(late) == (Doubt.REFERRAL_ENDED,)


@pytest.fixture
def received(office: UUID, coordinator: Actor) -> ReferralView:
    """Return a referral that the office has sent to us."""
    referral_id = referrals.open_inbound(
        actor=coordinator,
        content=ReferralContentFactory(patient__family="Testperson", patient__given="Avery"),
        reference=reference.mint(),
        item_id=None,
        partner_id=office,
        partner_name="Heart Center",
        patient_record_id=None,
        location_id=None,
        documents=[],
        received_at=clock.now(),
        sender_proven=True,
    )
    return referral_queries.referral(referral_id)


def test_what_the_sender_adds_to_its_referral_answers_what_was_asked(
    received: ReferralView, arrived: Arrive, coordinator: Actor
) -> None:
    referrals.perform(
        actor=coordinator,
        referral_id=received.id,
        command=Command.REQUEST_INFORMATION,
        data=EventData(missing=("insurance",)),
    )
    item_id = arrived(("#lab_result", *note(received.reference)[1:]))
    react()

    view = referral_queries.referral(received.id)
    assert view.status is Status.RECEIVED
    assert view.row.next_action == "triage"
    actions_review.undo(actor=coordinator, item_id=item_id)
    assert referral_queries.referral(received.id).status is Status.NEEDS_INFORMATION


def test_where_nothing_was_asked_it_is_attached_and_nothing_else_moves(received: ReferralView, arrived: Arrive) -> None:
    item_id = arrived(note(received.reference))
    react()
    view = referral_queries.referral(received.id)
    assert (view.status, len(view.attachments)) == (Status.RECEIVED, 1)
    assert arrivals.take_attached(actor=LOOP, item_id=item_id) is None


# ------------------------------------------------------------------------------------------------- real drawn pages

LETTER = (
    "Heart Center",
    "CONSULTATION NOTE",
    "Patient Name: Testperson, Avery",
    "Date of Birth: 04/27/1961",
    "Date of Visit: 11/18/2026",
    "Dear Dr. Okafor, thank you for referring this patient for evaluation.",
    "History of present illness: palpitations for three weeks.",
    "Assessment: paroxysmal atrial fibrillation, rate controlled.",
    "Plan: continue metoprolol, echocardiogram, follow up in three months.",
    "Recommendations: anticoagulation as discussed.",
)


def drawn(*lines: str, code: str = "") -> bytes:
    """Return a fax page: a bilevel TIFF at 204x196, on which these lines are drawn, with a QR code above."""
    page = Image.new("L", (1728, 2200), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(size=36)
    for at, line in enumerate(lines):
        pen.text((150, 420 + 80 * at), line, fill=0, font=font)
    if code:
        made = io.BytesIO()
        segno.make(reference.qr_payload(code), error="h", micro=False).save(made, kind="png", scale=7, border=4)
        page.paste(Image.open(made).convert("L"), (1300, 60))
    target = io.BytesIO()
    page.convert("1").save(target, format="TIFF", compression="group4", dpi=(204, 196))
    return target.getvalue()


class ConsultNotes:
    """Renders and reads for real; what the words mean is fixed: the model's judgement is measured elsewhere."""

    def __init__(self) -> None:
        self.render, self.recognise = configured().render, configured().recognise

    def understand(self, pages: Sequence[PageText], _placements: Sequence[Placement] = ()) -> DocumentReading:
        """Take every page as one consult note that has its patient in two labelled lines."""
        text = " ".join(page.text for page in pages)
        named = re.search(r"Name: (\w+), (\w+)", text)
        born = re.search(r"Birth: (\d\d/\d\d/\d{4})", text)
        stated = {
            "patient.family": named[1] if named else "",
            "patient.given": named[2] if named else "",
            "patient.birth_date": born[1] if born else "",
        }
        fields = tuple(FieldValue(key, value, 0.9, 1, (0, 0, 1, 1)) for key, value in stated.items() if value)
        found = [code for page in pages for code in page.codes] + [text]
        numbers = tuple(dict.fromkeys(one for part in found for one in reference.find_all(part)))
        document = ReadDocument("consult_note", 0.97, tuple(page.number for page in pages), fields, references=numbers)
        return DocumentReading((document,), tuple(PageKind(page.number, "note", 0.97) for page in pages))


def read_for_real(organization: Organization, actor: Actor, data: bytes) -> UUID:
    arrival = Arrival("fax", str(uuid7()), data, carrier="simulated", from_address=SENDER_FAX)
    item_id = actions.receive(actor=actor, arrival=arrival).item_id
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=ConsultNotes())
    return item_id


def test_a_drawn_note_with_our_code_closes_in_on_the_loop_by_itself(
    sent: ReferralView, organization: Organization, location: object, system_actor: Actor
) -> None:
    item_id = read_for_real(organization, system_actor, drawn(*LETTER, code=sent.reference))
    react()

    row = queries.workbench(item_id).row
    assert (row.kind, row.disposition) == ("consult_note", "attached")
    assert referral_queries.referral(sent.id).has_outcome


def test_a_drawn_note_with_the_number_in_print_does_too(
    sent: ReferralView, organization: Organization, location: object, system_actor: Actor
) -> None:
    printed = f"Your reference: {reference.display(sent.reference)}"
    item_id = read_for_real(organization, system_actor, drawn(*LETTER, printed))
    react()
    assert queries.workbench(item_id).row.disposition == "attached"
    assert referral_queries.referral(sent.id).status is Status.COMPLETED


def test_a_drawn_note_about_another_patient_with_our_code_is_for_a_person(
    sent: ReferralView, organization: Organization, location: object, system_actor: Actor
) -> None:
    lines = [line.replace("Testperson, Avery", "Elsewhere, Morgan") for line in LETTER]
    item_id = read_for_real(organization, system_actor, drawn(*lines, code=sent.reference))
    assert queries.workbench(item_id).row.state == "in_review"
    assert Doubt.OTHER_NAME in queries_answers.doubts(item_id)
    assert not referral_queries.referral(sent.id).has_outcome

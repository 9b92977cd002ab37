"""What is not a referral is handed on, with a receipt: never lost, never twice."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from homing.accounts.policy import Role
from homing.audit.models import AuditRecord
from homing.channels.folder.filing import KEPT, FolderFiling, FolderMissing
from homing.intake import actions_filing, actions_review, jobs, pipeline, queries, queries_filing, queries_ledger
from homing.intake.actions_filing import DELIVER, BadFolder, BadThreshold, NotAutomatic, UnknownFiledKind
from homing.intake.models import Filing, InboundItem, ItemEvent
from homing.intake.ports import FiledDocument, FilingFailed, FilingReceipt
from homing.intake.queries_filing import FilingView
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import NotPermitted
from homing.referrals import actions as referrals
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import ReferralContentFactory
from tests.intake.conftest import Arrive
from tests.intake.paper import LAB, REFERRAL, PaperReader, fax

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(persona: object) -> Actor:
    return persona(Role.INTEGRATION_ADMIN)  # type: ignore[operator, no-any-return]


@pytest.fixture
def place(settings: Settings, tmp_path: Path, organization: Organization) -> Path:
    """Return where labs go; the folder itself is made with the rule."""
    settings.HOMING_FILING_FOLDER = tmp_path / "filed"
    (tmp_path / "filed").mkdir()
    return tmp_path / "filed" / organization.slug / "labs"


@pytest.fixture
def rule(admin: Actor, place: Path) -> Path:
    actions_filing.set_rule(actor=admin, kind="lab_result", destination="folder", folder="labs")
    return place


def file(actor: Actor, item_id: UUID, kind: str = "lab_result") -> FilingView | None:
    version = InboundItem.objects.get(id=item_id).version
    actions_review.file_as(actor=actor, item_id=item_id, version=version, kind=kind)
    return queries_filing.current_of([item_id]).get(item_id)


def work(organization: Organization) -> None:
    """Do what is due now, as a worker does."""
    for filing_id in queries_filing.due():
        jobs.deliver_filing(organization_id=organization.id, filing_id=str(filing_id))


def standing(item_id: UUID) -> FilingView:
    return queries_filing.current_of([item_id])[item_id]


def events(item_id: UUID, kind: str) -> list[dict[str, object]]:
    rows = ItemEvent.objects.filter(item_id=item_id, kind=kind).order_by("recorded_at", "id")
    return list(rows.values_list("data", flat=True))


def test_a_filed_document_is_handed_on_as_received_and_the_receipt_is_kept(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    planned = file(coordinator, item_id)
    assert planned is not None
    assert (planned.state, planned.folder, planned.filed_by) == ("planned", "labs", coordinator.name)
    assert ProcrastinateJob.objects.filter(task_name=DELIVER, args__filing_id=str(planned.id)).count() == 1

    work(organization)

    done, row = standing(item_id), queries.workbench(item_id).row
    assert done.state == "delivered"
    assert row.disposition == "filed"
    # A text of ours is not what a filing tool opens: its pages are.
    assert (rule / f"{row.reference}.pdf").read_bytes().startswith(b"%PDF-")
    said = json.loads((rule / f"{row.reference}.json").read_bytes())
    assert said["patient"]["patient.family"] == {"value": "Otherperson", "confidence": 0.99}
    assert said["file"]["sha256"] == done.sha256
    assert said["sender"]["number"] == "+16175550143"
    (receipt,) = events(item_id, "handed_on")
    assert receipt["path"] == done.path == f"{organization.slug}/labs/{row.reference}.pdf"
    assert AuditRecord.objects.filter(action="intake.handed_on", entity_id=str(item_id)).count() == 1
    (line,) = [one for one in queries_ledger.ledger() if one.id == item_id]
    assert line.handed_on == done.path
    assert queries_ledger.ledger_balance().is_balanced


def test_without_a_rule_the_document_stays_here(arrived: Arrive, coordinator: Actor, place: Path) -> None:
    assert file(coordinator, arrived(LAB)) is None
    assert not place.exists()


def test_a_rule_for_every_other_kind_takes_what_has_none_of_its_own(
    rule: Path, admin: Actor, arrived: Arrive, coordinator: Actor
) -> None:
    actions_filing.set_rule(actor=admin, kind="*", destination="folder", folder="rest")

    lab, note = file(coordinator, arrived(LAB)), file(coordinator, arrived(("#other", "x=1")), "other")

    assert lab is not None
    assert note is not None
    assert (lab.folder, note.folder) == ("labs", "rest")


def test_what_was_entered_by_a_person_stands_in_the_sidecar_as_sure(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    actions_review.correct_field(
        actor=coordinator,
        item_id=item_id,
        version=InboundItem.objects.get(id=item_id).version,
        field="patient.family",
        value="Corrected",
    )
    file(coordinator, item_id)
    work(organization)
    said = json.loads(next(rule.glob("*.json")).read_bytes())
    assert said["patient"]["patient.family"] == {"value": "Corrected", "confidence": 1.0}


def test_delivering_twice_delivers_once(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    filing = file(coordinator, item_id)
    assert filing is not None
    for _ in range(2):
        jobs.deliver_filing(organization_id=organization.id, filing_id=str(filing.id))
    assert len(events(item_id, "handed_on")) == 1
    assert len(list(rule.glob("*.json"))) == 1


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return where the worker dies next: `before` or `after` the files are written."""
    where: list[str] = []
    real = FolderFiling.deliver

    def deliver(self: FolderFiling, filing: FiledDocument) -> FilingReceipt:
        if where == ["before"]:
            where.clear()
            raise Killed
        receipt = real(self, filing)
        if where == ["after"]:
            where.clear()
            raise Killed
        return receipt

    monkeypatch.setattr(FolderFiling, "deliver", deliver)
    return where


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_on_the_way_is_followed_by_another_and_nothing_is_delivered_twice(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization, dying: list[str], moment: str
) -> None:
    item_id = arrived(LAB)
    file(coordinator, item_id)
    dying.append(moment)
    with pytest.raises(Killed):
        work(organization)
    assert standing(item_id).state == "planned"
    assert queries_filing.due() == ()

    for sidecar in rule.glob("*.json"):
        # The filing tool is quicker than the second worker.
        sidecar.with_suffix(".pdf").unlink()
        sidecar.unlink()
    with clock.travel_to(clock.now() + timedelta(minutes=6)):
        jobs.tick()
        work(organization)

    assert standing(item_id).state == "delivered"
    assert len(events(item_id, "handed_on")) == 1
    assert len(list(rule.glob("*.json"))) == (1 if moment == "before" else 0)


def test_what_cannot_be_delivered_becomes_a_persons_work_with_its_cause_and_flows_once_it_can(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    file(coordinator, item_id)
    away = rule.rename(rule.with_name("away"))
    now = clock.now()
    for minutes in (0, 2, 10, 30):
        with clock.travel_to(now + timedelta(minutes=minutes)):
            work(organization)
            assert standing(item_id).state == "planned"
    with clock.travel_to(now + timedelta(hours=2)):
        work(organization)
        one = standing(item_id)
        assert (one.state, one.problem_code, one.attempts) == ("failed", "folder_missing", 5)
        assert one.problem_message.startswith("The folder is not there.")
        assert queries_filing.undelivered_count() == queries.counts().unfiled == 1
        (listed,) = queries.inbox(queries.InboxFilter("unfiled"))
        assert listed.id == item_id
        assert len(events(item_id, "handing_on_failed")) == 1

    away.rename(rule)
    with clock.travel_to(now + timedelta(hours=4)):
        work(organization)
    assert standing(item_id).state == "delivered"
    assert queries_filing.undelivered_count() == 0
    assert queries.inbox(queries.InboxFilter("unfiled")) == ()


def test_a_person_has_it_tried_again_at_once(
    rule: Path, arrived: Arrive, coordinator: Actor, scheduler: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    file(coordinator, item_id)
    away = rule.rename(rule.with_name("away"))
    work(organization)
    away.rename(rule)
    assert queries_filing.due() == ()

    with pytest.raises(NotPermitted):
        actions_filing.retry(actor=scheduler, item_id=item_id)
    actions_filing.retry(actor=coordinator, item_id=item_id)
    work(organization)

    assert standing(item_id).state == "delivered"
    actions_filing.retry(actor=coordinator, item_id=item_id)
    assert queries_filing.due() == ()


def test_undone_before_delivery_nothing_is_delivered(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    filing = file(coordinator, item_id)
    assert filing is not None
    actions_review.undo(actor=coordinator, item_id=item_id)
    jobs.deliver_filing(organization_id=organization.id, filing_id=str(filing.id))
    assert list(rule.glob("*.json")) == []
    assert queries.workbench(item_id).row.state == "in_review"
    assert queries_filing.filings(item_id)[0].state == "withdrawn"


def test_undone_after_delivery_it_is_told_and_filed_in_the_same_place_it_goes_again(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    item_id = arrived(LAB)
    file(coordinator, item_id)
    work(organization)
    first = standing(item_id)
    actions_review.undo(actor=coordinator, item_id=item_id)
    assert queries_filing.current_of([item_id]) == {}
    assert events(item_id, "handing_on_withdrawn") == [{"was_delivered": True}]

    again = file(coordinator, item_id)
    work(organization)

    # The copy that was withdrawn may have been taken away.
    assert again is not None
    assert again.id != first.id
    assert standing(item_id).state == "delivered"
    second = json.loads(next(rule.glob("*-2.json")).read_bytes())
    assert second["replaces"] == first.path
    assert queries_ledger.ledger_balance().is_balanced


def test_filed_elsewhere_the_new_sidecar_names_the_copy_that_was_wrong(
    rule: Path, admin: Actor, arrived: Arrive, coordinator: Actor, organization: Organization
) -> None:
    actions_filing.set_rule(actor=admin, kind="imaging_report", destination="folder", folder="imaging")
    item_id = arrived(LAB)
    file(coordinator, item_id)
    work(organization)
    wrong = standing(item_id)
    actions_review.undo(actor=coordinator, item_id=item_id)
    file(coordinator, item_id, "imaging_report")
    work(organization)

    right = standing(item_id)
    said = json.loads(next((rule.parent / "imaging").glob("*.json")).read_bytes())
    assert said["replaces"] == wrong.path
    assert right.path.endswith("-2.pdf")
    assert said["category_confidence"] == 1.0


def automatic(admin: Actor, threshold: float = 0.95) -> None:
    actions_filing.set_rule(
        actor=admin, kind="lab_result", destination="folder", folder="labs", is_automatic=True, threshold=threshold
    )


def test_nothing_is_filed_without_a_person_until_the_organization_says_so(
    rule: Path, admin: Actor, arrived: Arrive, organization: Organization
) -> None:
    assert queries.workbench(arrived(LAB)).row.state == "in_review"

    automatic(admin)
    item_id = arrived(LAB, ("page two",))
    work(organization)

    assert queries.workbench(item_id).row.disposition == "filed"
    assert standing(item_id).state == "delivered"
    assert standing(item_id).filed_by == "intake"


def test_a_kind_less_sure_than_the_threshold_is_filed_by_a_person(rule: Path, admin: Actor, arrived: Arrive) -> None:
    automatic(admin, threshold=0.99)
    assert queries.workbench(arrived(LAB)).row.state == "in_review"


def test_what_may_belong_to_an_open_referral_is_shown_to_a_person_first(
    rule: Path, admin: Actor, arrived: Arrive, coordinator: Actor
) -> None:
    automatic(admin)
    referrals.open_inbound(
        actor=coordinator,
        content=ReferralContentFactory(patient__family="Otherperson", patient__given="Sam", patient__birth_date=None),
        reference="H22222222Z",
        item_id=None,
        partner_id=None,
        partner_name="",
        patient_record_id=None,
        location_id=None,
        documents=[],
        received_at=clock.now(),
        sender_proven=False,
    )
    assert queries.workbench(arrived(LAB)).row.state == "in_review"


def test_a_repeat_and_pages_that_could_not_be_read_are_for_a_person(rule: Path, admin: Actor, arrived: Arrive) -> None:
    automatic(admin)
    assert queries.workbench(arrived(LAB)).row.disposition == "filed"
    assert queries.workbench(arrived(LAB)).row.state == "in_review"
    assert queries.workbench(arrived((*LAB, "page=1"), ("#unreadable",))).row.state == "in_review"


def test_automatic_filing_killed_and_repeated_files_once(
    rule: Path,
    admin: Actor,
    arrive: Arrive,
    reader: PaperReader,
    organization: Organization,
    location: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    automatic(admin)
    item_id = arrive(LAB)

    def dies(_filing_id: UUID) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions_filing, "continue_filing", dies)
        with pytest.raises(Killed):
            pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    for _ in range(2):
        pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
    assert Filing.objects.filter(item_id=item_id).count() == 1
    assert len(events(item_id, "disposed")) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kind": "referral"}, UnknownFiledKind),
        ({"kind": "misdirected"}, UnknownFiledKind),
        ({"folder": "../elsewhere"}, BadFolder),
        ({"folder": ""}, BadFolder),
        ({"threshold": 0.2}, BadThreshold),
        ({"kind": "*", "is_automatic": True}, NotAutomatic),
        ({"kind": "reply_sheet", "is_automatic": True}, NotAutomatic),
        ({"destination": "chart"}, Exception),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(
    place: Path, admin: Actor, changes: dict[str, object], problem: type[Exception]
) -> None:
    stated: dict[str, object] = {"kind": "lab_result", "destination": "folder", "folder": "labs"}
    with pytest.raises(problem):
        actions_filing.set_rule(actor=admin, **(stated | changes))  # type: ignore[arg-type]
    assert queries_filing.rules() == ()


def test_only_an_administrator_sets_rules_and_each_change_is_audited(
    place: Path, admin: Actor, coordinator: Actor
) -> None:
    with pytest.raises(NotPermitted):
        actions_filing.set_rule(actor=coordinator, kind="lab_result", destination="folder", folder="labs")
    actions_filing.set_rule(actor=admin, kind="lab_result", destination="folder", folder="labs")
    assert (place / KEPT).is_dir()
    actions_filing.remove_rule(actor=admin, kind="lab_result")
    assert queries_filing.rules() == ()
    actions = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"organization.set_filing", "organization.remove_filing"} <= actions


def test_a_folder_that_cannot_be_made_ready_is_not_accepted(settings: Settings, tmp_path: Path, admin: Actor) -> None:
    settings.HOMING_FILING_FOLDER = tmp_path / "not mounted"
    with pytest.raises(FolderMissing):
        actions_filing.set_rule(actor=admin, kind="lab_result", destination="folder", folder="labs")
    assert queries_filing.rules() == ()


def test_another_tenant_neither_sees_nor_delivers_it(
    rule: Path, arrived: Arrive, coordinator: Actor, other_organization: Organization
) -> None:
    filing = file(coordinator, arrived(LAB))
    assert filing is not None
    with scoped(other_organization.id):
        assert queries_filing.due() == ()
        assert queries_filing.rules() == ()
        assert actions_filing.begin_delivery(actor=coordinator, filing_id=filing.id) is None


def test_a_referral_is_never_filed_by_itself(rule: Path, admin: Actor, arrived: Arrive) -> None:
    automatic(admin)
    assert queries.workbench(arrived(REFERRAL)).row.state == "in_review"
    assert fax(REFERRAL)


def test_a_destination_that_is_gone_from_the_registry_is_a_persons_work_and_not_a_loss(
    rule: Path, arrived: Arrive, coordinator: Actor, organization: Organization, settings: Settings
) -> None:
    item_id = arrived(LAB)
    file(coordinator, item_id)
    settings.HOMING_FILING_DESTINATIONS = {}
    work(organization)
    assert standing(item_id).state == "failed"
    assert standing(item_id).problem_code == "unknown_destination"
    assert issubclass(FolderMissing, FilingFailed)


def test_the_ledger_finds_a_filing_that_no_disposition_asks_for(
    rule: Path, arrived: Arrive, coordinator: Actor
) -> None:
    item_id = arrived(LAB)
    file(coordinator, item_id)
    actions_review.undo(actor=coordinator, item_id=item_id)
    assert queries_ledger.ledger_balance().is_balanced
    Filing.objects.filter(item_id=item_id).update(is_current=True)
    assert [one.code for one in queries_ledger.ledger_balance().discrepancies] == ["handed_on_but_not_filed"]

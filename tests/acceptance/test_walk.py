"""Referrals all the way round, in a real browser against what `make run` starts, and read off the sender's machine."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from reportlab.pdfgen.canvas import Canvas

from homing.accounts.policy import Role
from homing.cli.demo import cast
from homing.kit import clock, phones, reference
from tests.acceptance import paper
from tests.acceptance.browser import People
from tests.acceptance.demonstration import Built, Demonstration, shared
from tests.acceptance.screens import Bench, Case, Desk, Inbox, Machine, Received

INTAKE, CLINICIAN, SCHEDULER = Role.INTAKE_COORDINATOR, Role.CLINICIAN, Role.SCHEDULER
SENDER = Role.REFERRAL_COORDINATOR
#: Patients of the demo's offices whom the demo's own story leaves out; each walk has an office of its own.
BY_FOLDER, BY_FAX, DECLINED, MISSED = 40, 41, 42, 43
PLAN = "Plan: start a low dose, and see the patient again in three months."
ACKNOWLEDGED, ACCEPTED, BOOKED, SEEN, NOTE, MISSED_IT, REFUSED = (
    "We have your referral",
    "Your referral is accepted",
    "A visit is booked",
    "The patient has been seen",
    "The visit's note",
    "The patient did not come",
    "Your referral is declined",
)
_TITLES = (ACKNOWLEDGED, ACCEPTED, BOOKED, SEEN, NOTE, MISSED_IT, REFUSED)
_PHONE_NUMBERS = ("patient.phone", "referrer.phone", "referrer.fax")


@pytest.fixture(scope="session")
def built() -> Iterator[Built]:
    with shared() as demo:
        yield demo


@pytest.fixture(scope="module")
def people(built: Built) -> Iterator[People]:
    with People(built.running.url, built.running.sign_ins) as all_of_them:
        yield all_of_them


@pytest.fixture(autouse=True)
def nothing_breaks(people: People) -> Iterator[None]:
    yield
    assert people.take_problems() == []


@dataclasses.dataclass(frozen=True, slots=True)
class Walk:
    """One referral on its way, and everybody who has to do with it."""

    demo: Demonstration
    people: People
    case: cast.Case
    number: str = ""

    @property
    def office(self) -> str:
        return self.case.practice.name

    def known_as(self, number: str) -> Walk:
        return dataclasses.replace(self, number=number)

    def review(self, page: Page) -> Bench:
        return Inbox(page, self.demo.url).review(self.number)

    def open_case(self, page: Page) -> Case:
        case = Case(page, self.demo.url, self.number)
        case.open()
        return case

    def machine(self, page: Page) -> Machine:
        return Machine(page, self.demo.carrier_url, f"+1{self.case.practice.fax}")

    def arrivals(self) -> dict[str, Received]:
        """Return what the sender's machine has printed about this referral, by title."""
        with self.people.page(None) as page:
            came = self.machine(page).received(self.number)
        titled = [(next((title for title in _TITLES if title in fax.pages[0]), fax.pages[0]), fax) for fax in came]
        assert len(dict(titled)) == len(titled), [title for title, _ in titled]
        return dict(titled)

    # -- what each of them does -------------------------------------------------------------------------------------

    def sign_off(self, *, prove: bool = False) -> None:
        """Have the coordinator compare page and fields, and sign off, by keyboard."""
        with self.people.page(INTAKE) as page:
            bench = self.review(page)
            if prove:
                bench.prove_sender(self.office)
            bench.check_fields(printed(self.case))
            bench.choose_new_patient()
            bench.sign_off()

    def accept(self) -> None:
        with self.people.page(CLINICIAN) as page:
            case = self.open_case(page)
            expect(case.head).to_contain_text(self.case.patient.family)
            case.do("accept")
            # Where the policy needs nothing more, the scheduler is next at once.
            expect(case.head).to_contain_text("Pending scheduling")
            expect(case.events("accepted")).to_have_count(1)

    def book(self, days: int) -> None:
        with self.people.page(SCHEDULER) as page:
            desk = Desk(page, self.demo.url, self.number)
            desk.open()
            desk.book(at_half_past_nine(days))

    def on_the_desk(self, command: str, then: str) -> None:
        """Have the scheduler press a button beside a booked visit."""
        with self.people.page(SCHEDULER) as page:
            page.goto(f"{self.demo.url}/scheduling?view=visits")
            page.get_by_test_id(f"ready-{self.number}").get_by_role("link").click()
            desk = Desk(page, self.demo.url, self.number)
            desk.do(command)
            expect(desk.panel).to_contain_text(then)

    def return_note(self, note: Path) -> None:
        with self.people.page(CLINICIAN) as page:
            case = self.open_case(page)
            case.do("return_outcome", lambda dialog: dialog.get_by_label("Consult note").set_input_files(note))

    def prove_closed(self) -> None:
        """See on the referral's page that the loop is closed, each promise kept, and each step proven."""
        with self.people.page(Role.REFERRAL_MANAGER) as page:
            case = self.open_case(page)
            case.wait_for(lambda: case.head, "Closed: outcome returned")
            for kind in ("acknowledgment", "status", "outcome"):
                case.wait_for(lambda kind=kind: case.obligation(kind), "Kept")  # type: ignore[misc]
            for kind in ("acknowledgment_confirmed", "notice_confirmed", "outcome_delivered"):
                proofs = case.events(kind).get_by_role("link", name="Proof of delivery")
                expect(proofs).to_have_count(case.events(kind).count())
                expect(proofs.first).to_be_visible()
            case.events("outcome_delivered").get_by_role("link", name="Proof of delivery").click()
            evidence = page.get_by_role("region", name="Evidence")
            expect(evidence).to_contain_text("Delivered")
            expect(evidence).to_contain_text("3 of 3 pages")


@pytest.fixture
def walk(built: Built, people: People) -> Callable[[int], Walk]:
    def begin(number: int) -> Walk:
        return Walk(built.running, people, cast.case(number))

    return begin


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a consult note of two pages; the plan is the last line of the second."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for lines in (((740, "Page 1 of 2"), (700, "Consultation note")), ((740, "Page 2 of 2"), (72, PLAN))):
        canvas.setFont("Helvetica", 13)
        for height, line in lines:
            canvas.drawString(72, height, line)
        canvas.showPage()
    canvas.save()
    path = tmp_path_factory.mktemp("note") / "note.pdf"
    path.write_bytes(buffer.getvalue())
    return path


def test_a_fax_in_the_watched_folder_comes_home(walk: Callable[[int], Walk], note: Path) -> None:
    walker = walk(BY_FOLDER)
    name = "from-the-desk.tif"
    walker.demo.put(name, paper.referral(BY_FOLDER))
    walker.demo.wait_until(lambda: walker.demo.items(file_name=name), "the folder is looked at")
    (item,) = walker.demo.items(file_name=name)
    walker = walker.known_as(item["reference"])
    with walker.people.page(INTAKE) as page:
        bench = walker.review(page)
        # The page names its sender; a number that was only read is never dialled.
        expect(page.get_by_role("region", name="Sender")).to_contain_text("No caller id")
        assert walker.arrivals() == {}
        field_and_box_show_each_other(bench)
        bench.prove_sender(walker.office)
        assert bench.input("patient.family").input_value() == walker.case.patient.family
        bench.check_fields(printed(walker.case))
        bench.choose_new_patient()
        bench.sign_off()
    comes_home(walker, note)


def test_a_fax_from_a_known_number_comes_home(walk: Callable[[int], Walk], note: Path, tmp_path: Path) -> None:
    walker = arrived_by_fax(walk(BY_FAX), paper.packet(BY_FAX, extra=1), tmp_path)
    with walker.people.page(INTAKE) as page:
        walker.review(page)
        expect(page.get_by_role("region", name="Sender")).to_contain_text("Sender proven")
    # It does not wait for a person.
    walker.demo.wait_until(lambda: ACKNOWLEDGED in walker.arrivals(), "the acknowledgment arrives")
    assert "Pages received: 2" in walker.arrivals()[ACKNOWLEDGED].text
    walker.sign_off()
    comes_home(walker, note)


def comes_home(walker: Walk, note: Path) -> None:
    """Accept, book, see and return the note; then read off the sender's machine what it was told."""
    walker.accept()
    walker.book(days=1)
    walker.on_the_desk("complete", then="Visit completed")
    walker.return_note(note)
    walker.prove_closed()
    came = walker.arrivals()
    assert set(came) == {ACKNOWLEDGED, ACCEPTED, BOOKED, SEEN, NOTE}
    assert f"Visit: {at_half_past_nine(1):%m/%d/%Y} at 9:30 AM" in came[BOOKED].text
    assert [fax.outcome for fax in came.values() if not re.search(r"(\d+) of \1 pages", fax.outcome)] == []
    cover, first, last = came[NOTE].pages
    assert "Pages behind this one: 2" in cover
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in last
    assert PLAN in last
    notices = " ".join(fax.text for title, fax in came.items() if title != NOTE)
    assert walker.case.patient.family not in notices


def test_a_decline_reaches_the_sender_with_reason_and_alternative(walk: Callable[[int], Walk], tmp_path: Path) -> None:
    walker = arrived_by_fax(walk(DECLINED), paper.referral(DECLINED), tmp_path)
    walker.sign_off()

    def say(dialog: Locator) -> None:
        dialog.get_by_label("Reason").fill("We do not see children under twelve.")
        dialog.get_by_label("Alternative for the patient").fill("The clinic at the university hospital does.")

    with walker.people.page(CLINICIAN) as page:
        case = walker.open_case(page)
        case.do("decline", say)
        expect(case.head).to_contain_text("Declined")
        case.wait_for(lambda: case.events("notice_confirmed"), "Notice delivered")
    told = walker.arrivals()[REFUSED].text
    assert "Why: We do not see children under twelve." in told
    assert "What we suggest instead: The clinic at the university hospital does." in told


def test_a_decline_without_an_alternative_is_refused(walk: Callable[[int], Walk], built: Built, people: People) -> None:
    (number, *_rest) = [row[5] for row in built.first["referrals"] if row[:2] == ["inbound", "received"]]
    walker = walk(0).known_as(number)
    with people.page(CLINICIAN) as page:
        case = walker.open_case(page)
        page.get_by_test_id("do-decline").click()
        dialog = page.locator("dialog#do-decline")
        dialog.get_by_label("Reason").fill("No.")
        dialog.locator("button[type=submit]").click()
        # The browser itself keeps the form: nothing was sent, the missing field has the cursor.
        expect(dialog.get_by_label("Alternative for the patient")).to_be_focused()
        assert dialog.get_by_label("Alternative for the patient").evaluate("field => field.validity.valueMissing")
        expect(case.head).to_contain_text("Received")


def test_a_patient_who_did_not_come_is_booked_again_and_the_sender_told(
    walk: Callable[[int], Walk], tmp_path: Path
) -> None:
    walker = arrived_by_fax(walk(MISSED), paper.referral(MISSED), tmp_path)
    walker.sign_off()
    walker.accept()
    walker.book(days=1)
    walker.on_the_desk("no_show", then="No-show")
    walker.book(days=8)
    with walker.people.page(SCHEDULER) as page:
        case = walker.open_case(page)
        expect(case.head).to_contain_text("Scheduled")
        expect(case.events("no_show")).to_have_count(1)
        expect(case.events("scheduled")).to_have_count(2)
        case.wait_for(lambda: case.obligation("status"), "Kept")
        case.wait_for(lambda: page.get_by_test_id("message-notice").nth(0), "Delivered")
    with walker.people.page(None) as page:
        told = [fax.text for fax in walker.machine(page).received(walker.number)]
    (missed,) = [text for text in told if MISSED_IT in text]
    assert f"Visit missed: {at_half_past_nine(1):%m/%d/%Y}" in missed
    visits = [text for text in told if BOOKED in text]
    assert len(visits) == 2
    assert any(f"{at_half_past_nine(8):%m/%d/%Y} at 9:30 AM" in text for text in visits)


def test_a_referral_of_ours_goes_out_and_its_note_comes_back(walk: Callable[[int], Walk], note: Path) -> None:
    walker = walk(0)
    walker = dataclasses.replace(walker, case=cast.outbound_case(44))
    patient, practice = walker.case.patient, walker.case.practice
    with walker.people.page(SENDER) as page:
        page.goto(f"{walker.demo.url}/sent")
        page.get_by_role("link", name="New referral").click()
        with page.expect_response("**/sent/offices"):
            page.get_by_label("Search the directory").fill(practice.name)
        page.get_by_role("radio", name=practice.name).check()
        for name, value in written(walker.case).items():
            page.locator(f'[name="{name}"]').fill(value)
        expect(page.locator("[data-percent]")).to_have_text("100 %")
        page.get_by_role("button", name="Keep as draft").click()
        number = page.get_by_test_id("reference").inner_text()
        walker = walker.known_as(str(reference.parse(number)))
        case = Case(page, walker.demo.url, walker.number)
        expect(case.head).to_contain_text("Draft")
        # A draft is nobody's business yet.
        assert arrivals_at(walker, page) == []
        case.open()
        case.do("send")
        # It counts as sent when every page is confirmed, and not before.
        case.wait_for(lambda: case.head, "Sent")
        expect(case.events("sent").get_by_role("link", name="Proof of delivery")).to_be_visible()
        (came,) = arrivals_at(walker, page)
        assert f"{patient.given} {patient.family}" in came.text
        assert walker.case.reason in came.text
        assert "A referral for you" in came.pages[0]
        assert patient.family not in came.pages[0]
        case.open()
        for kind, then, start in (
            ("received", "Received", None),
            ("accepted", "Accepted", None),
            ("scheduled", "Scheduled", at_half_past_nine(3)),
            ("completed", "Visit completed", None),
        ):
            case.do("told", lambda dialog, kind=kind, start=start: tell(dialog, kind, start))  # type: ignore[misc]
            expect(case.head).to_contain_text(then)
        case.do("note_came", lambda dialog: dialog.get_by_label("Consult note").set_input_files(note))
        case.do("review_outcome", lambda _: None)
        expect(case.head).to_contain_text("Closed: outcome returned")
        for kind in ("acknowledgment", "status", "outcome"):
            expect(case.obligation(kind)).to_contain_text("Kept")


@pytest.mark.parametrize("command", [("ledger", "--check"), ("audit", "--verify")], ids=lambda words: words[0])
def test_after_all_walks_the_books_balance(built: Built, command: tuple[str, ...]) -> None:
    ran = built.running.run(*command)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# -- hands ----------------------------------------------------------------------------------------------------------


def arrived_by_fax(walker: Walk, document: bytes, folder: Path) -> Walk:
    """Let the office fax it from its own machine; return the walk with its reference number."""
    before = {item["reference"] for item in walker.demo.items()}
    page_of_theirs = folder / "referral.tif"
    page_of_theirs.write_bytes(document)
    with walker.people.page(None) as page:
        walker.machine(page).send(page_of_theirs)

    def new() -> list[str]:
        sender = f"+1{walker.case.practice.fax}"
        items = walker.demo.rows("SELECT reference FROM intake_inbounditem WHERE sender_address = %s", sender)
        return [number for (number,) in items if number not in before]

    walker.demo.wait_until(new, "the fax arrives")
    (number,) = new()
    return walker.known_as(number)


def arrivals_at(walker: Walk, page: Page) -> list[Received]:
    with walker.people.page(None) as elsewhere:
        assert elsewhere is not page
        return walker.machine(elsewhere).received(walker.number)


def tell(dialog: Locator, kind: str, start: datetime | None) -> None:
    """Fill in what the other office said on the telephone."""
    dialog.get_by_label("What they said").select_option(kind)
    if start:
        dialog.get_by_label("Appointment").fill(f"{start:%Y-%m-%dT%H:%M}")
    dialog.get_by_label("Who said it, and what").fill("Their front desk, by telephone.")


def field_and_box_show_each_other(bench: Bench) -> None:
    """Focus a field and see its box on the page; click on a box and stand in its field."""
    for name in ("patient.family", "patient.birth_date"):
        bench.input(name).focus()
        expect(bench.box(name)).to_have_class("evidence is-active")
        expect(bench.box(name)).to_be_in_viewport()
    expect(bench.page.locator(".evidence.is-active")).to_have_count(1)
    bench.box("patient.family").click()
    assert bench.focused_field == "patient.family"


def printed(case: cast.Case) -> dict[str, str]:
    """Return what stands on the page, as the fields of the workbench show it; what a person reads off it."""
    patient, coverage, practice = case.patient, case.coverage, case.practice
    assert patient.birth_date is not None
    values = {
        "patient.family": patient.family,
        "patient.given": patient.given,
        "patient.birth_date": f"{patient.birth_date:%m/%d/%Y}",
        "patient.phone": patient.phone,
        "patient.address.line": patient.address.line,
        "patient.address.city": patient.address.city,
        "patient.address.state": patient.address.state,
        "patient.address.zip": patient.address.postal_code,
        "patient.mrn": patient.mrn,
        "coverage.payer": coverage.payer,
        "coverage.member_id": coverage.member_id,
        "authorization.number": coverage.authorization_number,
        "referrer.family": practice.family,
        "referrer.given": practice.given,
        "referrer.npi": practice.npi,
        "referrer.organization": practice.name,
        "referrer.phone": practice.phone,
        "referrer.fax": practice.fax,
        "reason": case.reason,
        "diagnosis.codes": ", ".join(case.codes),
        "requested.service": case.service,
        "requested.specialty": case.specialty,
        "requested.destination": cast.ORGANIZATION_NAME,
        "referral.date": f"{paper.SENT_ON:%m/%d/%Y}",
    }
    return {name: phones.display(value) if name in _PHONE_NUMBERS else value for name, value in values.items()}


def written(case: cast.Case) -> dict[str, str]:
    """Return what the coordinator writes into a referral of ours."""
    shown = printed(case)
    ours = ("patient.", "coverage.", "reason", "diagnosis", "requested.specialty", "requested.service")
    return {name: value for name, value in shown.items() if name.startswith(ours)} | {
        "requested.provider": f"{case.practice.given} {case.practice.family}",
        "referrer.family": "Raman",
        "referrer.given": "Priya",
    }


def at_half_past_nine(days: int) -> datetime:
    """Return half past nine so many days from now, where the organization is."""
    local = clock.now().astimezone(ZoneInfo("America/New_York"))
    return (local + timedelta(days=days)).replace(hour=9, minute=30, second=0, microsecond=0)

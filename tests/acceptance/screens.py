"""The screens as their users handle them, and the fax machine of a simulated office as its staff read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import cv2
import numpy as np
from playwright.sync_api import Locator, Page, expect

from homing.intake.reading import engines
from homing.kit import phones, reference

#: A fax of a few pages is read, or sent and confirmed, well within this on two busy cores.
NEWS_MS: Final = 120_000
_MANY_FIELDS: Final = 40


@dataclass(frozen=True, slots=True)
class Inbox:
    """The unified inbox."""

    page: Page
    url: str

    def open(self) -> None:
        self.page.goto(f"{self.url}/inbox?view=open")

    def row(self, number: str) -> Locator:
        return self.page.get_by_test_id(f"item-{number}")

    def review(self, number: str) -> Bench:
        """Wait, as a person would, until the list says by itself that an item can be reviewed; then open it."""
        self.open()
        expect(self.row(number)).to_contain_text("To review", timeout=NEWS_MS)
        self.row(number).get_by_role("link").first.click()
        bench = Bench(self.page, number)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(reference.display(number))
        return bench


@dataclass(frozen=True, slots=True)
class Bench:
    """The workbench of one item."""

    page: Page
    number: str

    def field(self, name: str) -> Locator:
        return self.page.locator(f'[data-read="{name}"]')

    def input(self, name: str) -> Locator:
        return self.field(name).locator("input, select, textarea")

    def box(self, name: str) -> Locator:
        return self.page.locator(f'.evidence[data-field="{name}"]').first

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-status]")

    @property
    def focused_field(self) -> str:
        """The field in which the cursor stands, empty elsewhere."""
        return str(self.page.evaluate("document.activeElement.closest('[data-read]')?.dataset.read ?? ''"))

    def prove_sender(self, office: str) -> None:
        self.page.get_by_role("button", name="Prove sender").click()
        dialog = self.page.locator("dialog#prove")
        with self.page.expect_response("**/offices"):
            dialog.get_by_label("Find the office").fill(office)
        dialog.get_by_role("radio", name=office).check()
        dialog.get_by_role("button", name="Yes, this office sent it").click()
        expect(self.page.get_by_text("The sender is proven and will be told each step.")).to_be_visible()

    def check_fields(self, values: Mapping[str, str]) -> list[str]:
        """Confirm by Enter, from stop to stop, what the reader was not sure of; type what it has not found.

        Returns the stops. Fails on one that is empty and that `values` does not know.
        """
        stops: list[str] = []
        is_typed = False
        while name := self.focused_field:
            assert len(stops) < _MANY_FIELDS, stops
            stops.append(name)
            wanted = values.get(name, "")
            if wanted and self.input(name).input_value() != wanted:
                self.input(name).select_text()
                self.page.keyboard.type(wanted)
                is_typed = True
            assert self.input(name).input_value(), f"{name} is empty"
            self.page.keyboard.press("Enter")
        if is_typed:
            # The candidates for the patient follow what was typed.
            expect(self.status).to_contain_text("Draft saved")
            self.page.wait_for_load_state("networkidle")
        return stops

    def choose_new_patient(self) -> None:
        """Press the key of "new patient", which stands behind the candidates."""
        place = self.page.locator("[data-candidate]").count() + 1
        self.page.keyboard.press(f"Alt+{place}")
        expect(self.page.locator("input[name=patient][value=new]")).to_be_checked()

    def sign_off(self) -> None:
        self.page.keyboard.press("Control+Enter")
        expect(self.page.get_by_text(f"Referral {reference.display(self.number)} opened.")).to_be_visible()


@dataclass(frozen=True, slots=True)
class Case:
    """The page of one referral."""

    page: Page
    url: str
    number: str

    def open(self) -> None:
        """Go there by the search that stands on every page."""
        self.page.goto(self.url)
        self.page.get_by_label("Find a referral by reference or patient").fill(reference.display(self.number))
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_test_id("reference")).to_have_text(reference.display(self.number))

    @property
    def head(self) -> Locator:
        return self.page.get_by_role("region", name="Case", exact=True)

    def do(self, command: str, fill: Callable[[Locator], None] | None = None) -> None:
        """Press the button of a command, under "More" if it stands there; fill in and send its dialog."""
        button = self.page.get_by_test_id(f"do-{command}")
        if not button.is_visible():
            self.page.get_by_label("More actions").click()
        button.click()
        if fill is not None:
            dialog = self.page.locator(f"dialog#do-{command}")
            expect(dialog).to_be_visible()
            fill(dialog)
            dialog.locator("button[type=submit]").click()
            expect(dialog).to_be_hidden()

    def wait_for(self, what: Callable[[], Locator], text: str, seconds: float = NEWS_MS / 1000) -> None:
        """Look again and again until a part of the page says `text`: the page does not refresh by itself."""
        waited = 0.0
        while not what().filter(has_text=text).count():
            assert waited < seconds, f"{text!r} does not appear: {self.page.locator('main').inner_text()}"
            self.page.wait_for_timeout(1000)
            waited += 1
            self.page.reload()

    def obligation(self, kind: str) -> Locator:
        return self.page.get_by_test_id(f"obligation-{kind}")

    def events(self, kind: str) -> Locator:
        return self.page.get_by_test_id(f"event-{kind}")


@dataclass(frozen=True, slots=True)
class Desk:
    """The scheduler's desk with the panel of one patient."""

    page: Page
    url: str
    number: str

    def open(self) -> None:
        self.page.goto(f"{self.url}/scheduling")
        self.page.get_by_test_id(f"ready-{self.number}").get_by_role("link").click()
        expect(self.panel).to_be_visible()

    @property
    def panel(self) -> Locator:
        return self.page.locator("#contact")

    def book(self, start: datetime) -> None:
        form = self.panel.get_by_role("form", name="Book the appointment")
        form.get_by_label("Date and time").fill(f"{start:%Y-%m-%dT%H:%M}")
        form.get_by_label("With").fill("Dr. Priya Raman")
        form.get_by_role("button", name="Book").click()
        expect(self.panel).to_contain_text("Scheduled")

    def do(self, command: str) -> None:
        self.panel.get_by_test_id(f"do-{command}").click()
        dialog = self.page.locator(f"dialog#do-{command}")
        expect(dialog).to_be_visible()
        dialog.locator("button[type=submit]").click()
        expect(dialog).to_be_hidden()


@dataclass(frozen=True, slots=True)
class Received:
    """One fax as an office's machine has printed it: the text of each page, and the number in the first page's code."""

    number: str
    outcome: str
    pages: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


@dataclass(frozen=True, slots=True)
class Machine:
    """The fax machine of a simulated office, on the carrier's own web page."""

    page: Page
    carrier_url: str
    fax: str

    def open(self) -> None:
        self.page.goto(f"{self.carrier_url}/office?number={phones.display(self.fax.removeprefix('+1'))}")
        expect(self.page.get_by_role("heading", name="Received by this office")).to_be_visible()

    def received(self, number: str) -> list[Received]:
        """Return what came about a referral, newest first, and leave out what was printed about others."""
        self.open()
        faxes = self.page.locator("section[aria-labelledby=received] article").all()
        first_pages = [(fax, _links(fax)) for fax in faxes]
        return [
            Received(number, fax.get_by_role("heading").inner_text(), tuple(read(self._image(link)) for link in links))
            for fax, links in first_pages
            if reference_on(self._image(links[0])) == number
        ]

    def send(self, document: Path) -> None:
        """Fax a document to the organization, from the form on the page."""
        self.open()
        self.page.get_by_label("Document (TIFF, PDF, PNG or JPEG)").set_input_files(document)
        self.page.get_by_role("button", name="Send fax").click()
        expect(self.page.get_by_role("status")).to_contain_text("on the line")

    def _image(self, link: str) -> bytes:
        answer = self.page.request.get(urljoin(self.carrier_url, link))
        assert answer.ok, f"{answer.status} {link}"
        return answer.body()


def _links(fax: Locator) -> list[str]:
    return [str(link.get_attribute("href")) for link in fax.locator("p.pages a").all()]


@cache
def reference_on(png: bytes) -> str:
    """Return the reference number in the code on a page, or "": each detector misses some that the other reads."""
    for detector in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()):
        payload = str(detector.detectAndDecode(_grey(png))[0])
        if payload.startswith(reference.QR_PREFIX):
            return payload.removeprefix(reference.QR_PREFIX)
    return ""


@cache
def read(png: bytes) -> str:
    """Return the words on a page, one space between them."""
    # The machine prints at 100 dpi; the reader expects 300.
    large = cv2.resize(_grey(png), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return " ".join(word.text for word in _reader().read(np.asarray(large, np.uint8)))


def _grey(png: bytes) -> engines.Gray:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image, np.uint8)


@cache
def _reader() -> engines.Reader:
    return engines.default_reader()

"""Copier edges, punch holes, dust, noise, garbage and other scripts: no words out of nothing, and no crash."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from homing.intake.reading import pipeline
from homing.intake.reading.engines import default_reader
from homing.intake.reading.errors import Reason, sentence
from homing.intake.reading.preprocess import prepare
from homing.intake.reading.recognise import page_text
from homing.intake.reading.recogniser import PaddleLineReader, model_file
from homing.intake.reading.sandbox import Sandbox
from homing.intake.reading.types import PageText, RenderedDocument
from tests.fixtures.fax import pages

DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SCRIPTS = {
    "Cyrillic": ("Уважаемые коллеги, направляем к вам пациентку", "для консультации по поводу жалоб на сердцебиение"),
    "Greek": ("Αγαπητέ συνάδελφε, παραπέμπουμε την ασθενή", "για καρδιολογική εκτίμηση λόγω αισθήματος παλμών"),  # noqa: RUF001
    "Arabic": ("عزيزي الطبيب، نحيل إليكم المريضة لتقييم القلب", "بسبب خفقان متكرر وضيق في التنفس أثناء المشي"),
}


@pytest.fixture(scope="module")
def engine() -> PaddleLineReader:
    weights = model_file()
    assert weights is not None
    return PaddleLineReader(weights)


def _copied(image: Image.Image) -> Image.Image:
    """Return the page as a copier with an open lid makes it: black at two edges, three punch holes."""
    dirty = image.copy()
    draw = ImageDraw.Draw(dirty)
    draw.polygon([(0, 0), (60, 0), (25, pages.HEIGHT), (0, pages.HEIGHT)], fill=0)
    draw.rectangle((0, pages.HEIGHT - 54, pages.WIDTH, pages.HEIGHT), fill=0)
    for top in (500, 1100, 1700):
        draw.ellipse((85, top, 143, top + 58), fill=0)
    return dirty


def _dusty() -> Image.Image:
    """Return an empty sheet with dust, larger crumbs and the streak of a dirty scanner."""
    image = pages.page((), noise=3000)
    draw, dice = ImageDraw.Draw(image), random.Random(5)  # noqa: S311 - dirt, not a secret
    for _ in range(60):
        x, y = dice.randrange(1700), dice.randrange(2200)
        draw.ellipse((x, y, x + 6, y + 5), fill=0)
    draw.line((1500, 0, 1500, pages.HEIGHT), fill=0, width=2)
    return image


def _read(image: Image.Image, engine: PaddleLineReader | None = None) -> PageText:
    return page_text(default_reader(), pages.picture(image, "PNG"), 1, (), engine)


@pytest.mark.parametrize("rotation", [0, 180])
def test_black_edges_and_punch_holes_change_neither_words_nor_slant(rotation: int) -> None:
    clean = _read(pages.page(skew=1.2, rotation=rotation))
    copied = _read(_copied(pages.page(skew=1.2, rotation=rotation)))
    assert copied.text == clean.text
    assert copied.skew == pytest.approx(clean.skew, abs=0.1)
    assert copied.rotation == clean.rotation


@pytest.mark.parametrize(
    "image", [_copied(pages.page(())), _dusty(), _copied(_dusty())], ids=["copied", "dusty", "both"]
)
def test_an_empty_sheet_with_dirt_is_blank(image: Image.Image) -> None:
    assert prepare(pages.picture(image, "PNG")).blank
    page = _read(image)
    assert (page.words, page.error, page.quality) == ((), None, 0.0)


def test_a_single_line_is_not_blank() -> None:
    assert "Thank" in _read(pages.page(("Thank you for seeing her",))).text


def _noise(share: float) -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).random((pages.HEIGHT, pages.WIDTH)) > share)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
def test_pure_noise_is_illegible_and_gives_no_word(share: float, engine: PaddleLineReader) -> None:
    page = _read(_noise(share), engine)
    assert (page.words, page.error) == ((), Reason.ILLEGIBLE.value)


def test_grey_noise_is_illegible() -> None:
    grey = np.random.default_rng(3).integers(0, 255, (1100, 850)).astype(np.uint8)
    assert _read(Image.fromarray(grey)).error == Reason.ILLEGIBLE.value


def test_letters_thrown_about_are_no_words(engine: PaddleLineReader) -> None:
    image, dice = pages.page(()), random.Random(5)  # noqa: S311 - noise, not a secret
    draw = ImageDraw.Draw(image)
    for _ in range(600):
        x, y = dice.randrange(1700), dice.randrange(2200)
        draw.line([(x + dice.randrange(30), y + dice.randrange(30)) for _ in range(4)], fill=0, width=3)
    page = _read(image, engine)
    assert not [word for word in page.words if word.confidence > 0.9 and len(word.text) > 3]


def test_a_page_of_noise_stays_in_its_packet_and_is_reported(sandbox: Sandbox) -> None:
    rendered = sandbox.render(pages.tiff([pages.page(), _noise(0.4)]))
    texts = [pipeline.recognise(page.png, page.number, sandbox=sandbox) for page in rendered.pages]
    assert [text.error for text in texts] == [None, "illegible"]
    assert "Please" in sentence(Reason.ILLEGIBLE)


def _garbled(start: float) -> bytes:
    """Return a G4 fax whose data is garbage from this share of it on."""
    data = bytearray(pages.tiff([pages.page()]))
    directory = Image.open(io.BytesIO(bytes(data))).tag_v2  # type: ignore[attr-defined]
    strips = zip(directory[273], directory[279], strict=True)
    places = [place for offset, size in strips for place in range(offset, offset + size)]
    dice = random.Random(1)  # noqa: S311 - garbage, not a secret
    for place in places[round(start * len(places)) :]:
        data[place] = dice.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("start", [0.0, 0.5, 0.9])
def test_garbage_in_a_fax_adds_no_confident_words_to_those_before_it(start: float, sandbox: Sandbox) -> None:
    (whole,) = _texts(sandbox, pages.tiff([pages.page()]))
    (page,) = _texts(sandbox, _garbled(start))
    said = whole.text.replace(" ", "")
    sure = [word.text for word in page.words if word.confidence > 0.9 and len(word.text) > 3]
    # The line that the damage cuts may be read in halves.
    assert len([text for text in sure if text not in said]) <= 1


def _texts(sandbox: Sandbox, data: bytes) -> list[PageText]:
    rendered: RenderedDocument = sandbox.render(data)
    return [sandbox.recognise(page.png, page.number) for page in rendered.pages]


@pytest.mark.parametrize("script", SCRIPTS)
def test_another_script_gives_no_confident_words(script: str, engine: PaddleLineReader) -> None:
    image = Image.new("L", (pages.WIDTH, pages.HEIGHT), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(DEJAVU, 34)
    for number, line in enumerate(SCRIPTS[script] * 5):
        draw.text((150, 150 + 60 * number), line, fill=0, font=font)
    page = _read(image.convert("1", dither=Image.Dither.NONE), engine)
    assert not [word for word in page.words if word.confidence >= 0.9 and len(word.text) > 3]

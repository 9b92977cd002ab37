"""The contract of an engine: both of ours pass it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from homing.intake.reading import engines
from homing.intake.reading.engines import RapidOcrReader, Reader, TesseractReader, default_reader, tessdata_folder
from homing.intake.reading.preprocess import prepare
from tests.fixtures.fax import pages

TEXT = ("Patient: Juniper Ashgrove", "Date of birth 04/05/1961", "Referred for palpitations")


def _readers() -> list[Reader]:
    folder = tessdata_folder()
    return [RapidOcrReader(), *([TesseractReader(folder)] if folder else [])]


@pytest.fixture(scope="module", params=_readers(), ids=lambda reader: reader.name)
def reader(request: pytest.FixtureRequest) -> Reader:
    chosen: Reader = request.param
    return chosen


@pytest.fixture(scope="module")
def image() -> engines.Gray:
    return prepare(pages.picture(pages.page(TEXT).crop((0, 0, 1000, 500)), "PNG")).image


def test_it_reads_printed_words_in_order(reader: Reader, image: engines.Gray) -> None:
    text = " ".join(word.text for word in reader.read(image))
    for expected in ("Juniper", "Ashgrove", "04/05/1961", "palpitations"):
        assert expected in text
    assert text.index("Juniper") < text.index("birth") < text.index("palpitations")


def test_its_boxes_are_fractions_around_the_words(reader: Reader, image: engines.Gray) -> None:
    words = reader.read(image)
    for word in words:
        x0, y0, x1, y1 = word.box
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert 0 <= word.confidence <= 1
    date = next(word for word in words if "1961" in word.text)
    high, wide = image.shape
    x0, y0, x1, y1 = (round(edge * side) for edge, side in zip(date.box, (wide, high, wide, high), strict=True))
    inside = (image[y0:y1, x0:x1] < 128).sum()
    around = (image[max(y0 - 12, 0) : y1 + 12, x0:x1] < 128).sum()
    assert inside > 0.9 * around


def test_words_of_one_line_share_its_number_and_lines_differ(reader: Reader, image: engines.Gray) -> None:
    words = reader.read(image)
    line = {word.text.strip(":"): word.line for word in words}
    assert line["Juniper"] == line["Ashgrove"]
    assert line["Ashgrove"] != line["palpitations"]


def test_an_empty_page_has_no_words_and_a_second_page_none_of_the_first(reader: Reader, image: engines.Gray) -> None:
    blank = np.full_like(image, 255)
    assert reader.read(image)
    assert reader.read(blank) == ()


def test_it_never_answers_a_turn_that_is_none(reader: Reader) -> None:
    upside_down = prepare(pages.picture(pages.page(rotation=180), "PNG"), turned=0).image
    assert reader.turn(upside_down) in {None, 180}


def test_tesseract_is_preferred_where_its_data_is_and_rapidocr_stands_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "eng.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert tessdata_folder() == tmp_path
    assert default_reader().name == "tesseract"
    monkeypatch.delenv("TESSDATA_PREFIX")
    monkeypatch.setattr(engines, "_TESSDATA", ("/nonexistent",))
    assert default_reader().name == "rapidocr"

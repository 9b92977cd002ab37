"""`homing read`, run as a script runs it: a process, files, standard output, exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.fax import bad, pages


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    # Neither a database nor settings: the command must not need them.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    program = "from homing.cli.read import read; read()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("faxes")
    (made / "one.tif").write_bytes(pages.tiff([pages.page(pages.COVER), pages.page(rotation=180)]))
    (made / "two.pdf").write_bytes(pages.digital_pdf([pages.OTHER_LETTER]))
    (made / "empty.tif").write_bytes(b"")
    (made / "middle.tif").write_bytes(bad.broken_page(2))
    return made


@pytest.fixture(scope="module")
def one(folder: Path) -> dict[str, Any]:
    done = _run(folder / "one.tif")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_one_file_gives_one_object_of_the_contract(one: dict[str, Any]) -> None:
    assert set(one) == {"version", "file", "documents", "pages", "seconds"}
    assert (one["version"], one["file"]) == (1, "one.tif")
    (document,) = one["documents"]
    assert set(document) == {"kind", "kind_confidence", "pages", "fields", "routing", "missing"}
    assert (document["kind"], document["pages"]) == ("referral", [1, 2])
    assert document["routing"]["specialty"] == "Cardiovascular Disease"
    assert "I48.0" in document["routing"]["because"]
    assert document["missing"] == []


def test_a_field_has_value_confidence_page_and_box(one: dict[str, Any]) -> None:
    fields = one["documents"][0]["fields"]
    assert set(fields["patient.family"]) == {"value", "confidence", "page", "box"}
    assert fields["patient.family"]["value"] == "Ashgrove"
    assert fields["patient.family"]["page"] == 2
    assert fields["diagnosis.codes"]["value"] == ["I48.0"]
    x0, y0, x1, y1 = fields["patient.family"]["box"]
    assert 0 <= x0 < x1 <= 1
    assert 0 <= y0 < y1 <= 1


def test_every_page_is_described(one: dict[str, Any]) -> None:
    assert [set(page) for page in one["pages"]] == [{"page", "kind", "rotation", "skew", "quality"}] * 2
    assert [(page["page"], page["kind"], page["rotation"]) for page in one["pages"]] == [
        (1, "cover_sheet", 0),
        (2, "letter", 180),
    ]


def test_several_files_give_an_array_and_a_bad_one_does_not_stop_the_others(folder: Path) -> None:
    done = _run(folder / "empty.tif", folder / "two.pdf", folder / "nowhere.tif")
    assert done.returncode == 1
    empty, two, nowhere = json.loads(done.stdout)
    assert (empty["documents"], empty["error"]["code"]) == ([], "empty")
    assert empty["error"]["message"] == "The file is empty. Please send it again."
    assert two["documents"][0]["fields"]["patient.family"]["value"] == "Thistlewood"
    assert (nowhere["documents"], nowhere["error"]["code"]) == ([], "cannot_open")
    assert "empty.tif" in done.stderr


def test_out_writes_one_file_each_and_nothing_on_standard_output(folder: Path, tmp_path: Path) -> None:
    done = _run(folder / "two.pdf", folder / "empty.tif", "--out", tmp_path / "made")
    assert (done.returncode, done.stdout) == (1, "")
    assert {path.name for path in (tmp_path / "made").iterdir()} == {"two.pdf.json", "empty.tif.json"}
    assert json.loads((tmp_path / "made" / "two.pdf.json").read_text())["documents"][0]["kind"] == "referral"
    assert json.loads((tmp_path / "made" / "empty.tif.json").read_text())["error"]["code"] == "empty"


def test_json_prints_what_out_writes(folder: Path, tmp_path: Path) -> None:
    done = _run(folder / "two.pdf", "--out", tmp_path, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == json.loads((tmp_path / "two.pdf.json").read_text())


def test_a_broken_page_is_named_and_the_rest_is_read(folder: Path) -> None:
    done = _run(folder / "middle.tif")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert [page["page"] for page in answer["pages"]] == [1, 3]
    assert [(problem["page"], problem["code"]) for problem in answer["problems"]] == [(2, "damaged")]
    assert answer["documents"][0]["kind"] == "referral"


def test_no_file_is_wrong_usage() -> None:
    assert _run().returncode == 2


def test_neither_django_nor_the_settings_are_loaded() -> None:
    program = "import homing.cli.read, sys; print([name for name in sys.modules if name.split('.')[0] == 'django'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

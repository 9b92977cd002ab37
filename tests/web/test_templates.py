from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

from homing.web import check_templates

TEMPLATES = sorted((Path(check_templates.__file__).parent / "templates").rglob("*.html"))
STATIC = sorted((Path(check_templates.__file__).parent / "static").glob("*.*"))


def test_every_template_compiles() -> None:
    assert check_templates.problems() == ()
    assert check_templates.main() == 0


def test_a_template_with_an_error_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import DictLoader

    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    monkeypatch.setattr(environment, "loader", DictLoader({"broken.html": "\n{% if %}"}))
    assert check_templates.problems()[0].startswith("broken.html:2: ")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_what_the_content_security_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "style attributes are blocked"
    assert not re.search(r"\son[a-z]+\s*=|hx-on|javascript:|\bjs:", text), "inline handlers are blocked"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline scripts are blocked"
    assert not re.search(r"https?://", text), "nothing comes from another host"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_switches_escaping_off(path: Path) -> None:
    assert not re.search(r"\|\s*safe|autoescape false|Markup", path.read_text())


@pytest.mark.parametrize("path", STATIC, ids=lambda path: path.name)
def test_no_static_file_calls_another_host_or_evaluates_text(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|\beval\(|new Function|setAttribute\(.style.", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_looks_into_the_request_for_data(path: Path) -> None:
    assert set(re.findall(r"request\.(\w+)", path.read_text())) <= {"csp_nonce"}

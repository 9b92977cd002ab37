from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.routing.specialty import decide, recognise


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("homing.routing") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize(
    ("codes", "reason", "service", "destination", "specialty"),
    [
        (["I48.0"], "recurrent palpitations", "", "", "Cardiovascular Disease"),
        (["I48.91"], "", "EP consult", "", "Clinical Cardiac Electrophysiology"),
        (["E11.9"], "A1c above 10 on oral therapy", "", "", "Endocrinology, Diabetes & Metabolism"),
        (["N20.0"], "left renal stone", "", "", "Urology"),
        (["N18.4"], "rising creatinine", "", "", "Nephrology"),
        (["G47.33"], "loud snoring", "", "", "Sleep Medicine"),
        (["M17.11"], "knee pain", "", "", "Orthopaedic Surgery"),
        (["M06.9"], "morning stiffness", "", "", "Rheumatology"),
        (["L40.0"], "plaque psoriasis", "", "", "Dermatology"),
        (["K40.90"], "reducible inguinal hernia", "", "", "Surgery"),
        (["O24.410"], "gestational diabetes", "", "", "Maternal & Fetal Medicine"),
        (["R91.1"], "lung nodule", "", "", "Pulmonary Disease"),
        (["H25.9"], "cataract", "", "", "Ophthalmology"),
        (["G43.909"], "migraine", "", "", "Neurology"),
        ([], "", "", "ENT", "Otolaryngology"),
        ([], "", "Physical therapy", "", "Physical Therapist"),
        ([], "", "", "Digestive Health Associates", "Gastroenterology"),
    ],
)
def test_content_decides(codes: list[str], reason: str, service: str, destination: str, specialty: str) -> None:
    assert decide(codes, reason, service, destination).specialty == specialty


def test_a_misleading_destination_does_not_outweigh_diagnosis_and_reason() -> None:
    decision = decide(["I48.0"], "recurrent palpitations", "", "Dermatology")
    assert decision.specialty == "Cardiovascular Disease"
    assert decision.confidence < decide(["I48.0"], "recurrent palpitations", "", "Cardiology").confidence


def test_the_evidence_is_named_strongest_first() -> None:
    decision = decide(["I48.91"], "", "EP consult")
    assert decision.because[0] == "requested: EP consult"
    assert "I48.91" in decision.because


def test_without_evidence_nothing_is_decided() -> None:
    decision = decide([], "please see", "consultation", "Referral Intake")
    assert (decision.specialty, decision.code, decision.confidence, decision.because) == ("", "", 0.0, ())


@given(st.lists(st.text(max_size=8), max_size=4), st.text(), st.text(), st.text())
def test_any_text_gives_a_known_specialty_or_none(
    codes: list[str], reason: str, service: str, destination: str
) -> None:
    decision = decide(codes, reason, service, destination)
    known = {row["name"]: row["code"] for row in _rows("specialties.csv")} | {"": ""}
    assert known[decision.specialty] == decision.code
    assert 0 <= decision.confidence < 1
    assert bool(decision.because) == bool(decision.specialty)


@pytest.mark.parametrize("row", _rows("specialties.csv"), ids=lambda row: row["name"])
def test_every_specialty_is_recognised_by_its_name_and_aliases(row: dict[str, str]) -> None:
    assert recognise(row["name"]) == row["name"]
    assert all(recognise(alias) for alias in row["aliases"].split("|"))


def test_the_tables_name_only_known_specialties() -> None:
    known = {row["name"] for row in _rows("specialties.csv")}
    assert {row["specialty"] for row in _rows("diagnoses.csv")} <= known
    assert {row["specialty"] for row in _rows("keywords.csv")} <= known


def test_blocks_of_diagnoses_run_forwards_and_weigh_something() -> None:
    for row in _rows("diagnoses.csv"):
        assert row["first"] <= row["last"]
        assert 0 < float(row["weight"]) < 2

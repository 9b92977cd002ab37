"""The word banks that generated pages are written with."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Final

import pytest

from training.reading.banks import Banks, is_held_out, lines, names, problems

SLOTS: Final = frozenset(
    re.findall(
        r"\w+",
        "patient patient_last title he him his age dob sex_word phone address mrn payer member_id auth referrer org "
        "npi ref_phone ref_fax recipient recipient_org specialty service reason dx code priority date pcp other_person "
        "other_phone other_date relation",
    )
)

#: Slots of the banks that are filled by someone else than the writer of prose.
OTHER_SLOTS: Final = {
    "greetings": {"recipient", "recipient_last", "recipient_org", "specialty"},
    "organizations": {"surname", "city", "word", "specialty"},
    "hospitals": {"surname", "city", "word"},
    "pharmacies": {"surname", "city", "word", "n"},
    "units": {"n", "l", "surname"},
    "fax_banners": {"date", "time", "number", "name", "page", "pages", "job"},
    "ehr_names": {"n", "name", "page", "pages", "date", "time"},
}

FEWEST: Final = {
    "surnames": 1500,
    "given_female": 600,
    "given_male": 600,
    "cities": 800,
    "street_names": 500,
    "organizations": 200,
    "payers": 200,
    "disclaimers": 40,
    "sentences/opening": 120,
    "sentences/facts": 150,
    "sentences/urgency": 80,
    "sentences/distractors": 120,
    "sentences/history": 150,
    "sentences/closing_contact": 80,
    "sentences/specialty_ask": 60,
    "sentences/spanish": 60,
    "priority_words": 60,
    "services": 150,
    "lab_tests": 120,
    "medications": 250,
    "imaging_findings": 120,
}

_ICD: Final = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")


def test_banks_are_large_enough() -> None:
    short = {name: len(lines(name)) for name, fewest in FEWEST.items() if len(lines(name)) < fewest}
    assert not short


def test_fields_have_many_labels_without_a_trailing_colon() -> None:
    for name in _banks("labels/"):
        labels = lines(name)
        assert len(labels) >= 10, name
        assert not [label for label in labels if label.endswith(":") and len(label) > 1], name


def test_no_bank_says_the_same_twice() -> None:
    for name in names():
        assert len(set(lines(name))) == len(lines(name)), name


def test_every_bank_has_both_a_part_to_train_with_and_a_part_held_out() -> None:
    for name in names():
        trained, held_out = _drawn(name, held_out=False), _drawn(name, held_out=True)
        assert len(trained) >= 3, name
        assert not any(map(is_held_out, trained)), name
        if sum(map(is_held_out, lines(name))) >= 3:
            assert not trained & held_out, name


def test_sentences_have_known_slots_only() -> None:
    for name in _banks("sentences/"):
        for sentence in lines(name):
            assert _slots(sentence) <= SLOTS, sentence


def test_other_banks_have_only_the_slots_they_are_filled_with() -> None:
    for name in set(names()) - set(_banks("sentences/")):
        for entry in lines(name):
            assert _slots(entry) <= OTHER_SLOTS.get(name, set()), entry


@pytest.mark.parametrize("name", ["sentences/urgency", "priority_words"])
def test_a_priority_says_which_it_is(name: str) -> None:
    values = Counter(entry.partition("|")[0] for entry in lines(name))
    assert set(values) == {"routine", "urgent", "asap", "stat"}
    assert min(values.values()) >= 10


def test_sex_words_say_which_they_are() -> None:
    assert {entry.partition("|")[0] for entry in lines("sex_words")} == {"female", "male", "other"}


def test_cities_have_a_state_and_a_zip_code_and_all_states_occur() -> None:
    cities = [entry.split("|") for entry in lines("cities")]
    assert all(re.fullmatch(r"[A-Z]{2}", state) and re.fullmatch(r"\d{5}", code) for _, state, code in cities)
    assert len({state for _, state, _ in cities}) >= 51


def test_lab_tests_have_five_parts() -> None:
    for entry in lines("lab_tests"):
        _, _, _, low, high = entry.split("|")
        assert float(low) < float(high)


def test_kinds_have_titles_and_bodies() -> None:
    for name in _banks("kinds/"):
        tags = Counter(entry.partition("|")[0] for entry in lines(name))
        assert set(tags) == {"title", "body"}
        assert min(tags.values()) >= 15, name
        assert sum(tags.values()) >= 40, name


def test_clinical_problems_cover_every_specialty_with_codes_that_look_right() -> None:
    found = problems()
    assert len(found) >= 420
    assert len({problem.specialty for problem in found}) >= 36
    for problem in found:
        assert 1 <= len(problem.codes) <= 3
        assert all(_ICD.fullmatch(code) and text for code, text in problem.codes), problem.codes
        assert 4 <= len(problem.reasons) <= 8, problem.reasons
        assert 3 <= len(problem.services) <= 6, problem.services


def test_no_problem_is_given_twice() -> None:
    keys = Counter((problem.specialty, problem.codes, problem.reasons[0]) for problem in problems())
    assert max(keys.values()) == 1


def test_problems_are_held_out_like_phrases() -> None:
    seen = {_bank(seed, held_out=False).problem() for seed in range(400)}
    kept = {_bank(seed, held_out=True).problem() for seed in range(100)}
    assert seen
    assert kept
    assert not seen & kept


def test_a_line_that_starts_with_a_number_sign_can_be_an_entry() -> None:
    assert "# of pages" in lines("labels/pages")


def test_the_same_seed_draws_the_same() -> None:
    one, other = (_bank(7, held_out=False) for _ in range(2))
    assert [one.label("patient.name") for _ in range(9)] == [other.label("patient.name") for _ in range(9)]
    assert one.sentence("opening") == other.sentence("opening")
    assert one.kind("junk", "title") == other.kind("junk", "title")


def _banks(folder: str) -> list[str]:
    return [name for name in names() if name.startswith(folder)]


def _drawn(name: str, *, held_out: bool) -> set[str]:
    bank = _bank(3, held_out=held_out)
    return {bank.pick(name) for _ in range(400)}


def _bank(seed: int, *, held_out: bool) -> Banks:
    return Banks(random.Random(seed), held_out=held_out)


def _slots(text: str) -> set[str]:
    return {slot.partition(":")[0] for slot in re.findall(r"\{([^}]*)\}", text)}

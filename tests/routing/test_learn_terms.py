from __future__ import annotations

from pathlib import Path

from homing.routing.learn_terms import learn, main

TEXTS = [
    ("N83.20", "Unspecified ovarian cyst"),
    ("C56.9", "Malignant tumour of ovarian tissue"),
    ("H25.9", "Unspecified senile cataract"),
    ("Z79.4", "Long term use of gadget"),
    ("nonsense", "ovarian nonsense"),
]


def test_words_are_learnt_to_speak_for_what_the_codes_that_bear_them_speak_for() -> None:
    learnt = learn(TEXTS, frozenset({"unspecified", "tissue"}))

    assert max(learnt["cataract"], key=lambda key: learnt["cataract"][key]) == "eye"
    assert {"obgyn", "hemonc"} <= set(learnt["ovarian"])


def test_everyday_words_vague_codes_and_what_is_no_code_teach_nothing() -> None:
    learnt = learn(TEXTS, frozenset({"unspecified", "tissue"}))

    assert not {"unspecified", "tissue", "gadget", "nonsense"} & set(learnt)


def test_the_table_is_written_in_the_shape_that_is_read(tmp_path: Path) -> None:
    texts, common, terms = tmp_path / "texts.csv", tmp_path / "common.txt", tmp_path / "terms.csv"
    texts.write_text("H25.9,Senile cataract\n", encoding="utf-8")
    common.write_text("senile\n", encoding="utf-8")

    main(texts, common, terms)

    assert terms.read_text(encoding="utf-8") == "term,specialties\ncataract,eye 98\n"

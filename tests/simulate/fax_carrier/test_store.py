from __future__ import annotations

from pathlib import Path

import pytest

from homing.simulate.fax_carrier.behaviour import ON_LINE, ON_WEBHOOK, Behaviour, Rule
from homing.simulate.fax_carrier.store import Store

NUMBER, OTHER = "+16175550123", "+16175550124"


def test_the_same_seed_gives_the_same_ids_and_no_seed_gives_new_ones(tmp_path: Path) -> None:
    def ids(name: str, seed: str | None) -> list[str]:
        store = Store(tmp_path / name, seed=seed)
        try:
            return [store.new_id("fx_") for _ in range(3)]
        finally:
            store.close()

    assert ids("a", "7") == ids("b", "7")
    assert not set(ids("c", None)) & set(ids("d", None))
    first = ids("e", None)
    assert not set(first) & set(ids("e", None)), "an id came again after a restart"


def test_a_rule_is_used_as_often_as_told_and_only_for_its_number(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add_rule(Rule(0, Behaviour.BUSY, number=NUMBER, remaining=2))

    taken = [store.take_rule(ON_LINE, number) is not None for number in (OTHER, NUMBER, NUMBER, NUMBER)]

    assert taken == [False, True, True, False]
    assert store.take_rule(ON_WEBHOOK, NUMBER) is None
    store.close()


def test_a_rule_without_a_number_or_an_end_is_for_everybody_for_ever(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rule = store.add_rule(Rule(0, Behaviour.NO_FAX))

    assert all(store.take_rule(ON_LINE, number) for number in (NUMBER, OTHER, NUMBER))
    store.drop_rules(rule.rule_id)
    assert store.take_rule(ON_LINE, NUMBER) is None
    store.close()


def test_what_belongs_together_is_kept_together_or_not_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path)

    with pytest.raises(ZeroDivisionError), store.transaction():
        _ = store.add_rule(Rule(0, Behaviour.NO_FAX)).rule_id / 0

    assert store.rules() == []
    store.close()

"""Reference numbers survive handwriting, faxes and typing errors, or are refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from homing.kit import reference

_SYMBOLS = st.sampled_from(reference.ALPHABET)
_MINTED = st.builds(reference.mint)


@given(_MINTED)
def test_a_minted_reference_is_read_back_from_its_printed_form(minted: str) -> None:
    assert reference.parse(reference.display(minted).lower()) == minted


@given(_MINTED, st.integers(1, 9), _SYMBOLS)
def test_one_wrong_symbol_is_always_refused(minted: str, position: int, symbol: str) -> None:
    changed = minted[:position] + symbol + minted[position + 1 :]
    assert (reference.parse(changed) is None) == (changed != minted)


@given(_MINTED, st.integers(1, 8))
def test_two_transposed_neighbours_are_always_refused(minted: str, position: int) -> None:
    swapped = minted[:position] + minted[position + 1] + minted[position] + minted[position + 2 :]
    assert (reference.parse(swapped) is None) == (swapped != minted)


@given(_MINTED, _MINTED)
def test_references_are_found_in_running_text_in_order_and_once(first: str, second: str) -> None:
    text = f"Re: {reference.display(first)}, see also {second}. Ref {first}"
    assert reference.find_all(text) == list(dict.fromkeys([first, second]))


def test_look_alike_symbols_are_not_in_the_alphabet() -> None:
    assert not set("0O1IL") & set(reference.ALPHABET)


def test_the_qr_payload_is_read_back() -> None:
    minted = reference.mint()
    assert reference.parse(reference.qr_payload(minted)) == minted

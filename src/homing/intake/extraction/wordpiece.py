"""BERT's word pieces (Devlin et al. 2019): the vocabulary the token model's embeddings were trained with."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

_MOST_LETTERS = 60


class WordPieces:
    """Splits a word into numbers of vocabulary entries, uncased; what is not in the vocabulary is [UNK]."""

    def __init__(self, vocabulary: tuple[str, ...]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._numbers["[UNK]"]
        self.of = lru_cache(maxsize=100_000)(self._of)

    def _of(self, word: str) -> tuple[int, ...]:
        return tuple(number for part in _parts(word) for number in self._pieces(part))

    def _pieces(self, part: str) -> list[int]:
        found, start = [], 0
        while start < len(part):
            end = next(
                (end for end in range(len(part), start, -1) if self._piece(part, start, end) in self._numbers), 0
            )
            if not end:
                return [self._unknown]
            found.append(self._numbers[self._piece(part, start, end)])
            start = end
        return found

    @staticmethod
    def _piece(part: str, start: int, end: int) -> str:
        return part[start:end] if start == 0 else f"##{part[start:end]}"


def _parts(word: str) -> list[str]:
    plain = unicodedata.normalize("NFD", word[:_MOST_LETTERS].lower())
    letters = [letter for letter in plain if unicodedata.category(letter) != "Mn"]
    parts: list[str] = []
    inside = False
    for letter in letters:
        if letter.isalnum():
            parts = [*parts[:-1], parts[-1] + letter] if inside else [*parts, letter]
            inside = True
        else:
            parts += [letter] if not letter.isspace() else []
            inside = False
    return parts


def shipped() -> WordPieces:
    """Return the splitter with the vocabulary the model was trained with."""
    table = files("homing.intake.extraction") / "data" / "vocabulary.txt"
    return WordPieces(tuple(table.read_text(encoding="utf-8").splitlines()))

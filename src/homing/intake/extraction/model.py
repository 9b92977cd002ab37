"""The token model: what each word of a page is, and what kind of page it is. See training/reading/MODEL_CARD.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from homing.intake.extraction import layout, tokens, wordpiece
from homing.intake.extraction.tokens import Piece, Placed
from homing.intake.reading.types import PageText, Word

Floats = NDArray[np.float32]
_DATA = "homing.intake.extraction"
#: The most words of a page that are looked at: more is dirt, or a page to be read by a person.
MOST_WORDS = 3000


@dataclass(frozen=True, slots=True, eq=False)
class PageAnswer:
    """What the model says of one page.

    `words` are the page's words that were looked at, `pieces` its n tokens (their `word.index` counts in `words`);
    `begins` and `goes_on` n by classes, the probability that a token begins or continues a run of a class; `page_kinds`
    and `document_kinds` probabilities by name.
    """

    page: int
    words: tuple[Word, ...]
    pieces: tuple[Piece, ...]
    begins: Floats
    goes_on: Floats
    page_kinds: dict[str, float]
    document_kinds: dict[str, float]


class TokenModel(Protocol):
    """Answers for one page at a time."""

    classes: tuple[str, ...]

    def answer(self, page: PageText) -> PageAnswer:
        """Return what each word of a page is."""
        ...


@dataclass(frozen=True, slots=True)
class _About:
    """What the file beside the weights says of them."""

    classes: tuple[str, ...]
    page_kinds: tuple[str, ...]
    document_kinds: tuple[str, ...]


class OnnxTokenModel:
    """The shipped model, run by onnxruntime on one core. About 30 MB of memory for the weights."""

    def __init__(self) -> None:
        import onnxruntime

        folder = files(_DATA) / "data"
        stated = json.loads((folder / "token_model.json").read_text(encoding="utf-8"))
        self._about = _About(tuple(stated["classes"]), tuple(stated["page_kinds"]), tuple(stated["document_kinds"]))
        self.classes = self._about.classes
        self._splitter = wordpiece.shipped()
        with as_file(folder / "word_pieces.npz") as path, np.load(path) as table:
            self._pieces, self._scales = table["pieces"], table["scales"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        with as_file(folder / "token_model.onnx") as path:
            self._session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def answer(self, page: PageText) -> PageAnswer:
        """Return what each word of a page is."""
        words, placed = looked_at(page)
        pieces = tokens.in_order(placed)
        begins = np.zeros((len(pieces), len(self.classes)), np.float32)
        goes_on = np.zeros_like(begins)
        heads: list[tuple[Floats, Floats]] = []
        depth = np.full(len(pieces), -1)
        for start, end in tokens.windows(len(pieces)):
            by_word, by_page, by_document = self._run(pieces[start:end])
            heads.append((by_page, by_document))
            # Where windows overlap, a token is judged where it stands deeper inside.
            inside = np.minimum(np.arange(end - start), np.arange(end - start)[::-1])
            better = np.flatnonzero(inside > depth[start:end])
            depth[start:end][better] = inside[better]
            begins[start + better] = by_word[better, 1::2]
            goes_on[start + better] = by_word[better, 2::2]
        return PageAnswer(
            page.number,
            words,
            tuple(pieces),
            begins,
            goes_on,
            dict(zip(self._about.page_kinds, _mean([one for one, _ in heads]), strict=True)),
            dict(zip(self._about.document_kinds, _mean([one for _, one in heads]), strict=True)),
        )

    def _run(self, pieces: Sequence[Piece]) -> tuple[Floats, Floats, Floats]:
        found = tokens.features(pieces, self._splitter)
        known = found.pieces >= 0
        numbers = np.where(known, found.pieces, 0)
        weights = (self._scales[numbers] * known / np.maximum(known.sum(1, keepdims=True), 1)).astype(np.float32)
        words = np.einsum("npd,np->nd", self._pieces[numbers], weights, dtype=np.float32)
        given = {
            "words": words[None],
            "shape": found.shape[None],
            "box": found.box[None],
            "size": found.size[None],
            "gap": found.gap[None],
            "sureness": found.sureness[None],
            "relation": found.relation[None],
        }
        by_word, by_page, by_document = self._session.run(None, given)
        return _softmax(by_word[0])[1:], _softmax(by_page[0]), _softmax(by_document[0])


def looked_at(page: PageText) -> tuple[tuple[Word, ...], list[Placed]]:
    """Return the words of a page without the fax machine's strip, and where they stand on the page set upright."""
    words = tuple(word for word in page.words if not word.strip)[:MOST_WORDS]
    wide, high = max(page.width, 1), max(page.height, 1)
    if page.rotation in {90, 270}:
        wide, high = high, wide
    placed = [
        Placed(
            token.text,
            token.left / wide,
            (token.y - token.height / 2) / high,
            token.right / wide,
            (token.y + token.height / 2) / high,
            token.word.confidence,
            index,
        )
        for index, token in enumerate(layout.upright_tokens(page, words))
    ]
    return words, placed


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), np.float32)


def _mean(found: Sequence[Floats]) -> list[float]:
    return [float(one) for one in np.mean(found, axis=0)]


@cache
def shipped() -> TokenModel:
    """Return this process's model."""
    return OnnxTokenModel()

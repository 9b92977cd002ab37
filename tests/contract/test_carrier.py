"""What every fax carrier must do, asked of the double in memory and of the simulated carrier over real HTTP."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from homing.channels.fax.memory import InMemoryCarrier
from homing.channels.fax.simulated import SimulatedCarrier
from homing.kit import clock
from homing.messaging.ports import (
    RETRYABLE_CAUSES,
    Carrier,
    CarrierEvent,
    CarrierEventKind,
    CarrierSettings,
    CarrierUnavailable,
    FaxCause,
    FaxState,
    InboundNotFound,
    SubmitOutcomeUnknown,
    SubmitRejected,
    WebhookUnverified,
)
from homing.simulate.fax_carrier.handle import CarrierProcess
from tests.simulate import documents
from tests.simulate.receiver import Receiver, wait_until

OURS = "+16175550100"
_numbers = (f"+1617555{number:04d}" for number in itertools.count(1000))
ON_LINE = (
    FaxCause.BUSY,
    FaxCause.NO_ANSWER,
    FaxCause.NO_FAX,
    FaxCause.BAD_NUMBER,
    FaxCause.LINE_ERROR,
    FaxCause.PROVIDER,
)


class Stage(Protocol):
    """One carrier, and the means to decide what happens on its lines."""

    @property
    def carrier(self) -> Carrier: ...
    def destine(self, number: str, cause: FaxCause, *, pages: int = 0) -> None: ...
    def lose_next_answer(self, number: str) -> None: ...
    def refuse_next(self, number: str) -> None: ...
    def let_end(self, reference: str) -> None: ...
    def let_arrive(self, document: bytes, caller_id: str | None) -> str: ...
    def webhook(self, kind: CarrierEventKind, reference: str) -> tuple[Mapping[str, str], bytes]: ...
    def go_down(self) -> None: ...
    def come_up(self) -> None: ...


class MemoryStage:
    def __init__(self) -> None:
        self.carrier: InMemoryCarrier = InMemoryCarrier()
        self._destined: dict[str, tuple[FaxCause, int]] = {}

    def destine(self, number: str, cause: FaxCause, *, pages: int = 0) -> None:
        self._destined[number] = (cause, pages)

    def lose_next_answer(self, number: str) -> None:
        self.carrier.lose_answers()

    def refuse_next(self, number: str) -> None:
        self.carrier.refuse_next()

    def let_end(self, reference: str) -> None:
        number = next(fax.to_e164 for fax in self.carrier.submitted if fax.reference == reference)
        if number in self._destined:
            cause, pages = self._destined[number]
            self.carrier.fail(reference, cause, pages_sent=pages)
        else:
            self.carrier.deliver(reference, remote_id="LAKE MED")

    def let_arrive(self, document: bytes, caller_id: str | None) -> str:
        return self.carrier.arrive(document, from_e164=caller_id, to_e164=OURS, pages=2, remote_id="LAKE MED")

    def webhook(self, kind: CarrierEventKind, reference: str) -> tuple[Mapping[str, str], bytes]:
        return self.carrier.webhook(kind, reference)

    def go_down(self) -> None:
        self.carrier.go_down()

    def come_up(self) -> None:
        self.carrier.come_up()


class SimulatedStage:
    _WORDS: Mapping[FaxCause, str] = {cause: cause.value for cause in ON_LINE} | {FaxCause.PROVIDER: "internal_fault"}

    def __init__(self, process: CarrierProcess, receiver: Receiver) -> None:
        self._process = process
        self._receiver = receiver
        self._control = process.control()
        self.carrier = SimulatedCarrier(
            CarrierSettings(process.base_url, "simulated", "simulated", "simulated", timeout_s=5, allow_insecure=True)
        )

    def destine(self, number: str, cause: FaxCause, *, pages: int = 0) -> None:
        self._control.tell(self._WORDS[cause], number=number, times=1, pages=pages)

    def lose_next_answer(self, number: str) -> None:
        self._control.tell("submit_drop", number=number, times=1)

    def refuse_next(self, number: str) -> None:
        self._control.tell("submit_refused", number=number, times=1)

    def let_end(self, reference: str) -> None:
        self._control.advance_line(3600)
        wait_until(lambda: self.carrier.status(reference).is_final)

    def let_arrive(self, document: bytes, caller_id: str | None) -> str:
        office = caller_id or next(_numbers)
        self._control.name_office(office, answers_as="LAKE MED")
        reference = self._control.send(office, OURS, document, withheld=caller_id is None)
        self._control.advance_line(3600)
        self._receiver.wait_for(reference)
        return reference

    def webhook(self, kind: CarrierEventKind, reference: str) -> tuple[Mapping[str, str], bytes]:
        sent = self._receiver.wait_for(reference)[0]
        return sent.headers, sent.body

    def go_down(self) -> None:
        self._process.stop()

    def come_up(self) -> None:
        self._process.start()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CarrierProcess, Receiver]]:
    data: Path = tmp_path_factory.mktemp("carrier")
    with Receiver() as receiver, CarrierProcess(data, webhook_url=receiver.url, speed=0) as carrier:
        yield carrier, receiver


@pytest.fixture(params=["memory", "simulated"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield MemoryStage()
        return
    simulated = SimulatedStage(*request.getfixturevalue("process"))
    yield simulated
    simulated.carrier.close()


@pytest.fixture
def number() -> str:
    return next(_numbers)


def submit(stage: Stage, number: str, key: str, *, pages: int = 2) -> str:
    return stage.carrier.submit(
        job_id="job-1",
        to_e164=number,
        from_e164=OURS,
        document=documents.pdf(pages),
        pages=pages,
        correlation_key=key,
        tags={"purpose": "acknowledgment"},
    )


def test_a_submitted_fax_is_known_before_it_has_ended(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-a")

    assert stage.carrier.status(reference).state in {FaxState.QUEUED, FaxState.SENDING}
    assert not stage.carrier.status(reference).is_final


def test_a_fax_that_arrives_is_delivered_with_every_page_and_the_answering_station(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-a")
    stage.let_end(reference)

    result = stage.carrier.status(reference)

    assert result.state is FaxState.DELIVERED
    assert (result.pages_sent, result.pages_total) == (2, 2)
    assert result.all_pages_confirmed
    assert result.remote_id
    assert result.duration_s
    assert result.cause is None


@pytest.mark.parametrize("cause", ON_LINE)
def test_a_failure_names_its_cause_and_whether_it_may_go_away(stage: Stage, number: str, cause: FaxCause) -> None:
    stage.destine(number, cause)
    reference = submit(stage, number, f"{number}-a")
    stage.let_end(reference)

    result = stage.carrier.status(reference)

    assert (result.state, result.cause) == (FaxState.FAILED, cause)
    assert result.retryable is (cause in RETRYABLE_CAUSES)
    assert not result.all_pages_confirmed
    assert result.provider_code


def test_a_line_that_breaks_tells_how_many_pages_came_over(stage: Stage, number: str) -> None:
    stage.destine(number, FaxCause.LINE_ERROR, pages=1)
    reference = submit(stage, number, f"{number}-a", pages=3)
    stage.let_end(reference)

    result = stage.carrier.status(reference)

    assert (result.pages_sent, result.pages_total) == (1, 3)


def test_a_fax_is_found_by_its_correlation_key(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-a")
    submit(stage, number, f"{number}-b")

    assert stage.carrier.find(f"{number}-a") == reference


def test_a_key_that_was_never_submitted_is_not_found(stage: Stage, number: str) -> None:
    assert stage.carrier.find(f"{number}-never") is None


def test_of_two_faxes_with_one_key_the_first_is_found(stage: Stage, number: str) -> None:
    first = submit(stage, number, f"{number}-a")
    submit(stage, number, f"{number}-a")

    assert stage.carrier.find(f"{number}-a") == first


def test_a_fax_whose_answer_was_lost_can_be_found_and_is_sent_once(stage: Stage, number: str) -> None:
    stage.lose_next_answer(number)

    with pytest.raises(SubmitOutcomeUnknown) as caught:
        submit(stage, number, f"{number}-a")
    reference = stage.carrier.find(f"{number}-a")

    assert not caught.value.permanent
    assert reference is not None
    stage.let_end(reference)
    assert stage.carrier.status(reference).all_pages_confirmed


def test_a_refused_fax_is_refused_for_good_and_never_kept(stage: Stage, number: str) -> None:
    stage.refuse_next(number)

    with pytest.raises(SubmitRejected) as caught:
        submit(stage, number, f"{number}-a")

    assert caught.value.permanent
    assert caught.value.cause is FaxCause.REJECTED
    assert stage.carrier.find(f"{number}-a") is None


def test_an_unknown_reference_has_the_state_unknown(stage: Stage) -> None:
    result = stage.carrier.status("no such reference/../x")

    assert (result.state, result.is_final) == (FaxState.UNKNOWN, False)


def test_a_cancelled_fax_has_failed_without_a_cause(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-a")

    stage.carrier.cancel(reference)
    result = stage.carrier.status(reference)

    assert (result.state, result.cause, result.retryable) == (FaxState.FAILED, None, False)


def test_a_delivered_fax_stays_delivered_when_it_is_cancelled(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-a")
    stage.let_end(reference)

    stage.carrier.cancel(reference)

    assert stage.carrier.status(reference).all_pages_confirmed


def test_cancelling_what_is_not_there_does_nothing(stage: Stage) -> None:
    stage.carrier.cancel("no-such-fax")


def test_a_status_webhook_is_a_hint_that_names_the_fax_and_its_key(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-a")
    stage.let_end(reference)

    headers, body = stage.webhook(CarrierEventKind.STATUS, reference)

    expected = CarrierEvent(CarrierEventKind.STATUS, reference, f"{number}-a")
    assert stage.carrier.parse_webhook(headers, body) == (expected,)
    lower = {name.lower(): value for name, value in headers.items()}
    assert stage.carrier.parse_webhook(lower, body) == (expected,)


def test_an_arrival_webhook_names_what_can_be_fetched(stage: Stage, number: str) -> None:
    reference = stage.let_arrive(documents.tiff(2), number)

    headers, body = stage.webhook(CarrierEventKind.INBOUND, reference)

    assert stage.carrier.parse_webhook(headers, body) == (CarrierEvent(CarrierEventKind.INBOUND, reference),)
    assert stage.carrier.fetch_inbound(reference)


def test_a_webhook_that_was_changed_is_refused(stage: Stage, number: str) -> None:
    reference = stage.let_arrive(documents.tiff(2), number)
    headers, body = stage.webhook(CarrierEventKind.INBOUND, reference)

    with pytest.raises(WebhookUnverified):
        stage.carrier.parse_webhook(headers, body.replace(b"in", b"IN", 1))


@pytest.mark.parametrize("touched", ["timestamp", "signature"])
@pytest.mark.parametrize("value", [None, "", "0", "x", "9" * 30, "-1", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_webhook_without_its_signature_or_its_time_is_refused(
    stage: Stage, number: str, touched: str, value: str | None
) -> None:
    reference = stage.let_arrive(documents.tiff(2), number)
    headers, body = stage.webhook(CarrierEventKind.INBOUND, reference)
    kept = {name: given for name, given in headers.items() if touched not in name.lower()}
    lacking = next(name for name in headers if touched in name.lower())

    with pytest.raises(WebhookUnverified):
        stage.carrier.parse_webhook(kept if value is None else {**kept, lacking: value}, body)


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24])
def test_a_webhook_that_is_played_again_later_is_refused(stage: Stage, number: str, minutes: int) -> None:
    reference = stage.let_arrive(documents.tiff(2), number)
    headers, body = stage.webhook(CarrierEventKind.INBOUND, reference)

    with clock.travel_to(clock.now() + timedelta(minutes=minutes)), pytest.raises(WebhookUnverified):
        stage.carrier.parse_webhook(headers, body)


def test_received_faxes_are_listed_with_the_networks_caller_id(stage: Stage, number: str) -> None:
    before = clock.now() - timedelta(seconds=1)
    reference = stage.let_arrive(documents.tiff(2), number)

    listed = {fax.reference: fax for fax in stage.carrier.list_inbound(before)}

    fax = dataclasses.replace(listed[reference], received_at=before)
    assert (fax.from_e164, fax.to_e164, fax.pages, fax.remote_id) == (number, OURS, 2, "LAKE MED")
    assert listed[reference].received_at.utcoffset() is not None


def test_a_withheld_caller_id_is_none_and_not_the_station_id(stage: Stage) -> None:
    before = clock.now() - timedelta(seconds=1)
    reference = stage.let_arrive(documents.tiff(2), None)

    listed = {fax.reference: fax for fax in stage.carrier.list_inbound(before)}

    assert listed[reference].from_e164 is None


def test_received_faxes_are_listed_oldest_first_from_the_moment_asked_for(stage: Stage) -> None:
    references = [stage.let_arrive(documents.tiff(2), next(_numbers)) for _ in range(3)]
    everything = stage.carrier.list_inbound(clock.now() - timedelta(days=1))
    moments = {fax.reference: fax.received_at for fax in everything}

    listed = stage.carrier.list_inbound(moments[references[1]])

    assert [fax.reference for fax in listed][-2:] == references[1:]
    assert references[0] not in {fax.reference for fax in listed}
    assert sorted(moments.values()) == list(moments.values())


def test_nothing_is_listed_for_a_moment_to_come(stage: Stage) -> None:
    stage.let_arrive(documents.tiff(2), next(_numbers))

    assert stage.carrier.list_inbound(clock.now() + timedelta(minutes=1)) == ()


def test_a_received_fax_can_be_fetched_again_and_again(stage: Stage, number: str) -> None:
    reference = stage.let_arrive(documents.tiff(2), number)

    first, second = stage.carrier.fetch_inbound(reference), stage.carrier.fetch_inbound(reference)

    assert first == second
    assert first[:4] in {b"II*\0", b"MM\0*"}


@pytest.mark.parametrize("reference", ["none", "../faxes", ""])
def test_a_received_fax_that_is_not_there_is_not_found(stage: Stage, reference: str) -> None:
    with pytest.raises(InboundNotFound):
        stage.carrier.fetch_inbound(reference)


def test_a_carrier_that_is_down_has_taken_nothing_and_may_be_asked_again(stage: Stage, number: str) -> None:
    reference = submit(stage, number, f"{number}-before")
    stage.go_down()
    try:
        for call in (
            lambda: submit(stage, number, f"{number}-during"),
            lambda: stage.carrier.status(reference),
            lambda: stage.carrier.find(f"{number}-before"),
            lambda: stage.carrier.cancel(reference),
            lambda: stage.carrier.list_inbound(clock.now()),
            lambda: stage.carrier.fetch_inbound("in-1"),
        ):
            with pytest.raises(CarrierUnavailable) as caught:
                call()
            assert not caught.value.permanent
    finally:
        stage.come_up()

    assert stage.carrier.find(f"{number}-during") is None
    assert stage.carrier.find(f"{number}-before") == reference

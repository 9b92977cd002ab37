"""The adapter against the real carrier process misbehaving, and against servers that are no carrier at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from homing.channels.fax import simulated
from homing.channels.fax.simulated import SimulatedCarrier
from homing.kit import clock
from homing.messaging.ports import (
    CarrierSettings,
    CarrierUnavailable,
    FaxCause,
    FaxState,
    InboundNotFound,
    SubmitOutcomeUnknown,
    SubmitRejected,
    WebhookUnverified,
)
from homing.simulate.fax_carrier.handle import CarrierProcess, Control
from homing.simulate.fax_carrier.notices import sign
from tests.simulate import documents
from tests.simulate.receiver import wait_until

OURS, OFFICE = "+16175550100", "+16175550123"
_SECRET = "simulated"


def account(url: str, **more: object) -> CarrierSettings:
    values: dict[str, object] = {"webhook_secret": "simulated", "timeout_s": 5.0, "allow_insecure": True, **more}
    return CarrierSettings(url, "simulated", str(values.pop("secret", "simulated")), **values)  # type: ignore[arg-type]


@contextmanager
def carrier_at(url: str, **more: object) -> Iterator[SimulatedCarrier]:
    adapter = SimulatedCarrier(account(url, **more))
    try:
        yield adapter
    finally:
        adapter.close()


def submit(adapter: SimulatedCarrier, key: str = "key", *, document: bytes | None = None, to: str = OFFICE) -> str:
    return adapter.submit(
        job_id="job",
        to_e164=to,
        from_e164=OURS,
        document=documents.pdf(2) if document is None else document,
        pages=2,
        correlation_key=key,
        tags={"purpose": "notice"},
    )


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CarrierProcess]:
    with CarrierProcess(tmp_path_factory.mktemp("carrier"), speed=0) as running:
        yield running


@pytest.fixture
def control(process: CarrierProcess) -> Iterator[Control]:
    driven = process.control()
    yield driven
    driven.behave()


@pytest.fixture
def adapter(process: CarrierProcess) -> Iterator[SimulatedCarrier]:
    with carrier_at(process.base_url) as made:
        yield made


# -- the carrier misbehaves -------------------------------------------------------------------------------------------


def test_a_time_out_after_the_fax_was_taken_is_unknown_and_the_fax_is_there(
    process: CarrierProcess, control: Control
) -> None:
    control.tell("submit_delay", times=1, seconds=5)
    with carrier_at(process.base_url, timeout_s=0.5) as hasty:
        with pytest.raises(SubmitOutcomeUnknown):
            submit(hasty, "timed-out")
        assert hasty.find("timed-out") is not None


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_fault_of_the_carrier_leaves_the_outcome_open_whether_it_kept_the_fax_or_not(
    adapter: SimulatedCarrier, control: Control, status: int
) -> None:
    control.tell("submit_error", times=1, status=status)
    with pytest.raises(SubmitOutcomeUnknown):
        submit(adapter, f"before-{status}")
    control.tell("submit_error_after", times=1, status=status)
    with pytest.raises(SubmitOutcomeUnknown):
        submit(adapter, f"after-{status}")

    assert adapter.find(f"before-{status}") is None
    assert adapter.find(f"after-{status}") is not None


@pytest.mark.parametrize("status", [429, 503])
def test_a_carrier_that_says_not_now_has_taken_nothing(
    adapter: SimulatedCarrier, control: Control, status: int
) -> None:
    control.tell("submit_error", times=1, status=status)

    with pytest.raises(CarrierUnavailable):
        submit(adapter, f"not-now-{status}")

    assert adapter.find(f"not-now-{status}") is None


def test_a_wrong_secret_is_no_reason_to_give_up_a_fax(process: CarrierProcess) -> None:
    with carrier_at(process.base_url, secret="wrong") as stranger:
        for call in (
            lambda: submit(stranger),
            lambda: stranger.status("fx"),
            lambda: stranger.list_inbound(clock.now()),
        ):
            with pytest.raises(CarrierUnavailable, match="account and secret"):
                call()


@pytest.mark.parametrize(
    ("to", "document", "cause"),
    [("+1911", b"x", FaxCause.BAD_NUMBER), (OFFICE, b"", FaxCause.CONVERSION)],
)
def test_a_refusal_says_what_is_wrong(adapter: SimulatedCarrier, to: str, document: bytes, cause: FaxCause) -> None:
    with pytest.raises(SubmitRejected) as caught:
        submit(adapter, "refused", document=document, to=to)

    assert caught.value.cause is cause
    assert to not in str(caught.value)


def test_a_document_that_cannot_be_rendered_fails_for_good(adapter: SimulatedCarrier) -> None:
    reference = submit(adapter, "broken", document=b"%PDF-1.4 broken")
    wait_until(lambda: adapter.status(reference).is_final)

    result = adapter.status(reference)

    assert (result.state, result.cause, result.retryable) == (FaxState.FAILED, FaxCause.CONVERSION, False)


def test_a_delivery_without_all_pages_is_a_line_error(adapter: SimulatedCarrier, control: Control) -> None:
    control.tell("partial", times=1, pages=1)
    reference = submit(adapter, "partial")
    control.advance_line(1000)
    wait_until(lambda: adapter.status(reference).is_final)

    result = adapter.status(reference)

    assert (result.state, result.cause, result.retryable) == (FaxState.FAILED, FaxCause.LINE_ERROR, True)
    assert (result.pages_sent, result.pages_total, result.all_pages_confirmed) == (1, 2, False)


def test_a_status_that_cannot_be_had_now_can_be_asked_again(adapter: SimulatedCarrier, control: Control) -> None:
    reference = submit(adapter, "asked-again")
    control.tell("status_error", times=2, status=500)

    for _ in range(2):
        with pytest.raises(CarrierUnavailable):
            adapter.status(reference)
    assert adapter.status(reference).state is not FaxState.UNKNOWN


def test_labels_reach_the_carrier_and_a_tag_cannot_take_the_place_of_the_key(
    adapter: SimulatedCarrier, control: Control
) -> None:
    reference = adapter.submit(
        job_id="job-7",
        to_e164=OFFICE,
        from_e164=OURS,
        document=documents.pdf(),
        pages=1,
        correlation_key="mine",
        tags={"correlation": "other", "purpose": "notice"},
    )

    labels = {fax["id"]: fax["labels"] for fax in control.faxes()}[reference]

    assert labels == {"correlation": "mine", "job": "job-7", "purpose": "notice"}


def test_threads_may_share_an_adapter(adapter: SimulatedCarrier) -> None:
    references: list[str] = []
    threads = [
        threading.Thread(target=lambda number=number: references.append(submit(adapter, f"thread-{number}")))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(references)) == 12


# -- no carrier at all ------------------------------------------------------------------------------------------------


@contextmanager
def server(converse: Callable[[socket.socket], None]) -> Iterator[str]:
    """Answer each connection with `converse` on a raw socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    try:
                        connection.recv(1_000_000)
                        converse(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


def saying(status: str, body: bytes, head: str = "") -> Callable[[socket.socket], None]:
    text = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{head}\r\n"

    def converse(connection: socket.socket) -> None:
        connection.sendall(text.encode() + body)

    return converse


@pytest.mark.parametrize(
    "converse",
    [
        saying("200 OK", b""),
        saying("200 OK", b"<html>It works!</html>"),
        saying("202 Accepted", b'{"fax": {}}'),
        saying("202 Accepted", b'{"fax": {"id": 7}}'),
        saying("302 Found", b"", "Location: https://example.org/\r\n"),
        saying("204 No Content", b""),
        lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9\r\n"),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        lambda _connection: None,
    ],
    ids=["empty", "page", "no fields", "wrong type", "elsewhere", "no content", "ssh", "cut", "hangs up"],
)
def test_an_answer_that_is_none_leaves_a_submitted_fax_open_and_asks_again_later(
    converse: Callable[[socket.socket], None],
) -> None:
    with server(converse) as url, carrier_at(url, timeout_s=1) as adapter:
        with pytest.raises(SubmitOutcomeUnknown):
            submit(adapter)
        for call in (
            lambda: adapter.status("fx"),
            lambda: adapter.find("key"),
            lambda: adapter.list_inbound(clock.now()),
        ):
            with pytest.raises(CarrierUnavailable):
                call()


def test_an_answer_that_trickles_does_not_hold_us_for_ever() -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b" ")
            time.sleep(0.1)

    with server(trickle) as url, carrier_at(url, timeout_s=0.5) as adapter:
        began = time.monotonic()
        with pytest.raises(CarrierUnavailable):
            adapter.fetch_inbound("in")

    assert time.monotonic() - began < 5


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "_MAX_ANSWER_BYTES", 100_000)

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 100_000)

    with server(flood) as url, carrier_at(url) as adapter, pytest.raises(CarrierUnavailable):
        adapter.fetch_inbound("in")


def _arrival(number: int) -> dict[str, object]:
    moment = (clock.now() + timedelta(seconds=-number)).isoformat()
    return {
        "id": f"in_{number}",
        "caller_id": None,
        "called_number": OURS,
        "station": None,
        "pages": 1,
        "arrived_at": moment,
    }


def test_every_part_of_a_long_list_is_fetched_and_put_in_order() -> None:
    parts = iter([([_arrival(1), _arrival(2)], 2), ([_arrival(3)], None)])

    def converse(connection: socket.socket) -> None:
        arrivals, more = next(parts)
        saying("200 OK", json.dumps({"arrivals": arrivals, "more_after": more}).encode())(connection)

    with server(converse) as url, carrier_at(url) as adapter:
        listed = adapter.list_inbound(clock.now() - timedelta(days=1))

    assert [fax.reference for fax in listed] == ["in_3", "in_2", "in_1"]


def test_a_list_that_never_moves_on_is_left() -> None:
    stuck = saying("200 OK", json.dumps({"arrivals": [_arrival(1)], "more_after": 1}).encode())

    with server(stuck) as url, carrier_at(url) as adapter:
        assert len(adapter.list_inbound(clock.now() - timedelta(days=1))) == 2


def test_a_reference_cannot_lead_to_another_address() -> None:
    paths: list[bytes] = []

    def converse(connection: socket.socket) -> None:
        saying("404 Not Found", b"{}")(connection)

    with server(converse) as url, carrier_at(url) as adapter:
        adapter._client.event_hooks["request"].append(lambda request: paths.append(request.url.raw_path))
        for reference in ("../control/rules", "a?b", "a/b#c"):
            with pytest.raises(InboundNotFound):
                adapter.fetch_inbound(reference)

    assert paths == [b"/v1/inbound/%s/content" % name for name in (b"..%2Fcontrol%2Frules", b"a%3Fb", b"a%2Fb%23c")]


# -- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1", "http://fax.example.org", "http://10.0.0.1:80", "http://127.0.0.1.example.org", "//"]
)
def test_plain_http_leaves_this_machine_never(url: str) -> None:
    with pytest.raises(CarrierUnavailable):
        SimulatedCarrier(account(url))


def test_plain_http_needs_to_be_allowed_even_here() -> None:
    with pytest.raises(CarrierUnavailable):
        SimulatedCarrier(account("http://127.0.0.1:9", allow_insecure=False))


@pytest.mark.parametrize(
    "url", ["https://fax.example.org", "http://127.0.0.1:9", "http://[::1]:9", "http://localhost:9"]
)
def test_https_and_this_machine_are_safe(url: str) -> None:
    SimulatedCarrier(account(url)).close()


def test_settings_never_print_their_secrets() -> None:
    printed = repr(CarrierSettings("https://fax.example.org", "me", "hush", "hush-too"))

    assert "hush" not in printed


# -- webhooks ---------------------------------------------------------------------------------------------------------

_adapter = SimulatedCarrier(account("https://fax.example.org"))


def signed(body: bytes, secret: str = _SECRET) -> dict[str, str]:
    timestamp = str(int(clock.now().timestamp()))
    return {"X-Simfax-Timestamp": timestamp, "X-Simfax-Signature": sign(secret, timestamp, body)}


def test_a_signature_of_another_secret_is_refused() -> None:
    body = b'{"about":"fax","id":"fx"}'

    assert _adapter.parse_webhook(signed(body), body)[0].reference == "fx"
    with pytest.raises(WebhookUnverified):
        _adapter.parse_webhook(signed(body, "guess"), body)


def test_without_a_secret_nothing_is_verified() -> None:
    body = b'{"about":"fax","id":"fx"}'
    with carrier_at("https://fax.example.org", webhook_secret="") as open_door, pytest.raises(WebhookUnverified):
        open_door.parse_webhook(signed(body, ""), body)


def test_a_kind_of_webhook_that_we_do_not_know_is_no_event() -> None:
    body = b'{"about":"invoice","id":"x","amount":3}'

    assert _adapter.parse_webhook(signed(body), body) == ()


@given(body=st.binary(max_size=300))
def test_no_signed_body_breaks_the_parser(body: bytes) -> None:
    try:
        _adapter.parse_webhook(signed(body), body)
    except WebhookUnverified:
        return


@given(
    headers=st.dictionaries(
        st.sampled_from(["X-Simfax-Timestamp", "x-simfax-signature", "Other"]), st.text(max_size=70), max_size=3
    ),
    body=st.binary(max_size=100),
)
def test_nothing_unsigned_is_ever_an_event(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(WebhookUnverified):
        _adapter.parse_webhook(headers, body)


def test_the_settings_of_the_installation_make_a_carrier(process: CarrierProcess, settings: Settings) -> None:
    for name, value in {"URL": process.base_url, "ACCOUNT": "simulated", "SECRET": "simulated"}.items():
        setattr(settings, f"HOMING_CARRIER_{name}", value)
    settings.HOMING_CARRIER_WEBHOOK_SECRET = "simulated"

    adapter = simulated.from_settings()

    assert adapter.list_inbound(clock.now()) == ()
    adapter.close()


def test_the_data_folder_is_the_carriers_own(process: CarrierProcess) -> None:
    kept: Path = process.data
    assert {path.name for path in kept.iterdir()} >= {"carrier.sqlite3", "pages"}

"""The carrier as its customer meets it: a process of its own, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from homing.kit import clock
from homing.simulate.fax_carrier.handle import CarrierDidNotStart, CarrierProcess
from tests.simulate import documents
from tests.simulate.receiver import Receiver, wait_until

OURS, OFFICE, OTHER = "+16175550100", "+16175550123", "+16175550124"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def carrier(tmp_path: Path, receiver: Receiver) -> Iterator[CarrierProcess]:
    with CarrierProcess(tmp_path, webhook_url=receiver.url, speed=0) as running:
        yield running


def call(carrier: CarrierProcess, method: str, path: str, **more: Any) -> httpx.Response:
    more.setdefault("auth", ("simulated", "simulated"))
    with httpx.Client(base_url=carrier.base_url, timeout=20, trust_env=False) as client:
        return client.request(method, path, **more)


def submit(carrier: CarrierProcess, to: str = OFFICE, *, pages: int = 2, key: str = "k", **more: Any) -> str:
    body = {
        "recipient": to,
        "caller_id": OURS,
        "document": base64.b64encode(documents.pdf(pages)).decode(),
        "pages": pages,
        "labels": {"correlation": key},
        **more,
    }
    answer = call(carrier, "POST", "/v1/faxes", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["fax"]["id"])


def show(carrier: CarrierProcess, fax_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = call(carrier, "GET", f"/v1/faxes/{fax_id}").json()["fax"]
    return shown


def wait_for_phase(carrier: CarrierProcess, fax_id: str, *phases: str) -> dict[str, Any]:
    wait_until(lambda: show(carrier, fax_id)["phase"] in phases)
    return show(carrier, fax_id)


# -- the process ------------------------------------------------------------------------------------------------------


def test_it_says_in_one_line_of_json_that_it_is_ready_and_ends_cleanly_when_asked(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "homing.simulate.fax_carrier", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        answer = httpx.get(f"{ready['url']}/control/clock", trust_env=False, timeout=10)
        process.terminate()
        output, errors = process.communicate(timeout=20)

    assert (ready["event"], ready["simulated"], ready["pid"]) == ("ready", True, process.pid)
    assert answer.json()["speed"] == 60
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_carrier_that_cannot_start_says_so(tmp_path: Path) -> None:
    with CarrierProcess(tmp_path / "a") as first, pytest.raises(CarrierDidNotStart):
        CarrierProcess(tmp_path / "b", port=first.port).start()


@pytest.mark.parametrize("path", ["/", "/office/6175550123", "/v1/faxes/none", "/control/clock", "/nowhere"])
def test_every_answer_says_that_it_is_simulated(carrier: CarrierProcess, path: str) -> None:
    answer = call(carrier, "GET", path)

    assert answer.headers["X-Simulated"] == "true"
    assert "simulated" in answer.text.lower()


@pytest.mark.parametrize("auth", [None, ("simulated", "wrong"), ("", ""), ("simulated", "")])
def test_the_customers_api_wants_the_secret(carrier: CarrierProcess, auth: tuple[str, str] | None) -> None:
    assert call(carrier, "GET", "/v1/inbound", auth=auth).status_code == 401


def test_a_page_in_a_browser_can_neither_read_nor_drive_it(carrier: CarrierProcess) -> None:
    foreign = call(carrier, "POST", "/control/clock", json={"speed": 1}, headers={"Origin": "https://example.org"})
    renamed = call(carrier, "GET", "/control/faxes", headers={"Host": "example.org"})

    assert (foreign.status_code, renamed.status_code) == (403, 421)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v2/faxes", b"", 404),
        ("PUT", "/v1/faxes", b"", 405),
        ("POST", "/v1/faxes", b"{", 400),
        ("POST", "/v1/faxes", b"[]", 400),
        ("POST", "/v1/faxes", b"{}", 422),
        ("POST", "/v1/faxes", b'{"recipient":"+16175550123","caller_id":"911"}', 422),
        ("POST", "/v1/faxes", b'{"recipient":"+16175550123","caller_id":"+16175550100","document":"*"}', 422),
        ("POST", "/v1/faxes", b'{"recipient":"+16175550123","caller_id":"+16175550100","document":""}', 422),
        ("GET", "/v1/faxes?label=x", b"", 400),
        ("GET", "/v1/inbound?since=yesterday", b"", 400),
        ("POST", "/control/rules", b'{"behaviour":"dance"}', 422),
        ("POST", "/control/rules", b'{"behaviour":"busy","times":-1}', 422),
        ("POST", "/control/clock", b'{"speed":NaN}', 422),
        ("POST", "/control/clock", b'{"now":"2026-01-01"}', 422),
        ("POST", "/control/offices/6175550123/send", b'{"to":"+16175550100","document":"AAAA"}', 422),
        ("POST", "/office/911/send", b"", 404),
    ],
)
def test_what_is_not_understood_is_refused(
    carrier: CarrierProcess, method: str, path: str, body: bytes, status: int
) -> None:
    assert call(carrier, method, path, content=body).status_code == status


# -- sending ----------------------------------------------------------------------------------------------------------


def test_a_fax_passes_its_phases_in_line_time_and_its_pages_can_be_seen(carrier: CarrierProcess) -> None:
    control = carrier.control()
    control.name_office(OFFICE, name="Lake Medical", answers_as="LAKE MED")
    fax_id = submit(carrier, pages=2)

    assert wait_for_phase(carrier, fax_id, "DIALING")["pages"] == {"in_document": 2, "announced": 2, "acknowledged": 0}
    control.advance_line(12 + 30)
    assert wait_for_phase(carrier, fax_id, "TRANSMITTING")["answered_as"] == "LAKE MED"
    wait_until(lambda: show(carrier, fax_id)["pages"]["acknowledged"] == 1)
    control.advance_line(31)
    done = wait_for_phase(carrier, fax_id, "DONE")

    assert (done["outcome"], done["pages"]["acknowledged"], done["line_seconds"]) == ("F00_OK", 2, 73)
    page = call(carrier, "GET", f"/v1/faxes/{fax_id}/pages/2.png")
    with Image.open(io.BytesIO(page.content)) as image:
        assert image.width == 864
    assert call(carrier, "GET", f"/v1/faxes/{fax_id}/pages/3.png").status_code == 404


def test_at_its_usual_speed_a_fax_needs_nobody_to_push_it(carrier: CarrierProcess) -> None:
    carrier.control().set_speed(600)

    assert wait_for_phase(carrier, submit(carrier, pages=3), "DONE")["line_seconds"] == 12 + 90 + 1


@pytest.mark.parametrize(
    ("behaviour", "outcome", "acknowledged"),
    [
        ("busy", "F17_ENGAGED", 0),
        ("no_answer", "F16_NO_REPLY", 0),
        ("no_fax", "F30_NOT_A_FAX", 0),
        ("bad_number", "F34_NOT_IN_SERVICE", 0),
        ("line_error", "F48_CALL_DROPPED", 1),
        ("partial", "F00_OK", 1),
        ("internal_fault", "F99_INTERNAL_FAULT", 0),
    ],
)
def test_it_misbehaves_as_often_as_told_and_towards_whom_it_was_told(
    carrier: CarrierProcess, behaviour: str, outcome: str, acknowledged: int
) -> None:
    control = carrier.control()
    control.tell(behaviour, number=OFFICE, times=1, pages=1)
    other, first, second = submit(carrier, OTHER), submit(carrier), submit(carrier)
    control.advance_line(1000)

    ended = [wait_for_phase(carrier, fax_id, "DONE", "FAILED") for fax_id in (other, first, second)]

    assert [fax["outcome"] for fax in ended] == ["F00_OK", outcome, "F00_OK"]
    assert [fax["pages"]["acknowledged"] for fax in ended] == [2, acknowledged, 2]


def test_a_document_that_cannot_be_rendered_fails_after_it_was_accepted(carrier: CarrierProcess) -> None:
    fax_id = submit(carrier, document=base64.b64encode(b"%PDF-1.4 broken").decode())

    assert wait_for_phase(carrier, fax_id, "FAILED")["outcome"] == "F60_UNRENDERABLE"


def test_a_lost_fax_is_never_heard_of_again_until_it_is_cancelled(carrier: CarrierProcess, receiver: Receiver) -> None:
    control = carrier.control()
    control.tell("lost", times=1)
    fax_id = submit(carrier)
    control.advance_line(86_400)
    wait_for_phase(carrier, fax_id, "TRANSMITTING")
    control.advance_line(86_400)
    after = submit(carrier, OTHER)
    control.advance_line(1000)
    receiver.wait_for(after)

    assert show(carrier, fax_id)["phase"] == "TRANSMITTING"
    assert receiver.about(fax_id) == []
    assert call(carrier, "DELETE", f"/v1/faxes/{fax_id}").json()["fax"]["phase"] == "CANCELLED"


def test_chance_is_the_same_in_every_run_with_the_same_seed(tmp_path: Path) -> None:
    def outcomes(name: str) -> list[str]:
        with CarrierProcess(tmp_path / name, speed=0, seed="42") as carrier:
            control = carrier.control()
            control.tell("busy", probability=0.5)
            faxes = [submit(carrier, pages=1) for _ in range(12)]
            control.advance_line(1000)
            return [wait_for_phase(carrier, fax_id, "DONE", "FAILED")["outcome"] for fax_id in faxes]

    first = outcomes("a")

    assert first == outcomes("b")
    assert len(set(first)) == 2


# -- receiving --------------------------------------------------------------------------------------------------------


def test_an_office_can_fax_us_and_the_pages_arrive_as_it_sent_them(carrier: CarrierProcess, receiver: Receiver) -> None:
    control, sent = carrier.control(), documents.tiff(3)
    arrival_id = control.send(OFFICE, OURS, sent)

    assert call(carrier, "GET", "/v1/inbound").json()["arrivals"] == [], "it has not had its time on the line"
    assert call(carrier, "GET", f"/v1/inbound/{arrival_id}/content").status_code == 404
    control.advance_line(12 + 90)
    receiver.wait_for(arrival_id)

    (arrival,) = call(carrier, "GET", "/v1/inbound").json()["arrivals"]
    assert (arrival["id"], arrival["caller_id"], arrival["called_number"], arrival["pages"]) == (
        arrival_id,
        OFFICE,
        OURS,
        3,
    )
    content = call(carrier, "GET", f"/v1/inbound/{arrival_id}/content").content
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(content)) as after:
        assert [before.tobytes(), before.size, 3] == [after.tobytes(), after.size, getattr(after, "n_frames", 0)]


def test_a_long_list_of_arrivals_is_given_in_parts(carrier: CarrierProcess) -> None:
    control = carrier.control()
    sent = [control.send(OFFICE, OURS, documents.tiff()) for _ in range(5)]
    control.advance_line(1000)
    wait_until(lambda: control.ledger()["arrived"] == 5)

    first = call(carrier, "GET", "/v1/inbound", params={"limit": 3}).json()
    second = call(carrier, "GET", "/v1/inbound", params={"limit": 3, "after": first["more_after"]}).json()

    assert [arrival["id"] for arrival in first["arrivals"] + second["arrivals"]] == sent
    assert [len(first["arrivals"]), len(second["arrivals"]), second["more_after"]] == [3, 2, None]


def test_content_can_be_unavailable_for_a_while(carrier: CarrierProcess, receiver: Receiver) -> None:
    control = carrier.control()
    control.tell("content_error", number=OFFICE, times=2, status=500)
    arrival_id = control.send(OFFICE, OURS, documents.tiff())
    control.advance_line(1000)
    receiver.wait_for(arrival_id)

    answers = [call(carrier, "GET", f"/v1/inbound/{arrival_id}/content").status_code for _ in range(3)]

    assert answers == [500, 500, 200]


# -- webhooks ---------------------------------------------------------------------------------------------------------


def test_webhooks_are_signed_with_the_shared_secret_and_the_time(carrier: CarrierProcess, receiver: Receiver) -> None:
    fax_id = submit(carrier, key="our key")
    carrier.control().advance_line(1000)

    (webhook,) = receiver.wait_for(fax_id)

    timestamp = webhook.headers["X-Simfax-Timestamp"]
    expected = hmac.new(b"simulated", f"{timestamp}.".encode() + webhook.body, hashlib.sha256).hexdigest()
    assert webhook.headers["X-Simfax-Signature"] == f"v1={expected}"
    assert abs(int(timestamp) - clock.now().timestamp()) < 60
    assert json.loads(webhook.body)["labels"] == {"correlation": "our key"}


def test_arrivals_may_be_told_to_another_address(tmp_path: Path, receiver: Receiver) -> None:
    ended, arrived = f"{receiver.url}/ended", f"{receiver.url}/arrived"
    with CarrierProcess(tmp_path, speed=0, webhook_url=ended, inbound_webhook=arrived) as carrier:
        control = carrier.control()
        fax_id, arrival_id = submit(carrier), control.send(OFFICE, OURS, documents.tiff())
        control.advance_line(1000)
        paths = [receiver.wait_for(subject)[0].path for subject in (fax_id, arrival_id)]

    assert paths == ["/ended", "/arrived"]


def test_a_webhook_is_repeated_until_the_customer_takes_it(carrier: CarrierProcess, receiver: Receiver) -> None:
    receiver.answers = [500, 503, 401]
    carrier.control().set_speed(600)
    fax_id = submit(carrier)

    repeats = receiver.wait_for(fax_id, 4)

    assert {item.body for item in repeats} == {repeats[0].body}
    wait_until(lambda: carrier.control().notices()[0]["state"] == "DELIVERED")
    assert carrier.control().notices()[0]["attempts"] == 4


def test_a_webhook_waits_for_a_customer_who_is_away(tmp_path: Path) -> None:
    with Receiver() as away:
        address = away.url
    with CarrierProcess(tmp_path, speed=0, webhook_url=address) as carrier:
        submit(carrier)
        carrier.control().advance_line(1000)
        wait_until(lambda: any(notice["attempts"] for notice in carrier.control().notices()))

        assert [(item["state"], item["last_answer"]) for item in carrier.control().notices()] == [
            ("PENDING", "ConnectError")
        ]


def test_webhooks_are_lost_repeated_and_delayed_as_told(carrier: CarrierProcess, receiver: Receiver) -> None:
    control = carrier.control()
    control.tell("webhook_lost", number="+16175550131", times=1)
    control.tell("webhook_repeated", number="+16175550132", times=1, copies=3)
    control.tell("webhook_delayed", number="+16175550133", times=1, seconds=5000)
    lost, repeated, delayed = (submit(carrier, f"+1617555013{digit}") for digit in "123")
    control.advance_line(1000)
    receiver.wait_for(repeated, 3)
    for fax_id in (lost, delayed):
        wait_for_phase(carrier, fax_id, "DONE")

    assert receiver.about(delayed) == []
    control.advance_line(6000)
    receiver.wait_for(delayed)
    assert len(receiver.about(repeated)) == 3
    assert receiver.about(lost) == []


# -- it is killed -------------------------------------------------------------------------------------------------


def test_nothing_is_forgotten_when_it_is_killed(carrier: CarrierProcess, receiver: Receiver) -> None:
    control = carrier.control()
    control.tell("busy", number=OTHER, times=1)
    control.name_office(OFFICE, name="Lake Medical")
    done, arrived = submit(carrier), control.send(OFFICE, OURS, documents.tiff(2))
    control.advance_line(1000)
    receiver.wait_for(done)
    receiver.wait_for(arrived)
    content = call(carrier, "GET", f"/v1/inbound/{arrived}/content").content
    under_way, coming = submit(carrier, pages=3, key="under way"), control.send(OFFICE, OURS, documents.tiff())
    control.advance_line(12 + 30)
    wait_until(lambda: show(carrier, under_way)["pages"]["acknowledged"] == 1)
    before = show(carrier, done)

    carrier.kill()
    carrier.start()

    assert show(carrier, done) == before
    assert call(carrier, "GET", f"/v1/faxes/{done}/pages/1.png").status_code == 200
    assert call(carrier, "GET", f"/v1/inbound/{arrived}/content").content == content
    found = call(carrier, "GET", "/v1/faxes", params={"label": "correlation:under way"}).json()["faxes"]
    assert [fax["id"] for fax in found] == [under_way]
    control.advance_line(1000)
    assert wait_for_phase(carrier, under_way, "DONE")["pages"]["acknowledged"] == 3
    receiver.wait_for(coming)
    busy = submit(carrier, OTHER)
    control.advance_line(1000)
    assert wait_for_phase(carrier, busy, "FAILED", "DONE")["outcome"] == "F17_ENGAGED", "the rule was forgotten"
    assert busy not in {done, under_way}
    assert "Lake Medical" in call(carrier, "GET", "/").text


def test_a_webhook_that_was_not_taken_yet_survives_a_kill(carrier: CarrierProcess, receiver: Receiver) -> None:
    receiver.answers = [500] * 3
    fax_id = submit(carrier)
    carrier.control().advance_line(1000)
    receiver.wait_for(fax_id)
    carrier.kill()
    carrier.start()
    carrier.control().advance_line(100_000)

    receiver.wait_for(fax_id, 2)


def test_what_was_accepted_is_sent_whenever_it_is_killed(tmp_path: Path) -> None:
    carrier = CarrierProcess(tmp_path, speed=600)
    carrier.start()
    accepted: list[str] = []
    stop = threading.Event()

    def keep_submitting() -> None:
        while not stop.is_set():
            try:
                accepted.append(submit(carrier, pages=1, key=f"key-{len(accepted)}"))
            except httpx.HTTPError:
                time.sleep(0.02)

    customer = threading.Thread(target=keep_submitting)
    customer.start()
    for kill in range(4):
        enough = 12 * (kill + 1)
        wait_until(lambda enough=enough: len(accepted) >= enough)  # type: ignore[misc]
        carrier.kill()
        carrier.start()
    stop.set()
    customer.join()

    for fax_id in accepted:
        assert wait_for_phase(carrier, fax_id, "DONE")["pages"]["acknowledged"] == 1
    assert len(set(accepted)) == len(accepted)
    carrier.stop()


# -- for people -------------------------------------------------------------------------------------------------------


def test_a_person_sees_what_an_office_received_and_can_fax_from_it(carrier: CarrierProcess, receiver: Receiver) -> None:
    control = carrier.control()
    control.name_office(OFFICE, name="<Lake> & Medical")
    fax_id = submit(carrier)
    control.advance_line(1000)
    receiver.wait_for(fax_id)
    form = {"to": "(617) 555-0100", "withheld": "1"}
    every_byte = documents.tiff(2) + bytes(range(256)) + b"\r\n--"

    sent = call(carrier, "POST", "/office/6175550123/send", files={"file": ("a.tif", every_byte)}, data=form)
    page = call(carrier, "GET", sent.headers["Location"]).text

    assert (sent.status_code, sent.headers["Location"]) == (303, "/office/16175550123?sent=1")
    assert "SIMULATED" in page
    assert "&lt;Lake&gt; &amp; Medical" in page
    assert f"/printed/pages/{fax_id}/2.png" in page
    assert "2 of 2 pages, all pages" in page
    assert "caller id withheld" in page
    image = call(carrier, "GET", f"/printed/pages/{fax_id}/1.png", auth=None)
    assert image.headers["Content-Type"] == "image/png"
    control.advance_line(1000)
    wait_until(lambda: call(carrier, "GET", "/v1/inbound").json()["arrivals"])
    (arrival,) = call(carrier, "GET", "/v1/inbound").json()["arrivals"]
    assert (arrival["caller_id"], arrival["called_number"], arrival["pages"]) == (None, OURS, 2)


def test_a_document_can_also_be_sent_as_the_body(carrier: CarrierProcess) -> None:
    sent = call(carrier, "POST", "/office/+16175550123/send", content=documents.pdf(2))

    assert sent.status_code == 303
    assert carrier.control().ledger()["under_way"] == 1


def test_an_office_sees_only_the_pages_that_came_over(carrier: CarrierProcess) -> None:
    control = carrier.control()
    control.tell("line_error", times=1, pages=1)
    fax_id = submit(carrier, pages=3)
    control.advance_line(1000)
    wait_for_phase(carrier, fax_id, "FAILED")

    assert "1 of 3 pages, line broke off" in call(carrier, "GET", "/office/6175550123").text
    printed = [call(carrier, "GET", f"/printed/pages/{fax_id}/{number}.png").status_code for number in (1, 2)]
    assert printed == [200, 404]


def test_an_office_is_found_by_any_way_to_write_its_number(carrier: CarrierProcess) -> None:
    found = call(carrier, "GET", "/office", params={"number": "(617) 555-0123"})

    assert (found.status_code, found.headers["Location"]) == (303, "/office/16175550123")
    assert call(carrier, "GET", "/office", params={"number": "none"}).status_code == 404

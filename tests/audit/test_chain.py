"""The log is complete, ordered and tamper-evident."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries
from structlog.testing import capture_logs

from homing.audit import actions, jobs
from homing.audit.models import AuditRecord, AuditSeal
from homing.audit.queries import chain_end, verify
from homing.kit import clock
from homing.kit.actor import Actor
from homing.tenancy.models import Organization
from tests.factories import SYSTEM


def _write(count: int) -> None:
    for number in range(count):
        actions.record(actor=SYSTEM, action="test", entity="thing", entity_id=str(number))


def test_sealed_records_verify(organization: Organization) -> None:
    _write(5)
    assert actions.seal_batch() == 5
    assert actions.seal_batch() == 0
    _write(2)
    assert actions.seal_batch() == 2
    report = verify()
    assert (report.sealed, report.unsealed, report.broken_at) == (7, 0, None)
    assert report.is_sound


def test_a_changed_record_breaks_the_chain_there(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(3)
    actions.seal_batch()
    # The app role cannot change a record, so the forgery is one of reading.
    monkeypatch.setattr(
        AuditRecord, "from_db", classmethod(lambda cls, _db, names, values: _forged(cls, names, values))
    )
    assert verify().broken_at == 1


def _forged(cls: type[AuditRecord], names: list[str], values: list[object]) -> AuditRecord:
    return cls(**{**dict(zip(names, values, strict=True)), "action": "something else"})


def test_a_missing_seal_breaks_the_chain(organization: Organization) -> None:
    _write(1)
    actions.seal_batch()
    _write(1)
    row = AuditRecord.objects.order_by("-ordinal")[0]
    AuditSeal.objects.create(record_id=row.id, sequence=3, digest=b"\1" * 32)
    assert verify().broken_at == 3


def test_records_that_wait_over_a_minute_for_their_seal_are_reported(organization: Organization) -> None:
    with clock.frozen(clock.now() - timedelta(seconds=61)):
        _write(1)
    _write(1)
    report = verify()
    assert (report.unsealed, report.late) == (2, 1)
    assert not report.is_sound


def test_a_record_needs_an_actor_and_holds_no_values(organization: Organization) -> None:
    actions.record(actor=Actor.partner("p1", "Office"), action="x", entity="e", entity_id="1", field="patient.family")
    row = AuditRecord.objects.get()
    assert (row.actor_kind, row.actor_id, row.detail) == ("partner", "p1", {"field": "patient.family"})


def test_a_record_that_was_committed_late_is_sealed_too(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_LOOK_BACK", 3)
    late, very_late = actions._next_ordinal(), actions._next_ordinal()
    _write(2)
    jobs.seal()
    _write_at(late)
    jobs.seal()
    assert verify().unsealed == 0
    _write(5)
    jobs.seal()
    _write_at(very_late)
    jobs.seal()
    assert verify().unsealed == 1
    jobs.seal_stragglers()
    report = verify()
    assert (report.sealed, report.unsealed, report.broken_at) == (9, 0, None)


def _write_at(ordinal: int) -> None:
    AuditRecord.objects.create(
        actor_kind="system", actor_id="t", actor_name="t", action="late", entity="e", entity_id="1", ordinal=ordinal
    )


def test_verifying_asks_for_many_records_at_once(
    organization: Organization, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _write(50)
    actions.seal_batch()
    with django_assert_max_num_queries(8):
        assert verify().is_sound


def test_sealing_writes_a_batch_at_once(
    organization: Organization, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _write(50)
    with django_assert_max_num_queries(8):
        assert actions.seal_batch() == 50


def test_the_seal_of_a_record_is_good_in_its_own_organization_only(organization: Organization) -> None:
    _write(1)
    row = AuditRecord.objects.get()
    ours = actions.digest_of(actions.GENESIS, row)
    row.organization_id = uuid4()
    assert actions.digest_of(actions.GENESIS, row) != ours


def test_the_end_of_the_chain_is_left_in_the_log_each_day(organization: Organization) -> None:
    assert chain_end() is None
    with capture_logs() as nothing:
        jobs.log_chain_end()
    assert nothing == []
    _write(3)
    actions.seal_batch()
    with capture_logs() as lines:
        jobs.log_chain_end()
    digest = bytes(AuditSeal.objects.get(sequence=3).digest).hex()
    (line,) = lines
    assert (line["organization"], line["sequence"], line["digest"]) == (str(organization.id), 3, digest)

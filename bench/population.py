"""Years of a large group in the database: referrals with histories, promises, messages, items, patients, audit records.

Written by the owner role in bulk, so that every constraint, foreign key and policy is the real one. Number 0 is the
newest referral, each further one lies a little farther back, so a larger population is the same one with more past.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from homing.content.appointment import Appointment
from homing.content.patient import Address, Coverage, Patient
from homing.content.practitioner import Practitioner
from homing.content.referral import Priority, ReferralContent
from homing.kit import clock, reference
from homing.kit.names import fold
from homing.referrals import policy
from homing.referrals.events import EventData
from homing.referrals.states import Direction, EventKind, Fact, Status
from homing.referrals.states import fold as state_of

if TYPE_CHECKING:
    from homing.referrals.states import State

#: Between two referrals: 100,000 are two years.
_APART = timedelta(minutes=10.5)
#: The newest are open, and one in a hundred of those before.
OPEN, LEFT_OPEN = 6_000, 100
#: Inbound items that wait for review: clones of one that was really read.
IN_REVIEW = 600
_K = EventKind
_SEEN = (_K.RECEIVED, _K.ACCEPTED, _K.READY_TO_SCHEDULE, _K.CONTACTED, _K.SCHEDULED)
_OUT = (_K.DRAFTED, _K.SEND_REQUESTED, _K.SENT)
_HISTORIES: dict[tuple[Direction, Status], tuple[EventKind, ...]] = {
    (Direction.INBOUND, Status.RECEIVED): (_K.RECEIVED,),
    (Direction.INBOUND, Status.NEEDS_INFORMATION): (_K.RECEIVED, _K.INFORMATION_REQUESTED),
    (Direction.INBOUND, Status.PENDING_SCHEDULING): (_K.RECEIVED, _K.ACCEPTED, _K.READY_TO_SCHEDULE, _K.CONTACTED),
    (Direction.INBOUND, Status.SCHEDULED): _SEEN,
    (Direction.INBOUND, Status.NO_SHOW): (*_SEEN, _K.NO_SHOW),
    (Direction.INBOUND, Status.COMPLETED): (*_SEEN, _K.COMPLETED),
    (Direction.INBOUND, Status.CLOSED): (*_SEEN, _K.COMPLETED, _K.OUTCOME_RETURNED, _K.OUTCOME_DELIVERED),
    (Direction.INBOUND, Status.CANCELLED): (_K.RECEIVED, _K.ACCEPTED, _K.CANCELLED),
    (Direction.INBOUND, Status.DECLINED): (_K.RECEIVED, _K.DECLINED),
    (Direction.OUTBOUND, Status.DRAFT): (_K.DRAFTED,),
    (Direction.OUTBOUND, Status.SENT): _OUT,
    (Direction.OUTBOUND, Status.ACCEPTED): (*_OUT, _K.ACCEPTED),
    (Direction.OUTBOUND, Status.SCHEDULED): (*_OUT, _K.ACCEPTED, _K.SCHEDULED),
    (Direction.OUTBOUND, Status.COMPLETED): (*_OUT, _K.ACCEPTED, _K.SCHEDULED, _K.COMPLETED),
    (Direction.OUTBOUND, Status.CLOSED): (
        *(*_OUT, _K.ACCEPTED, _K.SCHEDULED),
        *(_K.COMPLETED, _K.OUTCOME_RECEIVED, _K.OUTCOME_REVIEWED),
    ),
}
_IN_OPEN = (
    *(Status.RECEIVED,) * 2,
    Status.NEEDS_INFORMATION,
    *(Status.PENDING_SCHEDULING,) * 4,
    *(Status.SCHEDULED,) * 7,
    Status.NO_SHOW,
    *(Status.COMPLETED,) * 2,
)
_IN_ENDED = (*(Status.CLOSED,) * 8, Status.CANCELLED, Status.DECLINED)
_OUT_OPEN = (Status.DRAFT, Status.SENT, Status.ACCEPTED, Status.SCHEDULED, Status.COMPLETED)
_FAMILIES = ("Thornbury", "Adeyemi", "Delacruz", "Pemberton", "Lindgren", "Boudreau", "Farouk", "Stavros", "Halvorsen")
_GIVEN = ("Amelia", "Victor", "Rosa", "Walter", "Mei", "Curtis", "Nadia", "George", "Ingrid", "Terrence", "Beatriz")
_SYLLABLES = ("bel", "dor", "fen", "gar", "hol", "jun", "kam", "lor", "mer", "nov", "ost", "pri", "quen", "ras", "sol")
_SPECIALTIES = ("Cardiovascular Disease", "Gastroenterology", "Orthopaedic Surgery", "Dermatology", "Neurology")
_PRIORITIES = (*(Priority.ROUTINE,) * 14, *(Priority.URGENT,) * 4, Priority.ASAP, Priority.STAT)


@dataclass(frozen=True, slots=True)
class Tenant:
    """The organization to fill: ids of its offices, locations and people, and a document that every item points to."""

    organization_id: UUID
    offices: Sequence[tuple[UUID, str, str]]
    locations: Sequence[UUID]
    scheduler: UUID
    document_id: UUID


def fill(connection: psycopg.Connection, tenant: Tenant, since: int, until: int) -> None:
    """Write referrals number `since` to `until` (exclusive) and everything around them, in one transaction."""
    with connection.transaction():
        connection.execute(_SEED)
        with connection.cursor().copy(b"COPY seed FROM STDIN") as copy:
            copy.set_types(_TYPES)
            for row in _seeds(tenant, since, until):
                copy.write_row(row)
        connection.execute(b"ANALYZE seed")
        for statement in _STATEMENTS:
            connection.execute(statement, {"org": tenant.organization_id, "doc": tenant.document_id}, prepare=False)
        connection.execute(b"DROP TABLE seed")


def clone_item(connection: psycopg.Connection, organization_id: UUID, item_id: UUID, count: int) -> None:
    """Put `count` more items like `item_id` into review, each of a patient of the population."""
    dice = random.Random(11)
    with connection.transaction():
        connection.execute(b"CREATE TEMP TABLE clone (n int, reference text, family text, given text) ON COMMIT DROP")
        with connection.cursor().copy(b"COPY clone FROM STDIN") as copy:
            for number in range(count):
                copy.write_row((number, reference.mint(), *_name(dice, number)))
        columns = _columns(connection, "intake_inbounditem")
        replaced = {
            "id": "md5('review' || c.n)::uuid",
            "reference": "c.reference",
            "carrier_reference": "'review-' || c.n",
            "content_mark": "md5('review' || c.n)",
            "received_at": "o.received_at - c.n * interval '1 minute'",
            "due_at": "o.due_at + (c.n %% 300 - 60) * interval '2 minutes'",
            "patient_name": "c.given || ' ' || c.family",
            "reading": _RENAMED,
            "locked_by": "NULL",
        }
        _clone(connection, "intake_inbounditem", columns, replaced, "o.id = %(item)s", organization_id, item_id)
        for table, where in (("intake_itempage", "o.item_id = %(item)s"), ("intake_itemevent", "o.item_id = %(item)s")):
            changed = {"id": "gen_random_uuid()", "item_id": "md5('review' || c.n)::uuid"}
            _clone(connection, table, _columns(connection, table), changed, where, organization_id, item_id)


def _clone(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[str],
    replaced: dict[str, str],
    where: str,
    organization_id: UUID,
    item_id: UUID,
) -> None:
    values = ", ".join(replaced.get(name, f'o."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    query = f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} o, clone c WHERE {where}"  # noqa: S608 - ours
    connection.execute(query.encode(), {"item": item_id, "org": organization_id})


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    found = connection.execute(
        b"SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
    )
    return [row[0] for row in found]


def _seeds(tenant: Tenant, since: int, until: int) -> Iterator[tuple[Any, ...]]:
    now = clock.now()
    for number in range(since, until):
        yield _seed(tenant, number, now, random.Random(number))


def _seed(tenant: Tenant, number: int, now: datetime, dice: random.Random) -> tuple[Any, ...]:
    direction = Direction.OUTBOUND if number % 7 == 3 else Direction.INBOUND
    status = _status(direction, dice, is_open=number < OPEN or number % LEFT_OPEN == 0)
    opened_at = now - _APART * (number + 1)
    family, given = _name(dice, number)
    born = date(1930, 1, 1) + timedelta(days=dice.randrange(30_000))
    office_id, office, fax = tenant.offices[number % len(tenant.offices)]
    content = _content(number, family, given, born, office, dice)
    kinds = _HISTORIES[direction, status]
    moments = [opened_at + timedelta(minutes=7 * at) for at in range(len(kinds))]
    data = [_event_data(kind, opened_at) for kind in kinds]
    state = _state(direction, kinds, moments, data)
    due_at = now + timedelta(minutes=dice.randrange(-1_500, 13_500)) if state.is_open else None
    work = policy.default_work(state, content.priority, now, "America/New_York") if state.is_open else None
    is_stalled = due_at is not None and due_at < now and dice.random() < 0.5
    return (
        number,
        UUID(int=_id(opened_at, number)),
        reference.mint(),
        direction.value,
        state.status.value,
        state.closure.value if state.closure else "",
        content.priority.value,
        policy.URGENCY[content.priority],
        content.specialty,
        tenant.locations[number % len(tenant.locations)],
        Jsonb(content.to_json(), dumps=json.dumps),
        family,
        given,
        fold(family),
        fold(given),
        born,
        content.patient.phone,
        content.patient.mrn,
        office_id,
        office,
        fax,
        state.is_open,
        work.next_action if work else "",
        work.owner_role if work else "",
        tenant.scheduler if work and work.owner_role == "scheduler" and dice.random() < 0.3 else None,
        due_at,
        due_at if is_stalled else None,
        opened_at,
        None if state.is_open else moments[-1],
        state.appointment.start if state.appointment else None,
        [kind.value for kind in kinds],
        [json.dumps(one.to_json()) for one in data],
    )


def _status(direction: Direction, dice: random.Random, *, is_open: bool) -> Status:
    if direction is Direction.INBOUND:
        return dice.choice(_IN_OPEN if is_open else _IN_ENDED)
    return dice.choice(_OUT_OPEN) if is_open else Status.CLOSED


def _state(
    direction: Direction, kinds: Sequence[EventKind], moments: Sequence[datetime], data: Sequence[EventData]
) -> State:
    facts = [
        Fact(kind, at, f"k{place}", one.closure, one.appointment)
        for place, (kind, at, one) in enumerate(zip(kinds, moments, data, strict=True))
    ]
    return state_of(direction, facts)


def _event_data(kind: EventKind, opened_at: datetime) -> EventData:
    if kind is EventKind.SCHEDULED:
        return EventData(appointment=Appointment(start=opened_at + timedelta(days=12), practitioner="Dr. Raman"))
    if kind in {EventKind.DECLINED, EventKind.CANCELLED}:
        return EventData(reason="Not needed any more.", alternative="Another office")
    return EventData()


def _name(dice: random.Random, number: int) -> tuple[str, str]:
    made = "".join(dice.choice(_SYLLABLES) for _ in range(3)).capitalize()
    return (_FAMILIES[number % len(_FAMILIES)] if number % 10 == 0 else made), dice.choice(_GIVEN)


def _content(number: int, family: str, given: str, born: date, office: str, dice: random.Random) -> ReferralContent:
    return ReferralContent(
        patient=Patient(
            family=family,
            given=given,
            birth_date=born,
            sex="female",
            phone=f"508555{number % 10_000:04d}",
            address=Address(f"{number % 900} Cedar Lane", "Worcester", "MA", "01604"),
            mrn=f"LK{number:07d}",
        ),
        coverage=Coverage(payer="Aetna", member_id=f"W{number:09d}"),
        referrer=Practitioner(family="Alcott", given="Robin", npi="1001555014", organization=office),
        specialty=dice.choice(_SPECIALTIES),
        service="Consultation",
        diagnosis_codes=("I48.91",),
        reason="Palpitations for three weeks, atrial fibrillation on ECG",
        priority=dice.choice(_PRIORITIES),
        authored_on=date(2026, 1, 5),
    )


def _id(moment: datetime, number: int) -> int:
    """Return an identifier that grows with time, as UUIDv7 does."""
    return int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0x8 << 60 | number


_TEXT = ("text",)
_TYPES = (
    *("int4", "uuid", *_TEXT * 5, "int2", "text", "uuid", "jsonb", *_TEXT * 4, "date", *_TEXT * 2, "uuid", *_TEXT * 2),
    *("bool", *_TEXT * 2, "uuid", *("timestamptz",) * 5, "text[]", "text[]"),
)
_SEED = b"""
    CREATE TEMP TABLE seed (
        n int, id uuid, reference text, direction text, status text, closure text, priority text, urgency smallint,
        specialty text, location uuid, content jsonb, family text, given text, family_key text, given_key text,
        born date, phone text, mrn text, office uuid, office_name text, fax text, is_open boolean, next_action text,
        owner_role text, owner uuid, due_at timestamptz, stalled_at timestamptz, opened_at timestamptz,
        ended_at timestamptz, appointment_at timestamptz, kinds text[], data text[])
"""
_RENAMED = """
    jsonb_set(o.reading, '{fields}', (
        SELECT jsonb_agg(CASE f ->> 'name'
            WHEN 'patient.family' THEN jsonb_set(f, '{value}', to_jsonb(c.family))
            WHEN 'patient.given' THEN jsonb_set(f, '{value}', to_jsonb(c.given)) ELSE f END)
        FROM jsonb_array_elements(o.reading -> 'fields') f))
"""
#: The item of a referral, its patient record and its person carry ids made from the referral's.
_STATEMENTS = (
    b"""
    INSERT INTO identity_person (id, organization_id, created_at)
    SELECT md5('person' || n)::uuid, %(org)s, opened_at FROM seed
    """,
    b"""
    INSERT INTO identity_patientrecord (id, organization_id, person_id, family, given, family_key, given_key,
        birth_date, sex, phone, address_line, city, state, postal_code, mrn, created_at)
    SELECT md5('record' || n)::uuid, %(org)s, md5('person' || n)::uuid, family, given, family_key, given_key,
        born, 'female', phone, '', 'Worcester', 'MA', '01604', mrn, opened_at FROM seed
    """,
    b"""
    INSERT INTO intake_inbounditem (id, organization_id, channel, carrier, carrier_reference, file_name, to_address,
        announced_pages, received_at, reference, sender_address, sender_office_id, sender_name, sender_proven,
        document_id, content_mark, parent_pages, is_single, state, failed_in, disposition, disposition_ref,
        disposition_note, disposed_at, is_open, next_action, owner_role, step, step_page, step_pages, attempts,
        progress_at, problem_code, problem_message, pages, problems, kind, kind_confidence, patient_name, priority,
        missing, doubtful, announced_read_at, suggested_specialty, routing_because, routing_disagreement, parked,
        locked_name, version)
    SELECT md5('item' || n)::uuid, %(org)s, CASE n %% 5 WHEN 0 THEN 'upload' ELSE 'fax' END, '', 'ref-' || n, '',
        '+15085550100', 3, opened_at, reference, fax, office, office_name, true, %(doc)s, md5('mark' || n), '[]',
        false, 'disposed', '', 'referral_opened', id, '', opened_at + interval '20 minutes', false, '', '', '', 0, 0,
        0, opened_at, '', '', 3, '[]', 'referral', 0.97, given || ' ' || family, priority, '[]', 1, opened_at,
        specialty, '[]', '', false, '', 9
    FROM seed WHERE direction = 'inbound'
    """,
    b"""
    INSERT INTO intake_itemevent (id, organization_id, item_id, kind, actor_kind, actor_id, actor_name, occurred_at,
        recorded_at, data)
    SELECT gen_random_uuid(), %(org)s, md5('item' || n)::uuid, kind, 'system', 'intake', 'intake', opened_at,
        opened_at, '{}'
    FROM seed, unnest(ARRAY['received', 'read', 'classified', 'extracted', 'matched', 'routed', 'in_review',
        'disposed']) kind
    WHERE direction = 'inbound'
    """,
    b"""
    INSERT INTO referrals_referral (id, organization_id, reference, direction, status, closure, closure_reason,
        priority, urgency, specialty, location_id, content, patient_record, patient_name, patient_key, birth_date,
        partner, partner_name, item, sender_proven, appointment_at, is_open, next_action, owner_role, owner,
        owner_name, due_at, stalled_at, has_late_news, opened_at, ended_at, changed_at, version)
    SELECT id, %(org)s, reference, direction, status, closure, '', priority, urgency, specialty, location, content,
        md5('record' || n)::uuid, given || ' ' || family, family_key || ' ' || given_key, born, office, office_name,
        CASE direction WHEN 'inbound' THEN md5('item' || n)::uuid END, true, appointment_at, is_open, next_action,
        owner_role, owner, CASE WHEN owner IS NULL THEN '' ELSE 'Marcus Bell' END, due_at, stalled_at,
        NOT is_open AND n %% 1000 = 999, opened_at, ended_at, coalesce(ended_at, opened_at), 9
    FROM seed
    """,
    b"""
    INSERT INTO referrals_event (id, organization_id, referral_id, kind, actor_kind, actor_id, actor_name,
        occurred_at, recorded_at, data, key)
    SELECT gen_random_uuid(), %(org)s, id, k.kind, 'system', 'benchmark', 'benchmark',
        opened_at + (k.place - 1) * interval '7 minutes', opened_at + (k.place - 1) * interval '7 minutes',
        seed.data[k.place]::jsonb, 'k' || k.place
    FROM seed, unnest(kinds) WITH ORDINALITY k(kind, place)
    """,
    # Every step was told: its delivery stands in the history, too.
    b"""
    INSERT INTO referrals_event (id, organization_id, referral_id, kind, actor_kind, actor_id, actor_name,
        occurred_at, recorded_at, data, evidence, key)
    SELECT gen_random_uuid(), %(org)s, id, CASE k WHEN 1 THEN 'acknowledgment_confirmed' ELSE 'notice_confirmed' END,
        'system', 'loop', 'loop', opened_at + k * interval '8 minutes', opened_at + k * interval '8 minutes', '{}',
        '{"kind": "delivery", "id": "", "note": ""}', 'told' || k
    FROM seed, generate_series(1, 4) k WHERE direction = 'inbound' AND k <= cardinality(kinds)
    """,
    b"""
    INSERT INTO referrals_obligation (id, organization_id, kind, referral_id, about, promised_at, due_at, fulfilled_at,
        evidence, release_reason)
    SELECT gen_random_uuid(), %(org)s, CASE k WHEN 1 THEN 'acknowledgment' WHEN 4 THEN 'outcome' ELSE 'status' END, id,
        CASE WHEN k IN (2, 3) THEN md5('about' || n || k)::uuid END, opened_at, opened_at + k * interval '1 hour',
        CASE WHEN k < 4 OR NOT is_open THEN opened_at + interval '2 minutes' END,
        CASE WHEN k < 4 OR NOT is_open THEN '{"kind": "delivery", "id": "", "note": ""}'::jsonb END, ''
    FROM seed, generate_series(1, 4) k WHERE direction = 'inbound' AND (k < 4 OR NOT is_open OR n %% 10 = 0)
    """,
    b"""
    INSERT INTO referrals_attachment (id, organization_id, referral_id, document, kind, title, pages, item,
        attached_at)
    SELECT gen_random_uuid(), %(org)s, id, %(doc)s, 'referral', 'Referral as received', 3, md5('item' || n)::uuid,
        opened_at
    FROM seed WHERE direction = 'inbound'
    """,
    b"""
    INSERT INTO messaging_message (id, organization_id, key, kind, referral_id, item_id, office_id, address,
        document_id, pages, printed_reference, about, told, state, resolution, resolution_note, counts_from, is_open,
        needs_person, next_action, owner_role, due_at, created_at, delivered_at)
    SELECT md5('message' || n || k)::uuid, %(org)s, 'key' || n || '/' || k,
        CASE k WHEN 1 THEN 'acknowledgment' ELSE 'notice' END, id, md5('item' || n)::uuid, office, fax, %(doc)s, 1,
        reference, 'accepted', '[]', CASE WHEN n %% 2500 = 7 THEN 'undeliverable' ELSE 'delivered' END, '', '', 1,
        n %% 2500 = 7, n %% 2500 = 7, CASE WHEN n %% 2500 = 7 THEN 'Call the office' ELSE '' END,
        CASE WHEN n %% 2500 = 7 THEN 'intake_coordinator' ELSE '' END,
        CASE WHEN n %% 2500 = 7 THEN opened_at END, opened_at,
        CASE WHEN n %% 2500 <> 7 THEN opened_at + interval '2 minutes' END
    FROM seed, generate_series(1, 3) k WHERE direction = 'inbound' AND k <= cardinality(kinds)
    """,
    b"""
    INSERT INTO messaging_delivery (id, organization_id, message_id, attempt, channel, carrier, address,
        correlation_key, state, provider_reference, pages, pages_sent, remote_id, cause, retryable, provider_code,
        planned_at, submitted_at, finished_at)
    SELECT md5('delivery' || n || k)::uuid, %(org)s, md5('message' || n || k)::uuid, 1, 'fax', 'simulated', fax,
        md5('correlation' || n || k), CASE WHEN n %% 2500 = 7 THEN 'failed' ELSE 'confirmed' END, 'fx_' || n || k, 1,
        1, fax, CASE WHEN n %% 2500 = 7 THEN 'no_fax' ELSE '' END, false, '', opened_at, opened_at, opened_at
    FROM seed, generate_series(1, 3) k WHERE direction = 'inbound' AND k <= cardinality(kinds)
    """,
    b"""
    INSERT INTO messaging_step (id, organization_id, message_id, ordinal, delivery_id, kind, at, actor_kind, actor_id,
        actor_name, cause, note, is_ignored)
    SELECT gen_random_uuid(), %(org)s, md5('message' || n || k)::uuid, s, md5('delivery' || n || k)::uuid,
        (ARRAY['planned', 'submitting', 'submitted', 'confirmed'])[s], opened_at + s * interval '5 seconds', 'system',
        'messaging', 'messaging', '', '', false
    FROM seed, generate_series(1, 3) k, generate_series(1, 4) s
    WHERE direction = 'inbound' AND k <= cardinality(kinds)
    """,
    b"""
    INSERT INTO audit_auditrecord (id, organization_id, ordinal, at, actor_kind, actor_id, actor_name, action, entity,
        entity_id, detail)
    SELECT gen_random_uuid(), %(org)s, nextval('audit_record_ordinal'), opened_at, 'system', 'benchmark', 'benchmark',
        'referral.' || kind, 'referral', id::text, '{}'
    FROM seed, unnest(kinds) kind ORDER BY opened_at
    """,
)

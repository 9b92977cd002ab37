"""A tenant, an office that refers to it, a carrier, and a worker for what was deferred. All of it out of scope."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2
from django.core.files.storage import storages
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from reportlab.pdfgen.canvas import Canvas

from homing.channels.fax.memory import InMemoryCarrier, SubmittedFax
from homing.content.document_reference import DocumentReference
from homing.content.referral import ReferralContent
from homing.directory import actions as directory
from homing.documents import actions as documents
from homing.documents.models import Document
from homing.intake import actions as intake
from homing.intake import actions_review as review
from homing.intake.fields import PatientChoice
from homing.intake.ports import Arrival
from homing.kit import clock
from homing.kit.actor import Actor
from homing.referrals import actions as referrals
from homing.referrals import queries
from homing.referrals.actions import EventData, Evidence
from homing.referrals.states import Command, EventKind
from homing.referrals.views import ReferralView
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped

SENDER_FAX = "+16175550143"
STRANGER_FAX = "+16175550199"
SYSTEM = Actor.system("tests")
_arrivals = itertools.count(1)


def pdf(*pages: str) -> bytes:
    """Return a PDF of these pages."""
    output = io.BytesIO()
    canvas = Canvas(output, invariant=1)
    for text in pages:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def text_of(document: bytes) -> str:
    """Return the words on a PDF, in one line."""
    opened = pypdfium2.PdfDocument(document)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in opened).split())
    finally:
        opened.close()


def page_count(document: bytes) -> int:
    """Return the number of pages of a PDF."""
    opened = pypdfium2.PdfDocument(document)
    try:
        return len(opened)
    finally:
        opened.close()


@dataclass(slots=True)
class World:
    """What a test of the loop needs."""

    organization: Organization
    carrier: InMemoryCarrier
    office_id: UUID
    sent: list[SubmittedFax] = field(default_factory=list)

    def run_jobs(self, *, rounds: int = 10) -> None:
        """Run what was deferred for messaging and the loop, until nothing is left; reading is left alone."""
        for _ in range(rounds):
            waiting = list(ProcrastinateJob.objects.filter(status="todo").order_by("id"))
            ours = [job for job in waiting if job.task_name.startswith(("homing.loop.", "homing.messaging."))]
            if not ours:
                return
            for job in ours:
                app.tasks[job.task_name].func(**job.args)
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])
        raise AssertionError("The jobs do not come to an end.")

    def deliver_all(self) -> list[SubmittedFax]:
        """Let everything arrive; return what was newly submitted."""
        self.run_jobs()
        new = [fax for fax in self.carrier.submitted if fax not in self.sent]
        self.sent += new
        for fax in new:
            if not self.carrier.status(fax.reference).is_final:
                self.carrier.deliver(fax.reference)
        self.poll()
        return new

    def poll(self, *, later: timedelta = timedelta(minutes=3)) -> None:
        """Ask the carrier about everything under way, and take in the answers."""
        with clock.travel_to(clock.now() + later):
            with scoped(self.organization.id):
                app.tasks["homing.messaging.jobs.tick"].func(organization_id=str(self.organization.id))
            self.run_jobs()

    def arrive(self, *, from_address: str = SENDER_FAX, missing: Sequence[str] = (), kind: str = "referral") -> UUID:
        """Let a three-page fax arrive and be read; the acknowledgment is deferred as the pipeline would."""
        with scoped(self.organization.id):
            receipt = intake.receive(
                actor=SYSTEM,
                arrival=Arrival(
                    channel="fax",
                    carrier="memory",
                    carrier_reference=f"in-{next(_arrivals)}",
                    data=pdf(f"A referral {next(_arrivals)}", "Its second page", "Its third page"),
                    from_address=from_address,
                    to_address=self.organization.fax,
                    pages=3,
                ),
            )
            self.has_read(receipt.item_id, missing, kind)
        return receipt.item_id

    def has_read(self, item_id: UUID, missing: Sequence[str], kind: str) -> None:
        """Leave an item as the pipeline does after reading it."""
        from homing.intake.models import InboundItem

        InboundItem.objects.filter(id=item_id).update(
            state="in_review", pages=3, kind=kind, kind_confidence=0.99, missing=list(missing)
        )
        self.react("acknowledge_item", item_id=item_id)

    def react(self, name: str, **ids: UUID) -> None:
        """Defer one of the loop's jobs. In scope."""
        from homing.tenancy.jobs import defer

        defer(f"homing.loop.jobs.{name}", **{key: str(value) for key, value in ids.items()})

    def sign_off(self, item_id: UUID, content: ReferralContent) -> UUID:
        """Open the referral of an item."""
        from homing.intake.queries import workbench

        with scoped(self.organization.id):
            version = workbench(item_id).version
            return review.sign_off(
                actor=SYSTEM, item_id=item_id, version=version, content=content, patient=PatientChoice(None)
            )

    def perform(
        self,
        referral_id: UUID,
        command: Command,
        data: EventData | None = None,
        evidence: Evidence | None = None,
    ) -> UUID:
        with scoped(self.organization.id):
            return referrals.perform(
                actor=SYSTEM, referral_id=referral_id, command=command, data=data, evidence=evidence
            )

    def referral(self, referral_id: UUID) -> ReferralView:
        with scoped(self.organization.id):
            return queries.referral(referral_id)

    def events(self, referral_id: UUID) -> list[EventKind]:
        with scoped(self.organization.id):
            return [entry.kind for entry in queries.timeline(referral_id)]

    def last_note(self, referral_id: UUID) -> str:
        """Return what the last event of a referral says in words."""
        with scoped(self.organization.id):
            return queries.timeline(referral_id)[-1].data.note

    def store(self, data: bytes, media_type: str = "application/pdf") -> UUID:
        with scoped(self.organization.id):
            return documents.store(actor=SYSTEM, data=data, media_type=media_type).id

    def damage(self, document_id: UUID) -> None:
        """Let the file of a document be cut short on disk."""
        with scoped(self.organization.id):
            row = Document.objects.get(id=document_id)
        Path(storages["documents"].path(row.stored_as)).write_bytes(b"")

    def draft(self, content: ReferralContent, *behind: DocumentReference, office_id: UUID | None = None) -> UUID:
        """Draft a referral to an office."""
        with scoped(self.organization.id):
            return referrals.draft_outbound(
                actor=SYSTEM,
                content=content,
                partner_id=office_id,
                partner_name="Harbor Cardiology",
                patient_record_id=None,
                documents=behind,
            )

    def send(self, referral_id: UUID) -> UUID:
        with scoped(self.organization.id):
            return referrals.send(actor=SYSTEM, referral_id=referral_id)

    def office(self, name: str, fax: str = "") -> UUID:
        with scoped(self.organization.id):
            return directory.create_office(actor=SYSTEM, name=name, fax=fax)

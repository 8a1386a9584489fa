"""One case with a row of every kind that is evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.channels.port import Arrival, Report
from alerts.messages.outbox import enqueue
from alerts.models import CUSTODY, Alert, Attempt, Need, Page
from alerts.sending.receipts import note_receipt
from app.evidence.sealing import attest_all, seal
from cases import intake
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.files import LARGEST, SentFile, file_fetched, keep_hold, take_fetches
from cases.intake import Wrapping
from cases.media import media_type
from cases.models import Case
from cases.models import Report as Told
from cases.releases.proposing import Proposal, propose
from cases.verification import Basis, bear_out
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.chats import find_or_open_chat
from store.files import FileWriter

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

PICTURE = b"\xff\xd8\xff" + b"a picture of a paper" * 20
WORDS = "they took my brother"


@dataclass(frozen=True)
class Scene:
    """What there is."""

    store: Store
    code: str
    case_id: UUID
    file_id: UUID
    attempt_id: UUID
    contact_id: UUID


def build_scene(store: Store, clock: ManualClock) -> Scene:
    """Build everything, let it settle, attest and seal it."""
    with store.unit("chat:00000000-0000-4000-8000-000000000001") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000000")
        unit.actor = f"chat:{chat.id}"
        wrapping = Wrapping(number=1, files=(SentFile("photo", "one", "one"),))
        case = intake.open_report(unit, chat, language="en", kind="text", content=WORDS, wrapping=wrapping)
        report = unit.session.scalars(select(Told)).one()
        second = intake.add_message(unit, report, kind="text", content="two men", wrapping=Wrapping(number=2))
        intake.record_answer(unit, report, "where", value="home")
        intake.record_answer(unit, report, "who", value=None, message_id=second)
    file_id = fetches(store)
    contact_id, attempt_id = asks_somebody(store, case.id)
    with store.unit("webhook") as unit:
        note_receipt(unit, attempt_id, Report(Arrival.DELIVERED, "delivered", "it has arrived"))
    with store.unit(f"contact:{contact_id}") as unit:
        enter(unit, case.id, Entry("ruling_copy_served", When(clock.now())), zone="Asia/Almaty")
    tells_who_may_know(store, case.id, contact_id)
    clock.advance(timedelta(minutes=3))
    attest_all(store)
    seal(store)
    return Scene(store, case.code, case.id, file_id, attempt_id, contact_id)


def tells_who_may_know(store: Store, case_id: UUID, contact_id: UUID) -> None:
    """What is known of the person, to whom they agreed, what is to leave, and who said yes to that."""
    with store.unit(f"contact:{contact_id}") as unit:
        enter_fact(unit, case_id, "place", "Centre 1", source="counsel")
        kinds = [FieldClass.CUSTODY]
        yes = Authority.PERSON
        enter_consent(unit, case_id, Audience.UNHCR, kinds, granted=True, authority=yes, how="to counsel, who saw them")
        case = unit.session.get_one(Case, case_id)
        bear_out(unit, case_id, Basis.DOCUMENT, "the order")
        propose(unit, case, Proposal(Audience.UNHCR, (unhcr(unit),), reason="they asked for it"), contact_id)


def unhcr(unit: UnitOfWork) -> UUID:
    return put_contact(unit, ContactCard("Marta", Role.UNHCR, languages=("en",), email="marta@example.org"))


def fetches(store: Store, content: bytes = PICTURE) -> UUID:
    """The file that came along is fetched."""
    with store.unit("downloads") as unit:
        (one,) = take_fetches(unit, 10)
    writer = FileWriter(
        store,
        one.file_id,
        one.scope,
        media_of=media_type,
        limit=LARGEST,
        holds=lambda unit: keep_hold(unit, one.held),
    )
    writer.write(content)
    with store.unit("downloads") as unit:
        file_fetched(unit, one.held, writer)
    return one.file_id


def asks_somebody(store: Store, case_id: UUID) -> tuple[UUID, UUID]:
    """A coordinator is paged by text, and the provider has taken it; the reporter was written to as well."""
    with store.unit("system") as unit:
        contact_id = put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, languages=("en",), sms="+77000000001"))
        alert = Alert(
            id=new_id(), case_id=case_id, kind=CUSTODY, subject_id=case_id, cluster_id=case_id, opened_at=unit.now
        )
        unit.session.add(alert)
        unit.session.flush()
        need = Need(
            id=new_id(), alert_id=alert.id, case_id=case_id, kind="coordinator", urgency="now", opened_at=unit.now
        )
        unit.session.add(need)
        unit.session.flush()
        page = Page(
            id=new_id(), need_id=need.id, contact_id=contact_id, round=1, step=0, asked_at=unit.now, channels=["sms"]
        )
        unit.session.add(page)
        unit.session.flush()
        to = find_or_open_chat(unit, "sms", "+77000000001")
        delivery = enqueue(unit, to, "alert.sms", language="en", page_id=page.id, need_id=need.id)
        reporter = find_or_open_chat(unit, "telegram", "7000000")
        enqueue(unit, reporter, "report.received", language="en")
        attempt = Attempt(
            id=new_id(),
            delivery_id=delivery,
            began_at=unit.now,
            ended_at=unit.now,
            outcome="sent",
            provider_ref="SM0001",
        )
        unit.session.add(attempt)
        unit.session.flush()
        return contact_id, attempt.id

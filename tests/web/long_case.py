"""A case of two weeks as it grows: custody, hearings that move, clocks, calls that say "not here", a search by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.models import Delivery, DeliveryState, Need, NeedState, Page
from cases.consent.people import enter_fact
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.docket.promising import promise_of, promise_update
from cases.notes import write_note
from contacts.directory import methods_of, put_contact
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from store.base import new_id
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork
    from tests.web.scene import Scene

ALMATY = "Asia/Almaty"


@dataclass
class Story:
    """A scene whose docket grows with its clock."""

    scene: Scene
    clock: ManualClock

    @property
    def store(self) -> Store:
        return self.scene.store

    def later(self, **after: int) -> None:
        self.clock.advance(timedelta(**after))

    def happens(self, event: str, *, source: str = "counsel", note: str = "", confidence: str = "high") -> UUID:
        """Something that happened just now."""
        with self.store.unit("contact:00000000-0000-4000-8000-000000000001") as unit:
            entry = Entry(event, When(unit.now), source=source, note=note, confidence=confidence)
            return enter(unit, self.scene.case_id, entry, zone=ALMATY).id

    def is_set(self, event: str, at: datetime, *, moves: UUID | None = None, note: str = "") -> UUID:
        """Something that is set for a time."""
        with self.store.unit("test") as unit:
            entry = Entry(event, When(unit.now), appointed_at=at, moves=moves, source="the court", note=note)
            return enter(unit, self.scene.case_id, entry, zone=ALMATY).matter_id


def two_weeks(scene: Scene, clock: ManualClock) -> Story:
    """Thirty events: taken, not found, found, moved hearings, one entry that was wrong."""
    told = Story(scene, clock)
    told.later(hours=2)
    told.happens("administrative_arrest", source="the brother", confidence="medium", note="taken at the market")
    told.later(hours=3)
    told.happens("not_here", source="Centre 1, officer on duty", note="he says that nobody of that name is there")
    told.later(hours=5)
    told.happens("not_here", source="Centre 2")
    told.later(hours=4)
    told.happens("admin_detention_actual_start", note="found: Centre 1 after all")
    told.happens("photographed", source="the detained person")
    told.later(days=1)
    hearing = told.is_set("hearing_scheduled", clock.now() + timedelta(days=2, hours=4), note="room 5")
    told.happens("passport_seized")
    told.later(days=1)
    told.is_set("hearing_moved", clock.now() + timedelta(days=2), moves=hearing)
    wrong = told.happens("released", source="a rumour", confidence="low")
    told.later(hours=1)
    with told.store.unit("test") as unit:
        take_back(unit, scene.case_id, wrong)
    for day in range(7):
        told.later(hours=14)
        told.happens(
            ("officials_statement", "medical_tests", "return_forms", "near_border")[day % 4], note=f"day {day}"
        )
        told.later(hours=9)
        told.happens(("motion_filed", "detention_challenge_filed", "claim_filed")[day % 3])
    told.happens("expulsion_ruling_pronounced", note="announced in the hearing")
    told.later(hours=8)
    told.happens("transferred", source="the centre", note="toward the airport city")
    told.happens("at_airport", source="a driver", confidence="low")
    told.happens("asylum_intent_by_detainee")
    told.is_set("hearing_scheduled", clock.now() + timedelta(days=3, hours=5), note="appeal")
    told.is_set("removal_scheduled", clock.now() + timedelta(days=4, hours=16))
    with told.store.unit("test") as unit:
        promise_update(unit, scene.case_id, unit.now + timedelta(hours=3), seen=_promise(unit, scene.case_id))
    return told


def _promise(unit: UnitOfWork, case_id: UUID) -> UUID | None:
    standing = promise_of(unit, case_id)
    return None if standing is None else standing.id


def known(scene: Scene) -> None:
    """Some facts, and a note."""
    with scene.store.unit("test") as unit:
        for name, value in {"name_latin": "Qarlyghash U.", "nationality": "CN", "feared_state": "CN"}.items():
            enter_fact(unit, scene.case_id, name, value, source="the brother")
        write_note(unit, scene.case_id, "The brother is afraid to be called at work.")


def lawyer(
    unit: UnitOfWork, name: str, regions: tuple[str, ...] = ("KZ",), languages: tuple[str, ...] = ("ru",)
) -> Contact:
    """Somebody who could be asked, with a Telegram account that was linked."""
    contact_id = put_contact(unit, ContactCard(name, Role.LAWYER, regions, languages))
    if not methods_of(unit, contact_id):
        chat = find_or_open_chat(unit, "telegram", f"9{sum(name.encode())}")
        method = ContactMethod(id=new_id(), contact_id=contact_id, channel="telegram", chat_id=chat.id)
        method.verified_at = unit.now
        unit.session.add(method)
        unit.session.flush()
    return unit.session.get_one(Contact, contact_id)


def searched(scene: Scene, need: Need, clock: ManualClock) -> None:
    """Four lawyers were asked for a need, one step after the other."""
    answers = ("declined", None, "failed", None)
    for step, (name, answer) in enumerate(zip(("Dana", "Yerlan", "Madina", "Saule"), answers, strict=True)):
        with scene.store.unit("test") as unit:
            contact = lawyer(unit, name, languages=("ru", "kk"))
            page = Page(id=new_id(), need_id=need.id, contact_id=contact.id, round=1, step=step)
            page.asked_at, page.channels = unit.now, ["telegram", "sms"]
            row = unit.session.get_one(Need, need.id)
            row.round, row.step, row.began_at, row.state = 1, step, unit.now, NeedState.PAGING
            unit.session.add(page)
            unit.session.flush()
            _rings(unit, page, "telegram", DeliveryState.READ if answer else DeliveryState.DELIVERED)
            _rings(unit, page, "sms", DeliveryState.FAILED_PERMANENT if answer == "failed" else DeliveryState.SENT)
        clock.advance(timedelta(minutes=4))
        with scene.store.unit("test") as unit:
            row_ = unit.session.get_one(Page, page.id)
            row_.declined_at = unit.now if answer == "declined" else None
            row_.unreachable_at = unit.now if answer == "failed" else None


def _rings(unit: UnitOfWork, page: Page, channel: str, state: DeliveryState) -> None:
    row = Delivery(
        id=new_id(), channel=channel, page_id=page.id, need_id=page.need_id, action="send", template="page.custody"
    )
    row.values, row.buttons, row.language, row.silent, row.urgent = {}, [], "en", False, True
    row.order_key, row.state, row.created_at = 0, state, unit.now
    row.sent_at = row.delivered_at = row.read_at = unit.now + timedelta(seconds=20)
    unit.session.add(row)

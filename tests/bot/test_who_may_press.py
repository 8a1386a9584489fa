"""Who may press what: every button a helper can be shown, pressed by who it is not for. A new one needs a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from alerts.messages.buttons import mint
from alerts.models import CUSTODY, Alert, Delivery, Handover, Need, NeedState, Page, PressableButton, ShiftTest
from bot.presses import answer_press
from bot.updates import Press
from cases.aside import Sent, set_aside
from cases.docket.entering import When
from cases.docket.models import Occurrence, Watch
from cases.docket.proposing import Proposed, propose
from cases.incidents.reading import read_list
from cases.models import Case, CaseLink, SetAside
from cases.verification import suspect
from contacts.accounts.models import Account
from contacts.directory import find_contact, put_contact
from contacts.linking import link_account, make_link_code
from contacts.values import ContactCard, Role
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.tokens import token_of
from tests.accounts import join
from tests.quick import quick_store
from tests.web.scene import Scene
from texts.catalogue import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

BUTTONS = {
    "button.accept": ("accept", "need"),
    "button.confirm": ("accept", "need"),
    "button.decline": ("decline", "need"),
    "button.open": ("open", "taken"),
    "button.contact_made": ("contact_made", "taken"),
    "button.filed": ("filed", "taken"),
    "button.give_back": ("give_back", "taken"),
    "button.take_over": ("take_over", "offered"),
    "button.leave_it": ("leave_it", "offered"),
    "button.all_right": ("all_right", "watch"),
    "button.all_right_number": ("all_right", "watch"),
    "button.no_longer": ("no_longer", "watch"),
    "button.no_longer_number": ("no_longer", "watch"),
    "button.entry_yes": ("entry_yes", "proposal"),
    "button.entry_no": ("entry_no", "proposal"),
    "button.hearing_moved": ("entry_moved:0", "proposal"),
    "button.hearing_moved_from": ("entry_moved:0", "proposal"),
    "button.hearing_off": ("entry_moved:0", "proposal"),
    "button.hearing_another": ("entry_another", "proposal"),
    "button.confirm_shift": ("confirm_shift", "test"),
    "button.list_mine": ("list_mine:1", "aside"),
    "button.list_others": ("list_others:1", "aside"),
    "button.list_report": ("list_report", "aside"),
    "button.list_no": ("list_no", "aside"),
}
"""What is pressed in a chat: what it does, and to what."""
LINKS = {"button.answer", "button.done", "button.open_page", "button.prove", "button.release"}
"""What leads to a page, where an address is the key (``tests/web/test_who_may_what.py``)."""
WHO = ("stranger", "observer", "colleague", "forced")


class Stage:
    """A case that Aigerim has, with everything in it that has buttons; and people for whom they are not."""

    def __init__(self, store: Store) -> None:
        self.store, self.scene = store, Scene.begin(store)
        self.holder = self.scene.helper("Aigerim")
        join(store, "Aigerim")
        with store.unit("test") as unit:
            put_contact(unit, ContactCard("Observer", Role.OBSERVER))
            put_contact(unit, ContactCard("Dana", Role.LAWYER))
            self.asked = put_contact(unit, ContactCard("Timur", Role.COORDINATOR))
        self.chats = {
            "stranger": self._chat("1", None),
            "observer": self._chat("2", "Observer"),
            "colleague": self._chat("3", "Dana"),
            "forced": self._chat("4", "Aigerim"),
        }
        self.subjects = self._subjects()

    def _chat(self, address: str, name: str | None) -> UUID:
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", address)
            if name is not None:
                contact = find_contact(unit, name)
                assert contact is not None
                link_account(unit, chat, make_link_code(unit, contact.id))
            return chat.id

    def _subjects(self) -> dict[str, UUID]:
        with self.store.unit("test") as unit:
            alert = unit.session.scalars(select(Alert).where(Alert.kind == CUSTODY)).one()
            taken = unit.session.scalars(select(Need.id)).one()
            need = Need(id=new_id(), alert_id=alert.id, case_id=self.scene.case_id, kind="coordinator", urgency="now")
            need.state, need.seat, need.opened_at, need.began_at = NeedState.PAGING, 2, unit.now, unit.now
            watch = Watch(id=new_id(), case_id=self.scene.case_id, matter_id=new_id(), kind="check_in", number=1)
            watch.due_at, watch.pages, watch.opened_at, watch.every_seconds = unit.now, "coordinator", unit.now, 86400
            test = ShiftTest(id=new_id(), roster="duty", contact_id=self.holder, starts_at=unit.now, sent_at=unit.now)
            offered = Handover(need_id=taken, offered_by=self.holder, offered_to=self.asked, offered_at=unit.now)
            unit.session.add_all([need, watch, test, offered])
            unit.session.flush()
            wanted = Proposed(self.scene.case_id, "ruling_copy_served", When(unit.now), "Asia/Almaty")
            proposal = propose(unit, self.holder, wanted)
            unit.session.add(
                Page(need_id=need.id, contact_id=self.holder, round=1, step=0, asked_at=unit.now, channels=[])
            )
            chat = unit.session.get_one(Chat, self.chats["forced"])
            sent = Sent(pieces=read_list("1. Serik D"))
            aside = set_aside(unit, self.holder, chat, sent, is_list=True)
            subjects = {"need": need.id, "taken": taken, "watch": watch.id, "test": test.id, "offered": taken}
            return {**subjects, "proposal": proposal, "aside": aside}

    def is_forced(self) -> None:
        with self.store.unit("test") as unit:
            unit.session.scalars(select(Account)).one().coerced_at = unit.now

    def presses(self, who: str, action: str, subject: str) -> None:
        with self.store.unit("test") as unit:
            chat = unit.session.get_one(Chat, self.chats[who])
            token = self._token(unit, chat, action, self.subjects[subject])
            answer_press(unit, chat, Press("callback", token), "UTC")

    @staticmethod
    def _token(unit: UnitOfWork, chat: Chat, action: str, subject_id: UUID) -> str:
        mint(unit, chat.id, action, "button.accept", subject_id=subject_id)
        unit.session.flush()
        newest = select(PressableButton.id).where(PressableButton.chat_id == chat.id, PressableButton.action == action)
        return token_of(
            unit, "button", unit.session.scalars(newest.order_by(PressableButton.id.desc())).first() or chat.id
        )

    def stands(self) -> dict[str, Any]:
        """Everything a button can change."""
        with self.store.read() as unit:
            needs = unit.session.execute(
                select(Need.id, Need.state, Need.accepted_by, Need.contact_made_at, Need.filed_at, Need.held_by)
            ).all()
            return {
                "needs": sorted(needs),
                "offers": unit.session.scalars(select(Handover.offered_to)).all(),
                "watches": unit.session.execute(select(Watch.state, Watch.ended_by)).all(),
                "entries": unit.session.scalar(select(func.count()).select_from(Occurrence)),
                "links": unit.session.scalar(select(func.count()).select_from(CaseLink)),
                "tests": unit.session.scalars(select(ShiftTest.confirmed_at)).all(),
                "aside": unit.session.scalars(select(SetAside.id)).all(),
                "cases": unit.session.scalar(select(func.count()).select_from(Case)),
            }


@pytest.fixture
def stage(tmp_path: Path, clock: ManualClock) -> Iterator[Stage]:
    with quick_store(tmp_path, clock) as store:
        yield Stage(store)


def test_every_button_has_its_line() -> None:
    assert {key for key in keys() if key.startswith("button.")} == set(BUTTONS) | LINKS


@pytest.mark.parametrize("who", WHO)
def test_nobody_presses_what_is_not_for_them(stage: Stage, who: str) -> None:
    if who == "forced":
        stage.is_forced()
    before = stage.stands()
    for action, subject in sorted(set(BUTTONS.values())):
        if who == "forced" and subject in ("test", "taken", "aside"):
            # What they had is taken from them before (tests/alerts/test_account_alarms.py); a test is theirs, and so is
            # a list, of which nothing is made (tests/stories/test_lists_by_chat.py).
            continue
        stage.presses(who, action, subject)
        assert stage.stands() == before, f"{who} {action}"


def test_whose_it_is_may_press_it(stage: Stage) -> None:
    for action, subject in [
        ("accept", "need"),
        ("contact_made", "taken"),
        ("all_right", "watch"),
        ("entry_yes", "proposal"),
        ("list_others:1", "aside"),
    ]:
        before = stage.stands()
        stage.presses("forced", action, subject)  # Aigerim's telephone, and nobody forces her
        assert (stage.stands() != before) == (action != "accept"), "she has a seat of this search already"


def test_a_button_that_only_a_later_release_knows_is_no_answer(stage: Stage) -> None:
    """While nodes are replaced one by one, those that are still to be replaced are brought presses of new buttons."""
    before = stage.stands()
    for subject in ("need", "watch"):
        stage.presses("forced", "of_a_later_release", subject)  # Aigerim's telephone, who was asked
    assert stage.stands() == before
    with stage.store.read() as unit:
        declined = select(Page.declined_at).where(Page.need_id == stage.subjects["need"])
        assert unit.session.scalars(declined).all() == [None]


def test_whoever_has_the_button_of_another_chat_has_nothing(stage: Stage) -> None:
    before = stage.stands()
    with stage.store.unit("test") as unit:
        theirs = unit.session.get_one(Chat, stage.chats["forced"])
        token = stage._token(unit, theirs, "contact_made", stage.subjects["taken"])  # noqa: SLF001  ours
        answer_press(unit, unit.session.get_one(Chat, stage.chats["colleague"]), Press("callback", token), "UTC")
    assert stage.stands() == before


def test_a_stranger_who_may_be_setting_a_trap_is_told_nothing_of_a_button(stage: Stage) -> None:
    """What is no button here, or no longer, and what only a helper may press."""

    def told() -> list[str]:
        with stage.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", "7000000")
            tokens = ["no-such-button", stage._token(unit, chat, "accept", stage.subjects["need"])]  # noqa: SLF001  ours
            for token in tokens:
                answer_press(unit, chat, Press(f"{new_id()}", token), "UTC")
            rows = select(Delivery.template).where(Delivery.action == "answer").order_by(Delivery.order_key.desc())
            return list(unit.session.scalars(rows.limit(len(tokens))))[::-1]

    assert told() == ["reply.expired_button", "staff.link_prompt"]
    with stage.store.unit("test") as unit:
        assert suspect(unit, stage.scene.case_id)
    assert told() == ["", ""]

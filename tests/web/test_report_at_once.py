"""The same form several times in the same moment, on either engine: one report, everything in it once, one number."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.erasing.erasure import erase_case
from cases.models import Case, Download, ReportMessage
from cases.retention import close_case
from dialogue.coming_back import WebReceipt, WebSending
from dialogue.model import Tapped
from store.chats import Chat
from web.report.body import Upload
from web.report.keeping import Begun, Told, begin, go_on, press
from web.report.tickets import new_ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.base import Base
    from store.unit_of_work import Store

PAPER = Upload("order.jpg", b"\xff\xd8\xff" + bytes(600_000))
WORDS = "they took my brother"


def at_once(times: int, what: Callable[[], None]) -> None:
    """Do something so many times side by side; whatever fails there fails here."""
    failed: list[BaseException] = []
    ready = threading.Barrier(times)

    def run() -> None:
        try:
            ready.wait(30)
            what()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def counted(store: Store, *models: type[Base]) -> list[int]:
    with store.read() as unit:
        return [unit.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def test_one_report_comes_of_a_form_that_is_sent_several_times_at_once(store: Store) -> None:
    ticket = new_ticket(store.clock.now())
    begun: list[Begun] = []
    at_once(4, lambda: begun.append(begin(store, ticket, Told(WORDS, (PAPER,)))))
    assert len({one.chat_id for one in begun}) == 1
    assert len({one.number for one in begun}) == 1
    assert counted(store, Case, Chat, WebReceipt, ReportMessage, Download, WebSending) == [1, 1, 1, 2, 1, 2]
    assert store.verify_log() == []


def test_what_is_added_at_once_is_kept_once_and_goes_with_its_case(store: Store) -> None:
    chat_id = begin(store, new_ticket(store.clock.now()), Told(WORDS)).chat_id
    ticket = new_ticket(store.clock.now(), chat_id)
    at_once(3, lambda: go_on(store, ticket, chat_id, Told("a grey car", (PAPER,), question="where")))
    at_once(3, lambda: press(store, ticket, chat_id, Tapped("happening.held"), "happening.held"))
    assert counted(store, ReportMessage, Download) == [3, 1]
    with store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        close_case(unit, case_id, by="test", note="a test", no_case=True)
    erase_case(store, case_id, by="test")
    assert counted(store, Case, Chat, WebReceipt, ReportMessage, Download, WebSending) == [0] * 6

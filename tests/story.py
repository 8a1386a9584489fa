"""A town for stories: the whole program in threads of this process, a local Telegram, phones and a movable clock.

The same parts run as under ``panah up``, by a clock that runs as ours does and can be moved. Nothing here waits for
a time: stories wait for what is seen on a phone (``phone.sees``) or until there is nothing left to do (``rests``).
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from sqlalchemy import select
from structlog.testing import capture_logs

from alerts.policy.policies import import_policies
from alerts.telling.wording import Wording
from app.calm import calm_until, is_busy
from app.reactions import reaction_names
from app.roles import Part, parts_of, supervise
from app.settings import read_settings
from app.wiring import House
from cases.models import Case
from contacts.directory import find_contact, put_contact
from contacts.linking import link_account, make_link_code
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from contacts.verification import begin_check, prove
from sandbox import Phone, Sandbox
from store.chats import find_or_open_chat
from store.unit_of_work import Store
from tests import promises
from tests.empty_database import open_in_a_hurry
from tests.ports import free_port
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.unit_of_work import UnitOfWork
    from store.vault import KeyRing

TOKEN = "1:TEST"
ZONE = "Asia/Almaty"
PUBLIC_URL = "https://panah.example.org"
HOTLINE = "+7 700 000 00 99"
KNOCK = "HX" + "5a" * 16
A_MOMENT = timedelta(seconds=1.1)
"""A little more than the second in which one message leaves for a chat: what waits for its turn is still to be done."""
CODE = re.compile(r"[A-Z2-9]{3}-[A-Z2-9]{3}")


class RunningClock:
    """Runs as ours does, from an instant of our choice, and can be moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began)

    def advance(self, by: timedelta) -> None:
        self._at += by


class Town:
    """People with phones, and Panah.

    At its end the log is verified, nothing may be parked or have gone wrong, and nobody may have been given away.
    """

    has_every_channel = False
    """Whether SMS, voice and e-mail are set up beside Telegram, and the web pages served that their answers need."""
    has_mail = False
    """Whether e-mail alone is set up beside Telegram: a third of the work of all channels."""

    def __init__(self, database_url: str, ring: KeyRing, begins_at: datetime, *, canary: bool = False) -> None:
        self.clock = RunningClock(begins_at)
        self.sandbox = Sandbox(
            now=self.clock.now,
            token=TOKEN,
            public_url=PUBLIC_URL,
            deliver_to=f"http://127.0.0.1:{free_port()}",
            meanwhile=self._time_flies,
        )
        self.logged: list[MutableMapping[str, Any]] = []
        self._database_url, self._ring = database_url, ring
        self._canary = canary
        self._stack = ExitStack()
        self._relatives: list[Phone] = []
        self._staff: list[Phone] = []
        self._expected: set[str] = set()
        self._parked = 0

    def __enter__(self) -> Self:
        self.logged = self._stack.enter_context(capture_logs())
        self.sandbox.start()
        self.sandbox.bot()
        self.sandbox.twilio.approves(KNOCK, "There is news for you.")
        self._stack.callback(self.sandbox.stop)
        self.house = self.build()
        self._stack.callback(self.house.store.engine.dispose)
        roles = frozenset({"bot", "worker"} | ({"web"} if self.has_every_channel else set()))
        self._stack.enter_context(self.running(self.house, roles))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._stack:
            if kind is None:
                self.keeps_its_promises()
        print(*self.logged, sep="\n")  # noqa: T201  pytest shows it with a failure

    # The program

    @cached_property
    def web(self) -> FlaskClient:
        """A browser for the pages, which few stories open: to build them takes as long as a short story."""
        return make_app(self.house.store, ZONE).test_client()

    def build(self) -> House:
        """Another process's view of the same database."""
        settings = read_settings(
            {
                "DATABASE_URL": self._database_url,
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": self.sandbox.url,
                "PANAH_FALLBACK_HOTLINES": HOTLINE,
                **self.providers(),
                "PANAH_CANARY": "true" if self._canary else "false",
            }
        )
        store = Store(open_in_a_hurry(self._database_url), self._ring, self.clock, reactions=reaction_names())
        address = PUBLIC_URL if self.has_every_channel or self.has_mail else "http://localhost:8000"
        return House(settings, store, self.clock, Wording(ZONE, address))

    def providers(self) -> dict[str, str]:
        """The settings of the channels beside Telegram."""
        if not (self.has_every_channel or self.has_mail):
            return {}
        mail = {"PANAH_PUBLIC_URL": PUBLIC_URL, "SMTP_URL": self.sandbox.smtp_url, "MAIL_FROM": "panah@example.org"}
        if not self.has_every_channel:
            return mail
        return mail | {
            "PANAH_BIND": urlsplit(self.sandbox.deliver_to or "").netloc,
            "TWILIO_API_URL": self.sandbox.twilio_url,
            "TWILIO_ACCOUNT_SID": self.sandbox.twilio.account,
            "TWILIO_AUTH_TOKEN": self.sandbox.twilio.token,
            "TWILIO_SMS_FROM": self.sandbox.twilio.number,
            "TWILIO_VOICE_FROM": self.sandbox.twilio.number,
            "TWILIO_WHATSAPP_FROM": self.sandbox.twilio.number,
            "TWILIO_WHATSAPP_TEMPLATE": KNOCK,
            "PANAH_SMS_ANSWERS_IN": "KZ",
        }

    @contextmanager
    def running(self, house: House, roles: frozenset[str] = frozenset({"bot", "worker"})) -> Iterator[None]:
        """Run the program's parts for as long as the block lasts."""
        stop = threading.Event()
        threads = [threading.Thread(target=supervise, args=(part, stop)) for part in self._parts(house, roles)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            house.store.wake.ring()
            for thread in threads:
                thread.join(60)
            assert not any(thread.is_alive() for thread in threads), "a part did not stop"

    @staticmethod
    def _parts(house: House, roles: frozenset[str]) -> list[Part]:
        return parts_of(house, roles)

    # Time and peace

    def rests(self) -> None:
        """Wait until everything that is due by now, or in a moment, is done: nothing more happens until later."""
        if not self.sandbox.faults.is_out:
            self.sandbox.wait_until_collected()
        self.sandbox.wait_until(self._is_calm)

    def _is_calm(self) -> bool:
        if not is_busy(self.house.store, A_MOMENT):
            return True
        self._time_flies()
        return False

    def _time_flies(self) -> None:
        """Move the clock to what is due in a moment, where nothing is to be done before: nobody need wait for it."""
        due_at = calm_until(self.house.store)
        if due_at is None or self.sandbox.bot().pending:
            return
        ahead = due_at - self.clock.now()
        if timedelta(0) < ahead <= A_MOMENT:
            self.clock.advance(ahead)
            self.house.store.wake.ring()

    def later(self, **amount: float) -> None:
        """Let time pass, once everything due before is done: ``later(minutes=2)``."""
        self.rests()
        self.clock.advance(timedelta(**amount))
        self.house.store.wake.ring()

    @contextmanager
    def silence(self, *phones: Phone) -> Iterator[None]:
        """No message comes to these phones by what happens in the block (edits of old ones make no sound)."""
        self.rests()
        before = [len(phone.messages) for phone in phones]
        yield
        self.rests()
        rung = [phone for phone, count in zip(phones, before, strict=True) if len(phone.messages) != count]
        assert not rung, "\n".join(["these phones were to stay silent:", *(phone.screen() for phone in rung)])

    # Who is there

    def relative(self, name: str = "Gulnar", language: str = "en") -> Phone:
        """Somebody who is not in our directory."""
        phone = self.sandbox.phone(name, role="relative", language=language)
        self._relatives.append(phone)
        return phone

    def helper(
        self, name: str, role: str = "coordinator", *, languages: tuple[str, ...] = ("en",), linked: bool = True
    ) -> Phone:
        """Somebody in our directory, with a linked phone unless said otherwise."""
        with self.house.store.unit("test") as unit:
            return self._join(unit, name, role, languages, linked=linked)

    def team(self, **roles: str) -> tuple[Phone, ...]:
        """Several helpers, each with a linked phone: ``team(Aigerim="coordinator", Dana="lawyer")``."""
        with self.house.store.unit("test") as unit:
            return tuple(self._join(unit, name, role, ("en",), linked=True) for name, role in roles.items())

    def _join(self, unit: UnitOfWork, name: str, role: str, languages: tuple[str, ...], *, linked: bool) -> Phone:
        """Enter somebody; the account is linked as ``/link`` does it, without the way there (a story of its own)."""
        number = f"+7700000{len(self._staff):04}" if self.has_every_channel else None
        email = f"{name.lower()}@example.org" if self.has_every_channel or self.has_mail else None
        phone = self.sandbox.phone(name, role=role, language=languages[0], number=number, email=email)
        self._staff.append(phone)
        card = ContactCard(name, Role(role), ("KZ",), languages, country="KZ", sms=number, voice=number, email=email)
        contact_id = put_contact(unit, card)
        for method in unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact_id)).all():
            begin_check(unit, method)
            prove(unit, method)
        if linked:
            chat = find_or_open_chat(unit, "telegram", str(phone.chat_id))
            assert isinstance(link_account(unit, chat, make_link_code(unit, contact_id)), Contact)
        return phone

    def link_code(self, name: str) -> str:
        """What the administrator gives a helper."""
        with self.house.store.unit("test") as unit:
            contact = find_contact(unit, name)
            assert contact is not None
            return make_link_code(unit, contact.id)

    def policy(self, text: str) -> None:
        """Put policies and rosters in force."""
        with self.house.store.unit("test") as unit:
            import_policies(unit, text)

    # What happened

    def case_codes(self) -> list[str]:
        """The codes of all cases, oldest first."""
        with self.house.store.read() as unit:
            return list(unit.session.scalars(select(Case.code).order_by(Case.opened_at, Case.id)))

    @staticmethod
    def code_on(phone: Phone) -> str:
        """The code of the report this phone was told, once it was."""
        found = CODE.search(phone.sees(CODE).plain)
        assert found is not None
        return found[0]

    def looks_at(self, link: str) -> TestResponse:
        """Open an address as a browser or a link preview does."""
        return self.web.get(urlsplit(link).path)

    def presses(self, link: str) -> TestResponse:
        """Press the button of a one-time link."""
        return self.web.post(urlsplit(link).path)

    def page(self, link: str) -> str:
        """The words of the page behind a one-time link."""
        answer = self.presses(link)
        assert answer.status_code == 200, answer.text
        return answer.text

    def heard_of(self, event: str, **fields: object) -> bool:
        """Whether something was logged under this name, with these fields."""
        return any({"event": event, **fields}.items() <= entry.items() for entry in list(self.logged))

    # What must be true in the end

    def expects(self, *troubles: str, parked: int = 0) -> None:
        """The story tells of errors that are logged under these names, and of so many things that stay parked."""
        self._expected |= set(troubles)
        self._parked = parked

    def keeps_its_promises(self) -> None:
        """See :mod:`tests.promises`."""
        self.rests()
        promises.the_log_holds(self.house.store)
        promises.nothing_else_is_parked(self.house.store, self._parked)
        promises.nothing_went_wrong(self.logged, self._expected)
        promises.nobody_was_given_away(self.sandbox, self._relatives, self._staff, self.logged)

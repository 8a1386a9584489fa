"""A team and its numbers, without a program around them: what would leave, what comes back, what a day changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.answering.answers import Spoken, answer_key
from alerts.answering.sms import hear_sms
from alerts.channels.port import Sent as Taken
from alerts.messages.channel_states import note_channels
from alerts.models import Delivery
from alerts.needs.ways import ways_to
from alerts.occasions.verifying import methods_to_check, send_check
from alerts.sending import taking
from alerts.sending.limits import limits_of
from alerts.sending.results import Outcome, record
from alerts.telling.wording import Wording
from contacts.directory import find_contact, put_contact
from contacts.linking import link_account, make_link_code
from contacts.values import ChannelName, ContactCard, Role
from dialogue.by_sms import hear_text
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from alerts.occasions.verifying import NotSent, Sent
    from alerts.sending.jobs import Job
    from contacts.models import Contact, ContactMethod
    from store.unit_of_work import Store, UnitOfWork

WORDING = Wording("Asia/Almaty", "https://panah.example.org")


class Desk:
    """Every channel is set up, and texts can be answered in the countries that are named."""

    def __init__(self, store: Store, *, answers_in: tuple[str, ...] = ("KZ",)) -> None:
        self.store = store
        with store.unit("test") as unit:
            note_channels(unit, frozenset(ChannelName), answers_in)

    def enters(
        self,
        name: str,
        *,
        sms: str | None = None,
        voice: str | None = None,
        email: str | None = None,
        other: str | None = None,
    ) -> None:
        """Put somebody in the directory, or say anew how they are reached."""
        card = ContactCard(name, Role.COORDINATOR, languages=("en",), sms=sms, voice=voice, email=email, other=other)
        with self.store.unit("test") as unit:
            put_contact(unit, card)

    def links(self, name: str, account: str) -> None:
        """Tie a Telegram account to somebody."""
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", account)
            link_account(unit, chat, make_link_code(unit, self.contact(unit, name).id))

    def contact(self, unit: UnitOfWork, name: str) -> Contact:
        contact = find_contact(unit, name)
        assert contact is not None
        return contact

    def checks(self, name: str, channel: str = "sms", *, again: bool = False) -> Sent | NotSent:
        """Ask for a check, as the operator does."""
        with self.store.unit("test") as unit:
            return send_check(unit, self.method(unit, name, channel), again=again)

    def method(self, unit: UnitOfWork, name: str, channel: str) -> ContactMethod:
        stated = methods_to_check(unit, self.contact(unit, name).id)
        return next(method for method in stated if method.channel == channel)

    def leaves(self, channel: str = "sms") -> list[Job]:
        """What is handed to the provider now, which takes it."""
        left: list[Job] = []
        limits = replace(limits_of(channel, 100), chat_burst=99, everybody_burst=99)
        while True:
            with self.store.unit("test") as unit:
                jobs = taking.take(unit, WORDING, 20, limits, channel=channel)
            if not jobs:
                return left
            with self.store.unit("test") as unit:
                record(unit, [Outcome(job, Taken(str(job.attempt_id))) for job in jobs])
            left += jobs

    def texts(self, number: str, words: str) -> None:
        """A text comes in from a number."""
        with self.store.unit("test") as unit:
            hear_sms(unit, find_or_open_chat(unit, "sms", number), words, hear_text)

    def presses(self, job: Job, key: str) -> Spoken | None:
        """Somebody presses a key in a call."""
        with self.store.unit("test") as unit:
            return answer_key(unit, job.attempt_id, key)

    def ways(self, name: str) -> list[str]:
        """The channels by which somebody would be paged."""
        with self.store.read() as unit:
            return [way.channel for way in ways_to(unit, self.contact(unit, name))]

    def rows(self) -> list[Delivery]:
        """All messages there are."""
        with self.store.read() as unit:
            rows = list(unit.session.scalars(select(Delivery).order_by(Delivery.order_key)))
            unit.session.expunge_all()
            return rows

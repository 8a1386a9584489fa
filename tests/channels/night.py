"""A night that stands still: the whole way from words to channels, step by step, by a clock that only a test moves.

Where ``tests/story.py`` runs the program's threads over real HTTP, this runs the same queues and the same outbox in the
test's own thread, with the fakes that stand beside the port. So a flood, a throttle or a failing provider can be told
to the second, on both engines.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from alerts.answering.sms import hear_sms
from alerts.channels.fake import FakeChannel, FakeSms
from alerts.channels.port import ChannelError, Sent
from alerts.messages import outbox
from alerts.messages.channel_states import note_channels
from alerts.models import Attempt, Delivery, Need, Page, ShiftTest
from alerts.occasions.shifts import send_test
from alerts.policy.policies import import_policies
from alerts.search.acks import Ack, accept_need
from alerts.sending import jobs, results, sender, taking
from alerts.sending.arrivals import prove_arrival
from alerts.sending.limits import TELEGRAM, Limits, limits_of
from alerts.sending.receipts import note_receipt
from alerts.telling.wording import Wording
from app.queues import REACTIONS, reaction_queue, timer_queue
from app.reactions import reaction_names
from app.settings import read_settings
from cases.intake import open_report
from cases.models import Case
from contacts.directory import find_contact, put_contact
from contacts.duty import Check
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from contacts.verification import begin_check, prove
from dialogue.by_sms import hear_text
from dialogue.by_whatsapp import hear_whatsapp
from store import claims
from store.chats import find_or_open_chat
from store.queues import work_once
from store.timers import TABLE as TIMERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from alerts.channels.port import Outgoing, Report
    from alerts.messages.incoming import Attached
    from store.clock import ManualClock
    from store.unit_of_work import Store

A_STEP = timedelta(milliseconds=200)
CHANNELS = ("telegram", "sms", "voice", "email", "other", "whatsapp")
POLICY = """\
policies:
  - name: night
    repeat: 2
    needs:
      coordinator:
        - {{notify: [{{role: coordinator}}], channels: {coordinator}, wait: 5m}}
      lawyer:
        - {{notify: [{{role: lawyer}}], channels: {lawyer}, wait: 5m}}
"""


class Night:
    """The house, its channels as fakes, and a clock that stands still until ``later``."""

    def __init__(self, make_store: Callable[..., Store], clock: ManualClock) -> None:
        self.clock = clock
        self.store = make_store(**reaction_names())
        self.channels: dict[str, FakeChannel] = {
            name: FakeChannel() if name == "telegram" else FakeSms() for name in CHANNELS
        }
        self._limits: dict[str, Limits] = {name: limits_of(name) for name in CHANNELS}
        self._limits["telegram"] = TELEGRAM
        self._limits["whatsapp"] = replace(limits_of("whatsapp", 20), has_days=True, knocks=True)
        settings = read_settings({})
        self._queues = (reaction_queue(settings), timer_queue(settings))
        self._wording = Wording("Asia/Almaty", "https://panah.example.org")
        self._strangers = 0
        with self.store.unit("test") as unit:
            note_channels(unit, frozenset(CHANNELS), answers_in=("KZ",))

    # Who is there

    def helper(self, name: str, role: str = "coordinator", **addresses: str) -> None:
        """Somebody in the directory, whose ways are proved: ``telegram``, ``sms``, ``voice``, ``email``, ``other``."""
        card = ContactCard(
            name,
            Role(role),
            ("KZ",),
            ("en",),
            country="KZ",
            sms=addresses.get("sms"),
            voice=addresses.get("voice"),
            email=addresses.get("email"),
            other=addresses.get("other"),
        )
        with self.store.unit("test") as unit:
            contact_id = put_contact(unit, card)
            methods = unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact_id)).all()
            for method in methods:
                begin_check(unit, method)
                prove(unit, method)
            if "telegram" in addresses:
                chat = find_or_open_chat(unit, "telegram", addresses["telegram"])
                unit.session.add(
                    ContactMethod(contact_id=contact_id, channel="telegram", chat_id=chat.id, verified_at=unit.now)
                )

    def policy(self, *, coordinator: str = "[telegram]", lawyer: str = "[telegram]") -> None:
        """By which channels everybody of a role is rung, as the policy file writes it (``[telegram, sms]``)."""
        with self.store.unit("test") as unit:
            import_policies(unit, POLICY.format(coordinator=coordinator, lawyer=lawyer))

    # What happens

    def reports(self, words: str = "they took my brother", *, region: str | None = None) -> str:
        """A stranger reports; return the code."""
        self._strangers += 1
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", str(7_000_000 + self._strangers))
            case = open_report(unit, chat, language="en", kind="text", content=words)
            case.region = region
            return case.code

    def later(self, **amount: float) -> None:
        """Let time pass in small steps, doing what falls due on the way."""
        until = self.clock.now() + timedelta(**amount)
        while self.clock.now() < until:
            self.works()
            self.clock.advance(min(max(self._next_due(), A_STEP), until - self.clock.now()))
        self.works()

    def _next_due(self) -> timedelta:
        """How long nothing will happen."""
        with self.store.glance() as connection:
            due = [claims.next_due(connection, table) for table in (outbox.TABLE, TIMERS, REACTIONS)]
        return min((at - self.clock.now() for at in due if at is not None), default=timedelta(days=365))

    def works(self) -> None:
        """Do everything that is due now."""
        while self._work_queues() or any(self._send(name) for name in self._wanted()):
            pass

    def _wanted(self) -> list[str]:
        """By which channels something may leave now: one look, where a sender of each would begin a unit."""
        due = select(outbox.TABLE.c.channel).where(outbox.TABLE.c.due_at <= self.clock.now()).distinct()
        with self.store.glance() as connection:
            found = set(connection.scalars(due))
        return [name for name in CHANNELS if name in found]

    def _work_queues(self) -> int:
        return sum(work_once(self.store, queue) for queue in self._queues)

    def _send(self, name: str) -> int:
        jobs = self.takes_up(name)
        outcomes = [results.Outcome(job, asyncio.run(_call(self.channels[name], job))) for job in jobs]
        if outcomes:
            with self.store.unit("sender") as unit:
                results.record(unit, outcomes, self._limits[name])
        return len(jobs)

    def takes_up(self, name: str) -> list[jobs.Job]:
        """A sender takes what may leave by a channel."""
        with self.store.unit("sender") as unit:
            return taking.take(unit, self._wording, 50, self._limits[name], channel=name)

    # What people do

    def texts(self, number: str, words: str) -> None:
        """An SMS comes in."""
        with self.store.unit("test") as unit:
            hear_sms(unit, find_or_open_chat(unit, "sms", number), words, hear_text)
        self.works()

    def whatsapps(self, number: str, words: str = "", *, files: Sequence[Attached] = ()) -> None:
        """Somebody writes by WhatsApp."""
        with self.store.unit("test") as unit:
            hear_whatsapp(unit, find_or_open_chat(unit, "whatsapp", number), words, unit.now, files=files)
        self.works()

    def cannot_knock(self) -> None:
        """The operator has no template that Meta approved."""
        self._limits["whatsapp"] = replace(self._limits["whatsapp"], knocks=False)

    def told(self, row: Delivery, report: Report, provider_id: str = "") -> None:
        """The provider says what became of the newest call for a message, and perhaps how it names that."""
        with self.store.unit("webhook") as unit:
            note_receipt(unit, newest_attempt(unit.session.scalars, row.id), report, provider_id)
        self.works()

    def accepts(self, name: str, code: str | None = None) -> None:
        """Somebody takes a case, or the oldest thing they were asked for, by a button in their linked account."""
        with self.store.unit("test") as unit:
            asked = select(Page.need_id).where(Page.contact_id == self.contact_id(name)).order_by(Page.asked_at)
            need_id = next(iter(unit.session.scalars(asked))) if code is None else self.need(code).id
            assert accept_need(unit, need_id, self.contact_id(name)) is Ack.YOURS
        self.works()

    def takes(self, name: str, code: str, kind: str = "coordinator") -> Ack:
        """Somebody takes a case, in whatever way; what follows is done."""
        who = self.contact_id(name)
        with self.store.unit(f"contact:{who}") as unit:
            ack = accept_need(unit, self.need(code, kind).id, who)
        self.works()
        return ack

    def dies_after_the_call(self, *channels: str) -> None:
        """The calls that are due by these channels are made, and the process dies before it has written that down."""
        while self._work_queues():
            pass
        for name in channels:
            for job in self.takes_up(name):
                asyncio.run(_call(self.channels[name], job))

    def tests_before_shift(self, name: str, ahead: timedelta) -> None:
        """Somebody is about to be on call: a test goes out by every way they have."""
        with self.store.unit("test") as unit:
            at = unit.now + ahead
            send_test(unit, Check(f"test {name}", "duty", str(self.contact_id(name)), at))
        self.works()

    def speaks_from(self, recordings: Path) -> None:
        """Somebody has spoken what reporters are told; the recordings lie there."""
        self._wording = Wording("Asia/Almaty", "https://panah.example.org", recordings=recordings)

    def sets_up(self, *channels: str) -> None:
        """The operator changes which channels there are."""
        with self.store.unit("test") as unit:
            note_channels(unit, frozenset(channels), answers_in=("KZ",))

    def reports_during_call(self, channel: str, report: Report) -> None:
        """The provider reports on a message before it has answered the call that brought it."""
        while self._work_queues():
            pass
        with self.store.unit("sender") as unit:
            (job,) = taking.take(unit, self._wording, 1, self._limits[channel], channel=channel)
        with self.store.unit("webhook") as unit:
            note_receipt(unit, job.attempt_id, report)
        self._work_queues()
        outcome = results.Outcome(job, asyncio.run(_call(self.channels[channel], job)))
        with self.store.unit("sender") as unit:
            results.record(unit, [outcome], self._limits[channel])
        self.works()

    def presses_during_call(self, name: str, provider_ref: str) -> None:
        """A message is being sent again; before its call is over, Accept is pressed on the copy that is there."""
        with self.store.unit("sender") as unit:
            (job,) = taking.take(unit, self._wording, 1, self._limits["telegram"], channel="telegram")
        called = asyncio.run(_call(self.channels["telegram"], job))
        with self.store.unit("test") as unit:
            row = unit.session.get_one(Delivery, job.delivery_id)
            prove_arrival(unit, job.chat_id, UUID(row.buttons[0][0]["button"]), provider_ref)
        self.accepts(name)
        with self.store.unit("sender") as unit:
            results.record(unit, [results.Outcome(job, called)], self._limits["telegram"])
        self.works()

    def redacted(self, channel: str) -> list[str]:
        """Which messages the provider was made to forget."""
        fake = self.channels[channel]
        assert isinstance(fake, FakeSms)
        return fake.redacted

    # What can be seen

    def sent(self, channel: str, address: str | None = None) -> list[Outgoing]:
        """What left by a channel, oldest first."""
        return [one for one in self.channels[channel].sent if address in (None, one.address)]

    def rows(self, channel: str, to: str | None = None, *, asks: bool = True) -> list[Delivery]:
        """The messages of a channel (to one helper) as the database has them, oldest first."""
        with self.store.read() as unit:
            wanted = select(Delivery).where(Delivery.channel == channel, Delivery.action == "send")
            if to is not None:
                mine = select(ContactMethod.id).where(ContactMethod.contact_id == self.contact_id(to))
                wanted = wanted.where(Delivery.method_id.in_(mine))
            rows = list(unit.session.scalars(wanted.where(Delivery.asks.is_(asks)).order_by(Delivery.order_key)))
            unit.session.expunge_all()
            return rows

    def need(self, code: str, kind: str = "coordinator") -> Need:
        """How the search for somebody stands."""
        with self.store.read() as unit:
            need = unit.session.scalars(
                select(Need).join(Case, Case.id == Need.case_id).where(Case.code == code, Need.kind == kind)
            ).one()
            unit.session.expunge_all()
            return need

    def is_confirmed(self, name: str) -> bool:
        """Whether they have confirmed the test before their shift."""
        with self.store.read() as unit:
            tests = select(ShiftTest.confirmed_at).where(ShiftTest.contact_id == self.contact_id(name))
            return unit.session.scalars(tests).one() is not None

    def contact_id(self, name: str) -> UUID:
        """Whose id it is."""
        with self.store.read() as unit:
            contact = find_contact(unit, name)
            assert contact is not None
            return contact.id

    def is_dead(self, name: str, channel: str) -> bool:
        """Whether a helper counts as out of reach by a channel."""
        with self.store.read() as unit:
            method = unit.session.scalars(
                select(ContactMethod).where(
                    ContactMethod.contact_id == self.contact_id(name), ContactMethod.channel == channel
                )
            ).one()
            return method.dead_at is not None


async def _call(channel: FakeChannel, job: jobs.Job) -> Sent | ChannelError:
    try:
        return await sender.call(channel, job)
    except ChannelError as error:
        return error


def newest_attempt(scalars: Callable[..., Iterable[UUID]], delivery_id: UUID) -> UUID:
    """The id of the last call made for a message."""
    rows = scalars(select(Attempt.id).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id.desc()))
    return next(iter(rows))

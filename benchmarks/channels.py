"""Every other channel: how many alerts a second leave by SMS, by voice and by e-mail, over their real adapters.

Each against a stand-in in a process of its own, with the limits lifted and as many calls at a time as the program makes
on such a channel. Beside it a bare loop of the client that lies beneath: aiohttp posting the same form, aiosmtplib
handing over the same letter on a connection of its own, as the adapter does. In production the provider's limits decide
(one text a second and number); the figures say what is left for other things.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import aiohttp
from aiosmtplib import SMTP

from alerts.channels.email.channel import AT_ONCE as MAILS_AT_ONCE
from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue
from alerts.models import DeliveryState
from alerts.sending.sender import Sender
from app.channels import AT_ONCE, DOORS
from benchmarks.children import child
from benchmarks.figures import Row
from benchmarks.home import Options, throwaway_home
from benchmarks.node import LIFTED
from benchmarks.pages import IN_A_UNIT, count_in, open_need, queue_again, unfinished
from benchmarks.provider import Bot, LostError, provider
from store.chats import find_or_open_chat
from store.unit_of_work import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from uuid import UUID

    from app.wiring import House

ACCOUNT, TOKEN = "AC" + "0" * 32, "bench"
OURS, SENDER = "+77000000000", "panah@example.org"
FIRST_NUMBER = 77_000_000_000
LOOK_EVERY = 0.005
WORDS = "Panah K7M-4TX: coordinator needed. Reply 100A to take it, 100D if you cannot."
RESOURCES = {"sms": "Messages", "voice": "Calls"}


def measure(options: Options) -> list[Row]:
    """Alerts a second of each channel, the median of several runs, beside its bare client."""
    with provider() as port, child("-m", "benchmarks.mail_stub") as (_, mail_port):
        settings = {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": f"http://127.0.0.1:{port}",
            "TWILIO_SMS_FROM": OURS,
            "TWILIO_VOICE_FROM": OURS,
            "PANAH_PUBLIC_URL": "https://panah.example.org",
            "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
            "MAIL_FROM": SENDER,
        }
        bare: dict[str, Callable[[int], Awaitable[None]]] = {
            "sms": lambda count: _twilio("sms", port, count),
            "voice": lambda count: _twilio("voice", port, count),
            "email": lambda count: _mail(int(mail_port), count),
        }
        return [_row(options, Bot(port), settings, channel, loop) for channel, loop in bare.items()]


def _row(
    options: Options, bot: Bot, settings: dict[str, str], channel: str, bare: Callable[[int], Awaitable[None]]
) -> Row:
    count, runs = options.some(500, 30), options.some(3, 1)
    ours, theirs = [], []
    with throwaway_home(options, bot, **settings) as home:
        _queue(home.house, channel, count)
        for _ in range(runs):
            theirs.append(count / _seconds(bare, count))
            ours.append(count / _durable(home.house, channel, count))
    what = f"{channel}, durable, {AT_ONCE} at once"
    against = "bare aiosmtplib loop" if channel == "email" else "bare aiohttp loop"
    return Row("channels", what, statistics.median(ours), "alerts/s", statistics.median(theirs), against)


def _queue(house: House, channel: str, count: int) -> None:
    """Queue so many alerts for one need, each to an address of its own, as the escalation words them."""
    with house.store.unit("bench") as unit:
        need_id, _ = open_need(unit)
    for begin in range(0, count, IN_A_UNIT):
        with house.store.unit("bench") as unit:
            for number in range(begin, min(begin + IN_A_UNIT, count)):
                _queue_one(unit, channel, need_id, number)


def _queue_one(unit: Any, channel: str, need_id: UUID, number: int) -> None:
    address = f"somebody{number}@example.org" if channel == "email" else f"+{FIRST_NUMBER + number}"
    chat = find_or_open_chat(unit, channel, address)
    values = {"code": "K7M-4TX", "need": "@say:need.coordinator"}
    buttons = []
    if channel == "email":
        link = mint(unit, chat.id, "accept", "button.answer", subject_id=need_id)
        buttons = [[{**link, "answer": True}]]
    template = {"sms": "sms.page", "voice": "voice.page", "email": "email.page_link"}[channel]
    enqueue(
        unit,
        chat,
        template,
        language="en",
        values={**values, "number": str(number + 1)},
        buttons=buttons,
        urgent=True,
        need_id=need_id,
        number=number + 1 if channel == "sms" else None,
        asks=True,
        first_of_cluster=True,
    )


def _durable(house: House, channel: str, count: int) -> float:
    """Seconds from the first look at the queue until the last result is committed. No key is in memory before."""
    queue_again(house)
    cold = replace(house, store=Store(house.store.engine, house.store.ring, house.clock))
    with _sending(cold, channel) as began:
        while unfinished(cold):
            time.sleep(LOOK_EVERY)
        took = time.perf_counter() - began
    if count_in(house, DeliveryState.SENT) != count:
        raise LostError("not every alert was sent")
    return took


@contextmanager
def _sending(house: House, channel: str) -> Iterator[float]:
    """Run the channel's sender in a thread of this process; gives the instant at which its adapter was open."""
    stop, opened = threading.Event(), threading.Event()

    async def run() -> None:
        async with DOORS[channel].opens(house.settings) as adapter:
            opened.set()
            await Sender(house.store, adapter, house.wording, name=channel, limits=LIFTED, at_once=AT_ONCE).run(stop)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    opened.wait(60)
    try:
        yield time.perf_counter()
    finally:
        stop.set()
        house.store.wake.ring()
        thread.join()


def _seconds(loop: Callable[[int], Awaitable[None]], count: int) -> float:
    began = time.perf_counter()
    asyncio.run(_await(loop(count)))
    return time.perf_counter() - began


async def _await(work: Awaitable[None]) -> None:
    await work


async def _twilio(channel: str, port: int, count: int) -> None:
    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{ACCOUNT}/{RESOURCES[channel]}.json"
    form = {"sms": {"Body": WORDS}, "voice": {"Twiml": f"<Response><Say>{WORDS}</Say></Response>"}}[channel]
    who = {"Authorization": f"Basic {b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE), headers=who) as session:

        async def send(number: int) -> None:
            body = {"To": f"+{FIRST_NUMBER + number}", "From": OURS, **form}
            async with session.post(url, data=body) as answer:
                await answer.json()

        await _side_by_side(send, count, AT_ONCE)


async def _mail(port: int, count: int) -> None:
    async def send(number: int) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = SENDER, f"somebody{number}@example.org", "Panah K7M-4TX"
        letter.set_content(WORDS)
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            await smtp.send_message(letter)

    await _side_by_side(send, count, MAILS_AT_ONCE)


async def _side_by_side(send: Callable[[int], Awaitable[None]], count: int, at_once: int) -> None:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(work() for _ in range(at_once)))

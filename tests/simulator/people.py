"""The people of a simulation: who reports, and helpers who answer by their temper whatever reaches them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from alerts.channels.port import Arrival, Report
from alerts.messages.incoming import IncomingText, pack
from alerts.sending.receipts import note_receipt
from store.inbox import RawInput, free_number, is_first, keep
from tests.simulator.plan import HOUR, MINUTE

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.channels.port import Outgoing
    from tests.simulator.world import World

REPLY: Final = re.compile(r"Reply (\d+)A")
LINK: Final = re.compile(r"https://panah\.example\.org(/\S+)")
A_RECEIPT_TAKES: Final = 3.0


@dataclass
class Helper:
    """Somebody in the directory."""

    name: str
    role: str
    contact_id: UUID
    addresses: dict[str, str]
    temper: str = "prompt"


@dataclass
class Reporter:
    """Somebody who reports. ``said``: the secret words of what has reached the house."""

    door: str
    address: str
    said: list[str] = field(default_factory=list)
    messages: int = 0
    may_see: set[str] = field(default_factory=set)
    """Secret words they have typed, whether or not those have reached the house."""


def writes(world: World, who: Reporter, words: str, *, secret: bool = True) -> None:
    """Say something by the door one came in at."""
    if secret:
        word = world.secret()
        words = f"{words} {word}"
        who.said.append(word)
    who.messages += 1
    if who.door == "sms":
        texts(world, who.address, words)
    else:
        pushes(world, "message", _message(world, who.address, 100_000 + who.messages, words))


def pushes(world: World, kind: str, body: dict[str, Any]) -> None:
    """Hand Telegram something for the bot."""
    world.updates.push(kind, body, at=world.hands.now())


def _message(world: World, address: str, number: int, words: str) -> dict[str, Any]:
    who = {"id": int(address), "type": "private"}
    told: dict[str, Any] = {
        "message_id": number,
        "date": int(world.hands.now().timestamp()),
        "chat": who,
        "from": {"id": int(address), "is_bot": False, "first_name": "X", "language_code": "en"},
        "text": words,
    }
    if words.startswith("/"):
        told["entities"] = [{"type": "bot_command", "offset": 0, "length": len(words.split(maxsplit=1)[0])}]
    return told


def texts(world: World, number: str, words: str) -> None:
    """Send a text to our number, which its provider brings."""
    sid = f"SM{world.serial()}"
    with world.store.unit("webhook") as unit:
        if is_first(unit, "sms", sid):
            kept = RawInput(free_number(unit, "sms"), number, pack(IncomingText(sid, words)))
            keep(unit, "sms", "sms", [kept], moves_cursor=False)


def taps(world: World, address: str, label: str | None = None, *, which: int = 0) -> bool:
    """Press a button on the newest message that has one (of this name); return whether there was one."""
    for shown in reversed(_screen(world, address)):
        labels = [one for row in shown.keyboard for one in row if one.data is not None]
        fitting = labels if label is None else [one for one in labels if one.label == label]
        if fitting:
            _presses(world, address, int(shown.provider_id), str(fitting[which % len(fitting)].data))
            return True
    return False


def _presses(world: World, address: str, number: int, data: str) -> None:
    said = _message(world, address, number, "")
    who = said.pop("from")
    pushes(
        world,
        "callback_query",
        {"id": str(world.serial()), "from": who, "message": said, "chat_instance": "1", "data": data},
    )


def _screen(world: World, address: str) -> list[Any]:
    return world.providers["telegram"].inner.screen(address)[-30:]


# What helpers do when something reaches them

DELAYS: Final = {
    "prompt": 20.0,
    "slow": 7 * MINUTE,
    "declines": 30.0,
    "forgets": MINUTE,
    "returns": MINUTE,
    "texts": 40.0,
    "opens": 15.0,
}


def reacts(world: World, channel: str, message: Outgoing) -> None:
    """Plan what whoever has just got this message does about it."""
    who = world.by_address.get((channel, message.address))
    if channel in ("sms", "voice") and message.attempt_id:
        world.later(A_RECEIPT_TAKES, partial(_reports, world, channel, message, who))
    if not isinstance(who, Helper):
        return
    link = _link_in(message)
    if link is not None and who.temper != "asleep":
        world.later(MINUTE, partial(_opens, world, who, link))
    delay = DELAYS.get(who.temper)
    if delay is None:
        return
    if channel == "telegram" and any(one.label in ("Accept", "Confirm") for row in message.keyboard for one in row):
        world.later(delay, partial(_answers, world, who))
    elif channel == "sms" and who.temper == "texts" and (found := REPLY.search(message.text)) is not None:
        world.later(delay, partial(texts, world, message.address, f"{found[1]}A"))


def _reports(world: World, channel: str, message: Outgoing, who: Helper | Reporter | None) -> None:
    """The provider says what became of a text or a call: whoever sleeps does not hear it ring."""
    from uuid import UUID

    asleep = channel == "voice" and isinstance(who, Helper) and who.temper == "asleep"
    report = Report(Arrival.FAILED_TEMPORARY, "no-answer", "nobody answered") if asleep else Report(Arrival.DELIVERED)
    with world.store.unit("webhook") as unit:
        note_receipt(unit, UUID(message.attempt_id), report)


def _answers(world: World, who: Helper) -> None:
    """Press what is asked, by temper."""
    address = who.addresses["telegram"]
    taps(world, address, "Confirm")
    if who.temper == "declines":
        taps(world, address, "Decline")
        return
    if not taps(world, address, "Accept"):
        return
    match who.temper:
        case "prompt" | "slow" | "opens" | "texts":
            world.later(15 * MINUTE, partial(_says_done, world, who, "Contact made"))
            world.later(40 * MINUTE, partial(_says_done, world, who, "Filed"))
        case "returns":
            world.later(20 * MINUTE, partial(_says_done, world, who, "Give it back"))
        case _:
            pass
    if who.temper == "opens":
        world.later(30.0, partial(_says_done, world, who, "Open"))


def _says_done(world: World, who: Helper, label: str) -> None:
    taps(world, who.addresses["telegram"], label)
    if label == "Contact made":
        world.later(HOUR / 4, partial(_says_done_once_more, world, who, label))


def _says_done_once_more(world: World, who: Helper, label: str) -> None:
    taps(world, who.addresses["telegram"], label)


def _link_in(message: Outgoing) -> str | None:
    urls = [one.url for row in message.keyboard for one in row if one.url is not None]
    found = LINK.search(" ".join([*urls, message.text]))
    return None if found is None else found[1]


def _opens(world: World, who: Helper, path: str) -> None:
    """Press the one-time link, as a browser does, and look at what it shows."""
    if not path.startswith(("/open/", "/release/")):
        return
    page = world.web.post(path)
    world.promises.shows(who, path, page.status_code, page.text)

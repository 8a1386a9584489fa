"""What must be true at the end of every story, whatever it told."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from app.parked import parked_items
from texts.catalogue import LANGUAGES, entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sandbox import Phone, Sandbox
    from store.unit_of_work import Store

WORD = re.compile(r"[^\W\d_]{4,}")
NUMBER = re.compile(r"\d{6,}")


def the_log_holds(store: Store) -> None:
    """Every chain of the event log can be recomputed."""
    breaks = store.verify_log()
    assert not breaks, f"the event log does not hold: {breaks}"


def nothing_else_is_parked(store: Store, expected: int) -> None:
    """No input, reaction, timer or message waits for a person, but those the story told of."""
    with store.read() as unit:
        items = parked_items(unit)
    assert len(items) == expected, f"parked: {[(item.queue, item.trouble) for item in items]}"


def nothing_went_wrong(logged: Iterable[Mapping[str, Any]], expected: Collection[str]) -> None:
    """No error was logged that the story did not tell of."""
    errors = [entry for entry in logged if entry["log_level"] in {"error", "critical"}]
    unexpected = [entry for entry in errors if entry["event"] not in expected]
    assert not unexpected, f"logged: {unexpected}"


def nobody_was_given_away(
    sandbox: Sandbox, relatives: Iterable[Phone], staff: Collection[Phone], logged: Iterable[Mapping[str, Any]]
) -> None:
    """No word a relative wrote, no name and no number of theirs, is in a message to the staff or in the log."""
    secrets = _secrets(relatives)
    told = _told(sandbox, staff)
    leaked = secrets & _pieces(told)
    assert not leaked, f"told to the staff: {leaked}"
    names = {phone.name for phone in staff} | {str(phone.user_id) for phone in staff}
    leaked = (secrets | names) & _pieces(json.dumps(list(logged), ensure_ascii=False, default=repr))
    assert not leaked, f"logged: {leaked}"


def _secrets(relatives: Iterable[Phone]) -> set[str]:
    """Names, numbers and every word of the relatives that is not one of our own."""
    found: set[str] = set()
    for phone in relatives:
        said = [message.content for message in phone.conversation if not message.from_bot]
        found |= _pieces(json.dumps(said, ensure_ascii=False)) | {phone.name, str(phone.user_id)}
    return found - _our_words()


def _told(sandbox: Sandbox, staff: Collection[Phone]) -> str:
    """Everything that was sent to the staff: texts, buttons and addresses."""
    chats = {phone.chat_id for phone in staff}
    sent = [call.params for call in sandbox.calls() if call.chat_id in chats]
    spoken = [{name: value for name, value in params.items() if name != "chat_id"} for params in sent]
    return json.dumps([spoken, [phone.toasts for phone in staff]], ensure_ascii=False)


def _pieces(text: str) -> set[str]:
    return {*WORD.findall(text), *NUMBER.findall(text)}


@cache
def _our_words() -> frozenset[str]:
    """The words of our own texts, and those Telegram describes messages with."""
    ours = " ".join(entry.text for language in LANGUAGES for entry in entries(language).values())
    telegrams = "text type entities offset length command file unique size mime duration width height performer title"
    telegrams += " options false"
    return frozenset(WORD.findall(f"{ours} {telegrams} bot_command"))

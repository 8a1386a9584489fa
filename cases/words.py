"""The words in what was sent: a text itself, or what is written beside a photo, on a pin, on a visiting card."""

from __future__ import annotations

import json
from typing import Any


def words_in(kind: str, content: str) -> str:
    """Return everything readable in one thing a reporter sent, a line each; empty when there is none.

    ``content`` is what was kept: the text itself where ``kind`` is text, otherwise the provider's description as JSON.
    Never raises, whatever is in it.
    """
    if kind == "text":
        return content
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(sent, dict):
        return ""
    return "\n".join(str(part) for part in _parts(sent) if isinstance(part, str | int | float) and part != "")


def _parts(sent: dict[str, Any]) -> list[Any]:
    venue, card, file, poll = (_object(sent, name) for name in ("venue", "contact", "document", "poll"))
    name = " ".join(str(card[part]) for part in ("first_name", "last_name") if card.get(part))
    pin = _pin(_object(sent, "location") or _object(venue, "location"))
    return [sent.get("caption"), venue.get("title"), venue.get("address"), pin, name, card.get("phone_number"),
            file.get("file_name"), poll.get("question"), *_options(poll)]  # fmt: skip


def _options(poll: dict[str, Any]) -> list[Any]:
    offered = poll.get("options")
    return [one.get("text") for one in offered if isinstance(one, dict)] if isinstance(offered, list) else []


def _pin(place: dict[str, Any]) -> str:
    where = [place.get("latitude"), place.get("longitude")]
    return ", ".join(map(str, where)) if all(isinstance(part, int | float) for part in where) else ""


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}

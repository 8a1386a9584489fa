"""Reads what a program asks of Twilio, and keeps a record of it."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sandbox.twilio.errors import bad_request
from sandbox.twilio.whatsapp import is_somebody

KEPT: Final = 100_000
DAY: Final = len("2026-03-02")
END_OF_DAY: Final = "T23:59:59"
CALL_EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})


class Fields:
    """The fields of a request: several values may share a name."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def text(self, name: str, default: str = "") -> str:
        """The first value."""
        return next((value for key, value in self._pairs if key == name), default)

    def has(self, name: str) -> bool:
        """Whether it was sent at all, be it empty."""
        return any(key == name for key, _ in self._pairs)

    def every(self, name: str) -> list[str]:
        """All values, in their order."""
        return [value for key, value in self._pairs if key == name]

    def integer(self, name: str, default: int) -> int:
        """A whole number of at least 0; 400 for anything else."""
        value = self.text(name)
        if not value:
            return default
        if not (value.isascii() and value.isdigit()):
            raise bad_request(20001, f"{name} must be a number")
        return int(value)

    def recipient(self) -> str:
        """The number to send to; 400 unless it looks like one."""
        number = self.text("To")
        if not number:
            raise bad_request(21604, "A 'To' phone number is required.")
        if not is_somebody(number):
            raise bad_request(21211, f"Invalid 'To' Phone Number: {number}")
        return number

    def address(self, name: str, code: int) -> str:
        """A web address, or nothing; 400 for anything else."""
        url = self.text(name)
        if url and not url.lower().startswith(("http://", "https://")):
            raise bad_request(code, f"{name} is not a valid URL: {url}")
        return url

    def events(self) -> frozenset[str]:
        """Which steps of a call are to be told; the end of it when nothing was said."""
        named = {event for value in self.every("StatusCallbackEvent") for event in value.split()}
        return frozenset(named & CALL_EVENTS) or frozenset({"completed"})

    def between(self, name: str) -> "Span":
        """The span of time that `Name` (a day), `Name>` and `Name<` ask for; a day as an end is all of it."""
        day, first, last = (self.text(name + sign) for sign in ("", ">", "<"))
        if day:
            return Span(_instant(day[:DAY]), _instant(day[:DAY] + END_OF_DAY))
        return Span(_instant(first), _instant(last + END_OF_DAY if len(last) == DAY else last))

    def as_mapping(self) -> Mapping[str, str]:
        """The first value of every name."""
        return dict(reversed(self._pairs))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)


@dataclass(frozen=True)
class Span:
    """From one instant to another, both included, to the second."""

    first: datetime | None
    last: datetime | None

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant lies inside; none does not, unless everything does."""
        if self.first is None and self.last is None:
            return True
        if at is None:
            return False
        second = at.replace(microsecond=0)
        return (self.first is None or self.first <= second) and (self.last is None or second <= self.last)


@dataclass(slots=True)
class Request:
    """One request of the program. `answered` is the HTTP status it got, None while (or when for ever) it got none."""

    method: str
    path: str
    fields: Mapping[str, str]
    at: datetime
    answered: int | None = None


class Requests:
    """The requests in the order they came; the oldest fall out when there are very many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Request] = deque(maxlen=KEPT)

    def add(self, request: Request) -> None:
        """Note a request."""
        with self._lock:
            self._kept.append(request)

    def all(self) -> list[Request]:
        """Oldest first."""
        with self._lock:
            return list(self._kept)


def _instant(text: str) -> datetime | None:
    """A date or an instant as Twilio takes them; 400 for anything else."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(20001, f"{text} is no date") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)

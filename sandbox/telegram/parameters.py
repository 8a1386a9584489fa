"""Reads a method's parameters whichever way a client sent them: JSON, form or query, values as text or as they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.errors import bad_request

Json = Any  # a decoded JSON value of any shape: it came from outside and nothing is known about it yet


@dataclass(frozen=True)
class Upload:
    """A file that came inside a multipart request."""

    filename: str
    mime_type: str
    content: bytes


class Parameters:
    """Typed reading of raw parameters. Every reader raises `RefusedError` (400) for a value it cannot read."""

    def __init__(self, raw: Mapping[str, Json], uploads: Mapping[str, Upload] | None = None) -> None:
        self.raw = dict(raw)
        self.uploads = dict(uploads or {})

    def text(self, name: str, default: str = "") -> str:
        """A text; a number is read as its digits."""
        value = self.raw.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise bad_request(f"field {name} must be a text")

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number, written as one or as text. Without a default the parameter is required."""
        value = self.raw.get(name)
        if value is None or value == "":
            if default is None:
                raise bad_request(f"{name} is not specified")
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"{name} must be an integer") from None

    def flag(self, name: str) -> bool:
        """True for true, "true", "True", 1 and "1"; everything else is false, as Telegram has it."""
        return str(self.raw.get(name, "")).casefold() in {"true", "1"}

    def structure(self, name: str) -> Json:
        """An object or a list, as it is or as JSON text; None when it was not sent."""
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def has(self, name: str) -> bool:
        """Whether it was sent at all."""
        return self.raw.get(name) is not None

    def upload(self, name: str) -> Upload | None:
        """The file sent for this parameter: directly, or through `attach://`."""
        reference = self.raw.get(name)
        if isinstance(reference, str) and reference.startswith("attach://"):
            return self.uploads.get(reference.removeprefix("attach://"))
        return self.uploads.get(name)

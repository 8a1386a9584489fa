"""What can come with a message besides words: a file of each kind, as Twilio keeps it."""

from collections.abc import Callable
from typing import Final

from sandbox.telegram import samples
from sandbox.twilio.state import Attached, new_sid

KINDS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "voice": ("audio/ogg", samples.voice_note),
    "photo": ("image/jpeg", samples.photo),
    "video": ("video/mp4", samples.video),
    "document": ("application/pdf", samples.paper),
}


def attached(kind: str, content: bytes | None = None) -> Attached:
    """A file of a kind; a sample where no content is given. KeyError for a kind nobody can send."""
    content_type, sample = KINDS[kind]
    return Attached(new_sid("ME"), kind, content_type, sample() if content is None else content)

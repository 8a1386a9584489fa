"""Recordings of what is said, where somebody has spoken it: a file for each text and language, named by the text's key.

``voice/LANGUAGE/KEY.mp3`` in the home, as ``voice/ug/reply.first.mp3``. A message of several texts is spoken by the
recording of its first one. Without a file a message is words alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 1024 * 1024
"""Bytes; a longer recording is not listened to, and not sent."""
SPOKEN: Final = ("reply.", "ask.")
"""What a reporter is told in a chat can be recorded; nothing that a helper is told."""


def recording_of(folder: Path | None, language: str, key: str) -> Path | None:
    """Return where the recording of a text lies; None where there is none, or one that is far too large."""
    if folder is None:
        return None
    path = folder / language / f"{key}.mp3"
    return path if path.is_file() and 0 < path.stat().st_size <= LARGEST else None


def spoken_reply(folder: Path | None, language: str, template: str) -> Path | None:
    """Return the recording that goes with a message to a reporter, by the first of its texts."""
    key = template.partition("|")[0]
    return recording_of(folder, language, key) if key.startswith(SPOKEN) else None

"""One piece of work, in a process of its own: strangers made the bytes.

Run as ``python -I -m cases.cleaning.work tell MEDIA``, bytes on standard input, so that nothing of ours is loaded
beside the decoder: no key, no database. It may use so much memory and time, and may write no file; what it is fed can
at worst end it, as long as the decoder has no hole by which it becomes more than data.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from cases.cleaning import document, film, paper, picture, sound

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 25
CANNOT = 3
"""Exit status: this cannot be read, or not be cleaned."""
PICTURES = ("image/jpeg", "image/png", "image/webp")
KINDS: dict[str, Any] = {
    **dict.fromkeys(PICTURES, picture),
    "application/pdf": paper,
    "application/zip": document,
    "audio/ogg": sound,
    "audio/mpeg": sound,
    "audio/mp4": film,
    "video/mp4": film,
}
"""What reads each kind: a module with ``tell``, and with ``clean`` if it can be cleaned."""


def bounded() -> None:
    """Take away what a decoder does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(work: str, media: str) -> int:
    """Do one piece of work; standard output holds the result only where the exit status is 0."""
    bounded()
    content = sys.stdin.buffer.read()
    try:
        kind = KINDS[media]
        done: bytes = json.dumps(kind.tell(content, media)).encode() if work == "tell" else kind.clean(content, media)
    except Exception:  # noqa: BLE001  whatever it is, what it says may repeat what is in the file
        return CANNOT
    sys.stdout.buffer.write(done)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

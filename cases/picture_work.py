"""Reads or removes what a picture tells about itself, in a process of its own: strangers made the bytes.

Run by path (``python -I picture_work.py tell MEDIA``, bytes on standard input), so that nothing of ours is loaded
beside the decoder: no key, no database. It may use so much memory and time, and may write no file; what it is fed can
at worst end it.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from typing import Any

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 15
PIXELS = 60_000_000
"""Width times height; a phone's largest pictures have fifty million. What unpacks to more is refused unread."""
LONGEST = 120
"""Characters that are kept of what a picture says."""
CANNOT = 3
"""Exit status: this cannot be read, or not be cleaned."""
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
QUALITY = 90
TAKEN, CHANGED, MAKE, MODEL, SOFTWARE, AUTHOR, OFFSET = 0x9003, 0x0132, 0x010F, 0x0110, 0x0131, 0x013B, 0x9011
EXIF, GPS = 0x8769, 0x8825
LATITUDE_MOST, LONGITUDE_MOST = 90, 180
PDF_FIELDS = {"Author": "author", "Creator": "software", "Producer": "software", "CreationDate": "taken"}
PDF_TEXT = re.compile(rb"/(Author|Creator|Producer|CreationDate)\s*\(((?:[^()\\]|\\.){0,300})\)")


def bounded() -> None:
    """Take away what a decoder does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def open_picture(content: bytes, media: str) -> Any:
    """Open a picture of the one format it is said to have; raises for what is too large or none."""
    from PIL import Image, ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = PIXELS
    picture = Image.open(io.BytesIO(content), formats=[FORMATS[media]])
    if picture.width * picture.height > PIXELS:
        raise ValueError
    return picture


def tell(content: bytes, media: str) -> dict[str, Any]:
    """Say what a picture or a document tells about itself; nothing where it tells nothing."""
    if media == "application/pdf":
        return tell_of_pdf(content)
    picture = open_picture(content, media)
    exif = picture.getexif()
    detail = exif.get_ifd(EXIF)
    taken = said(detail.get(TAKEN) or exif.get(CHANGED))
    offset = said(detail.get(OFFSET))
    found = {
        "taken": f"{taken} {offset}".strip() if taken else "",
        "device": " ".join(part for part in (said(exif.get(MAKE)), said(exif.get(MODEL))) if part),
        "software": said(exif.get(SOFTWARE)),
        "author": said(exif.get(AUTHOR)),
        "place": place(exif.get_ifd(GPS)),
        "more": "xmp" in picture.info or "comment" in picture.info or bool(getattr(picture, "text", None)),
    }
    return {name: value for name, value in found.items() if value}


def said(value: object) -> str:
    """Return a value as one short line."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return " ".join("".join(one if one.isprintable() else " " for one in value).split())[:LONGEST]


def place(gps: Any) -> list[float]:
    """Return latitude and longitude in degrees; nothing where they make no sense."""
    try:
        found = [degrees(gps[2], gps[1], "S"), degrees(gps[4], gps[3], "W")]
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return []
    return found if abs(found[0]) <= LATITUDE_MOST and abs(found[1]) <= LONGITUDE_MOST else []


def degrees(parts: Any, half: Any, negative: str) -> float:
    """Turn degrees, minutes, seconds and a half of the globe into degrees."""
    whole = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return round(-whole if said(half) == negative else whole, 5)  # about a metre


def tell_of_pdf(content: bytes) -> dict[str, Any]:
    """Say what stands readable in a document's own description; much may stand there that is packed and is not seen."""
    found: dict[str, Any] = {}
    for name, value in PDF_TEXT.findall(content):
        encoding = "utf-16" if value.startswith((b"\xfe\xff", b"\xff\xfe")) else "utf-8"
        text = said(value.decode(encoding, "replace"))
        if text:
            found.setdefault(PDF_FIELDS[name.decode()], text)
    if b"<x:xmpmeta" in content:
        found["more"] = True
    return found


def clean(content: bytes, media: str) -> bytes:
    """Write the picture anew from its dots alone, upright; raises for what moves or does not open to its last dot."""
    from PIL import Image, ImageOps

    picture = open_picture(content, media)
    if media != "image/jpeg" and getattr(picture, "n_frames", 1) != 1:
        raise ValueError
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if has_alpha and media != "image/jpeg" else "RGB"
    fresh = Image.new(mode, picture.size)  # knows nothing of the other but its dots
    fresh.paste(picture.convert(mode))
    out = io.BytesIO()
    if media == "image/png":
        fresh.save(out, "PNG")
    else:
        fresh.save(out, FORMATS[media], quality=QUALITY)
    return out.getvalue()


def main(work: str, media: str) -> int:
    """Do one piece of work; standard output holds the result only where the exit status is 0."""
    bounded()
    content = sys.stdin.buffer.read()
    try:
        done = json.dumps(tell(content, media)).encode() if work == "tell" else clean(content, media)
    except Exception:  # noqa: BLE001  whatever it is, what it says may repeat what is in the picture
        return CANNOT
    sys.stdout.buffer.write(done)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

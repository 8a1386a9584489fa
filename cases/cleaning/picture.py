"""Pictures: what they tell about themselves, and copies of their dots alone."""

from __future__ import annotations

import io
from typing import Any

from cases.cleaning.saying import on_earth, said

PIXELS = 60_000_000
"""Width times height; a phone's largest pictures have fifty million. What unpacks to more is refused unread."""
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
QUALITY = 90
TAKEN, CHANGED, MAKE, MODEL, SOFTWARE, AUTHOR, OFFSET = 0x9003, 0x0132, 0x010F, 0x0110, 0x0131, 0x013B, 0x9011
EXIF, GPS = 0x8769, 0x8825


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
    """Say what a picture tells about itself; nothing where it tells nothing."""
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


def place(gps: Any) -> list[float]:
    """Return latitude and longitude in degrees; nothing where they make no sense."""
    try:
        return on_earth(degrees(gps[2], gps[1], "S"), degrees(gps[4], gps[3], "W"))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return []


def degrees(parts: Any, half: Any, negative: str) -> float:
    """Turn degrees, minutes, seconds and a half of the globe into degrees."""
    whole = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -whole if said(half) == negative else whole


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

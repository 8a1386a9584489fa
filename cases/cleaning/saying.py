"""What strangers wrote into a file, as it may be shown: short, on one line."""

from __future__ import annotations

LONGEST = 120
"""Characters that are kept of what a file says."""
LATITUDE_MOST, LONGITUDE_MOST = 90, 180


def said(value: object) -> str:
    """Return a value as one short line."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return " ".join("".join(one if one.isprintable() else " " for one in value).split())[:LONGEST]


def on_earth(latitude: float, longitude: float) -> list[float]:
    """Return a place, to about a metre; nothing where it makes no sense."""
    makes_sense = abs(latitude) <= LATITUDE_MOST and abs(longitude) <= LONGITUDE_MOST
    return [round(latitude, 5), round(longitude, 5)] if makes_sense else []

"""Which letters the machine has fonts for: a PDF shows boxes where it has none."""

from __future__ import annotations

from typing import Final

WANTED: Final = {
    "Arabic script": ("Noto Naskh Arabic", "Noto Sans Arabic", "Amiri", "Scheherazade New", "DejaVu Sans"),
    "Chinese": ("Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC", "Source Han Sans SC", "Noto Serif SC"),
}
"""For each script, families any of which draws it. Latin and Cyrillic letters come with Typst."""


def scripts_without_font() -> tuple[str, ...]:
    """Return the scripts that papers cannot be drawn in on this machine."""
    import typst

    found = set(typst.Fonts().families())
    return tuple(script for script, families in WANTED.items() if not found & set(families))

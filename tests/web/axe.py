"""Barriers on a page for people with disabilities, as far as a machine finds them (axe-core)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WCAG: Final = {"runOnly": RULES["runOnly"][:-1]}
SERIOUS: Final = frozenset({"serious", "critical"})


def barriers(page: Page, *, rules: dict[str, list[str]] = RULES, only: frozenset[str] | None = None) -> list[str]:
    """Return what axe has to say of a page, a line for each kind of barrier. ``only``: of these impacts."""
    page.evaluate(AXE)
    # What is in order is neither gathered nor sent: that took three times as long as the looking.
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, rules).then(found => found.violations)", {**rules, "resultTypes": ["violations"]}
    )
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if only is None or one["impact"] in only
    ]

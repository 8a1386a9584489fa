"""What a person asks on a call, never the bot, with what is known of it beside each question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cases.consent.values import FORMS
from cases.consent.vocabulary import FIELDS, FieldClass

if TYPE_CHECKING:
    from uuid import UUID

    from cases.views.responder import ResponderView
    from cases.views.rows import CaseRows

SCRIPT: Final = (
    "asylum_asked",
    "signed",
    "articles",
    "document_number",
    "asylum_certificate",
    "relation",
    "instructs",
    "dependants",
    "medical_urgent",
    "torture",
)
"""What a person asks, never the bot, in the order of a call."""


@dataclass(frozen=True)
class Question:
    """One question of the call script. ``seen``: the fact that stands in its field; ``value``: what it says."""

    field: str
    form: str
    seen: UUID | None
    value: str | None
    counsels: bool


def script_of(rows: CaseRows, view: ResponderView) -> list[Question]:
    """Return what is asked on a call, with what is known of it as far as whoever reads may know."""
    ids = {one.field: one.id for one in rows.facts}
    values = {one.name: one.value for one in view.facts}
    return [
        Question(name, str(FORMS.get(name, "")), ids.get(name), values.get(name), FIELDS[name] is FieldClass.COUNSEL)
        for name in SCRIPT
    ]


def script_of_nothing() -> list[Question]:
    """Return the same where nothing is known."""
    return [Question(name, str(FORMS.get(name, "")), None, None, FIELDS[name] is FieldClass.COUNSEL) for name in SCRIPT]

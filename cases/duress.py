"""A word that a reporter says when they are made to write. Agreed on with a person; heard, and never answered."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.events import DuressSpoken
from cases.models import Report, ReportMessage
from cases.words import words_in
from store.base import OWN
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

SHORTEST = 4
"""Letters: a shorter word would be said by chance."""


def agree_on_word(unit: UnitOfWork, report_id: UUID, word: str) -> None:
    """Keep the word a reporter agreed on; it takes the place of an earlier one. Raises ConsentError."""
    word = folded(tidy(word))
    if len(word) < SHORTEST:
        raise ConsentError(f"it needs at least {SHORTEST} letters, and should be nothing they would write by chance")
    report = unit.session.scalars(select(Report).where(Report.id == report_id).with_for_update(**OWN)).one()
    place = Field("report", "duress_word", report.id)
    report.duress_word = unit.vault.seal(case_scope(report.case_id), place, word)
    unit.session.flush()


def heed(unit: UnitOfWork, report_id: UUID, message_id: UUID) -> bool:
    """Note that a message holds the word: nobody vouches for the reporter any more. Return whether it did.

    It counts once; saying it again changes and records nothing.
    """
    report = unit.session.scalars(select(Report).where(Report.id == report_id).with_for_update(**OWN)).one()
    if report.duress_word is None or report.duress_at is not None:
        return False
    scope = case_scope(report.case_id)
    word = unit.vault.open(scope, Field("report", "duress_word", report.id), report.duress_word)
    message = unit.session.get_one(ReportMessage, message_id)
    content = unit.vault.open(scope, Field("report_message", "content", message.id), message.content)
    if not speaks(words_in(message.kind, content), word):
        return False
    report.duress_at, report.verified_at, report.verified_by = unit.now, None, None
    unit.session.flush()
    unit.record(DuressSpoken(case_id=report.case_id, report_id=report.id))
    return True


def speaks(text: str, word: str) -> bool:
    """Whether a text holds a word (or several), whatever the case, the marks in and around it, and the blanks. Pure."""
    wanted, said = _joined(word), folded(text).split()
    return any(_begins(said, at, wanted) for at in range(len(said)))


def is_said(text: str, word: str) -> bool:
    """Whether a text is a word and nothing else, compared as :func:`speaks` does. Pure."""
    return bool(_joined(word)) and _joined(text) == _joined(word)


def folded(text: str) -> str:
    """Return the words of a text, compared as people compare them, with single blanks between.

    Marks on letters, and what nobody sees, come and go with the keyboard: they are no part of a word, and end none.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_SAME)
    return " ".join(unicodedata.normalize("NFKC", "".join(map(_kept, plain))).split())


_SAME: Final = str.maketrans({"ı": "i", "ـ": ""})
"""Turkish has two letters for the I of others; and the stroke that stretches Arabic letters is none."""
_UNSEEN: Final = frozenset({"Mn", "Me", "Cf"})


def _kept(one: str) -> str:
    if unicodedata.category(one) in _UNSEEN:
        return ""
    return one if one.isalnum() else " "


def _joined(words: str) -> str:
    return folded(words).replace(" ", "")


def _begins(said: Sequence[str], at: int, wanted: str) -> bool:
    """Whether words from a place on, put together one behind another, come to what is wanted."""
    while wanted and at < len(said) and wanted.startswith(said[at]):
        wanted = wanted.removeprefix(said[at])
        at += 1
        if not wanted:
            return True
    return False

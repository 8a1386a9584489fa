"""What a list says of all its people together, in the words beside their names: since when, and where. Pure.

It is read back to whoever sent the list before anything is counted from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cases.docket.entering import When
from cases.identity.places import places_named
from texts.when import Leaning, read_when

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cases.incidents.reading import Piece

ENDS_LOOKED_AT: Final = 4
"""Pieces at the end of a list, and at its beginning."""
WORDS_LOOKED_AT: Final = 12
"""A list begins or ends with what happened; more words are a story, which a human reads."""


def happened_to_all(pieces: Sequence[Piece], zone: str, now: datetime) -> When | None:
    """Return when it happened to all of them, as the pieces say that are no people; None where no time is named.

    What was said last counts: it may put right what was said before. ``zone`` is where it was written, ``now`` when.
    """
    beside = _beside(pieces)
    looked_at = [*beside[: -ENDS_LOOKED_AT - 1 : -1], *beside[:-ENDS_LOOKED_AT][:ENDS_LOOKED_AT]]
    found = (_time_in(text, zone, now) for text in looked_at)
    return next((when for when in found if when is not None), None)


def places_of(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the known places that are named beside the names, as they are written, each once."""
    remarks = [one.remark for one in pieces if one.is_person]
    return tuple(dict.fromkeys(place for text in (*_beside(pieces), *remarks) for place in places_named(text)))


def place_of_all(pieces: Sequence[Piece]) -> str:
    """Return the one place that is named apart from the names; empty where there are several, or none."""
    named = {place for text in _beside(pieces) for place in places_named(text)}
    return named.pop() if len(named) == 1 else ""


def _beside(pieces: Sequence[Piece]) -> list[str]:
    return [one.written for one in pieces if not one.is_person]


def _time_in(text: str, zone: str, now: datetime) -> When | None:
    for words in _tails(text):
        written = read_when(" ".join(words), zone, now, Leaning.BEHIND)
        if written is None:
            continue
        if written.at > now:
            return None
        said = words[: len(words) - len(written.rest.split())]
        if not (len(said) == 1 and said[0].isdigit()):  # "and 12 others" names no day
            return When(written.at, written.day_only)
    return None


def _tails(text: str) -> Iterator[list[str]]:
    """What follows each of the first words, itself included: a time may stand anywhere in a sentence."""
    words = text.rstrip(":：.").split()
    for begin in range(min(len(words), WORDS_LOOKED_AT)):
        yield words[begin:]

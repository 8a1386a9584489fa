"""How urgent a report sounds, read from its words and the first button, before any person has seen it.

What the reporter said or tapped decides who is paged and whether a phone rings at night:

=================================================== ===================== ======== ==============================
heard                                               needs                 urgency  at night
=================================================== ===================== ======== ==============================
words of removal: deported, sent back, handed over  coordinator + lawyer  NOW      rings; the whole shift if needed
words of custody: taken, held, police at the door,  coordinator + lawyer  NOW      rings
at a border or in transit, or missing
the answer taken, border, held or missing           coordinator + lawyer  NOW      rings
a hearing or paper, and today, now or tomorrow      coordinator + lawyer  NOW      rings
a greeting, a question, a voice note, a video,      coordinator           SOON     rings the duty coordinator
anything not understood
words of fear, a hearing or a paper that also speak coordinator           SOON     rings the duty coordinator
of today or of another person, or are many;
the answer afraid, with words of today
words of fear, a hearing or a paper, nothing else;  coordinator           LATER    rings nobody
the answer afraid or paper
=================================================== ===================== ======== ==============================

Missing counts as held: a missing person is usually in a cell nobody has confirmed yet.

The reading is a table of word stems, the same on every server, with no model behind it that could change its mind.
It is made to err toward custody: a lawyer woken for nothing loses minutes, a person nobody woke a lawyer for may be
gone. A greeting alone never wakes one. What it cannot do: it knows no grammar, so "he was not arrested" reads as an
arrest; it forgives missing diacritics, a missing Kazakh or Uyghur keyboard and Arabic letters of one shape, but hardly
any other misspelling; it does not hear voice notes. A message it does not know still pages a person.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cases.urgent_words import CHINESE, SPACED


class Urgency(StrEnum):
    """How loudly a report is announced; the table in the module says what each one rings."""

    NOW = "now"
    SOON = "soon"
    LATER = "later"


class Need(StrEnum):
    """Whom a new report cannot do without. Each need has its own ladder of pages."""

    COORDINATOR = "coordinator"
    LAWYER = "lawyer"


@dataclass(frozen=True, slots=True)
class Signals:
    """What the words of a report speak of. Signals of several messages are put together with `|`."""

    custody: bool = False
    removal: bool = False
    hearing_or_paper: bool = False
    fear: bool = False
    today: bool = False
    somebody: bool = False  # of another person, who may not be free to write
    long: bool = False  # more than LONG words: there may be more in it than the tables know

    def __or__(self, other: "Signals") -> "Signals":
        """What either speaks of."""
        return Signals(
            custody=self.custody or other.custody,
            removal=self.removal or other.removal,
            hearing_or_paper=self.hearing_or_paper or other.hearing_or_paper,
            fear=self.fear or other.fear,
            today=self.today or other.today,
            somebody=self.somebody or other.somebody,
            long=self.long or other.long,
        )


LONG: Final = 30  # words; fear told in fewer is taken at its word
_CHARACTERS_A_WORD = 2  # of Chinese, which has no spaces to count

HELD_ANSWERS: Final = frozenset({"taken", "border", "held", "missing"})
QUIET_ANSWERS: Final = frozenset({"paper", "afraid"})


def read_urgency(text: str | None) -> Signals:
    """What a message speaks of; nothing for media without words. Never raises, whatever the text."""
    folded = _fold(text or "")
    return Signals(
        custody=_CUSTODY.heard_in(folded),
        removal=_REMOVAL.heard_in(folded),
        hearing_or_paper=_HEARING.heard_in(folded),
        fear=_FEAR.heard_in(folded),
        today=_TODAY.heard_in(folded),
        somebody=_SOMEBODY.heard_in(folded),
        long=_length(folded) > LONG,
    )


def needs_of(signals: Signals, happening: str | None) -> frozenset[Need]:
    """Who is paged, given the words so far and the latest answer to "what is happening" (None: not answered).

    More words only ever add needs. An answer this module does not know counts as no answer.
    """
    if _of_custody(signals, happening):
        return frozenset({Need.COORDINATOR, Need.LAWYER})
    return frozenset({Need.COORDINATOR})


def urgency_of(signals: Signals, happening: str | None) -> Urgency:
    """How loudly, given the words so far and the latest answer to "what is happening" (None: not answered)."""
    if _of_custody(signals, happening):
        return Urgency.NOW
    if happening in QUIET_ANSWERS:
        return Urgency.SOON if signals.today else Urgency.LATER
    understood = signals.fear or signals.hearing_or_paper
    may_be_more = signals.today or signals.somebody or signals.long
    return Urgency.LATER if understood and not may_be_more else Urgency.SOON


def _of_custody(signals: Signals, happening: str | None) -> bool:
    in_court = (signals.hearing_or_paper or happening == "paper") and signals.today
    return signals.custody or signals.removal or in_court or happening in HELD_ANSWERS


# --- Folding ---------------------------------------------------------------------------------------------------

# Letters that are confused because a keyboard lacks them or because two code points look the same.
_SAME: Final = str.maketrans(
    {
        # Kazakh, Uyghur and Uzbek Cyrillic, as typed on a Russian keyboard
        **dict(zip("қғңөұүәіһҳҗы", "кгноууаиххжи", strict=True)),
        # Latin without its dots
        **dict(zip("ıəñ", "ian", strict=True)),
        # Arabic script: one shape for each family of vowels and of yeh, heh, kaf
        **dict.fromkeys("يىیېۍ", "ي"),
        **dict.fromkeys("هەھةہ", "ە"),
        **dict.fromkeys("ۇۈۆۋۉوۅۊ", "و"),
        "ک": "ك",
        # signs that come and go: hamzas, the stretching stroke, apostrophes of every make
        **dict.fromkeys("ئءٴـ'`´’‘ʻʼʹ", ""),
    }
)


def _fold(text: str) -> str:
    """Letters only, as they would be typed by somebody in a hurry; one space before, between and after words."""
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    bare = unicodedata.normalize("NFKD", composed).translate(_SAME)
    kept = "".join(_letter(character) for character in bare)
    return f" {' '.join(kept.split())} "


def _letter(character: str) -> str:
    """The letter itself; nothing for marks and invisible controls; a space for digits and everything else."""
    category = unicodedata.category(character)
    if category.startswith("L"):
        return character
    return "" if category in {"Mn", "Me", "Cf"} else " "


def _length(folded: str) -> int:
    """How many words; in Chinese, how many there might be."""
    return sum(
        max(1, len(word) // _CHARACTERS_A_WORD) if "\u4e00" <= word[0] <= "\u9fff" else 1 for word in folded.split()
    )


# --- Tables into patterns --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ear:
    """Hears one signal in every language."""

    words: re.Pattern[str]
    anywhere: re.Pattern[str]

    def heard_in(self, folded: str) -> bool:
        return bool(self.words.search(folded) or self.anywhere.search(folded))


def _ear(spaced: Iterable[str], chinese: str) -> _Ear:
    words = "|".join(_expression(entry) for table in spaced for entry in _entries(table))
    anywhere = "|".join(re.escape(entry) for entry in _entries(chinese))
    return _Ear(re.compile(f" (?:{words})"), re.compile(anywhere))


def _entries(table: str) -> list[str]:
    return [entry.strip() for entry in table.split(",")]


def _expression(entry: str) -> str:
    """A table entry as a regular expression over folded text, without the space before it."""
    found = ""
    between = ""
    for part in entry.split():
        if part == "…":
            between = "(?: [^ ]+){0,3} "
            continue
        found += between + "(?:" + "|".join(_word(word) for word in part.split("/")) + ")"
        between = " "
    return found


def _word(word: str) -> str:
    end = "(?= )" if word.endswith("!") else "[^ ]*"
    return re.escape(_fold(word).strip()) + end


_CUSTODY: Final = _ear((table.custody for table in SPACED), CHINESE.custody)
_REMOVAL: Final = _ear((table.removal for table in SPACED), CHINESE.removal)
_HEARING: Final = _ear((table.hearing_or_paper for table in SPACED), CHINESE.hearing_or_paper)
_FEAR: Final = _ear((table.fear for table in SPACED), CHINESE.fear)
_TODAY: Final = _ear((table.today for table in SPACED), CHINESE.today)
_SOMEBODY: Final = _ear((table.somebody for table in SPACED), CHINESE.somebody)

"""Putting foreign words into a sentence without turning the sentence around.

A Latin code inside a Uyghur sentence, or an Arabic name inside a Russian one, changes the order in which
its neighbours are displayed. Unicode has isolates for this: what stands between FSI and PDI finds its own
direction and leaves the rest alone.
"""

import re
import unicodedata

FIRST_STRONG_ISOLATE = "\u2068"
LEFT_TO_RIGHT_ISOLATE = "\u2066"
POP_DIRECTIONAL_ISOLATE = "\u2069"

# Marks, embeddings, overrides and isolates: in a value they could close our isolate or mirror what follows.
_DIRECTION_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, line and paragraph separators: a value is one line (an isolate ends with its paragraph).
_SPACE_INSTEAD = frozenset({"Cc", "Zl", "Zp"})
_REPLACEMENT_CHARACTER = "\ufffd"
_RIGHT_TO_LEFT_MARK = "\u200f"

# The groups of a telephone number would change places beside an Arabic name.
# Digits that belong to a word are not one: a case code keeps its shape, "4V7-42V". Nor are those in the middle of a
# date and an hour, "05.03 22:05".
_NUMBER = re.compile(r"(?<!\w)(?<!\d[.:])\+?\d++(?:[ ()-]++\d++)++(?!\w)(?![.:]\d)")

# "/status" begins with a neutral character, which right-to-left text would show behind the word.
_COMMAND = re.compile(r"(?<![\w/])/[a-z]+")


def plain(value: str) -> str:
    """Return `value` as one harmless line.

    Direction controls are dropped, control characters and line breaks become spaces, and what could not be
    encoded (a lone surrogate) becomes U+FFFD. Joiners stay: Persian and Uyghur spelling needs them.
    """
    return "".join(map(_plain_character, value))


def _plain_character(character: str) -> str:
    if character in _DIRECTION_CONTROLS:
        return ""
    category = unicodedata.category(character)
    if category in _SPACE_INSTEAD:
        return " "
    return _REPLACEMENT_CHARACTER if category == "Cs" else character


def isolate(value: str) -> str:
    """Return `value` as one harmless line (see `plain`) between FSI and PDI; isolates are always balanced.

    Numbers written in groups, such as telephone numbers, keep their order by isolates of their own.
    """
    numbered = _NUMBER.sub(
        lambda number: f"{LEFT_TO_RIGHT_ISOLATE}{number.group()}{POP_DIRECTIONAL_ISOLATE}", plain(value)
    )
    return f"{FIRST_STRONG_ISOLATE}{numbered}{POP_DIRECTIONAL_ISOLATE}"


def right_to_left(text: str) -> str:
    """Return a right-to-left text of ours so that every app lays it out as one.

    Each command, such as `/status`, is isolated. A line that does not begin with a letter of its own script,
    because a command, a code or a number stands first, gets a mark that does: simple apps take the direction
    of a line from its first letter, and look for it inside isolates too.
    """
    isolated = _COMMAND.sub(lambda command: isolate(command.group()), text)
    return "\n".join(_marked(line) for line in isolated.split("\n"))


def _marked(line: str) -> str:
    own_letter = unicodedata.bidirectional(line[0]) in {"R", "AL"} if line else True
    return line if own_letter else f"{_RIGHT_TO_LEFT_MARK}{line}"

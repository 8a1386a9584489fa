"""What a telephone number looks like, and the words by which its owner stops messages."""

import re
from enum import StrEnum
from typing import Final

E164: Final = re.compile(r"\+[1-9]\d{6,14}")


class Keyword(StrEnum):
    """What a one-word message asks of Twilio itself."""

    STOP = "stop"
    START = "start"
    HELP = "help"


WORDS: Final = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "OPT-OUT", "REVOKE"), Keyword.STOP
    ),
    **dict.fromkeys(("START", "YES", "UNSTOP"), Keyword.START),
    **dict.fromkeys(("HELP", "INFO"), Keyword.HELP),
}
REPLIES: Final = {
    Keyword.STOP: "You have successfully been unsubscribed. You will not receive any more messages from this number."
    " Reply START to resubscribe.",
    Keyword.START: "You have successfully been re-subscribed to messages from this number."
    " Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def is_number(text: str) -> bool:
    """Whether this is a number in international form."""
    return E164.fullmatch(text) is not None


def keyword_in(body: str) -> Keyword | None:
    """What a message asks when it consists of one such word alone, however it is written."""
    return WORDS.get(body.strip().upper())

"""WhatsApp at Twilio: its addresses, its day, and the templates that may be sent after it."""

import re
from datetime import timedelta
from typing import Final

from sandbox.twilio.numbers import is_number

PREFIX: Final = "whatsapp:"
DAY: Final = timedelta(hours=24)
"""How long after the last word from a person anything may be written to them."""
HIDDEN: Final = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
"""Who hides their number: a name for one business, which begins with a country."""


def is_whatsapp(address: str) -> bool:
    """Whether it is an address of WhatsApp."""
    return address.startswith(PREFIX)


def bare(address: str) -> str:
    """The address without its channel."""
    return address.removeprefix(PREFIX)


def is_somebody(address: str) -> bool:
    """Whether this is a number, or on WhatsApp the name of somebody who hides theirs."""
    return is_number(bare(address)) or (is_whatsapp(address) and HIDDEN.fullmatch(bare(address)) is not None)

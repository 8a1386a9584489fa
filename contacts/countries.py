"""What text messages can do in a country, as far as it is known: above all, whether anybody can answer one.

Facts about Twilio's network, gathered on AS_OF from copies of the pages named, whose age we do not know; Twilio changes
such things without notice. What could not be looked up is *unknown*, and unknown is treated as one-way: somebody whose
answer goes nowhere believes that they have accepted a case.

An answer also needs a number to go to: whoever sends under a name (alphanumeric) cannot be answered anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import phonenumbers

if TYPE_CHECKING:
    from collections.abc import Mapping


class TwoWay(StrEnum):
    """Whether a message sent through Twilio can be answered."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Named(StrEnum):
    """Whether a message may come from a name instead of a number."""

    YES = "yes"
    REGISTERED = "registered"
    """Only from a name that was registered first; others are dropped or changed."""
    NO = "no"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """Where a fact comes from."""

    DOCUMENTED = "documented"
    """Twilio's own page about the country."""
    SECOND_HAND = "second-hand"
    """Somebody else's page."""
    NONE = "none"
    """Nobody's: nothing is known."""


AS_OF: Final = date(2026, 11, 24)
TWILIO: Final = "https://www.twilio.com/en-us/guidelines/{}/sms"


@dataclass(frozen=True, slots=True)
class SmsFacts:
    """What is known of one country (ISO 3166-1 alpha-2, in capitals; "" for none), from where and when."""

    country: str
    two_way: TwoWay
    named: Named = Named.UNKNOWN
    note: str = ""
    source: str = ""
    confidence: Confidence = Confidence.NONE
    as_of: date = AS_OF


def _documented(country: str, two_way: TwoWay, named: Named = Named.UNKNOWN, note: str = "") -> SmsFacts:
    return SmsFacts(country, two_way, named, note, TWILIO.format(country.lower()), Confidence.DOCUMENTED)


def _second_hand(country: str, two_way: TwoWay, named: Named, note: str, source: str) -> SmsFacts:
    return SmsFacts(country, two_way, named, note, source, Confidence.SECOND_HAND)


FACTS: Final = (
    # Where the people are whom this program was made for
    _second_hand(
        "KZ",
        TwoWay.UNKNOWN,
        Named.REGISTERED,
        "names have to be registered; whether answers arrive is not known",
        "https://support.gourban.co/knowledge/twilio",
    ),
    _second_hand(
        "KG",
        TwoWay.NO,
        Named.YES,
        "one network does not join long messages",
        "https://www.sent.dm/resources/kyrgyzstan-sms-guide",
    ),
    _second_hand(
        "UZ",
        TwoWay.NO,
        Named.YES,
        "networks may change the name",
        "https://www.sent.dm/resources/uzbekistan-sms-guide",
    ),
    _documented("RU", TwoWay.NO, Named.REGISTERED, "numbers and unregistered names are blocked"),
    _documented("TR", TwoWay.NO, Named.REGISTERED, "numbers and unregistered names are filtered; so is politics"),
    _documented("TH", TwoWay.NO, note="one network lets its customers refuse foreign numbers; politics is forbidden"),
    SmsFacts("GE", TwoWay.UNKNOWN, note="another provider offers no answers here"),
    SmsFacts("TJ", TwoWay.UNKNOWN),
    SmsFacts("TM", TwoWay.UNKNOWN),
    SmsFacts("MN", TwoWay.UNKNOWN),
    _documented("AM", TwoWay.NO),
    _documented("AZ", TwoWay.NO),
    _documented("BY", TwoWay.NO),
    _documented("IN", TwoWay.NO, Named.NO, "arrives from a short number of the network's"),
    _documented("KR", TwoWay.NO, Named.NO, "Korean letters and ASCII only"),
    _documented("NP", TwoWay.NO),
    _documented("OM", TwoWay.NO, note="the sender is replaced"),
    _documented(
        "PH", TwoWay.YES, Named.REGISTERED, "foreign numbers are replaced by a name, and then nobody can answer"
    ),
    _documented("VN", TwoWay.NO, Named.REGISTERED, "the wording has to be registered, too"),
    # Where lawyers, agencies and friends are
    _documented("GB", TwoWay.YES),
    _documented("LT", TwoWay.YES),
    _documented("NL", TwoWay.YES),
    _documented("PL", TwoWay.YES, note="shortened links are forbidden"),
    _documented("US", TwoWay.YES, Named.NO, "numbers have to be registered (A2P 10DLC) or verified (toll-free)"),
    _documented("ZA", TwoWay.YES),
    SmsFacts("CA", TwoWay.UNKNOWN, note="not looked up; Twilio sells numbers that take messages here"),
    SmsFacts("CH", TwoWay.UNKNOWN, note="not looked up; Twilio sells numbers that take messages here"),
    SmsFacts("DE", TwoWay.UNKNOWN, note="not looked up; Twilio sells numbers that take messages here"),
    SmsFacts("FR", TwoWay.UNKNOWN, note="not looked up; Twilio sells numbers that take messages here"),
    SmsFacts("SE", TwoWay.UNKNOWN, note="not looked up; Twilio sells numbers that take messages here"),
)
BY_COUNTRY: Final[Mapping[str, SmsFacts]] = {facts.country: facts for facts in FACTS}


def sms_facts(number: str) -> SmsFacts:
    """Return what is known of the country of a telephone number (E.164); of an unknown one, that nothing is known.

    Never raises. The number is in nothing that is returned.
    """
    country = _country_of(number)
    return BY_COUNTRY.get(country, SmsFacts(country, TwoWay.UNKNOWN))


def two_way_sms(number: str) -> bool:
    """Say whether somebody at this number (E.164) can be counted on to answer a text message. Never raises.

    Only where Twilio itself says so.
    """
    facts = sms_facts(number)
    return facts.two_way is TwoWay.YES and facts.confidence is Confidence.DOCUMENTED


def _country_of(number: str) -> str:
    if not number.startswith("+"):  # `whatsapp:+…` is no number at which a text arrives, although it holds one
        return ""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    # Countries share codes: +7 is Russia and Kazakhstan, +1 has twenty-five. The digits that follow decide.
    return phonenumbers.region_code_for_number(parsed) or ""

"""What a contact is, before any database: roles, channels and one person's card."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

COUNTRY: Final = re.compile(r"[A-Z]{2}")
"""How the code of a country is written (ISO 3166-1 alpha-2)."""
REGION: Final = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,3})?")
"""How the code of a country or of a part of it is written (ISO 3166-2); the country is the first group."""

PHONE_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
"""How a telephone number is written (E.164)."""


class Role(StrEnum):
    """What a person is asked to do when a case comes in."""

    COORDINATOR = "coordinator"
    LAWYER = "lawyer"
    UNHCR = "unhcr"
    JOURNALIST = "journalist"
    INTERPRETER = "interpreter"
    OBSERVER = "observer"
    DOCTOR = "doctor"
    PARTNER = "partner"


class ChannelName(StrEnum):
    """The ways a person can be reached, in the order they are offered."""

    TELEGRAM = "telegram"
    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"
    OTHER = "other"
    """Whatever Apprise can reach: Signal, Matrix, ntfy …, given as its address. There are no receipts."""


class Gender(StrEnum):
    """A contact's gender, because a person may ask for a lawyer or interpreter of one."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One person as imported from a file: already checked and normalised.

    Numbers are E.164, regions ISO 3166-2 in capitals, languages BCP 47, `country` ISO 3166-1 alpha-2,
    `timezone` an IANA name, `may_act_until` the last day on which the person may act. None or an empty
    tuple means that nothing was stated.

    The printed form shows nothing that identifies the person, so a card in a log or traceback harms nobody.
    """

    name: str = field(repr=False)
    role: Role
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    specialities: tuple[str, ...] = field(default=(), repr=False)
    timezone: str | None = None
    country: str | None = None
    telegram: str | None = field(default=None, repr=False)
    sms: str | None = field(default=None, repr=False)
    voice: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    max_active_cases: int | None = None
    gender: Gender | None = field(default=None, repr=False)
    avoid: tuple[str, ...] = field(default=(), repr=False)
    may_act_until: date | None = None
    verified_by: str | None = field(default=None, repr=False)
    notes: str | None = field(default=None, repr=False)
    other: str | None = field(default=None, repr=False)

    def addresses(self) -> dict[ChannelName, str]:
        """Every stated way to reach the person, in the order of `ChannelName`."""
        stated: dict[ChannelName, str | None] = {
            ChannelName.TELEGRAM: self.telegram,
            ChannelName.SMS: self.sms,
            ChannelName.VOICE: self.voice,
            ChannelName.EMAIL: self.email,
            ChannelName.OTHER: self.other,
        }
        return {channel: address for channel, address in stated.items() if address is not None}

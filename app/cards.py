"""Cards to be printed and folded: who telephones whom when nothing else works, and what is done first.

A card holds names and numbers of those who help, in plain: that is what it is for, on the day the machine, Telegram and
the network are gone. Nothing about any case is on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from alerts.policy.policies import ABSENT, duties
from contacts.directory import active_contacts, address_of_method, name_of
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from texts.catalogue import say, say_plain
from texts.locale import is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.unit_of_work import UnitOfWork

RINGS: Final = 2
"""How many people each one telephones."""
MOST: Final = 18
"""How many fit on a card; whoever comes after them is not on the tree, and the command says how many they are."""
ROLES: Final = ("coordinator", "lawyer")
BY_VOICE: Final = (ChannelName.VOICE, ChannelName.SMS)
"""Ways that are a telephone number, the better one first."""
LOCK: Final = "panah lock"
STEPS: Final = ("tree", "silent", "seized", "coming", "public")


@dataclass(frozen=True)
class Branch:
    """One person of the tree. ``rings``: the places of those whom they telephone."""

    place: int
    name: str
    role: str
    number: str | None
    rings: tuple[int, ...]


def phone_tree(people: Sequence[tuple[str, str, str | None]]) -> tuple[Branch, ...]:
    """Return the tree over people (name, role, number) in their order: each telephones two of those below. Pure.

    Whoever has no number stands at the end, where nobody hangs on them.
    """
    people = sorted(people, key=lambda one: one[2] is None)
    count = len(people)
    return tuple(
        Branch(
            place + 1,
            name,
            role,
            number,
            tuple(below for below in range(RINGS * place + 2, RINGS * place + 2 + RINGS) if below <= count),
        )
        for place, (name, role, number) in enumerate(people)
    )


def people_in_order(unit: UnitOfWork) -> list[tuple[str, str, str | None]]:
    """Return those who are alerted: members of rosters in their turn, then other coordinators, then lawyers."""
    helping = {contact.id: contact for role in ROLES for contact in active_contacts(unit, role)}
    turns = [UUID(one) for duty in duties(unit) for one in duty.roster.members if one != ABSENT]
    order = dict.fromkeys([*turns, *helping])
    return [_person(unit, helping[one]) for one in order if one in helping]


def _person(unit: UnitOfWork, contact: Contact) -> tuple[str, str, str | None]:
    ways = {
        way.channel: way
        for way in unit.session.query(ContactMethod).filter_by(contact_id=contact.id)
        if way.channel in BY_VOICE and way.dead_at is None
    }
    way = next((ways[channel] for channel in BY_VOICE if channel in ways), None)
    return name_of(unit, contact), contact.role, None if way is None else address_of_method(unit, way)


@dataclass(frozen=True)
class Public:
    """What anybody may know of us, as far as it is set up."""

    bot: str | None
    form: str | None
    number: str | None


def card(tree: Iterable[Branch], public: Public, hotlines: Sequence[str], day: str, language: str) -> dict[str, Any]:
    """Return a card as plain data, in a helper's language. ``day``: when it is printed, in that language."""
    ways = [one for one in (public.bot, public.form, public.number) if one is not None]
    return {
        "lang": language.partition("-")[0],
        "rtl": is_right_to_left(language),
        "title": say("card.title", language),
        "printed": say("card.printed", language, date=day),
        "tree": [
            {
                "place": str(one.place),
                "name": one.name,
                "role": say(f"web.role.{one.role}", language),
                "number": one.number or say("card.no_number", language),
                "known": one.number is not None,
                "rings": ", ".join(map(str, one.rings)),
            }
            for one in tree
        ],
        "rings": say("card.rings", language),
        "steps": [
            {
                "what": say(f"card.{step}", language),
                "do": say_plain(f"card.{step}_do", language, ways=" · ".join(ways), command=LOCK),
            }
            for step in STEPS
            if step != "public" or ways
        ],
        "hotlines": list(hotlines),
        "hotlines-title": say("card.hotlines", language),
        "secret": say("card.secret", language),
    }


def draw(cards: dict[str, Any]) -> bytes:
    """Draw cards as PDF: a sheet of A4 to be printed on both sides and cut in four."""
    drawn: bytes = _compiler().compile(_template(), format="pdf", sys_inputs=_given(cards))
    return drawn


def draw_pages(cards: dict[str, Any], *, dots: float = 110.0) -> list[bytes]:
    """Draw them as pictures (PNG), one a page: for looking at."""
    done = _compiler().compile(_template(), format="png", ppi=dots, sys_inputs=_given(cards))
    return done if isinstance(done, list) else [done]


def _given(cards: dict[str, Any]) -> dict[str, str]:
    return {"card": json.dumps(cards, ensure_ascii=False)}


@cache
def _template() -> bytes:
    return (files("papers") / "templates" / "card.typ").read_bytes()


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler()

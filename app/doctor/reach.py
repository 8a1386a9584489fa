"""How each helper can be reached: what is not proved, what is dead, and where a text can be answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.channels.other.schemes import why_not
from alerts.needs.targets import ROLES_BEFORE_CONSENT
from alerts.needs.ways import ways_to
from app.doctor.findings import Finding, ok, warn
from contacts.countries import BY_COUNTRY, Confidence, SmsFacts, TwoWay, sms_facts
from contacts.directory import active_contacts, address_of_method, name_of
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.wiring import House
    from store.unit_of_work import UnitOfWork


def check_reach(house: House) -> Iterator[Finding]:
    """Look at every way to everybody who helps. Helpers are named; no number or address of theirs is."""
    with house.store.read() as unit:
        methods = _methods(unit)
        yield from _unproved(unit, methods)
        yield from _one_way_only(unit)
        yield from _unusable(unit, methods, allow_loopback=house.settings.sandbox)
        numbers = [method for _, method in methods if method.channel == ChannelName.SMS]
        countries = Counter(sms_facts(address_of_method(unit, one) or "").country for one in numbers)
    if ChannelName.SMS in house.settings.channels:
        yield from judge_countries(countries, house.settings.sms_answers_in)


def _methods(unit: UnitOfWork) -> list[tuple[Contact, ContactMethod]]:
    rows = unit.session.execute(
        select(Contact, ContactMethod)
        .join(ContactMethod, ContactMethod.contact_id == Contact.id)
        .where(Contact.left_at.is_(None))
        .order_by(Contact.created_at, Contact.id, ContactMethod.channel)
    )
    return [(contact, method) for contact, method in rows]


def _unproved(unit: UnitOfWork, methods: Sequence[tuple[Contact, ContactMethod]]) -> Iterator[Finding]:
    unproved = [(contact, method.channel) for contact, method in methods if method.verified_at is None]
    dead = [(contact, method.channel) for contact, method in methods if method.dead_at is not None]
    if unproved:
        said = f"not proved, so nothing is sent there: {_by_name(unit, unproved)}"
        yield warn("methods", said, "Telegram: panah contacts link-code NAME; the others: panah contacts verify NAME")
    if dead:
        said = f"the provider says that nobody can be reached there: {_by_name(unit, dead)}"
        yield warn("methods", said, "ask them; a new number or address comes with panah contacts import FILE.csv")
    if not unproved and not dead:
        yield ok("methods", f"all {len(methods)} stated ways to helpers are proved, and none is dead")


def _by_name(unit: UnitOfWork, found: Sequence[tuple[Contact, str]]) -> str:
    channels: dict[str, list[str]] = defaultdict(list)
    for contact, channel in found:
        channels[name_of(unit, contact)].append(channel)
    return "; ".join(f"{name} ({', '.join(each)})" for name, each in channels.items())


def _one_way_only(unit: UnitOfWork) -> Iterator[Finding]:
    """Who is silenced by one provider."""
    asked = [contact for contact in active_contacts(unit) if contact.role in ROLES_BEFORE_CONSENT]
    ways = [(contact, [way.channel for way in ways_to(unit, contact)]) for contact in asked]
    single = [(contact, channels[0]) for contact, channels in ways if len(channels) == 1]
    if single:
        said = f"only one way rings them: {_by_name(unit, single)}"
        yield warn("single way", said, "add a second to the file, import it, and have it proved")


def _unusable(
    unit: UnitOfWork, methods: Sequence[tuple[Contact, ContactMethod]], *, allow_loopback: bool
) -> Iterator[Finding]:
    """Addresses for Apprise that will never be used."""
    others = [(contact, method) for contact, method in methods if method.channel == ChannelName.OTHER]
    for contact, method in others:
        refused = why_not(address_of_method(unit, method) or "", allow_loopback=allow_loopback)
        if refused is not None:
            said = f"the address of {name_of(unit, contact)} is not used: {refused.meaning}"
            yield warn("other", said, "mend it in the file and import that again")


def judge_countries(numbers: Mapping[str, int], answers_in: Sequence[str]) -> Iterator[Finding]:
    """Say for each country of helpers' numbers (how many: ``numbers``) whether a text there can be answered."""
    for country in sorted(numbers):
        yield _country(_facts_of(country), numbers[country], tried=country in answers_in)
    for country in answers_in:
        if _facts_of(country).two_way is TwoWay.NO:
            said = f"PANAH_SMS_ANSWERS_IN names {country}, which is known to be one-way: that is not believed"
            yield warn(f"sms {country}", said, "take it out")


def _facts_of(country: str) -> SmsFacts:
    """What is known of a country by its letters."""
    return BY_COUNTRY.get(country, SmsFacts(country, TwoWay.UNKNOWN))


def _country(facts: SmsFacts, numbers: int, *, tried: bool) -> Finding:
    name = f"sms {facts.country or 'nowhere'}"
    note = f"; {facts.note}" if facts.note else ""
    source = f" ({facts.confidence}, {facts.source or 'no source'}, as of {facts.as_of})"
    match facts.two_way:
        case TwoWay.YES:
            return ok(name, f"{numbers} numbers; texts can be answered{note}{source}")
        case TwoWay.NO:
            return ok(name, f"{numbers} numbers; texts cannot be answered, so they carry a link{note}{source}")
        case _ if tried:
            return ok(name, f"{numbers} numbers; texts can be answered, as this team has tried")
    known = "" if facts.confidence is Confidence.NONE else source
    return warn(
        name,
        f"{numbers} numbers; whether texts can be answered is not known, so they carry a link{note}{known}",
        f"try it with one of them; if the answer comes in, add {facts.country or 'it'} to PANAH_SMS_ANSWERS_IN",
    )

"""What each action of a plan does. What cannot be done as things stand is not done: plans are shrunk at will."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from alerts.search.taking_in import take_in
from cases.consent.agreeing import enter_consent, freeze, thaw
from cases.consent.errors import ConsentError
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.closing import mark_done
from cases.docket.entering import Entry, EntryError, When, enter
from cases.docket.models import Deadline, DeadlineState
from cases.identity.models import IdentitySuggestion, SamePerson, SuggestionState
from cases.identity.suggesting import JoinRefusedError, join_cases, part_cases
from cases.incidents.opening import MEASURES, Happening
from cases.incidents.reading import read_list
from cases.models import Case
from cases.releases.models import Basis
from cases.releases.proposing import Proposal, approve, propose
from cases.verification import Basis as Ground
from cases.verification import bear_out
from contacts.leaving import mark_back, mark_left
from store.chats import WEB
from tests.simulator.forced import WORD
from tests.simulator.nodes import ZONE
from tests.simulator.people import Reporter, taps, writes
from tests.simulator.plan import MINUTE
from tests.simulator.providers import Fault
from tests.simulator.visitors import AtTheForm, presses_something, says, visits

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.simulator.world import World

Given = dict[str, Any]
PEOPLE: Final = (
    ("Qarlygash Examplekyzy", "1999-03-01"),
    ("Qarlyghash Exampleqyzy", "1999-03-01"),
    ("Yerlan Sampleuly", "1987-11-12"),
    ("Ardak Testbekov", "2001-06-30"),
)
AUDIENCES: Final = {"unhcr": (Audience.UNHCR, "Selin"), "press": (Audience.PRESS, "Maya")}


def _case(world: World, given: Given) -> UUID | None:
    cases = world.cases()
    return cases[given["case"] % len(cases)] if cases else None


def _actor(world: World) -> str:
    return f"contact:{world.helpers['Aigerim'].contact_id}"


# Reporters


def report(world: World, given: Given) -> None:
    """Somebody whom nobody knows reports."""
    if given["door"] == WEB:
        visits(world, given["words"])
        return
    place = len(world.reporters) + 1
    address = f"+7700100{place:04}" if given["door"] == "sms" else str(7_000_000 + place)
    who = Reporter(given["door"], address)
    world.reporters.append(who)
    world.by_address["telegram" if who.door == "telegram" else "sms", address] = who
    writes(world, who, given["words"])


def storm(world: World, given: Given) -> None:
    """Many report within a minute."""
    for place in range(given["reports"]):
        world.later(place * 1.5, lambda: report(world, {"door": "telegram", "words": "they took my brother"}))


def more(world: World, given: Given) -> None:
    """Somebody who has reported says more."""
    if world.reporters:
        _says(world, world.reporters[given["who"] % len(world.reporters)], given["words"])


def commands(world: World, given: Given) -> None:
    """Somebody who has reported asks for something."""
    if world.reporters:
        _says(world, world.reporters[given["who"] % len(world.reporters)], given["says"], secret=False)


def _says(world: World, who: Reporter, words: str, *, secret: bool = True) -> None:
    if isinstance(who, AtTheForm):
        says(world, who, words, secret=secret)
    else:
        writes(world, who, words, secret=secret)


def taps_something(world: World, given: Given) -> None:
    """Somebody who has reported presses a button."""
    if world.reporters:
        who = world.reporters[given["who"] % len(world.reporters)]
        if isinstance(who, AtTheForm):
            presses_something(world, who, given["which"])
        elif who.door == "telegram":
            taps(world, who.address, which=given["which"])


def blocks(world: World, given: Given) -> None:
    """Somebody who has reported blocks the bot for a while."""
    if world.reporters:
        who = world.reporters[given["who"] % len(world.reporters)]
        if who.door == WEB:
            return
        channel = "telegram" if who.door == "telegram" else "sms"
        until = world.hands.elapsed + given["seconds"]
        world.faults.told.append(Fault(channel, "gone", until, who.address))


# Helpers


def temper(world: World, given: Given) -> None:
    """A helper answers otherwise, for a while if so much is said."""
    who = world.helpers[given["name"]]
    who.temper = given["temper"]

    def again() -> None:
        who.temper = "prompt"

    if "seconds" in given:
        world.later(given["seconds"], again)


def leaves(world: World, given: Given) -> None:
    """A helper leaves, and is back later."""
    contact_id = world.helpers[given["name"]].contact_id
    with world.store.unit("simulator") as unit:
        mark_left(unit, contact_id)

    def back() -> None:
        with world.store.unit("simulator") as unit:
            mark_back(unit, contact_id)

    world.later(given["seconds"], back)


def policy(world: World, given: Given) -> None:
    """Another policy is in force."""
    world.is_policy(given["which"])


# Dockets


def _enters(world: World, given: Given, event: str, **more: Any) -> None:
    case_id = _case(world, given)
    if case_id is None:
        return
    with suppress(EntryError), world.store.unit(_actor(world)) as unit:
        case = unit.session.get_one(Case, case_id)
        case.jurisdiction = "KZ"
        if "in" in given:
            more["appointed_at"] = unit.now + timedelta(seconds=given["in"])
        entry = Entry(event, When(unit.now), note=f"room {world.secret()}", **more)
        enter(unit, case_id, entry, zone=ZONE)


def hearing(world: World, given: Given) -> None:
    """A hearing is entered."""
    _enters(world, given, "hearing_scheduled")


def moved(world: World, given: Given) -> None:
    """The hearing that stands is moved."""
    _enters(world, given, "hearing_moved")


def called_off(world: World, given: Given) -> None:
    """The hearing that stands is called off."""
    _enters(world, given, "hearing_cancelled")


def removal(world: World, given: Given) -> None:
    """A removal is known to be planned."""
    _enters(world, given, "removal_scheduled")


def happened(world: World, given: Given) -> None:
    """Something else happened."""
    _enters(world, given, given["event"])


def daily_contact(world: World, given: Given) -> None:
    """Somebody should be heard of every day."""
    _enters(world, given, "daily_contact_expected")


def done(world: World, given: Given) -> None:
    """What the next clock of a case asks for was done."""
    case_id = _case(world, given)
    if case_id is None:
        return
    with world.store.unit(_actor(world)) as unit:
        running = select(Deadline.id).where(Deadline.case_id == case_id, Deadline.state == DeadlineState.RUNNING)
        deadline_id = unit.session.scalars(running.order_by(Deadline.safe_at).limit(1)).first()
        if deadline_id is not None:
            mark_done(unit, deadline_id, by=_actor(world), note="filed at the court")


# Who it is


def told_of(world: World, given: Given) -> None:
    """It is known whose case it is."""
    case_id = _case(world, given)
    if case_id is None:
        return
    name, born = PEOPLE[given["person"]]
    with world.store.unit(_actor(world)) as unit:
        enter_fact(unit, case_id, "name_latin", f"{name} {world.secret()}" if given["person"] == 3 else name)
        enter_fact(unit, case_id, "birth_date", born)


def joins(world: World, given: Given) -> None:
    """Somebody says that two cases are of one person; where one is joined already, the console says so."""
    with suppress(JoinRefusedError), world.store.unit(_actor(world)) as unit:
        found = select(IdentitySuggestion).where(IdentitySuggestion.state == SuggestionState.OPEN)
        rows = unit.session.scalars(found.order_by(IdentitySuggestion.made_at, IdentitySuggestion.id)).all()
        if rows:
            row = rows[given["which"] % len(rows)]
            join_cases(unit, row.id, row.case_id)


def parts(world: World, given: Given) -> None:
    """Somebody takes it back."""
    with world.store.unit(_actor(world)) as unit:
        rows = unit.session.scalars(
            select(SamePerson).where(SamePerson.parted_at.is_(None)).order_by(SamePerson.case_id)
        )
        together = rows.all()
        if together:
            row = together[given["which"] % len(together)]
            part_cases(unit, row.case_id, row.leader_id)


def raid(world: World, given: Given) -> None:
    """Several are taken at once, and a coordinator enters the list."""
    names = "\n".join(f"{place + 1}. Person{place} Of{chr(97 + place)}list" for place in range(given["people"]))
    with world.store.unit(_actor(world)) as unit:
        happening = Happening(MEASURES[0], When(unit.now), ZONE, "en")
        people = [one for one in read_list(names) if one.is_person]
        if people:
            take_in(unit, happening, people)


def closes(world: World, given: Given) -> None:
    """A case is over, or never was one; later somebody may say that it can be erased in its time."""
    case_id = _case(world, given)
    if case_id is not None:
        world.ends.closes(case_id, _actor(world), no_case=given.get("no_case", False))
        if "confirmed_in" in given:
            world.later(given["confirmed_in"], lambda: world.ends.confirms(case_id, _actor(world)))


def reopens(world: World, given: Given) -> None:
    """It is not over after all."""
    case_id = _case(world, given)
    if case_id is not None:
        world.ends.reopens(case_id, _actor(world))


def confirms(world: World, given: Given) -> None:
    """A case may be erased when its time has come."""
    case_id = _case(world, given)
    if case_id is not None:
        world.ends.confirms(case_id, _actor(world))


def keeps(world: World, given: Given) -> None:
    """A case is to be kept whatever its age, or not any more."""
    case_id = _case(world, given)
    if case_id is not None:
        world.ends.keeps(case_id, _actor(world), keep=given["keep"])


def backs_up(world: World, _: Given) -> None:
    """A backup is made."""
    world.ends.backs_up()


# Consent


def _agrees(world: World, given: Given, *, granted: bool) -> None:
    case_id = _case(world, given)
    if case_id is None:
        return
    audience, _ = AUDIENCES[given["to"]]
    with suppress(ConsentError), world.store.unit(_actor(world)) as unit:
        if granted:
            enter_fact(unit, case_id, "place", f"centre {world.secret()}")
        enter_consent(
            unit, case_id, audience, FieldClass, granted=granted, authority=Authority.PERSON, how="to counsel"
        )
    world.promises.agreed(case_id, given["to"], granted=granted)


def consents(world: World, given: Given) -> None:
    """The person agrees to an audience being told."""
    _agrees(world, given, granted=True)


def refuses(world: World, given: Given) -> None:
    """The person takes it back."""
    _agrees(world, given, granted=False)


def freezes(world: World, given: Given) -> None:
    """Nothing of a case may leave."""
    case_id = _case(world, given)
    if case_id is not None:
        with world.store.unit(_actor(world)) as unit:
            freeze(unit, case_id)
        world.promises.froze(case_id, frozen=True)


def thaws(world: World, given: Given) -> None:
    """The person was asked, and it may."""
    case_id = _case(world, given)
    if case_id is not None:
        with world.store.unit(_actor(world)) as unit:
            thaw(unit, case_id)
        world.promises.froze(case_id, frozen=False)


def releases(world: World, given: Given) -> None:
    """Something is to leave, and two approve it."""
    case_id = _case(world, given)
    if case_id is None:
        return
    audience, reader = AUDIENCES[given["to"]]
    proposer, other = (world.helpers[name].contact_id for name in ("Aigerim", "Timur"))
    with suppress(ConsentError), world.store.unit(_actor(world)) as unit:
        bear_out(unit, case_id, Ground.LAWYER, "seen by counsel")
        not_before = unit.now + timedelta(seconds=given["in"]) if given["in"] else None
        to = (world.helpers[reader].contact_id,)
        proposal = Proposal(audience, to, (), Basis.CONSENT, "for their protection", not_before)
        release_id = propose(unit, unit.session.get_one(Case, case_id), proposal, proposer)
        for contact_id in (proposer, other):
            approve(unit, release_id, contact_id, "coordinator")


# What people at risk leave sealed


def seals(world: World, given: Given) -> None:
    """Somebody leaves a sealed file, and agrees to be asked each day."""
    world.seals.leaves(given["minute"], answers=given["answers"])


def told_taken(world: World, given: Given) -> None:
    """Somebody tells a helper that who has left a file was taken."""
    world.seals.is_told(given["file"], given["by"], _actor(world))


def missed(world: World, given: Given) -> None:
    """A helper has looked in vain for who did not check in."""
    world.seals.is_missed(given["file"], _actor(world))


def taken(world: World, given: Given) -> None:
    """Who has left a file is taken: two say so, and two agree that it be opened, unless somebody objects meanwhile."""
    for by, name in enumerate(("Aigerim", "Dana")):
        told_taken(world, {**given, "by": by})
        world.later(given["after"] * (by + 1), partial(agrees, world, {**given, "name": name}))
    if "objected_in" in given:
        world.later(2 * given["after"] + given["objected_in"], lambda: objects(world, given))


def agrees(world: World, given: Given) -> None:
    """A helper agrees that a file be opened."""
    world.seals.agrees(given["file"], world.helpers[given["name"]])


def objects(world: World, given: Given) -> None:
    """A helper objects to it."""
    world.seals.objects(given["file"], _actor(world))


def takes_back(world: World, given: Given) -> None:
    """Somebody takes back what they left, or is made to."""
    world.seals.takes_back(given["file"], forced=given["forced"])


# People who are forced, and drills


def agrees_on_word(world: World, given: Given) -> None:
    """A word is agreed on with who has reported."""
    if world.reporters:
        who = world.reporters[given["who"] % len(world.reporters)]
        if who.door != WEB:
            world.forced.agrees_on_word(who)


def says_word(world: World, given: Given) -> None:
    """Somebody who has reported is made to write, and says it, if it is a word between us."""
    if world.reporters:
        _says(world, world.reporters[given["who"] % len(world.reporters)], f"it is cold, like a {WORD}")


def made_to_show(world: World, given: Given) -> None:
    """A helper is made to show what they can open."""
    world.forced.is_made_to_show(world.helpers[given["name"]], given["seconds"])


def sings(world: World, given: Given) -> None:
    """The canary is sent, several times."""
    world.drills.sings(given["times"])


def deaf(world: World, given: Given) -> None:
    """Nobody hears the canary."""
    world.drills.is_deaf(given["seconds"])


def drill(world: World, _: Given) -> None:
    """Everybody is rung, to see who answers."""
    world.drills.rings_everybody()


# Bad days


def fault(world: World, given: Given) -> None:
    """A provider fails for a while, for one reader or for all."""
    address = None if given["whom"] is None else world.helpers[given["whom"]].addresses[given["channel"]]
    until = world.hands.elapsed + given["seconds"]
    world.faults.told.append(Fault(given["channel"], given["how"], until, address, given["wait"]))
    world.calmly(given["seconds"] + 2 * MINUTE)
    if given["how"] == "gone" and given["channel"] == "telegram" and address is not None:
        back = Reporter("telegram", address)
        world.later(given["seconds"] + MINUTE, lambda: writes(world, back, "/cases", secret=False))


def again(world: World, given: Given) -> None:
    """Telegram hands out once more what it has handed out before."""
    last = world.updates.next_id
    for number in range(max(last - given["updates"], last - 5), last):
        with suppress(LookupError):
            world.updates.redeliver(number)


def _some_node(world: World) -> Any:
    free = [node for node in world.nodes if node.resumes_at <= world.hands.elapsed]
    return free[world.tally.actions % len(free)] if free else None


def crash(world: World, given: Given) -> None:
    """A process dies after so many statements more."""
    world.ground.dies_after(given["after"])


def dies_in_call(world: World, given: Given) -> None:
    """A process dies when a provider has taken a message and nobody has written it down."""
    world.faults.dies_after = given["after"]


def stalls(world: World, given: Given) -> None:
    """A process claims what is due, stands still, and goes on as if no time had passed."""
    node = _some_node(world)
    if node is not None:
        until = world.hands.elapsed + given["seconds"]
        world.calmly(given["seconds"] + MINUTE)
        world.lives(node, lambda: node.stands_still(until, calls=world.tally.actions % 2 == 0))


def lost(world: World, given: Given) -> None:
    """A process claims what is due and is gone with its machine; another takes over, or it comes back later."""
    node = _some_node(world)
    if node is not None:
        until = world.hands.elapsed + given["seconds"]
        world.lives(node, lambda: node.stands_still(until, calls=world.tally.actions % 2 == 0))
        world.dies(node, given["seconds"])


def clock(world: World, given: Given) -> None:
    """The machine's clock is wrong for a while."""
    world.hands.off += given["by"]
    world.calmly(given["seconds"] + abs(given["by"]) + MINUTE)

    def right() -> None:
        world.hands.off -= given["by"]
        world.calmly(abs(given["by"]) + 10 * MINUTE)

    world.later(given["seconds"], right)


def off(world: World, given: Given) -> None:
    """Everything is off for a while."""
    for node in world.nodes:
        world.dies(node, given["seconds"])
    world.calmly(given["seconds"] + 10 * MINUTE)


ACTS: Final[dict[str, Callable[[World, Given], None]]] = {
    "report": report,
    "storm": storm,
    "more": more,
    "commands": commands,
    "taps": taps_something,
    "blocks": blocks,
    "temper": temper,
    "leaves": leaves,
    "policy": policy,
    "hearing": hearing,
    "moved": moved,
    "called_off": called_off,
    "removal": removal,
    "happened": happened,
    "daily_contact": daily_contact,
    "done": done,
    "told_of": told_of,
    "joins": joins,
    "parts": parts,
    "raid": raid,
    "closes": closes,
    "reopens": reopens,
    "confirms": confirms,
    "keeps": keeps,
    "backs_up": backs_up,
    "consents": consents,
    "refuses": refuses,
    "freezes": freezes,
    "thaws": thaws,
    "releases": releases,
    "seals": seals,
    "told_taken": told_taken,
    "missed": missed,
    "taken": taken,
    "agrees": agrees,
    "objects": objects,
    "takes_back": takes_back,
    "agrees_on_word": agrees_on_word,
    "says_word": says_word,
    "made_to_show": made_to_show,
    "sings": sings,
    "deaf": deaf,
    "drill": drill,
    "fault": fault,
    "again": again,
    "crash": crash,
    "dies_in_call": dies_in_call,
    "stalls": stalls,
    "lost": lost,
    "clock": clock,
    "off": off,
}
"""By the names that plans use."""

"""“Somebody has it” stays true: whoever took it is reminded, and others are asked when nothing is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Need
from store.eventlog import EventRow

if TYPE_CHECKING:
    from sandbox import Message, Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy

REMINDER = "is this done"


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


def settles(town: Town) -> None:
    """What a chat's limit has put off by a second or two is shown."""
    town.later(seconds=3)
    town.rests()


def events(town: Town, name: str) -> list[str]:
    with town.house.store.read() as unit:
        rows = unit.session.scalars(select(EventRow).where(EventRow.name == name).order_by(EventRow.position))
        return [str(row.payload.get("milestone") or row.payload.get("why")) for row in rows]


def accepted(town: Town, who: Phone, words: str = "hello") -> str:
    """Somebody reports, and this person takes it."""
    gulnar = town.relative()
    gulnar.writes(words)
    code = town.code_on(gulnar)
    who.taps("Accept", on=who.sees(code))
    who.sees(f"You have taken {code}")
    town.rests()
    return code


def test_who_does_nothing_is_reminded_and_then_others_are_asked(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    first = gulnar.sees("has taken")
    with town.silence(team.aigerim, team.timur):
        town.later(minutes=44)
    town.later(minutes=1, seconds=2)
    reminder = team.aigerim.sees(f"{code}: {REMINDER} – contact made")
    assert "in 11 min" in reminder.plain
    assert labels(reminder) == ["Contact made", "Give it back"]
    with town.silence(team.aigerim, team.timur):
        town.later(minutes=11)
    town.later(seconds=17)
    stale = team.aigerim.sees(f"{code} is being given to others")
    told = team.timur.sees(f"{code}: nothing was heard from Aigerim")
    assert told.silent
    page = team.timur.sees(f"NEW {code}")
    settles(town)
    assert events(town, "MilestoneMissed") == ["contact_made"]
    assert events(town, "NeedGivenBack") == ["stale"]
    assert labels(team.aigerim.messages[0]) == []
    team.aigerim.taps("Contact made", on=reminder)
    team.aigerim.is_told(f"You do not have {code} any more")
    team.timur.taps("Accept", on=page)
    gulnar.sees("has taken", after=first)
    team.aigerim.taps("Accept", on=stale)
    team.aigerim.is_told("already been taken by Timur")
    team.aigerim.taps("Contact made", on=reminder)
    town.rests()
    assert events(town, "MilestoneReached") == []


def test_who_was_on_it_after_all_takes_it_again(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    town.later(minutes=45, seconds=1)
    team.aigerim.sees(REMINDER)
    town.later(minutes=11, seconds=17)
    team.timur.sees(f"NEW {code}")
    offered = team.aigerim.sees("given to others")
    team.aigerim.taps("Accept", on=offered)
    team.timur.sees(f"{code}: taken by Aigerim")
    settles(town)
    assert labels(team.aigerim.messages[0]) == ["Open", "Contact made", "Give it back"]
    town.later(minutes=45, seconds=1)
    team.aigerim.sees(f"{code}: {REMINDER}", after=offered)


def test_who_got_through_is_never_asked_again(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    team.aigerim.taps("Contact made", on=team.aigerim.messages[0])
    team.aigerim.is_told(f"{code}: noted – contact made")
    settles(town)
    assert labels(team.aigerim.messages[0]) == ["Open", "Give it back"]
    with town.silence(team.aigerim, team.timur):
        town.later(hours=3)
        town.later(hours=20)
    assert events(town, "MilestoneReached") == ["contact_made"]


def test_a_lawyer_makes_contact_and_files(town: Town, team: Team) -> None:
    code = accepted(town, team.dana, "they took my brother")
    page = team.dana.messages[0]
    team.dana.taps("Contact made", on=page)
    team.dana.taps("Contact made", on=page)  # a thumb that taps twice changes nothing
    settles(town)
    assert labels(team.dana.messages[0]) == ["Open", "Filed", "Give it back"]
    with town.silence(team.dana):
        town.later(hours=23, minutes=59)
    town.later(minutes=1, seconds=2)
    reminder = team.dana.sees(f"{code}: {REMINDER} – filed")
    assert labels(reminder) == ["Filed", "Give it back"]
    team.dana.taps("Filed", on=reminder)
    team.dana.is_told("noted – filed")
    with town.silence(team.dana):
        town.later(hours=5)
    assert events(town, "MilestoneReached") == ["contact_made", "filed"]


def test_giving_back_on_purpose_rings_others_at_once(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    team.aigerim.taps("Give it back", on=team.aigerim.messages[0])
    team.aigerim.is_told(f"You gave {code} back")
    team.timur.sees(f"NEW {code}")
    team.timur.sees(f"{code}: Aigerim gave it back. Sought again: coordinator")
    again = team.aigerim.sees("If it was a mistake, take it again")
    assert labels(again) == ["Accept"]
    settles(town)
    assert "You had" in team.aigerim.messages[0].plain
    assert events(town, "MilestoneMissed") == []
    team.aigerim.taps("Accept", on=again)
    team.timur.sees(f"{code}: taken by Aigerim")
    settles(town)
    assert "You have taken" in team.aigerim.messages[0].plain


def test_what_offers_it_again_says_so_once_somebody_else_has_it(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    team.aigerim.taps("Give it back", on=team.aigerim.messages[0])
    again = team.aigerim.sees("If it was a mistake, take it again")
    assert labels(again) == ["Accept"]
    team.timur.taps("Accept", on=team.timur.sees(f"NEW {code}"))
    settles(town)
    now = next(one for one in team.aigerim.messages if one.id == again.id)
    assert (labels(now), f"{code}: taken by Timur" in now.plain) == ([], True)


def test_a_day_on_which_the_house_stood_still_takes_nothing_from_anybody(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    town.later(days=1)
    reminder = team.aigerim.sees(f"{code}: {REMINDER}")
    with town.silence(team.timur):
        town.later(minutes=11)
        team.aigerim.taps("Contact made", on=reminder)
        town.later(hours=1)
    assert events(town, "NeedGivenBack") == []


def test_a_reminder_that_could_not_leave_is_waited_for_but_not_for_ever(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    with town.sandbox.faults.breaks(chat=team.aigerim, times=500, code=500):
        town.later(minutes=45, seconds=1)
        with town.silence(team.timur):
            town.later(minutes=12)
        town.later(minutes=10, seconds=45)
        team.timur.sees(f"NEW {code}")
    town.later(minutes=5)
    team.aigerim.sees(f"{code} is being given to others")


def test_policies_say_how_soon(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim)
    town.later(minutes=10)
    with town.silence(team.aigerim):
        town.rests()
    town.policy(HASTY)
    reminder = team.aigerim.sees(f"{code}: {REMINDER}")
    assert "in 5 min" in reminder.plain


HASTY = """\
policies:
  - name: test
    applies_to: {jurisdictions: [KZ], risk: any}
    needs:
      coordinator:
        contact_within: 10m
        steps:
          - {notify: [{person: Aigerim}], channels: [telegram], wait: 2m}
          - {notify: [{person: Timur}], channels: [telegram], wait: 3m}
"""


def test_the_coordinator_hears_once_that_no_lawyer_has_it(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    team.aigerim.taps("Contact made", on=team.aigerim.sees("You have taken"))
    town.rests()
    team.dana.taps("Decline", on=team.dana.sees(code))
    shouted = team.aigerim.sees("NOBODY HAS ACCEPTED")
    town.later(minutes=45, seconds=2)
    told = team.aigerim.sees(f"{code}: no lawyer has accepted yet", after=shouted)
    town.later(hours=2)
    town.rests()
    assert [one.plain for one in team.aigerim.messages if "no lawyer" in one.plain] == [told.plain]


def test_a_lawyer_in_time_spares_the_coordinator_the_reminder(town: Town, team: Team) -> None:
    code = accepted(town, team.aigerim, "they took my brother")
    team.aigerim.taps("Contact made", on=team.aigerim.sees(code))
    team.dana.taps("Accept", on=team.dana.sees(code))
    team.dana.sees("You have taken")
    with town.silence(team.aigerim):
        town.later(minutes=46)


def test_a_fault_of_ours_is_nobodys_to_follow_up(town: Town, team: Team) -> None:
    town.expects("handling_failed", parked=1)
    gulnar = town.relative()
    town.sandbox.push_raw_update({"message": {"message_id": 1, "chat": {"id": gulnar.chat_id}, "text": 5}})
    for seconds in (1, 1, 5, 25):
        town.later(seconds=seconds)
    team.aigerim.taps("Accept", on=team.aigerim.sees("FAULT"))
    assert labels(team.aigerim.sees("You have taken FAULT")) == []
    with town.silence(team.aigerim, team.timur):
        town.later(hours=2)


def test_done_lists_what_is_to_be_done_and_notes_it(town: Town, team: Team) -> None:
    first = accepted(town, team.dana, "they took my brother")
    second = accepted(town, team.dana, "they took my sister")
    team.dana.command("/done")
    assert f"To get through to somebody: {first}, {second}" in team.dana.sees("/done and the code").plain
    town.later(seconds=5)
    team.dana.command(f"/done {first.lower()}")
    team.dana.sees(f"{first}: noted – contact made")
    town.later(seconds=5)
    team.dana.command("/done")
    told = team.dana.sees("To be filed").plain
    assert f"To get through to somebody: {second}" in told
    assert f"To be filed: {first}" in told
    before = team.aigerim.messages[-1]
    team.aigerim.command(f"/done {first}")
    team.aigerim.sees("nothing to note", after=before)
    team.timur.command("/done")
    team.timur.sees("Nothing is left to do for you")
    with town.house.store.read() as unit:
        held = unit.session.scalars(select(Need.kind).where(Need.contact_made_at.is_not(None))).all()
    assert held == ["lawyer"]

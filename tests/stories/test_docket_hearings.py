"""Hearings that are called off, questions nobody answers, and what is asked again and again: in a helper's chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.docket.entering import standing_hearings
from cases.docket.models import Proposal, Watch, WatchState
from cases.models import Case
from tests.stories.test_case_commands import asks
from tests.stories.test_docket import entered, enters, with_dana

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox import Message
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def labels(message: Message) -> list[str]:
    return [button.label.translate(ISOLATES) for button in message.buttons]


def standing(town: Town) -> list[datetime | None]:
    with town.house.store.read() as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        return [one.for_at for one in standing_hearings(unit, case_id)]


def test_a_hearing_is_called_off_by_name_and_never_another(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    told = asks(town, team.dana, f"/event {code} hearing_cancelled today", "No hearing that is still to come is known")
    team.dana.taps("No", on=told)
    enters(town, team.dana, f"/hearing {code} 20 March 10:00")
    one = asks(town, team.dana, f"/event {code} hearing_cancelled today", "It is this hearing that is off")
    assert "20 March 2026, 10:00" in one.plain
    assert labels(one) == ["Yes, enter it", "No"]
    enters(town, team.aigerim, f"/hearing {code} 25 March 11:00", "Another hearing")
    team.dana.taps("Yes, enter it", on=one)
    several = team.dana.sees("Which of them is off?", after=one)  # somebody has entered another meanwhile
    assert labels(several) == ["Off: 20.03 10:00", "Off: 25.03 11:00", "No"]
    assert len(standing(town)) == 2
    town.later(seconds=3)
    team.dana.taps("Off: 20.03 10:00", on=several)
    team.dana.sees(f"{code}: entered", after=several)
    assert [f"{at:%d}" for at in standing(town) if at is not None] == ["25"]
    told = asks(town, team.dana, f"/deadlines {code}", "soonest first")
    assert "25 March 2026" in told.plain
    assert "20 March" not in told.plain


def test_what_is_not_answered_is_asked_once_more_and_said_to_be_forgotten(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    asked = asks(town, team.dana, f"/hearing {code} 20 March 10:00 room 5", "Asia/Almaty is assumed")
    with town.silence(team.dana):
        town.later(minutes=9)
    town.later(minutes=1, seconds=5)
    again = team.dana.sees("You have not answered yet", after=asked)
    assert "20 March 2026, 10:00" in again.plain
    assert "room 5" in again.plain
    with town.silence(team.dana):
        town.later(hours=47)
    assert entered(town) == []
    town.later(hours=2)
    team.dana.sees(f"{code}: you did not say yes", after=again)
    with town.house.store.read() as unit:
        assert unit.session.scalars(select(Proposal.id)).all() == []
    town.rests()
    assert not [one for one in team.dana.messages if "room 5" in one.plain or "Yes, enter it" in labels(one)]
    asked = asks(town, team.dana, f"/hearing {code} 20 March 10:00", "say yes")
    town.later(minutes=10, seconds=5)
    again = team.dana.sees("You have not answered yet", after=asked)
    team.dana.taps("Yes, enter it", on=again)
    team.dana.sees(f"{code}: entered", after=again)
    team.dana.taps("Yes, enter it", on=asked)
    team.dana.is_told("answered before")
    assert entered(town) == ["hearing_scheduled"]
    told = asks(town, team.dana, f"/hearing {code} 27 March 10:00", "stands already")
    assert "is assumed" not in told.plain, "by now a person has entered something by this clock"


def test_what_is_asked_again_and_again_can_be_ended(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/event {code} weak_signal now")
    town.later(hours=9, minutes=5)
    page = team.aigerim.sees(f"LOOK NOW {code}")
    team.aigerim.taps("Accept", on=page)
    town.later(seconds=3)
    town.rests()
    held = next(one for one in team.aigerim.messages if "All right" in labels(one))
    assert labels(held) == ["Open", "All right", "No longer needed", "Give it back"]
    told = asks(town, team.aigerim, "/done", "Nobody has said yet that all is right")
    assert "No longer: 1" in labels(told)
    team.aigerim.taps("No longer: 1", on=told)
    team.aigerim.is_told("Nobody will be asked about this again")
    with town.house.store.read() as unit:
        assert set(unit.session.scalars(select(Watch.state))) == {WatchState.CANCELLED}
    before = len(team.aigerim.messages)
    town.later(days=2)
    town.rests()
    assert not any("LOOK NOW" in one.plain for one in team.aigerim.messages[before:])

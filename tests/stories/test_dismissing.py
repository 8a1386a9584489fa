"""The family says that the lawyer is no longer wanted: nothing is taken away before the safe contact was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Need
from alerts.search.dismissing import confirm_dismissal, deny_dismissal
from cases.consent.errors import ConsentError
from cases.docket.dismissing import ask_to_dismiss
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Dismissal, Occurrence, RiskReading, Watch
from cases.docket.reading import case_by_code
from cases.verification import suspect
from contacts.directory import find_contact
from store.data_keys import case_scope
from store.eventlog import EventRow
from store.vault import Field
from texts.catalogue import LANGUAGES, say

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case
    from sandbox import Phone
    from store.unit_of_work import UnitOfWork
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy

WRITTEN_DOWN = "we have written down that the lawyer is no longer wanted"
EACH_TIME = ("ru", "ug")
QUESTION = "Somebody asked that the lawyer be dismissed"


def settles(town: Town) -> None:
    town.later(seconds=3)
    town.rests()


def defended(town: Town, team: Team) -> tuple[Phone, str]:
    """A case that Aigerim and Dana have."""
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    for one in (team.aigerim, team.dana):
        one.taps("Accept", on=one.sees(code))
    settles(town)
    return gulnar, code


def case_of(unit: UnitOfWork, code: str) -> Case:
    case = case_by_code(unit, code)
    assert case is not None
    return case


def contact(unit: UnitOfWork, name: str) -> UUID:
    found = find_contact(unit, name)
    assert found is not None
    return found.id


def lawyers(town: Town, code: str) -> list[UUID | None]:
    """Who has the case as its lawyer."""
    with town.house.store.read() as unit:
        needs = select(Need.accepted_by).where(Need.kind == "lawyer", Need.case_id == case_of(unit, code).id)
        return list(unit.session.scalars(needs))


def docket(town: Town, code: str) -> tuple[list[str], int]:
    """What happened, and how high the risk is."""
    with town.house.store.read() as unit:
        case_id = case_of(unit, code).id
        kinds = unit.session.scalars(
            select(Occurrence.kind).where(Occurrence.case_id == case_id).order_by(Occurrence.entered_at, Occurrence.id)
        ).all()
        levels = unit.session.scalars(
            select(RiskReading.level).where(RiskReading.case_id == case_id).order_by(RiskReading.at, RiskReading.id)
        ).all()
        return list(kinds), levels[-1] if levels else 0


def events(town: Town) -> list[str]:
    with town.house.store.read() as unit:
        named = EventRow.name.startswith("Dismissal")
        return list(unit.session.scalars(select(EventRow.name).where(named).order_by(EventRow.at, EventRow.position)))


def confirms(town: Town, code: str, name: str | None = "Dana", how: str = "in person, at her sister's") -> None:
    with town.house.store.unit("contact:test") as unit:
        whom = None if name is None else contact(unit, name)
        confirm_dismissal(unit, case_of(unit, code), whom, how)
    settles(town)


def test_a_wish_takes_nothing_away_and_asks_until_somebody_has_spoken_with_the_safe_contact(
    town: Town, team: Team
) -> None:
    gulnar, code = defended(town, team)
    before = lawyers(town, code)
    gulnar.command("/nolawyer")
    gulnar.sees(f"{code}: {WRITTEN_DOWN}")
    settles(town)
    assert lawyers(town, code) == before, "Dana goes on"
    team.dana.sees(f"{code}: somebody asked that you be dismissed")
    page = team.aigerim.sees(QUESTION)
    assert "All right" not in [one.label for one in page.buttons], "no button answers for the safe contact"
    kinds, risk = docket(town, code)
    assert kinds == ["counsel_dismissal_asked"]
    assert risk == 3
    told = team.aigerim.messages[-1]
    town.later(hours=6, seconds=5)
    settles(town)
    team.aigerim.sees(QUESTION, after=told)  # a day later, too, and the day after that
    assert events(town) == ["DismissalAsked"]


def test_what_the_chat_says_is_the_same_with_and_without_a_lawyer_and_said_twice_it_is_one_question(
    town: Town, team: Team
) -> None:
    gulnar, code = defended(town, team)
    gulnar.command("/nolawyer")
    first = gulnar.sees(WRITTEN_DOWN)
    settles(town)
    zarina = town.relative("Zarina")
    zarina.writes("hello")
    other = town.code_on(zarina)
    town.later(seconds=2)
    zarina.command("/nolawyer")
    assert zarina.sees(WRITTEN_DOWN).plain.replace(other, code) == first.plain
    gulnar.command("/nolawyer they treat us badly")
    settles(town)
    with town.house.store.read() as unit:
        assert len(unit.session.scalars(select(Dismissal)).all()) == 2, "one for each case"
        watches = unit.session.scalars(select(Watch.kind).where(Watch.kind == "dismissal", Watch.number == 1)).all()
        assert len(watches) == 2


@pytest.mark.parametrize(
    "language",
    [one if one in EACH_TIME else pytest.param(one, marks=pytest.mark.long) for one in LANGUAGES],
)
def test_the_words_of_the_button_say_it_in_every_language(town: Town, team: Team, language: str) -> None:
    gulnar = town.relative(language=language)
    gulnar.writes("they took my brother")
    town.rests()
    town.later(seconds=2)
    gulnar.writes(say("option.no_lawyer", language))
    settles(town)
    gulnar.writes("our lawyer is no longer wanted by the police, he says")  # people read that, not the program
    settles(town)
    assert events(town) == ["DismissalAsked"]
    assert team.aigerim.messages


def test_confirmed_it_ends_the_lawyers_work_and_way_in_and_another_is_sought(town: Town, team: Team) -> None:
    farida = town.helper("Farida", "lawyer")
    gulnar, code = defended(town, team)
    gulnar.command("/nolawyer")
    settles(town)
    confirms(town, code)
    assert lawyers(town, code) == [None]
    team.dana.sees(f"{code}: they have confirmed by a safe way that they want another lawyer")
    page = farida.sees(code)
    told = team.dana.messages[-1]
    town.later(hours=2)  # the list runs out, everybody is told, and it begins anew: Dana is not asked again
    settles(town)
    assert not [one for one in team.dana.asking("Accept") if one.id > told.id]
    farida.taps("Accept", on=page)
    settles(town)
    with town.house.store.read() as unit:
        assert lawyers(town, code) == [contact(unit, "Farida")]
        row = unit.session.scalars(select(Dismissal)).one()
        assert row.how is not None
        place = Field("dismissal", "how", row.id)
        assert unit.vault.open(case_scope(row.case_id), place, row.how) == "in person, at her sister's"
        assert not unit.session.scalars(
            select(Watch).where(Watch.kind == "dismissal", Watch.state.in_(("waiting", "missed")))
        ).all(), "nobody is asked any more"
    assert events(town) == ["DismissalAsked", "DismissalConfirmed"]


def test_denied_the_lawyer_goes_on_and_the_case_says_that_somebody_may_have_been_forced(town: Town, team: Team) -> None:
    gulnar, code = defended(town, team)
    before = lawyers(town, code)
    gulnar.command("/nolawyer")
    settles(town)
    with town.house.store.unit("contact:test") as unit:
        deny_dismissal(unit, case_of(unit, code), "the sister, by the neighbour's telephone: nobody wants that")
    settles(town)
    assert lawyers(town, code) == before
    team.dana.sees(f"{code}: they do not want you dismissed")
    kinds, risk = docket(town, code)
    assert kinds[-1] == "counsel_dismissal_denied"
    assert risk == 6
    asked = len(team.aigerim.asking("Accept"))
    town.later(hours=7)
    settles(town)
    assert not [one for one in team.aigerim.messages if QUESTION in one.plain], "nobody is asked any more"
    assert len(team.aigerim.asking("Accept")) == asked
    assert events(town) == ["DismissalAsked", "DismissalDenied"]
    assert WRITTEN_DOWN in gulnar.messages[-1].plain, "whoever forces them reads their chat: it says nothing more"


def test_what_people_enter_asks_the_same_question(town: Town, team: Team) -> None:
    """“She signed in custody that she wants no lawyer.”"""
    _, code = defended(town, team)
    before = lawyers(town, code)
    with town.house.store.unit("contact:test") as unit:
        enter(unit, case_of(unit, code).id, Entry("counsel_dismissed", When(unit.now)), zone="Asia/Almaty")
    settles(town)
    team.aigerim.sees(QUESTION)
    assert lawyers(town, code) == before


def test_nothing_is_settled_without_a_word_on_how_and_about_whom(town: Town, team: Team) -> None:
    _, code = defended(town, team)
    with town.house.store.unit("contact:test") as unit:
        case = case_of(unit, code)
        with pytest.raises(ConsentError, match="nobody has asked"):
            deny_dismissal(unit, case, "by telephone")
        assert ask_to_dismiss(unit, case.id)
        assert not ask_to_dismiss(unit, case.id)
        with pytest.raises(ConsentError, match="safe way"):
            deny_dismissal(unit, case, "  ")
        for nobody in (None, contact(unit, "Timur")):
            with pytest.raises(ConsentError, match="which lawyer"):
                confirm_dismissal(unit, case, nobody, "by telephone")
    settles(town)
    assert events(town) == ["DismissalAsked"]
    assert team.dana.messages


def test_whoever_may_set_a_trap_is_not_answered(town: Town, team: Team) -> None:
    gulnar, code = defended(town, team)
    with town.house.store.unit("contact:test") as unit:
        suspect(unit, case_of(unit, code).id)
    settles(town)
    with town.silence(gulnar):
        gulnar.command("/nolawyer")
        settles(town)
    assert events(town) == ["DismissalAsked"], "people are told all the same"
    team.aigerim.sees(QUESTION)

"""One person, reported in four scripts and by two doors: staff are asked whether it is one, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.models import Need, NeedState
from cases.identity.models import IdentitySuggestion, SamePerson
from cases.models import Case
from tests.accounts import Browser, join
from tests.web.form import Visitor

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.stories.conftest import Team
    from tests.story import Town

TOLD = ("Nurlan Serikuly, 1991", "Нұрлан Серікұлы, 1991", "نۇرلان سېرىك ئوغلى، 1991")
BY_FORM = "努尔兰·赛力克，1991"


def tells(town: Town, number: int, who: str) -> tuple[Phone, str]:
    """Somebody writes, says nothing of what is happening or where, and answers who it is."""
    phone = town.relative(f"Relative {number}")
    phone.writes("they took my brother")
    code = town.code_on(phone)
    for _ in range(2):
        phone.taps("Skip")
        town.rests()
    phone.writes(who)
    town.rests()
    return phone, code


def test_the_same_person_in_four_scripts_is_proposed_as_one(town: Town, team: Team) -> None:
    told = [tells(town, number, who) for number, who in enumerate(TOLD)]
    form = Visitor(town.web)
    page = form.tells("they took my brother")
    assert page.number is not None
    form.answers("who", BY_FORM)
    assert page.code is not None
    codes = [*(code for _, code in told), page.code]
    for code in codes:
        team.aigerim.taps("Accept", on=team.aigerim.sees(code))
        town.rests()

    with town.house.store.read() as unit:
        states = unit.session.scalars(select(IdentitySuggestion.state)).all()
        joined = unit.session.scalar(select(func.count()).select_from(SamePerson))
    assert states == ["open"] * 6, "each with each other, and nothing is joined by itself"
    assert joined == 0
    screens = {tuple(message.plain.replace(code, "") for message in phone.messages) for phone, code in told}
    assert len(screens) == 1, "those who told are answered alike"

    browser = Browser(town.web).comes_in(join(town.house.store, "Aigerim"))
    first, *others = codes
    board = browser.sees("/console")
    assert [code for code in codes if f"/console/case/{code}/same" not in board] == [], "the board says so of each"
    shown = browser.sees(f"/console/case/{first}/same")
    assert [code for code in others if code not in shown] == []
    for code in others:
        assert browser.sends(f"/console/case/{first}/same/{code}", do="lead").status_code == 303
    town.rests()
    team.dana.taps("Accept", on=team.dana.sees(codes[1]))
    town.rests()
    with town.house.store.read() as unit:
        lawyers = unit.session.execute(
            select(Need.state, Case.code).join(Case, Case.id == Need.case_id).where(Need.kind == "lawyer")
        ).all()
    assert {code for state, code in lawyers if state == NeedState.ACCEPTED} == set(codes), "one yes is for the person"

"""The end of a shift: a case goes to a colleague by name, and is somebody's at every moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import SOUGHT, Handover, Need
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack
from alerts.search.following_up import give_away, reach
from alerts.search.handing_over import NotHandedOverError, answer_offer, colleagues_for, offer, taken_over_on_word
from cases.models import Case
from cases.retention import close_case
from contacts.accounts.coercion import note_coercion
from contacts.accounts.models import Account
from dialogue.standing import Standing, standing_of
from tests.accounts import join
from tests.channels.test_one_person import joins

if TYPE_CHECKING:
    from tests.channels.night import Night
    from tests.channels.test_forced import Screen

PHONES = {"Aigerim": "101", "Timur": "102", "Saule": "103"}
CANNOT = "they cannot take this case over"


@pytest.fixture
def team(night: Night) -> Night:
    """Three coordinators at the end of the night, and somebody who has only a telephone."""
    for name, account in PHONES.items():
        join(night.store, name)
        night.helper(name, telegram=account)
    night.helper("Marat", sms="+77000000104")
    return night


def has(team: Night, code: str) -> str | None:
    """Whose a case is."""
    taker = team.need(code).accepted_by
    return next((name for name in (*PHONES, "Marat") if team.contact_id(name) == taker), None)


def offers(team: Night, code: str, to: str, *, by: str = "Aigerim") -> None:
    with team.store.unit("test") as unit:
        offer(unit, team.need(code).id, team.contact_id(by), team.contact_id(to))
    team.later(seconds=5)


def says_yes(team: Night, code: str, to: str) -> None:
    """On the telephone."""
    with team.store.unit("test") as unit:
        taken_over_on_word(unit, team.need(code).id, team.contact_id("Aigerim"), team.contact_id(to))
    team.later(seconds=5)


def answers(team: Night, code: str, name: str, *, takes: bool = True) -> Ack:
    with team.store.unit("test") as unit:
        ack = answer_offer(unit, team.need(code).id, team.contact_id(name), takes=takes)
    team.later(seconds=5)
    return ack


def bare(text: str) -> str:
    """Without the marks that keep names and codes apart from the words around them."""
    return text.replace("\u2068", "").replace("\u2069", "")


def screen(team: Night, name: str, code: str) -> Screen:
    return [
        (bare(one.text).replace(code, "CODE"), [[button.label for button in line] for line in one.keyboard])
        for one in team.channels["telegram"].screen(PHONES[name])
        if code in one.text
    ]


def taken_by_aigerim(team: Night) -> str:
    code = team.reports()
    team.later(seconds=10)
    team.accepts("Aigerim", code)
    team.later(seconds=5)
    return code


def forced(team: Night, name: str) -> None:
    with team.store.unit("test") as unit:
        account = unit.session.scalars(select(Account).where(Account.contact_id == team.contact_id(name))).one()
        note_coercion(unit, account)
    team.later(seconds=5)


def test_it_is_hers_until_he_has_said_yes_and_nobody_else_is_asked(team: Night) -> None:
    code = taken_by_aigerim(team)
    asked = len(team.sent("telegram", PHONES["Saule"]))
    offers(team, code, "Timur")
    words, keys = screen(team, "Timur", code)[-1]
    assert words == "Aigerim asks you to take over CODE. Until you say yes, Aigerim has it."
    assert keys == [["Take it over", "I cannot"]]
    assert has(team, code) == "Aigerim"
    assert answers(team, code, "Timur") is Ack.YOURS
    assert has(team, code) == "Timur"
    words, keys = screen(team, "Timur", code)[-1]
    assert words == "CODE is yours now. It was handed over to you."
    assert keys[-1] == ["Give it back"]
    assert screen(team, "Aigerim", code)[-1] == ("Timur has taken over CODE.", [])
    assert not [line for _, line in screen(team, "Aigerim", code) if line], "nothing is left to press"
    assert len(team.sent("telegram", PHONES["Saule"])) == asked
    assert answers(team, code, "Timur") is Ack.YOURS, "a second press changes nothing"


@pytest.mark.parametrize("by_telephone", [False, True])
def test_what_handed_it_over_says_no_more_that_it_is_theirs_once_it_is_not(team: Night, by_telephone: bool) -> None:
    code = taken_by_aigerim(team)
    if by_telephone:
        says_yes(team, code, "Timur")
    else:
        offers(team, code, "Timur")
        answers(team, code, "Timur")
    offers(team, code, "Saule", by="Timur")
    answers(team, code, "Saule")
    words = [words for words, _ in screen(team, "Timur", code)]
    assert "CODE: taken by Saule." in words
    assert not [line for _, line in screen(team, "Timur", code) if line], "nothing is left to press"
    with team.store.unit("test") as unit:
        give_away(unit, team.need(code).id, team.contact_id("Saule"))
    team.later(seconds=5)
    assert not [words for words, _ in screen(team, "Saule", code) if "yours now" in words]


def test_the_family_hears_nothing_of_it_for_somebody_has_it_all_the_time(team: Night) -> None:
    code = taken_by_aigerim(team)
    family = [one.address for one in team.sent("telegram") if one.address.startswith("7000")]
    offers(team, code, "Timur")
    answers(team, code, "Timur")
    team.later(minutes=2)
    assert [one.address for one in team.sent("telegram") if one.address.startswith("7000")] == family
    with team.store.read() as unit:
        case = unit.session.scalars(select(Case).where(Case.code == code)).one()
        assert (standing_of(unit, case.id), case.reporter_told_at is None) == (Standing.TAKEN, False)


def test_who_cannot_says_so_and_it_stays_where_it_is(team: Night) -> None:
    code = taken_by_aigerim(team)
    offers(team, code, "Timur")
    assert answers(team, code, "Timur", takes=False) is Ack.DECLINED
    assert has(team, code) == "Aigerim"
    assert screen(team, "Aigerim", code)[-1][0] == "Timur cannot take over CODE. It is still yours."
    assert screen(team, "Timur", code)[-1] == ("Understood. CODE stays with Aigerim.", [])
    assert answers(team, code, "Timur") is Ack.NOT_ASKED, "they must be asked anew"
    assert has(team, code) == "Aigerim"


def test_of_two_offers_the_later_one_counts(team: Night) -> None:
    code = taken_by_aigerim(team)
    offers(team, code, "Timur")
    offers(team, code, "Saule")
    assert screen(team, "Timur", code)[-1] == ("CODE is not offered to you any more.", [])
    assert answers(team, code, "Timur") is Ack.NOT_ASKED
    assert answers(team, code, "Saule") is Ack.YOURS
    assert has(team, code) == "Saule"


def test_who_has_only_a_telephone_is_called_and_their_word_recorded(team: Night) -> None:
    code = taken_by_aigerim(team)
    with pytest.raises(NotHandedOverError, match="call them"):
        offers(team, code, "Marat")
    with team.store.read() as unit:
        shown = {one.name: one.is_reached for one in colleagues_for(unit, team.need(code))}
    assert shown == {"Timur": True, "Saule": True, "Marat": False}
    says_yes(team, code, "Marat")
    assert has(team, code) == "Marat"
    assert team.sent("sms", "+77000000104")[-1].text == f"Panah {code}: handed over to you, it is yours now."


def test_whoever_was_asked_before_another_said_yes_on_the_telephone_is_told_so(team: Night) -> None:
    code = taken_by_aigerim(team)
    offers(team, code, "Timur")
    says_yes(team, code, "Marat")
    assert has(team, code) == "Marat"
    assert screen(team, "Timur", code)[-1] == ("CODE is not offered to you any more.", [])


def test_how_far_it_has_come_goes_with_it_and_when_it_was_first_taken_stays_known(team: Night) -> None:
    code = taken_by_aigerim(team)
    with team.store.unit("test") as unit:
        reach(unit, team.need(code).id, team.contact_id("Aigerim"), Milestone.CONTACT_MADE)
    first = team.need(code).accepted_at
    team.later(minutes=30)
    offers(team, code, "Timur")
    answers(team, code, "Timur")
    need = team.need(code)
    assert need.contact_made_at is not None
    assert (need.first_accepted_at, need.accepted_at) == (first, team.need(code).accepted_at)
    assert need.accepted_at != first


def test_who_took_it_over_is_reminded_and_loses_it_as_anybody_does(team: Night) -> None:
    code = taken_by_aigerim(team)
    offers(team, code, "Timur")
    answers(team, code, "Timur")
    heard = len(team.sent("telegram", PHONES["Timur"]))
    team.later(hours=1, minutes=15)
    assert len(team.sent("telegram", PHONES["Timur"])) > heard
    assert has(team, code) is None, "nobody followed it up, so others are asked"
    assert team.need(code).state in SOUGHT


def test_what_was_given_back_or_closed_meanwhile_is_not_taken_over(team: Night) -> None:
    code, other = taken_by_aigerim(team), taken_by_aigerim(team)
    for one in (code, other):
        offers(team, one, "Timur")
    with team.store.unit("test") as unit:
        give_away(unit, team.need(code).id, team.contact_id("Aigerim"))
        close_case(unit, team.need(other).case_id or team.contact_id("Aigerim"), by="test", note="safe")
    team.later(seconds=1)
    assert answers(team, code, "Timur") is Ack.TAKEN
    assert answers(team, other, "Timur") is Ack.CLOSED
    with pytest.raises(NotHandedOverError, match="no longer"):
        offers(team, code, "Saule")
    with pytest.raises(NotHandedOverError, match="closed"):
        offers(team, other, "Saule")


def test_only_who_has_it_hands_it_over_and_only_to_who_may_have_it(team: Night) -> None:
    code = taken_by_aigerim(team)
    team.helper("Dana", "lawyer", telegram="201")
    with pytest.raises(NotHandedOverError, match="no longer"):
        offers(team, code, "Saule", by="Timur")
    for nobody in ("Dana", "Aigerim"):
        with pytest.raises(NotHandedOverError, match=CANNOT):
            offers(team, code, nobody)
    forced(team, "Timur")
    with pytest.raises(NotHandedOverError, match=CANNOT):
        offers(team, code, "Timur")
    with team.store.read() as unit:
        assert [one.name for one in colleagues_for(unit, team.need(code))] == ["Saule", "Marat"]


def test_the_same_person_goes_along(team: Night) -> None:
    code, other = taken_by_aigerim(team), taken_by_aigerim(team)
    joins(team, code, other)
    team.later(minutes=1)
    offers(team, code, "Timur")
    assert "+1" in team.sent("telegram", PHONES["Timur"])[-1].text
    answers(team, code, "Timur")
    assert [has(team, one) for one in (code, other)] == ["Timur", "Timur"]


def test_the_yes_of_who_is_forced_counts_as_a_no_and_looks_like_a_yes(team: Night) -> None:
    code, free = taken_by_aigerim(team), taken_by_aigerim(team)
    offers(team, code, "Timur")
    offers(team, free, "Saule")
    forced(team, "Timur")
    assert answers(team, code, "Timur") is Ack.YOURS
    assert answers(team, free, "Saule") is Ack.YOURS
    assert has(team, code) == "Aigerim"
    assert screen(team, "Timur", code)[-1] == screen(team, "Saule", free)[-1]
    assert answers(team, code, "Timur") is Ack.YOURS, "and goes on looking so"
    assert has(team, code) == "Aigerim"


def test_who_is_forced_hands_over_nothing_and_cannot_tell(team: Night) -> None:
    code = taken_by_aigerim(team)
    forced(team, "Aigerim")
    heard = len(team.sent("telegram", PHONES["Timur"]))
    with team.store.unit("test") as unit:
        offer(unit, team.need(code).id, team.contact_id("Aigerim"), team.contact_id("Timur"))
        assert unit.session.scalars(select(Handover)).all() == []
    assert len(team.sent("telegram", PHONES["Timur"])) == heard
    assert unit.session.get(Need, team.need(code).id) is not None

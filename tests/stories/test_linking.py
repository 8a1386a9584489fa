"""A Telegram account becomes a helper's by a code, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.occasions.verifying import methods_to_check
from cases.models import Case
from cases.verification import suspect
from contacts.directory import find_contact, put_contact
from contacts.linking import TRIES_ALLOWED
from contacts.values import ContactCard, Role
from contacts.verification import Standing, begin_check, code_of, standing_of

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town


def test_a_code_links_once_in_any_spelling_and_expires(town: Town) -> None:
    aigerim, timur = town.helper("Aigerim", linked=False), town.helper("Timur", linked=False)
    code = town.link_code("Aigerim")
    aigerim.command(f"/link {code[:4].lower()}-{code[4:].lower()}")
    aigerim.sees("This account is linked: Aigerim")
    timur.command(f"/link {code}")
    timur.sees("The code is wrong or has expired")
    late = town.link_code("Timur")
    town.later(hours=1, seconds=1)
    timur.command(f"/link {late}")
    timur.sees("wrong or has expired", after=timur.messages[0])
    timur.command(f"/link {town.link_code('Timur')}")
    timur.sees("This account is linked: Timur")


def test_guessing_ends_after_five_tries_even_with_the_right_code(town: Town) -> None:
    aigerim = town.helper("Aigerim", linked=False)
    code = town.link_code("Aigerim")
    for _ in range(TRIES_ALLOWED):
        aigerim.command("/link WRONG234")
        aigerim.sees("wrong or has expired")
        town.later(seconds=2)
    aigerim.command(f"/link {code}")
    aigerim.sees("Too many tries")
    town.later(hours=1)
    aigerim.command(f"/link {town.link_code('Aigerim')}")
    aigerim.sees("This account is linked")
    assert town.case_codes() == [], "a code is no report"


def test_a_chat_that_may_be_a_trap_is_not_told_that_a_code_is_wrong(town: Town) -> None:
    stranger = town.relative()
    stranger.writes("they took her, where is she")
    code = town.code_on(stranger)
    town.rests()
    with town.house.store.unit("test") as unit:
        suspect(unit, unit.session.scalars(select(Case.id).where(Case.code == code)).one())
    with town.silence(stranger):
        stranger.command("/link WRONG234")
        town.rests()


def test_another_persons_code_moves_the_account_and_pages_follow(town: Town, team: Team) -> None:
    team.timur.command(f"/link {town.link_code('Aigerim')}")
    team.timur.sees("This account is linked: Aigerim")
    gulnar = town.relative()
    with town.silence(team.aigerim):
        gulnar.writes("they took my brother")
        team.timur.sees(town.code_on(gulnar))
        team.timur.taps("Accept")
        gulnar.sees("has taken")


def test_helpers_are_helped_in_their_language_and_can_report_too(town: Town, team: Team) -> None:
    team.timur.writes("hello?")
    team.timur.sees("Alerts come to this chat by themselves")
    team.timur.command("/language ru")
    team.timur.sees("Будем писать вам по-русски")
    team.timur.command("/help")
    team.timur.sees("Оповещения приходят")
    assert town.case_codes() == []
    town.later(seconds=5)
    team.timur.command("/report my neighbour was taken")
    team.aigerim.sees(town.code_on(team.timur))


def test_a_code_that_came_to_a_number_is_typed_in_telegram(town: Town, team: Team) -> None:
    with town.house.store.unit("test") as unit:
        put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, languages=("en",), sms="+77000000001"))
        aigerim = find_contact(unit, "Aigerim")
        assert aigerim is not None
        (method,) = methods_to_check(unit, aigerim.id)
        check = begin_check(unit, method)
        assert check is not None
        code = code_of(unit, check)
    team.timur.command(f"/verify {code}")
    team.timur.sees("This code is not valid")
    team.aigerim.command(f"/verify {(int(code) + 1) % 1_000_000:06}")
    team.aigerim.sees("This code is not valid")
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    team.aigerim.command(f"/verify {arabic[:3]} {arabic[3:]}")
    team.aigerim.sees("this is confirmed")
    with town.house.store.read() as unit:
        (method,) = methods_to_check(unit, aigerim.id)
        assert standing_of(method) is Standing.PROVED
    gulnar = town.relative()
    gulnar.command(f"/verify {code}")
    team.aigerim.sees(town.code_on(gulnar))

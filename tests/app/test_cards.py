"""Printed cards: everybody is telephoned by somebody, and what is on paper was agreed to by two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cards import MOST, RINGS, Public, card, draw_pages, people_in_order, phone_tree
from app.commands.cards import STAFF
from app.settings import read_settings
from app.wiring import build
from tests.accounts import join
from tests.app.test_two_people import agreeing, code_of, last

if TYPE_CHECKING:
    from tests.app.conftest import Panah

NUMBER = "+77000000001"
POLICY = "policies: [{name: all, needs: {coordinator: [{notify: [{roster: duty}], channels: [telegram], wait: 2m}]}}]\n"
PUBLIC = Public("@example_bot", "https://panah.example.org/report", "+77000000009")


@given(st.lists(st.sampled_from([NUMBER, None]), max_size=40))
def test_everybody_but_the_first_is_telephoned_by_exactly_one_who_can_be(numbers: list[str | None]) -> None:
    tree = phone_tree([(f"Helper {place}", "coordinator", number) for place, number in enumerate(numbers)])
    rung = [place for one in tree for place in one.rings]
    assert sorted(rung) == list(range(2, len(tree) + 1))
    assert all(len(one.rings) <= RINGS for one in tree)
    with_number = [one for one in tree if one.number is not None]
    assert [one.place for one in with_number] == list(range(1, len(with_number) + 1)), "leaves are those without"


@pytest.mark.parametrize("language", STAFF)
def test_a_full_card_is_a_front_and_a_back(language: str) -> None:
    people = [("Somebody of a rather long name indeed", "coordinator", NUMBER)] * MOST
    pages = draw_pages(card(phone_tree(people), PUBLIC, [NUMBER] * 3, "30 November 2026", language), dots=30)
    assert len(pages) == 2


def test_what_is_not_set_up_is_not_promised() -> None:
    told = card(phone_tree([("Aigerim", "coordinator", NUMBER)]), Public(None, None, None), [], "today", "en")
    assert len(told["steps"]) == 4
    assert told["hotlines"] == []
    assert "panah lock" in str(told["steps"])


def test_those_on_duty_stand_first_and_the_file_is_its_owners(ready: Panah) -> None:
    team = "name,role,sms\nDana,lawyer,+77000000003\nTimur,coordinator,\nAigerim,coordinator,+77000000001\n"
    ready.does("contacts", "import", ready.writes("team.csv", team))
    duty = "{name: duty, timezone: Asia/Almaty, rotation: {every: 1 week, handoff: 'Mon 09:00', members: [Aigerim]}}"
    ready.does("policy", "import", ready.writes("policy.yaml", f"{POLICY}rosters: [{duty}]\n"))
    built = build(read_settings(ready.environment))
    with built.store.read() as unit:
        assert [name for name, *_ in people_in_order(unit)] == ["Aigerim", "Timur", "Dana"]
    built.store.engine.dispose()
    place = ready.folder / "cards.pdf"
    assert "3 people" in ready.does("cards", str(place), "--language", "ru")
    assert place.read_bytes().startswith(b"%PDF")
    assert place.stat().st_mode & 0o077 == 0
    assert "another name" in ready.refuses("cards", str(place))


def test_two_people_agree_to_what_is_printed(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", "name,role\nAigerim,coordinator\n"))
    built = build(read_settings(ready.environment))
    aigerim, admin = join(built.store, "Aigerim"), join(built.store, "administrator", "admin")
    place = ready.folder / "cards.pdf"
    assert "two people have to agree" in ready.refuses("cards", str(place), *agreeing(aigerim))
    assert not place.exists()
    assert "no folder" in ready.refuses("cards", str(ready.folder / "nowhere" / "cards.pdf"), *agreeing(aigerim, admin))
    ready.does("cards", str(place), *agreeing(aigerim, admin))
    assert last(built, "ContactsExported") == {"agreed": f"{code_of(built, aigerim)},{code_of(built, admin)}"}
    built.store.engine.dispose()

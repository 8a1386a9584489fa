"""What a list says of all its people together is read from the words beside their names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cases.incidents.reading import people_listed, read_list
from cases.incidents.told import happened_to_all, place_of_all, places_of

ZONE, NOW = "Asia/Almaty", datetime(2026, 3, 2, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("Задержали сегодня в 14:00 на рынке:\n1. Нұрлан\n2. Айгүл", "2026-03-02 14:00"),
        ("Police took them in Khorgos yesterday at 22:30:\nNurlan\nSerik\nAigul", "2026-03-01 22:30"),
        ("1. Нұрлан\n2. Айгүл\nand 12 others", None),
        ("1. Нұрлан, 12.03.1990\n2. Айгүл", None),
        ("they took them on 1 March 10:00:\nNurlan\nSerik\ntoday 9:15", "2026-03-02 09:15"),
        ("taken tomorrow 10:00:\nNurlan\nSerik", None),
    ],
    ids=["Russian", "English", "a number", "a birthday", "put right", "it lies ahead"],
)
def test_when_it_happened_is_read_where_it_is_said(text: str, local: str | None) -> None:
    when = happened_to_all(read_list(text), ZONE, NOW)
    found = None if when is None else when.at.astimezone(NOW.astimezone().tzinfo)
    expected = None if local is None else datetime.fromisoformat(f"{local}+05:00")
    assert found == expected


def test_places_are_named_as_they_are_written_and_one_for_all_only_if_there_is_one() -> None:
    one = read_list("Задержали на рынке в Алматы:\n1. Нұрлан, Талдықорған\n2. Айгүл, SIZO\n3. 古丽 (阿拉木图)")
    assert (places_of(one), place_of_all(one)) == (("Алматы", "Талдықорған", "阿拉木图"), "Алматы")
    two = read_list("from Almaty to Khorgos!\n1. Нұрлан\n2. Айгүл")
    assert (places_of(two), place_of_all(two)) == (("Almaty", "Khorgos"), "")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Нурлан\nСерик\nАйгуль", True),
        ("1. Guldana T. 2. Асқар Б., 3) Нұрбол С", True),
        ("Задержали:\n1. Нұрлан\n2. Айгүл", True),
        ("ok, thanks", False),
        ("Thanks Timur, see you Dana", False),
        ("the police are at my door, they are taking me", False),
        ("Алматы, Алмалинский район", False),
        ("", False),
    ],
)
def test_what_nobody_calls_a_list_is_one_only_if_it_plainly_is(text: str, is_one: bool) -> None:
    assert bool(people_listed(text)) is is_one


def test_a_long_text_is_taken_for_a_list_by_its_beginning() -> None:
    names = "Guldana Example\n" * 2000
    assert 300 < people_listed(names) < 2000
    assert people_listed("words that are no name at all, whatever is said; " * 200 + names) == 0

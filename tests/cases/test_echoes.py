"""A name that is held back is recognised inside another field, in whatever script it comes back."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.consent.echoes import gives_away

SPELLINGS = (
    ("Nurlan", "Нұрлан", "Нурлан", "نۇرلان", "نورلان", "努尔兰", "Nurlán", "NURLAN"),
    ("Yerzhan", "Ержан", "Erzhan", "Yerjan", "يەرجان", "叶尔江"),
    ("Qairat", "Қайрат", "Kayrat", "قايرات", "凯拉特"),
    ("Aigul", "Айгүл", "ئايگۈل", "阿依古丽"),
    ("Dawut", "Дауут", "Davut", "داۋۇت", "达吾提"),
    ("Gulnar", "Гульнар", "گۇلنار", "古丽娜尔"),
    ("Abdirahman", "Әбдірахман", "Abdurakhman"),
    ("Ли", "Li", "李"),
)
PAIRS = [pair for names in SPELLINGS for pair in permutations(names, 2)]


@pytest.mark.parametrize(("written", "secret"), PAIRS)
def test_a_name_is_recognised_in_every_script(written: str, secret: str) -> None:
    assert gives_away(f"house of {written}, second floor", [f"{secret} Example"])


@pytest.mark.parametrize("secret", ["Nurlan", "Қайрат", "阿依古丽", "Айгүл Еркінқызы"])
def test_what_has_nothing_to_do_with_it_stays(secret: str) -> None:
    for text in ("Detention centre of the region, Almaty", "город Алматы, второй отдел полиции", "阿拉木图市看守所"):
        assert not gives_away(text, [secret])


@pytest.mark.parametrize(
    "hidden",
    [
        "Nur\u200blan",  # a blank that has no width
        "N\u00adu\u00adr\u00adl\u00ada\u00adn",  # hyphens nobody sees
        "Ｎｕｒｌａｎ",
        "\u202enalruN\u202c Nurlan",
        "(Nurlan)",
        "努尔兰·阿拜",
        "努尔兰阿拜",
    ],
)
def test_marks_that_hide_it_do_not(hidden: str) -> None:
    assert gives_away(f"at {hidden}", ["Нұрлан"])


@pytest.mark.parametrize("written", ["+7 (700) 000-12-34", "77000001234", "tel: ٧٧٠٠٠٠٠١٢٣٤"])
def test_a_number_is_recognised_however_it_is_written(written: str) -> None:
    assert gives_away(f"call {written}", ["+77000001234"])
    assert not gives_away(f"call {written}", ["+77000009999"])


def test_four_digits_give_nobody_away() -> None:
    assert not gives_away("room 1204", ["1204"])


@given(name=st.sampled_from([name for names in SPELLINGS for name in names]), around=st.text(max_size=40))
def test_whatever_stands_around_it(name: str, around: str) -> None:
    assert gives_away(f"{around} {name} {around}", [name])


@given(text=st.text(max_size=60), secrets=st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_read_without_an_error(text: str, secrets: list[str]) -> None:
    assert gives_away(text, secrets) in (True, False)

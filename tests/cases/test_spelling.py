"""Names are found whatever script they stand in; numbers however they are grouped; nothing by next to nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.spelling import LONGEST, Sought, folded


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("gulnar", "Гүлнар Серікқызы"),
        ("Гульнар", "Gulnar"),
        ("Серик", "Serik Bolat"),
        ("қарлығаш", "Qarlyghash"),
        ("Асқар", "ASKAR"),
        ("askar", "Әсқар ағай"),
        ("ئەركىن", "Erkin Tursun"),
        ("Erkin", "ئەركىن"),
        ("古丽", "古丽娜尔"),
        ("gulnar", "古丽娜尔"),
        ("Muhammad Ali", "Ali, brother of Mukhammad"),
        ("CENTRE １", "held in centre 1"),
        ("khorgos", "они в Хоргосе"),
        ("cafe", "Café Almaty"),
        ("Жаркент", "taken to ЖАРКЕНТ police"),
        ("+7 700 000 00 01", "call 8(700)000-00-01 at night"),
        ("8 700 000 00 01", "+77000000001"),
        ("٧٧٠٠٠٠٠٠٠٠١", "+7 700 000 00 01"),
    ],
)
def test_it_is_found(typed: str, text: str) -> None:
    assert Sought.of(typed).is_in(text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Timur", "Damir was there"),
        ("Aigerim Serik", "Aigerim Bolat"),
        ("+7 700 000 00 01", "+7 700 000 00 02"),
        ("gulnar", "she wore a guillotine pin"),
        ("a", "a b c"),
        ("", "anything"),
        ("…", "…"),
    ],
)
def test_it_is_not_found(typed: str, text: str) -> None:
    assert not Sought.of(typed).is_in(text)


@given(st.text(min_size=2, max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_stands_in_a_text_is_found_in_it(typed: str, before: str, after: str) -> None:
    sought = Sought.of(typed)
    if not sought.is_empty and not sought.is_number:
        assert sought.is_in(f"{before} {typed} {after}")


@given(st.text(max_size=300), st.text(max_size=300))
def test_nothing_that_is_typed_or_was_written_fails(typed: str, text: str) -> None:
    assert Sought.of(typed).is_in(text) in (True, False)
    assert folded(folded(text)) == folded(text)


def test_a_very_long_text_is_not_looked_through_to_its_end() -> None:
    assert Sought.of("Gulnar").is_in("x " * 100 + "Gulnar")
    assert not Sought.of("Gulnar").is_in("x " * LONGEST + "Gulnar")

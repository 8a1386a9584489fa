from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.codes import ALPHABET, DIGITS, LETTERS, POSSIBILITIES, new_code, normalise_code


def repeatable(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a test must fail twice in the same way


def seeded(seed: int) -> str:
    return new_code(repeatable(seed).randbytes)


def test_a_code_is_six_characters_of_the_alphabet_with_a_dash_and_a_letter() -> None:
    for seed in range(2000):
        code = seeded(seed)
        assert len(code) == 7
        assert code[3] == "-"
        assert set(code) - {"-"} <= set(ALPHABET)
        assert set(code) & set(LETTERS)


def test_the_code_on_the_cover_of_the_manual_is_a_code() -> None:
    assert normalise_code("K7M-4TX") == "K7M-4TX"


def test_there_are_more_codes_than_two_to_the_twenty_seventh() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert POSSIBILITIES == 147_773_745
    assert POSSIBILITIES >= 2**27


@pytest.mark.parametrize("twins", ["O0DQ", "I1L", "B8", "G6", "S5", "Z2", "PR", "HN", "BV", "CS", "HX"])
def test_of_characters_that_are_confused_at_most_one_is_used_besides_a_digit_twin(twins: str) -> None:
    allowed = {"O0DQ": {"D", "Q"}}.get(twins)
    used = set(twins) & set(ALPHABET)
    assert used == allowed if allowed else len(used) == 1


def test_no_code_spells_a_word() -> None:
    assert not set("AEIOU") & set(ALPHABET)


def test_every_character_is_equally_likely_whatever_the_bytes() -> None:
    # Every byte six times, in an order that never deals six digits in a row: such a draw would be thrown away.
    fed = iter(bytes(at * 101 % 256 for at in range(256)) * 6)
    counts: Counter[str] = Counter()
    for _ in range(253):  # 253 usable bytes in each 256, six to a code
        counts.update(new_code(lambda n: bytes(next(fed) for _ in range(n))).replace("-", ""))
    assert set(counts.values()) == {66}


def test_drawn_codes_spread_evenly_over_every_position() -> None:
    random = repeatable(7)
    codes = [new_code(random.randbytes).replace("-", "") for _ in range(20_000)]
    assert len(set(codes)) > 19_990
    expected = len(codes) / len(ALPHABET)
    for position in range(6):
        counts = Counter(code[position] for code in codes)
        squares = sum((counts[character] - expected) ** 2 / expected for character in ALPHABET)
        assert squares < 48.3  # chi-squared, 22 degrees of freedom, one in a thousand


def test_an_all_digit_draw_is_thrown_away() -> None:
    digits = bytes(ALPHABET.index(digit) for digit in DIGITS[:6])
    letters = bytes(ALPHABET.index(letter) for letter in "KLMNQR")
    draws = iter([digits, letters])
    assert new_code(lambda _n: next(draws)) == "KLM-NQR"


def test_bytes_that_would_favour_some_characters_are_not_used() -> None:
    draws = iter([bytes([253, 254, 255]), bytes(6)])
    assert new_code(lambda _n: next(draws)) == "CCC-CCC"


@given(st.integers())
def test_a_new_code_is_written_as_it_is_recognised(seed: int) -> None:
    code = seeded(seed)
    assert normalise_code(code) == code


LOOKS = dict(zip("KMTXCYRNV", "КМТХСУРНВ", strict=True))
ARABIC = dict(zip(DIGITS, "٢٣٤٥٦٧٨٩", strict=True))
PERSIAN = dict(zip(DIGITS, "۲۳۴۵۶۷۸۹", strict=True))
WIDE = {character: chr(ord(character) + 0xFEE0) for character in ALPHABET}


@given(
    st.integers(),
    st.sampled_from([{}, LOOKS, ARABIC, PERSIAN, WIDE, LOOKS | ARABIC]),
    st.sampled_from(["-", "", " ", " - ", "–", "—", "‑", "_", "."]),
    st.booleans(),
    st.sampled_from(["{}", "  {}\n", "«{}»", "\u2068{}\u2069", "#{}", "{}."]),
)
def test_a_code_is_recognised_however_it_is_typed(
    seed: int, keyboard: dict[str, str], dash: str, small: bool, around: str
) -> None:
    code = seeded(seed)
    typed = "".join(keyboard.get(character, character) for character in code).replace("-", dash)
    assert normalise_code(around.format(typed.lower() if small else typed)) == code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("k7m4tx", "K7M-4TX"),
        ("к7м-4тх", "K7M-4TX"),
        ("K7М 4ТX", "K7M-4TX"),
        ("ч7з-дфл", "473-DFL"),
        ("PHD-SZG", "RND-526"),
        ("шйц-яиб", "WJC-RN6"),
        ("K B M 4 T X", "K8M-4TX"),
    ],
)
def test_what_people_type_instead(typed: str, meant: str) -> None:
    assert normalise_code(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "K7M",
        "K7M-4TXX",
        "K7M-4T",
        "234-567",
        "K7M-4TA",
        "K7M-0TX",
        "hello there",
        "K7M+4TX",
        "你好你好你好",
        "K7M-4TX" * 20,
    ],
)
def test_what_is_not_a_code(text: str) -> None:
    assert normalise_code(text) is None


@given(st.text())
def test_any_text_is_a_code_in_its_one_spelling_or_none(text: str) -> None:
    code = normalise_code(text)
    assert code is None or normalise_code(code) == code

"""Lists of people as they are sent: whatever comes in, no letter is lost, and what is no person is kept."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.incidents.reading import LONGEST_TEXT, ListError, Piece, as_lines, read_list
from cases.incidents.tables import read_table
from contacts.csv_table import UnreadableError

ONE_MESSAGE = """\
полиция забрала всех! список:
1. Guldana T. 2. Асқар Б., 3) Нұрбол С; Ерлан М / Serik D
Жанар О, Aibek Zh., Марат К, سەرىك د، және басқалар
"""
SCRAPS = (
    "Guldana", "T.", "Асқар", "Б", "Нұрбол Серікұлы", "سەرىك", "گۈلنار مەمەت", "古丽达娜·吐尔逊", "王小明", "1985",
    "34", "лет", "г.р.", "12.03.1990", "1.", "2)", "№ 3.", "•", "-", "—", ",", "، ", "、", ";", "/", "\t", "\n", " ",
    "(", ")", "«", "»", "!", ":", "?", "и", "және", "ۋە", "others", "басқалар", "police", "полиция", "@", "+7 700",
)  # fmt: skip
lists = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=6), max_size=25).map(" ".join) | st.text(max_size=200)


def people(text: str) -> list[str]:
    return [one.name for one in read_list(text) if one.is_person]


def others(text: str) -> list[str]:
    return [one.written for one in read_list(text) if not one.is_person]


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@given(lists)
def test_no_letter_is_lost_and_none_changes_its_place(text: str) -> None:
    assert letters("".join(piece.written for piece in read_list(text))) == letters(text)


@given(lists)
def test_what_was_read_reads_the_same_again(text: str) -> None:
    pieces = read_list(text)
    assert read_list(as_lines(pieces)) == pieces


@given(lists)
def test_a_person_keeps_everything_that_was_written_of_them(text: str) -> None:
    for piece in read_list(text):
        if piece.is_person:
            kept = letters(piece.name + piece.remark)
            assert all(character in piece.written for character in piece.name if character != " ")
            assert letters(piece.written).endswith(letters(piece.remark))
            assert kept in letters(piece.written)


def test_one_message_in_four_scripts_is_nine_people_and_what_else_was_said() -> None:
    assert people(ONE_MESSAGE) == [
        "Guldana T.", "Асқар Б.", "Нұрбол С", "Ерлан М", "Serik D", "Жанар О", "Aibek Zh.", "Марат К", "سەرىك د",
    ]  # fmt: skip
    assert others(ONE_MESSAGE) == ["полиция забрала всех!", "список:", "және басқалар"]


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("1) Иванов Иван Иванович, 1985 г.р., Алматы", ("Иванов Иван Иванович", "1985 г.р., Алматы", "1985", None)),
        ("2) Петрова Анна (34 года, беременна)", ("Петрова Анна", "(34 года, беременна)", "", 34)),
        ("3) Айгүл Серікқызы — мұғалім, 12.03.1990", ("Айгүл Серікқызы", "мұғалім, 12.03.1990", "1990-03-12", None)),
        ("• Бахыт 45 лет", ("Бахыт", "45 лет", "", 45)),
        ("古丽达娜·吐尔逊，34岁", ("古丽达娜·吐尔逊", "34岁", "", 34)),
        ("7. гульдана т", ("гульдана т", "", "", None)),
        ("Иванов Иван, Алматы", ("Иванов Иван", "Алматы", "", None)),
        ("4\tСерік Нұрлан\t1985\tұстаз", ("Серік Нұрлан", "1985\tұстаз", "1985", None)),
        ("Anna Petrova, 31.02.1990", ("Anna Petrova", "31.02.1990", "1990", None)),
    ],
)
def test_ages_years_and_remarks_stay_with_their_person(line: str, piece: tuple[str, str, str, int | None]) -> None:
    (read,) = read_list(line)
    assert (read.name, read.remark, read.born, read.age) == piece


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Задержаны: Иванов И., Петров П. и Сидоров С.", ["Иванов И.", "Петров П.", "Сидоров С."]),
        ("Гулдана, Айгуль, Серик и другие", ["Гулдана", "Айгуль", "Серик"]),
        ("王小明、李华", ["王小明", "李华"]),
        ("ئابدۇراخمان تۇرسۇن، گۈلنار مەمەت", ["ئابدۇراخمان تۇرسۇن", "گۈلنار مەمەت"]),
        ("Serik D, Erlan M; Aigul K", ["Serik D", "Erlan M", "Aigul K"]),
    ],
)
def test_people_in_one_line_are_told_apart(line: str, names: list[str]) -> None:
    assert people(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "They were taken from the market at 5 pm.",
        "помогите пожалуйста!!! +7 700 000 00 00",
        "ساقچىلار ھەممىنى تۇتۇپ كەتتى",
    ],
)
def test_what_is_no_person_is_kept_as_it_is(line: str) -> None:
    assert people(line) == []
    assert letters("".join(others(line))) == letters(line)


def test_a_list_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(ListError, match="two parts"):
        read_list("а" * (LONGEST_TEXT + 1))


def test_a_long_line_is_read_in_reasonable_time() -> None:
    began = time.process_time()
    assert len(people("Guldana T., " * 1000)) == 1000
    assert read_list("(" * 20_000 + "a" + ")" * 20_000)
    assert len(read_list("a;" * 5_000)) == 5_000
    assert time.process_time() - began < 10


def test_however_much_is_said_of_somebody_is_read_once() -> None:
    """Anybody can write this into the form: reading it anew for each remark took minutes, and others waited."""
    (one,) = read_list("Serik Dana" + ", 1" * 16_000)
    assert one.name == "Serik Dana"
    assert one.remark.count("1") == 16_000


def test_a_table_is_read_by_its_columns_in_any_of_our_languages() -> None:
    rows = read_table("Фамилия;Имя;Год рождения;Примечание\nИванов;Иван;1985;Алматы\n;;1990;кто это\n".encode())
    assert rows == (
        Piece("Иванов, Иван, 1985, Алматы", "Иванов Иван", "1985, Алматы", "1985"),
        Piece("1990, кто это"),
    )
    assert [one.name for one in read_table("Аты-жөні,Туған жылы\nСерік Н,1990\n".encode())] == ["Серік Н"]
    assert [(one.name, one.remark) for one in read_table(b"Serik N,1990\nAigul K,teacher\n")] == [
        ("Serik N", "1990"),
        ("Aigul K", "teacher"),
    ]
    assert read_table(b"") == ()
    with pytest.raises(UnreadableError, match="workbook"):
        read_table(b"PK\x03\x04 a workbook")

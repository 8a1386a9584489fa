"""A team's own table of days: read with every fault named, and counted by from then on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from law.counting import Moment, count
from law.errors import RulesError
from law.loading import jurisdictions
from law.local_days import in_words, read_local_days
from law.shipped import load_rules, use_local_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shipped() -> Iterator[None]:
    yield
    use_local_days({})


def table(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "days.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_days_are_read_with_and_without_quotes(tmp_path: Path) -> None:
    file = table(tmp_path, 'KZ:\n  "2027-03-20": working\n  2027-03-22: off\nTR: {}\n')
    days = read_local_days(file, jurisdictions())
    assert days == {"KZ": {date(2027, 3, 20): True, date(2027, 3, 22): False}, "TR": {}}
    assert in_words(days) == ["KZ 2027-03-20 (Saturday): working", "KZ 2027-03-22 (Monday): off"]


def test_an_empty_table_says_nothing(tmp_path: Path) -> None:
    assert read_local_days(table(tmp_path, "# nothing yet\n"), jurisdictions()) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KZ:\n  2027-03-20: open\n", "days.yaml, line 2: write working or off behind the day"),
        ("KZ:\n  20.03.2027: off\n", "days.yaml, line 2: write the day as 2027-03-20"),
        ("KZ:\n  2027-02-30: off\n", "days.yaml, line 2: write the day as 2027-03-20"),
        ("KZ:\n  2027-03-20: off\n  '2027-03-20': off\n", "days.yaml, line 3: 2027-03-20 stands here twice"),
        ("Kazakhstan:\n  2027-03-20: off\n", "days.yaml, line 1: name one of INTL, KG, KZ, TR, US, UZ here"),
        ("KZ: {}\nKZ: {}\n", "days.yaml, line 2: name one of"),
        ("KZ:\n- 2027-03-20\n", "days.yaml, line 2: below a jurisdiction stand days"),
        ("- KZ\n", "days.yaml, line 1: begin with a jurisdiction"),
        ("? [KZ, TR]\n: 2027-03-20\n", "days.yaml, line 1: name one of"),
        ("[" * 500, "days.yaml: what stands in it is nested too deeply"),
        ("KZ: [\n", "days.yaml, line 2: this is not YAML"),
        ("KZ:\x00\n", "days.yaml: this is not YAML"),
        ("KZ:\n  2027-03-20: {a: b}\n", "days.yaml, line 2: write working or off"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RulesError) as refused:
        read_local_days(table(tmp_path, text), jurisdictions())
    assert said in str(refused.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as refused:
        read_local_days(table(tmp_path, "KZ:\n  soon: off\n  2027-03-20: open\nX: {}\n"), jurisdictions())
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "days.yaml, line 2",
        "days.yaml, line 3",
        "days.yaml, line 4",
    ]


def test_a_table_is_told_by_jurisdiction_and_day_however_it_was_written() -> None:
    days = {"TR": {date(2027, 5, 3): True}, "KZ": {date(2027, 3, 22): False, date(2027, 3, 20): True}}
    assert in_words(days) == [
        "KZ 2027-03-20 (Saturday): working",
        "KZ 2027-03-22 (Monday): off",
        "TR 2027-05-03 (Monday): working",
    ]


def test_a_table_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="cannot be read"):
        read_local_days(tmp_path / "none.yaml", jurisdictions())


@pytest.mark.usefixtures("shipped")
def test_a_saturday_on_which_one_works_makes_a_safe_date_earlier() -> None:
    assert safe_on() == date(2026, 3, 31)  # 19 March; 20, 26, 27, 30, 31 March, between Nauryz and a weekend
    use_local_days({"KZ": {date(2026, 3, 28): True}})
    assert safe_on() == date(2026, 3, 30)
    use_local_days({})
    assert safe_on() == date(2026, 3, 31)


def safe_on() -> date:
    book = load_rules()
    rule = book.rule("kz.refugee.refusal_copy_5wd")
    return count(rule, Moment(on=date(2026, 3, 19)), zone=ZoneInfo("Asia/Almaty"), calendar=book.calendar(rule)).safe_on

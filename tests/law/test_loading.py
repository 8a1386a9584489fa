"""A file with a fault is refused: file, rule and what to do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from law.errors import RulesError
from law.loading import RULES, read_rulebook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "rules"
    shutil.copytree(RULES, copy)
    return copy


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def refusal(folder: Path) -> str:
    with pytest.raises(RulesError) as refused:
        read_rulebook(folder)
    return str(refused.value)


def test_the_files_as_they_come_are_read(folder: Path) -> None:
    assert len(read_rulebook(folder).rules) == 80


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: user_action", "kind: wish", ["UZ.yaml: rules uz.cpc.extr.appeal_20d, kind", "write one of these"]),
        ("track: extradition", "track: road", ["uz.cpc.extr.appeal_20d, track", "write one of these"]),
        ("    track: extradition\n", "", ["'track' is a required property; add it"]),
        ("value: 20", "value: twenty", ["rules uz.cpc.extr.appeal_20d, period, value", "want quotes"]),
        ("value: 20", "value: -1", ["period, value", "see docs/law.md"]),
        ("    title: App", "    titel: App", ["'title' is a required property; add it", "look for a misspelling"]),
        ("counting_rule: uz.unknown", "counting_rule: uz.new", ["there is no counting rule uz.new; add it under"]),
        ("ref: cpc-extradition", "ref: lost", ["uz.cpc.extr.appeal_20d: there is no source lost in this file"]),
        ("id: uz.cpc", "id: uz." + "x" * 64, ["rules", "is too long"]),
        ("direction: after_trigger", "direction: sideways", ["direction", "write one of these"]),
        ("zone: Asia/Tashkent", "zone: Tashkent", ["UZ.yaml: zone"]),
        ("weekend: [saturday, sunday]", "weekend: [sabbath]", ["calendar, weekend", "write one of these"]),
        ("    sources: []", "    sources: [lost]", ["UZ.yaml: there is no source lost; add it under sources"]),
        ("first_day: unknown", "first_day: perhaps", ["counting uz.unknown, first_day", "write one of these"]),
        ("number not visible}", "x, also: [{ref: lost, article: y}]}", ["there is no source lost in this file"]),
        ("needs_recheck: true", "needs_recheck: true\n    passing_harms: true", ["only a moment says whether its"]),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_to_do(folder: Path, old: str, new: str, said: list[str]) -> None:
    change(folder, "UZ.yaml", old, new)
    refused = refusal(folder)
    assert all(words in refused for words in said), refused


def test_all_faults_are_told_at_once(folder: Path) -> None:
    change(folder, "UZ.yaml", "kind: user_action", "kind: wish")
    change(folder, "TR.yaml", "kind: authority_limit", "kind: wish")
    assert len(refusal(folder).splitlines()) == 2


def test_a_source_that_nothing_cites_is_refused(folder: Path) -> None:
    change(folder, "KZ.yaml", "    sources: [constitution-2026]\n", "")
    assert refusal(folder).startswith("KZ.yaml: nothing cites the source constitution-2026; cite it")


def test_an_id_used_twice_is_refused(folder: Path) -> None:
    change(folder, "UZ.yaml", "id: uz.cpc.extr.appeal_20d", "id: us.bia.brief_20d")
    assert "UZ.yaml: rules us.bia.brief_20d: the id is used twice" in refusal(folder)


def test_a_doubt_about_a_rule_that_is_not_there_is_refused(folder: Path) -> None:
    change(folder, "TR.yaml", "rules: [tr.lfip.removal_appeal_7d]", "rules: [tr.gone]")
    assert "TR.yaml: doubts C8: there is no rule tr.gone" in refusal(folder)


def test_a_group_that_is_not_there_is_refused(folder: Path) -> None:
    change(folder, "INTL.yaml", "only_in: council_of_europe", "only_in: somewhere")
    assert "intl.echr.r39.one_working_day: there is no group somewhere" in refusal(folder)


def test_a_date_of_a_ruling_is_not_counted_backwards(folder: Path) -> None:
    change(folder, "KG.yaml", "value: 6", "value: null")
    change(folder, "KG.yaml", "direction: after_trigger", "direction: before_trigger")
    assert "kg.refugee.procedure_6m: a date of a ruling" in refusal(folder)


def test_what_is_common_cannot_be_missing(folder: Path) -> None:
    (folder / "INTL.yaml").unlink()
    assert "the file of INTL is missing" in refusal(folder)


def test_what_is_no_yaml_is_refused_with_its_line(folder: Path) -> None:
    (folder / "XX.yaml").write_text("jurisdiction: XX\nrules: [\n")
    assert refusal(folder) == "XX.yaml, line 3: this is not YAML; look at indentation, quotes and colons"


def test_a_file_that_holds_something_else_is_refused(folder: Path) -> None:
    (folder / "XX.yaml").write_text("- a list\n")
    assert "XX.yaml: the file" in refusal(folder)

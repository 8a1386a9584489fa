"""The pairs by which identity is measured are well-formed, and are as many and of the kinds that the README says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
FILE = HERE / "reporting_pairs.yaml"
README = (HERE / "README.md").read_text(encoding="utf-8")
PAIRS: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)  # the quick one

FIELDS = {"name", "born", "age", "place", "document", "relation", "at", "from"}
SCRIPTS = {"LATIN": "Latin", "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "CJK": "Chinese"}
LEAST = {
    "all": 420,
    "Chinese characters in exactly one of the names": 60,
    "Arabic script in a name": 80,
    "one name Cyrillic, the other Latin": 120,
    "nothing but names": 40,
}
LEAST_PEOPLE = 250

Key = tuple[tuple[str, str], ...]


def _scripts(text: str) -> set[str]:
    letters = (unicodedata.name(character, "").split(" ")[0] for character in text if character.isalpha())
    return {SCRIPTS[first] for first in letters if first in SCRIPTS}


def _key(record: dict[str, Any]) -> Key:
    return tuple(sorted((field, str(value).casefold()) for field, value in record.items()))


def _counted() -> dict[str, int]:
    counts: Counter[str] = Counter()
    for pair in PAIRS:
        a, b = _scripts(pair["a"]["name"]), _scripts(pair["b"]["name"])
        counts["all"] += 1
        counts["same person" if pair["same"] else "other person"] += 1
        counts["Chinese characters in exactly one of the names"] += ("Chinese" in a) != ("Chinese" in b)
        counts["Arabic script in a name"] += "Arabic" in a | b
        counts["one name Cyrillic, the other Latin"] += (a, b) in (({"Cyrillic"}, {"Latin"}), ({"Latin"}, {"Cyrillic"}))
        counts["nothing but names"] += set(pair["a"]) == set(pair["b"]) == {"name"}
    return dict(counts)


def _people() -> dict[Key, Key]:
    """Each record, with one that stands for its person."""
    leader: dict[Key, Key] = {}

    def find(key: Key) -> Key:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for pair in PAIRS:
        a, b = find(_key(pair["a"])), find(_key(pair["b"]))
        if pair["same"]:
            leader[a] = b
    return {key: find(key) for key in list(leader)}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair["id"]))
def test_well_formed(pair: dict[str, Any]) -> None:
    assert set(pair) == {"id", "same", "kind", "a", "b"}
    assert isinstance(pair["same"], bool)
    assert pair["a"] != pair["b"], "two identical records measure nothing"
    for record in (pair["a"], pair["b"]):
        assert set(record) <= FIELDS
        assert isinstance(record["name"], str)
        assert _scripts(record["name"])
        for field in ("place", "document", "relation", "from"):
            assert isinstance(record.get(field, ""), str)
        assert 0 < record.get("age", 1) < 110
        born = record.get("born", 1980)
        assert 1930 < (born if isinstance(born, int) else date.fromisoformat(born).year) < 2026
        if "at" in record:
            assert datetime.fromisoformat(record["at"]).tzinfo is not None


def test_ids_are_unique() -> None:
    assert len({pair["id"] for pair in PAIRS}) == len(PAIRS)


def test_no_word_mixes_scripts() -> None:
    """A Cyrillic letter that slipped into a Latin word would measure the writer's keyboard."""
    texts = [
        record.get(field, "")
        for pair in PAIRS
        for record in (pair["a"], pair["b"])
        for field in ("name", "place", "from", "document")
    ]
    assert [word for text in texts for word in re.findall(r"\w+", text) if len(_scripts(word)) > 1] == []


def test_counts_are_as_the_readme_says() -> None:
    said = {what: int(number) for what, number in re.findall(r"^\| ([^|]+) \| (\d+) \|$", README, re.MULTILINE)}
    assert said == _counted()


def test_kinds_are_as_the_readme_says() -> None:
    rows = re.findall(r"^\| ([^|]+) \| (same|other) \| (\d+) \|", README, re.MULTILINE)
    said = {(kind, label == "same"): int(number) for kind, label, number in rows}
    assert said == Counter((pair["kind"], pair["same"]) for pair in PAIRS)


def test_spread_is_wide_enough() -> None:
    counted = _counted()
    assert {what: counted[what] for what, least in LEAST.items() if counted[what] < least} == {}
    assert 0.5 <= counted["same person"] / counted["all"] <= 0.6


def test_nobody_is_two_people() -> None:
    """Records that are equal are one person: what follows from the pairs that are the same contradicts no other."""
    people = _people()
    assert [
        pair["id"] for pair in PAIRS if not pair["same"] and people[_key(pair["a"])] == people[_key(pair["b"])]
    ] == []
    assert len(set(people.values())) >= LEAST_PEOPLE

"""`panah law`: an honest table, and one rule as it would be signed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from app.settings import read_settings
from app.wiring import build
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from law.shipped import load_rules, use_local_days
from law.signoff import sign_off

if TYPE_CHECKING:
    from tests.app.conftest import Panah


def sign(panah: Panah, *rules: str) -> None:
    built = build(read_settings(panah.environment, panah.folder / ".env"))
    with built.store.unit("test") as unit:
        dana = put_contact(unit, ContactCard("Дана", Role.LAWYER))
        for rule in rules:
            sign_off(unit, dana, load_rules().rule(rule), unit.now + timedelta(days=30))
    built.store.engine.dispose()


def test_rules_that_nobody_vouches_for_are_found_and_the_status_says_so(ready: Panah) -> None:
    result = ready("law", "check")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert sum(1 for line in lines if line.endswith("signed by nobody")) == 80
    assert "    conflicting: C1 (critical): Does an appeal still suspend an expulsion by itself?" in result.stdout
    assert lines[-1].startswith("80 rules, 0 signed off. Found: conflicting ")
    assert "unsigned 80" in lines[-1]


def test_who_vouches_is_named_with_the_end(ready: Panah) -> None:
    sign(ready, "kz.coao.motion_3d")
    told = ready("law", "check").stdout
    row = next(line for line in told.splitlines() if line.startswith("kz.coao.motion_3d"))
    assert "signed by Дана until 20" in row
    assert "80 rules, 1 signed off." in told
    assert "unsigned 79" in told


def test_local_days_are_shown_and_a_fault_in_them_stops_everything(ready: Panah) -> None:
    assert "\nLocal days (PANAH_CALENDAR_OVERRIDES): none\n" in ready("law", "check").stdout
    try:
        ready.environment["PANAH_CALENDAR_OVERRIDES"] = ready.writes("days.yaml", "KZ:\n  2027-03-20: working\n")
        told = ready("law", "check").stdout
        assert "\nLocal days (PANAH_CALENDAR_OVERRIDES): 1\n    KZ 2027-03-20 (Saturday): working\n" in told
        assert ready.does("law", "recount").startswith("0 cases")
        ready.writes("days.yaml", "KZ:\n  2027-03-20: open\n")
        why = "panah: days.yaml, line 2: write working or off behind the day\n"
        assert ready.refuses("law", "check") == ready.refuses("deadlines") == why
    finally:
        use_local_days({})


def test_the_same_as_data(ready: Panah) -> None:
    sign(ready, "kz.coao.motion_3d")
    result = ready("law", "check", "--json")
    assert result.exit_code == 1
    rows = {row["rule"]: row for row in json.loads(result.stdout)}
    assert len(rows) == 80
    assert [one["by"] for one in rows["kz.coao.motion_3d"]["signed"]] == ["Дана"]
    assert "unsigned" not in {one["fault"] for one in rows["kz.coao.motion_3d"]["findings"]}
    assert {one["fault"] for one in rows["uz.cpc.extr.appeal_20d"]["findings"]} == {
        "unsigned",
        "old_edition",
        "low_confidence",
        "needs_recheck",
    }


def test_a_rule_is_shown_as_it_would_be_signed_even_without_a_home(panah: Panah) -> None:
    told = panah.does("law", "show", "kz.coao.expulsion.appeal_10d")
    rule = load_rules().rule("kz.coao.expulsion.appeal_10d")
    for said in (
        rule.title,
        "counts from: ruling_copy_served (after trigger)",
        "safe date counts from: expulsion_ruling_pronounced, if known",
        "period: 10 calendar days (десять суток)",
        rule.source.article,
        rule.edition,
        rule.notes,
        *rule.counting.reading,
        "doubt C1 (critical)",
        "doubt C2 (high)",
        f"fingerprint: {rule.text_hash()}",
    ):
        assert said in told, said


def test_every_rule_can_be_shown(panah: Panah) -> None:
    for rule in load_rules().rules:
        assert rule.title in panah.does("law", "show", rule.id)


def test_a_rule_that_is_not_there_is_told_in_a_line(panah: Panah) -> None:
    assert panah.refuses("law", "show", "kz.nothing").startswith("panah: there is no rule of this id")


def test_wrong_use_ends_with_two(ready: Panah) -> None:
    assert ready.refuses("law", "show", status=2).startswith("Usage: panah law show [OPTIONS] RULE\n")
    assert "--jsonn" in ready.refuses("law", "check", "--jsonn", status=2)

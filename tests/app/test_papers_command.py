"""``panah papers``, as an operator types it."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from app.settings import read_settings
from app.wiring import build
from cases.consent.people import enter_fact
from cases.intake import open_case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.conftest import Panah


@pytest.fixture
def code(ready: Panah) -> str:
    house = build(read_settings(ready.environment))
    with house.store.unit("test") as unit:
        case = open_case(unit, language="en")
        case.jurisdiction = "KZ"
        enter_fact(unit, case.id, "name_latin", "Qarlygash Examplekyzy", source="her sister")
        enter_fact(unit, case.id, "torture", "Told to counsel alone", source="herself")
        code = case.code
    house.store.engine.dispose()
    return code


def test_it_says_what_fits_and_whom_to_ask_and_no_name(ready: Panah, code: str) -> None:
    said = ready.does("papers", code)
    assert "never  tr_lawsuit" in said
    assert "missing, ask family: Date of birth" in said
    assert "Qarlygash" not in said
    found = {one["kind"]: one for one in json.loads(ready.does("papers", code, "--json"))}
    assert found["asylum_statement"]["for_counsel_alone"]
    assert found["notice_of_defence"]["missing"]["place"] == "family"
    assert found["unhcr_referral"]["held_back"]["name_latin"] == "uncorroborated"


def test_all_of_them_are_written_for_this_user_alone(ready: Panah, code: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ready.does("papers", code, "--out", str(out), "--exhibits")
    names = {path.name for path in out.iterdir()}
    assert {f"{code}-notice_of_defence-ru.docx", f"{code}-cat_interim-en.pdf", f"{code}-exhibits.zip"} <= names
    assert not any("asylum_statement" in name or "rights_card" in name for name in names)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in out.iterdir())
    assert "not empty" in ready.refuses("papers", code, "--out", str(out))
    assert "no case" in ready.refuses("papers", "ZZZ-ZZZ")
    ready.refuses("papers", code, "--exhibits", status=2)

"""The house as its modules import each other; its layers are told to import-linter in ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).parent.parent
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS: list[str] = SETTINGS["tool"]["importlinter"]["root_packages"]


def in_order(imports: dict[str, set[str]]) -> list[str]:
    return list(TopologicalSorter(imports).static_order())


def test_no_module_leads_back_to_itself() -> None:
    """Not even by an import inside a function: who reads on arrives at an end."""
    house = grimp.build_graph(*ROOMS, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: house.find_modules_directly_imported_by(module) for module in house.modules}
    assert len(in_order(imports)) == len(imports) > len(ROOMS)
    with pytest.raises(CycleError):
        in_order({**imports, "texts": {"app.cli"}, "app.cli": {"texts"}})


def test_every_room_is_told_to_the_linter() -> None:
    code = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks", "operations", "supply"}
    assert code == set(ROOMS)

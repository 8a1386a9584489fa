"""Mistakes are made where they should be, one at a time, and undone; what notices them is told from what does not."""

from __future__ import annotations

import ast
from dataclasses import replace
from types import ModuleType

import pytest

from benchmarks.mutants.areas import AREAS
from benchmarks.mutants.changing import changes
from benchmarks.mutants.swapping import NewCode, assigned, codes, computed_by, first_difference, put_in
from benchmarks.mutants.trying import ROOT, mutants_of
from benchmarks.mutants.watching import Watched

SOURCE = '''
"""What it is for."""
LIMIT = 3
TWICE = LIMIT * 2

def may(age: int | None, *, child: bool = False) -> bool:
    """Say whether."""
    if age is None:
        raise ValueError("say how old")
    return age >= LIMIT and not child

class Door:
    def __init__(self, oldest: int = LIMIT) -> None:
        self.oldest = oldest

    @property
    def open(self) -> bool:
        return may(LIMIT)
'''


def made() -> list[str]:
    return [change.what for change in changes(ast.parse(SOURCE))]


def module() -> ModuleType:
    found = ModuleType("doors")
    exec(compile(ast.parse(SOURCE), "doors.py", "exec"), vars(found))  # noqa: S102  the few lines above
    return found


def test_what_decides_is_turned_round() -> None:
    for mistake in (
        "`age is None` became `age is not None`",
        "`age is None` is never true",
        "`age >= LIMIT` became `age > LIMIT`",
        "`age >= LIMIT and (not child)` became `age >= LIMIT`",
        "`not child` became `child`",
        "`return may(LIMIT)` returns nothing",
        "`3` became `4`",
    ):
        assert mistake in made()


def test_what_people_read_and_what_only_a_checker_reads_is_left_alone() -> None:
    assert not [one for one in made() if "int | None" in one or "oldXX" in one or "What it is" in one]


def test_names_of_types_are_left_alone_and_constants_are_not() -> None:
    source = 'Sure = Literal["high", "low"]\nEither = int | str\nFIRST = NAMES["low"]\n'
    assert [change.line for change in changes(ast.parse(source))] == [3]


def test_each_mistake_is_undone_before_the_next() -> None:
    tree = ast.parse(SOURCE)
    as_it_was = ast.dump(tree)
    seen = {ast.dump(tree) for _ in changes(tree)}
    assert as_it_was not in seen
    assert len(seen) == len(made())
    assert ast.dump(tree) == as_it_was


def test_a_function_of_a_program_that_runs_gets_the_mistake() -> None:
    doors = module()
    before = codes(compile(SOURCE, "doors.py", "exec"))
    new = first_difference(before, codes(compile(SOURCE.replace(">= LIMIT", "> LIMIT"), "doors.py", "exec")))
    assert isinstance(new, NewCode)
    assert (new.function, doors.may(3)) == ("may", True)
    put_in(doors, new, [doors])
    assert doors.may(3) is False
    assert doors.Door().open is False


def test_a_constant_changes_wherever_it_was_imported() -> None:
    doors, house = module(), ModuleType("house")
    house.LIMIT = doors.LIMIT  # type: ignore[attr-defined]
    tree = ast.parse("LIMIT = 4\nTWICE = LIMIT * 2")
    new = assigned(tree, tree.body[0], "doors.py")
    assert new is not None
    assert new.names == ("LIMIT", "TWICE")
    put_in(doors, new, [doors, house])
    assert doors.may(3) is False
    assert (house.LIMIT, doors.TWICE) == (4, 8)
    assert doors.Door().oldest == 4, "and where it is the default of a field"


def test_what_a_module_computed_by_a_function_is_computed_anew_with_the_mistake() -> None:
    source = "def rooms():\n    return 2\n\nROOMS = rooms()\nBEDS = ROOMS * 3\nDOORS = 5\n"
    wrong = ast.parse(source.replace("return 2", "return 3"))
    hotel, guest = ModuleType("hotel"), ModuleType("guest")
    exec(compile(source, "hotel.py", "exec"), vars(hotel))  # noqa: S102  the line above
    guest.BEDS = hotel.BEDS  # type: ignore[attr-defined]
    new = first_difference(codes(compile(source, "hotel.py", "exec")), codes(compile(wrong, "hotel.py", "exec")))
    assert new is not None
    then = computed_by(wrong, "rooms", "hotel.py")
    assert then is not None
    assert (then.names, sorted(then.named_at)) == (("BEDS", "ROOMS"), [4, 5])
    put_in(hotel, replace(new, then=then), [hotel, guest])
    assert (hotel.ROOMS, hotel.BEDS, guest.BEDS, hotel.DOORS) == (3, 9, 9, 5)
    assert computed_by(wrong, "beds", "hotel.py") is None


def test_what_is_run_is_noted_statement_by_statement_and_nothing_else_changes() -> None:
    doors = module()
    watched = Watched({"doors.py": doors}, {"doors.py": SOURCE})
    lines = SOURCE.splitlines()
    with watched.lines() as seen:
        assert doors.Door().open is True
    assert [lines[line - 1].strip() for line in sorted(seen["doors.py"])] == [
        "if age is None:",
        "return age >= LIMIT and not child",
        "self.oldest = oldest",
        "return may(LIMIT)",
    ]
    doors.may(3)
    with watched.lines() as nothing:
        pass
    assert nothing == {"doors.py": set()}


def test_code_that_does_the_same_is_no_mistake() -> None:
    same = codes(compile(SOURCE, "doors.py", "exec"))
    assert first_difference(same, codes(compile(SOURCE, "doors.py", "exec"))) is None


@pytest.mark.parametrize("area", AREAS)
def test_what_is_tried_is_there(area: str) -> None:
    assert all((ROOT / path).is_file() for path in (*AREAS[area].modules, *AREAS[area].tests))
    assert mutants_of(AREAS[area].modules[0])

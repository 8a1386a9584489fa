"""Trying mistakes: tests are collected once; each mistake is a fork that runs those that reach it, quick ones first.

A test that fails has noticed it. One that computes far longer than without the mistake has, too: by the processor's
clock, for the machine may be busy.
"""

from __future__ import annotations

import ast
import functools
import importlib
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol

from benchmarks.mutants.changing import Change, changes
from benchmarks.mutants.swapping import NewCode, NewValue, assigned, codes, computed_by, first_difference, put_in
from benchmarks.mutants.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    Lines = dict[str, set[int]]
    """By file, the lines that a test runs."""

ROOT = Path(__file__).parents[2]
MARKS = ("long", "browser", "processes")
NAMES = ("postgresql", "of_the_machine", "on_every_machine", "whatever_is_in_the_file", "reads_back_the_same")
"""Tests with such a mark or name are not run: others know the same on SQLite, in this process, or without files."""
EXAMPLES = 25
"""Of a property that asks for no number of its own: what fails does so early, and people look at what survives."""
AT_LEAST = 1
"""Seconds of computing that every test may take, however quick it is."""


class Fate(StrEnum):
    """What became of a mistake."""

    NOTICED = "noticed"
    SURVIVED = "survived"
    NOT_REACHED = "no test reaches it"
    IMPOSSIBLE = "cannot be put in"


@dataclass(frozen=True)
class Mutant:
    """One mistake in one module."""

    module: str
    change: Change
    new: NewCode | NewValue

    def __str__(self) -> str:
        return f"{self.module}:{self.change.line}: {self.change.what}"

    @property
    def wherever(self) -> str:
        """The same without its line, which moves."""
        return f"{self.module}: {self.change.what}"


@dataclass(frozen=True)
class Told:
    """What a test does where there is no mistake: seconds of computing, and the lines it runs."""

    passed: bool
    seconds: float
    lines: Lines


def mutants_of(path: str) -> list[Mutant]:
    """Return every mistake that can be put into a module, by its path below the root, but those that change nothing."""
    source = (ROOT / path).read_text(encoding="utf-8")
    tree = ast.parse(source)
    whole = str(ROOT / path)
    before = codes(compile(tree, whole, "exec"))
    found = []
    for change in changes(tree):
        new: NewCode | NewValue | None = first_difference(before, codes(compile(tree, whole, "exec")))
        if isinstance(new, NewCode):
            new = replace(new, then=computed_by(tree, new.function, whole))
        else:
            new = _constant(tree, change, whole)
        if new is not None:
            found.append(Mutant(path, change, new))
    return found


def _constant(tree: ast.Module, change: Change, whole: str) -> NewValue | None:
    statement = next((one for one in tree.body if one.lineno == change.line), None)
    return None if statement is None else assigned(tree, statement, whole)


class Trying:
    """A plugin of pytest: instead of running the tests, it tries the mistakes with them."""

    def __init__(
        self,
        modules: Sequence[str],
        *,
        sample: int | None = None,
        seed: int = 1,
        seconds: float = 60,
        at_once: int = 1,
        wanted: Callable[[Mutant], bool] = lambda _: True,
    ) -> None:
        self.modules, self.sample, self.seed = modules, sample, seed
        self.seconds, self.at_once, self.wanted = seconds, at_once, wanted
        self.fates: dict[Mutant, Fate] = {}
        self.broken: list[str] = []
        self.all: dict[str, int] = {}

    def pytest_collectstart(self) -> None:
        """Properties try the same examples each time, and do not look for the smallest one that fails."""
        import hypothesis  # pytest wants to see it first

        hypothesis.settings.register_profile(
            "mutants",
            hypothesis.settings.default,
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        hypothesis.settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is not run."""
        items[:] = [
            one
            for one in items
            if not any(one.get_closest_marker(mark) for mark in MARKS) and not any(name in one.nodeid for name in NAMES)
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each test once as things are, then try each mistake."""
        modules = {path: importlib.import_module(path.removesuffix(".py").replace("/", ".")) for path in self.modules}
        sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in self.modules}
        chosen = list(self._chosen())  # at once: whoever works on the files meanwhile changes nothing of it
        random.Random(self.seed).shuffle(chosen)  # noqa: S311  whoever stops early has tried some of every module
        told = self._tell(session.items, Watched(modules, sources))
        files = [item.path.stem for item in session.items]
        self.broken = [session.items[number].nodeid for number, one in told.items() if not one.passed]
        running: dict[int, Mutant] = {}
        for mutant in chosen:
            numbers = self._reaching(mutant, told, files)
            if not numbers:
                self.fates[mutant] = Fate.NOT_REACHED
                continue
            tests = [(session.items[number], AT_LEAST + 5 * told[number].seconds) for number in numbers]
            running[_fork(functools.partial(_try, mutant, modules[mutant.module], tests))] = mutant
            if len(running) >= self.at_once:
                self._reap(running, len(chosen))
        while running:
            self._reap(running, len(chosen))
        return True

    def _chosen(self) -> Iterator[Mutant]:
        for path in self.modules:
            every = [one for one in mutants_of(path) if self.wanted(one)]
            self.all[path] = len(every)
            if self.sample is not None and len(every) > self.sample:
                every = random.Random(self.seed).sample(every, self.sample)  # noqa: S311  the same each time
            yield from every

    def _tell(self, items: list[pytest.Item], watched: Watched) -> dict[int, Told]:
        """Run the tests in this very process: what they read from files stays read, in every fork."""
        pairs = zip(items, [*items[1:], None], strict=True)
        return {number: _watch(item, following, watched) for number, (item, following) in enumerate(pairs)}

    def _reaching(self, mutant: Mutant, told: dict[int, Told], files: Sequence[str]) -> list[int]:
        """Numbers of the tests that reach a mistake, quick ones first, as many as the seconds allow: one at least.

        Those in a file with the module's name go before others, for a long statement is reached by many that ask
        something else. What is computed while a module is imported is reached by every test of the module; those that
        run a line with its name go first.
        """
        path, change = mutant.module, mutant.change
        value = mutant.new.then if isinstance(mutant.new, NewCode) else mutant.new
        wanted = set(range(change.line, change.until + 1)) if value is None else None
        reach = [
            number
            for number, one in told.items()
            if one.passed and (one.lines[path] & wanted if wanted is not None else one.lines[path])
        ]
        named_at = frozenset() if value is None else value.named_at
        own = f"test_{Path(path).stem}"
        reach.sort(
            key=lambda number: (
                not told[number].lines[path] & named_at,
                not files[number].startswith(own),
                told[number].seconds,
            )
        )
        spent = 0.0
        kept: list[int] = []
        for number in reach:
            if kept and spent + told[number].seconds > self.seconds:
                break
            spent += told[number].seconds
            kept.append(number)
        return kept

    def _reap(self, running: dict[int, Mutant], number: int) -> None:
        pid, status = os.wait()
        mutant = running.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        self.fates[mutant] = {0: Fate.SURVIVED, 2: Fate.IMPOSSIBLE}.get(code, Fate.NOTICED)
        if self.fates[mutant] is not Fate.NOTICED or len(self.fates) % 50 == 0:
            sys.__stderr__.write(f"{len(self.fates)}/{number} {self.fates[mutant]}: {mutant}\n")  # type: ignore[union-attr]
            sys.__stderr__.flush()  # type: ignore[union-attr]


def _fork(do: Callable[[], int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = do()
    finally:
        os._exit(code)


def _try(mutant: Mutant, module: ModuleType, tests: Sequence[tuple[pytest.Item, float]]) -> int:
    try:
        put_in(module, mutant.new, _house())
    except (ValueError, LookupError):
        return 2
    except Exception:  # noqa: BLE001  whatever it is: the module could not even have been imported
        return 1
    following = [*(item for item, _ in tests[1:]), None]
    for (item, seconds), next_item in zip(tests, following, strict=True):
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)  # its signal ends this process
        if not _passes(item, next_item):
            return 1
    return 0


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001  fixtures are made anew
    return not any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


def _watch(item: pytest.Item, following: pytest.Item | None, watched: Watched) -> Told:
    begun = time.process_time()
    with watched.lines() as lines:
        passed = _passes(item, following)
    return Told(passed=passed, seconds=time.process_time() - begun, lines=lines)


def _house() -> list[ModuleType]:
    here = str(ROOT)
    return [one for one in list(sys.modules.values()) if str(getattr(one, "__file__", None) or "").startswith(here)]

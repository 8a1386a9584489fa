"""Run seeds, one after the other, for as long as is asked: ``python -m tests.simulator --minutes 60 --days 10``."""

from __future__ import annotations

import argparse
import atexit
import gc
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from app.schema import metadata
from tests.conftest import in_database, running_server
from tests.simulator.broken import Broken
from tests.simulator.nodes import Ground
from tests.simulator.plan import HOUR, RATES, as_text, make_plan, read_plan
from tests.simulator.shrinking import shrink
from tests.simulator.world import ForYears, Tally, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.plan import Plan

KEPT: Final = Path(__file__).parent / "kept"


@cache
def ground() -> Ground:
    """Return where all worlds of this process stand, one after another."""
    folder = tempfile.TemporaryDirectory(prefix="panah-simulator-")
    atexit.register(folder.cleanup)
    return Ground(Path(folder.name))


@contextmanager
def ground_on_postgresql() -> Iterator[Ground]:
    """Start a PostgreSQL of our own, and let worlds stand there."""
    with tempfile.TemporaryDirectory(prefix="panah-simulator-") as folder, ExitStack() as stack:
        place, home = Path(folder) / "server", Path(folder) / "home"
        for one in (Path(folder), place, home):
            one.mkdir(exist_ok=True)
            one.chmod(0o755)  # the server may run as somebody else
        uri = stack.enter_context(running_server(place, place)).get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("CREATE DATABASE simulated")
        found = Ground(home, in_database(uri, "simulated"))
        metadata().create_all(found.engine)
        yield found
        found.engine.dispose()


def breaks(plan: Plan, house: type[World] = World, on: Ground | None = None) -> tuple[Broken | None, Tally]:
    """Play a plan; return which promise it breaks, if any, and what it consisted of."""
    with house(plan, on or ground()) as world:
        try:
            return None, world.plays()
        except Broken as broken:
            return broken, world.tally


def shrunk(plan: Plan, broken: Broken, within: float, house: type[World] = World, on: Ground | None = None) -> Plan:
    """Return the few actions of a plan that break the same promise; what is found ``within`` so many real seconds.

    What cannot be shortened in that time is returned as far as it was: it breaks that promise, too.
    """
    until = time.monotonic() + within

    def still_fails(fewer: Plan) -> bool:
        if time.monotonic() > until:
            return False
        found, _ = breaks(fewer, house, on)
        return found is not None and found.promise == broken.promise

    early = plan.until(broken.at)
    whole = beginning(early if still_fails(early) else plan, still_fails)
    few = whole.with_actions(shrink(whole.actions, lambda actions: still_fails(whole.with_actions(actions))))
    short = few.until(max((one.at for one in few.actions), default=0.0) + HOUR)
    return short if still_fails(short) else few


def beginning(plan: Plan, still_fails: Callable[[Plan], bool]) -> Plan:
    """Return the shortest beginning of a failing plan that fails, too, an hour past an action: the rest costs less."""
    enough, too_little = len(plan.actions), 0
    while enough - too_little > 1:
        middle = (enough + too_little) // 2
        shorter = plan.until(plan.actions[middle - 1].at + HOUR)
        if still_fails(shorter):
            plan, enough = shorter, middle
        else:
            too_little = middle
    return plan


def main() -> int:
    """Run; return 1 if a promise was broken."""
    given = _arguments()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)  # what is there to stay is not looked through again and again
    with ground_on_postgresql() if given.postgresql else nullcontext(ground()) as on:
        if given.replay:
            broken, _ = breaks(read_plan(given.replay), _house(given), on)
            print(broken or "every promise was kept")  # noqa: T201
            return broken is not None
        return _runs(given, on)


def _runs(given: argparse.Namespace, on: Ground) -> int:
    """Play seed after seed, and say how each went; return 1 if a promise was broken."""
    began, total, failed, seeds = time.monotonic(), Tally(), 0, 0
    while seeds < given.seeds and time.monotonic() - began < given.minutes * 60:
        plan = make_plan(given.seed + seeds, given.days, given.only, given.pace)
        started = time.monotonic()
        broken, tally = breaks(plan, _house(given), on)
        total.add(tally)
        seeds += 1
        took = time.monotonic() - started
        print(f"seed {plan.seed}: {'kept' if broken is None else broken} ({took:.1f} s, {tally})", flush=True)  # noqa: T201
        if broken is not None:
            failed += 1
            if given.shrink:
                _keeps(given.out, shrunk(plan, broken, given.shrink, _house(given), on), broken)
    hours = (time.monotonic() - began) / 3600
    print(f"{seeds} seeds of {given.days} days in {hours:.2f} h, {failed} failed; {total}")  # noqa: T201
    return failed > 0


def _house(given: argparse.Namespace) -> type[World]:
    return ForYears if given.years else World


def _keeps(folder: Path, small: Plan, broken: Broken) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{small.seed}.jsonl"
    path.write_text(as_text(small, promise=broken.promise, what=broken.what), encoding="utf-8")
    print(f"  {len(small.actions)} actions: {path}", flush=True)  # noqa: T201


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    reader.add_argument("--seed", type=int, default=1, help="the first seed")
    reader.add_argument("--seeds", type=int, default=10**9, help="how many")
    reader.add_argument("--days", type=float, default=10.0, help="virtual days of each")
    reader.add_argument("--only", nargs="+", default=(), choices=sorted(RATES), help="what happens, if not everything")
    reader.add_argument("--pace", type=float, default=1.0, help="how many times as often")
    reader.add_argument("--years", action="store_true", help="what is closed is kept for its year; days pass quickly")
    reader.add_argument("--minutes", type=float, default=60.0, help="real minutes after which no seed is begun")
    reader.add_argument("--shrink", type=float, default=0.0, help="real seconds to shrink a failing seed for")
    reader.add_argument("--out", type=Path, default=KEPT, help="where shrunk plans are written")
    reader.add_argument("--postgresql", action="store_true", help="on a PostgreSQL that is started for it")
    reader.add_argument("--replay", type=Path, help="play one kept plan")
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())

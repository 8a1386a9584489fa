"""The suite: which benchmarks there are, and how they are run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from benchmarks import (
    bulk,
    channels,
    console_pages,
    docket,
    failover,
    fan_out,
    fields,
    first_words,
    flood,
    footprint,
    identity,
    machine,
    one_alert,
    papers,
    raid,
    recovery,
    registry,
    surge,
    timers,
)
from benchmarks.figures import Row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.home import Options

BENCHMARKS: dict[str, Callable[[Options], list[Row]]] = {
    "first-words": first_words.measure,
    "flood": flood.measure,
    "fan-out": fan_out.measure,
    "channels": channels.measure,
    "one-alert": one_alert.measure,
    "failover": failover.measure,
    "bulk": bulk.measure,
    "surge": surge.measure,
    "timers": timers.measure,
    "docket": docket.measure,
    "raid": raid.measure,
    "identity": identity.measure,
    "registry": registry.measure,
    "console-pages": console_pages.measure,
    "papers": papers.measure,
    "footprint": footprint.measure,
    "fields": fields.measure,
    "recovery": recovery.measure,
}


@dataclass(frozen=True)
class Report:
    """What was measured, and where."""

    machine: dict[str, Any]
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"machine": self.machine, "rows": [row.as_json() for row in self.rows]}

    def as_text(self) -> str:
        """The machine in a line, then the table."""
        return f"{machine.in_words(self.machine)}\n\n{table(self.rows)}"


def run(options: Options, only: Sequence[str] = (), begun: Callable[[str], None] = lambda _: None) -> Report:
    """Run the named benchmarks, or all; ``begun`` hears of each. Raises LostError where something was lost."""
    logs = structlog.get_config()
    structlog.configure(processors=[_say_nothing])
    try:
        found = machine.describe(options.folder)
        rows: list[Row] = []
        for name, measure in BENCHMARKS.items():
            if not only or name in only:
                begun(name)
                rows += measure(options)
        return Report(found, tuple(rows))
    finally:
        structlog.configure(**logs)


def _say_nothing(_logger: Any, _method: str, _entry: Any) -> Any:
    """What the parts that run in this process would log is not what was asked for."""
    raise structlog.DropEvent

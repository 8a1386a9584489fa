"""A night already under way for the demo: three people have reported before the visitor comes.

All of it is done by the real program, asked by phones as anybody would ask it; not a row is written here.
"""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from app.calm import is_busy
from sandbox.waiting import StoryError

if TYPE_CHECKING:
    from sandbox import Phone, Sandbox
    from store.clock import SharedClock
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
LATE = (22, 30)
EARLY = (3, 0)
"""Between these the night is deep and the morning far enough away."""
WITHIN = 40.0
"""Real seconds for all of it, where a few are enough; what is not done by then is left."""
HELD_FOR, HEARD_IN = timedelta(hours=1), timedelta(days=3)
"""For how long Alim's brother has been held, and when a court hears him: nobody is rung for clocks so far away."""
A_MOMENT = timedelta(seconds=0.4)
CODE = re.compile(r"[A-Z2-9]{3}-[A-Z2-9]{3}")


def wait_for_night(clock: SharedClock, zone: str) -> None:
    """Move the business clock to half past ten in the evening, unless it is night in ``zone`` anyway."""
    local = clock.now().astimezone(ZoneInfo(zone))
    evening = datetime(local.year, local.month, local.day, *LATE, tzinfo=local.tzinfo)
    if (local.hour, local.minute) >= EARLY and local < evening:
        clock.advance(evening - local)


def live_through(
    store: Store,
    sandbox: Sandbox,
    clock: SharedClock,
    zone: str,
    team: tuple[Phone, Phone],
    *,
    within: float = WITHIN,
) -> bool:
    """Have three people report: one is looked after and clocks run, one can wait until morning, one needs a lawyer now.

    Takes a few real seconds. When the program is too slow for it, the night is left as far as it has come; returns
    whether all of it was lived through.
    """
    coordinator, lawyer = team
    night = _Night(store, sandbox, clock, zone, time.monotonic() + within)
    try:
        code = night.somebody_is_looked_after(coordinator, lawyer)
        night.clocks_run(lawyer, code)
        night.somebody_can_wait()
        night.somebody_needs_a_lawyer(coordinator, lawyer)
    except StoryError:
        log.info("demo_night_cut_short")
        return False
    return True


class _Night:
    """Acts of people, each of whom waits for what they would wait for. StoryError when it does not come in time."""

    def __init__(self, store: Store, sandbox: Sandbox, clock: SharedClock, zone: str, ends_at: float) -> None:
        self._store = store
        self._sandbox = sandbox
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._ends_at = ends_at

    def somebody_is_looked_after(self, coordinator: Phone, lawyer: Phone) -> str:
        """Alim, in Uyghur: both have accepted, and he was spoken to. Returns the code of his case."""
        alim = self._sandbox.phone("Alim", role="relative", language="ug")
        code = self._reports(alim, "ئىنىمنى تۇتۇپ كەتتى")
        self._takes(coordinator, code)
        self._takes(lawyer, code)
        self._passes(minutes=12)
        coordinator.taps("Contact made", on=coordinator.sees(f"You have taken {code}", timeout=self._left))
        self._passes(minutes=11)
        return code

    def clocks_run(self, lawyer: Phone, code: str) -> None:
        """The lawyer enters in the chat since when he is held and when he is heard; clocks of the law follow."""
        now = self._clock.now().astimezone(self._zone)
        taken, heard = now - HELD_FOR, now + HEARD_IN
        self._enters(lawyer, f"/event {code} extradition_detention_actual {taken:%Y-%m-%d %H:%M}")
        self._enters(lawyer, f"/hearing {code} {heard:%Y-%m-%d} 10:00 district court, hall 2")

    def somebody_can_wait(self) -> None:
        """Marat, in Russian, is afraid and no more: nobody is woken."""
        marat = self._sandbox.phone("Marat", role="relative", language="ru")
        self._reports(marat, "боюсь возвращаться")
        self._passes(minutes=9)

    def somebody_needs_a_lawyer(self, coordinator: Phone, lawyer: Phone) -> None:
        """Zarina, in Kazakh: the coordinator has it, and the lawyer's phone rings."""
        zarina = self._sandbox.phone("Zarina", role="relative", language="kk")
        code = self._reports(zarina, "Ағамды алып кетті")
        self._takes(coordinator, code)
        lawyer.sees(code, timeout=self._left)
        self._rests()

    def _reports(self, who: Phone, words: str) -> str:
        who.writes(words)
        found = CODE.search(who.sees(CODE, timeout=self._left).plain)
        return found[0] if found else ""

    def _takes(self, who: Phone, code: str) -> None:
        who.taps("Accept", on=who.sees(code, timeout=self._left))
        who.sees(f"You have taken {code}", timeout=self._left)

    def _enters(self, who: Phone, command: str) -> None:
        written = who.writes(command)
        read_back = who.sees("say yes", after=written, timeout=self._left)
        who.taps("Yes, enter it", on=read_back)
        who.sees("entered", after=read_back, timeout=self._left)

    def _passes(self, *, minutes: int) -> None:
        self._rests()
        self._clock.advance(timedelta(minutes=minutes))

    def _rests(self) -> None:
        """Wait until all that is due is done: a clock that leaps over what is under way has it done twice."""
        self._sandbox.wait_until_collected(self._left)
        self._sandbox.wait_until(lambda: not is_busy(self._store, A_MOMENT), self._left)

    @property
    def _left(self) -> float:
        return max(self._ends_at - time.monotonic(), 0.0)

"""A storm: many people write at once, helpers accept, and the program is killed again and again meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bad_days.books import calls_cut_off, in_hand, undone, unrest

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from sandbox import Phone
    from sandbox.seen import Message
    from tests.bad_days.books import Held
    from tests.bad_days.ground import Ground
    from tests.bad_days.program import Program

SHORTEST_LIFE, LONGEST_LIFE = 0.05, 1.5
"""Real seconds from the first sign of work to the kill."""
ANSWERS_LOST_BEFORE = 0.05
"""Real seconds before a kill in which answers may get lost on their way back: Telegram has taken the messages."""
CALM_EVERY = 0.03
LONGER_THAN_THE_LIVING = 3.0
"""Real seconds for which a living worker never holds a row here: calls are answered in a tenth of one."""


@dataclass(frozen=True)
class Kill:
    """What a kill fell upon."""

    after: float
    in_hand: int
    """Rows that were being worked on."""
    calls_cut: int
    """Calls whose outcome nobody will ever know."""
    waiting: int
    """Rows and updates that were waiting for their turn."""

    @property
    def during_activity(self) -> bool:
        return self.in_hand > 0 or self.calls_cut > 0


@dataclass
class Crowd:
    """The people of a storm, and who wrote what."""

    relatives: list[Phone]
    helpers: list[Phone]
    dice: random.Random
    wrote: dict[int, list[str]] = field(default_factory=dict)
    tapped: set[tuple[int, int]] = field(default_factory=set)

    def writes(self, phone: Phone, words: str) -> None:
        phone.writes(words)
        self.wrote.setdefault(phone.chat_id, []).append(words)

    def all_write(self) -> None:
        """Everybody's first words, in the same instant."""
        for number, phone in enumerate(self.relatives):
            self.writes(phone, f"they took my brother, {number}")

    def goes_on(self) -> None:
        """A few write more, and helpers accept some of what they have been shown."""
        for phone in self.dice.sample(self.relatives, k=min(3, len(self.relatives))):
            self.writes(phone, f"more news, {self.dice.random()}")
        for helper in self.helpers:
            pages = list(self.open_pages(helper))
            for page in self.dice.sample(pages, k=min(2, len(pages))):
                self.accepts(helper, page)

    def accepts(self, helper: Phone, page: Message) -> None:
        helper.taps("Accept", on=page)
        self.tapped.add((helper.chat_id, page.id))

    def open_pages(self, helper: Phone) -> Iterator[Message]:
        """Pages this helper was shown and has not answered."""
        for message in helper.messages:
            if message.button("Accept") is not None and (helper.chat_id, message.id) not in self.tapped:
                yield message


def kill_at_random_moments(ground: Ground, program: Program, crowd: Crowd, times: int) -> list[Kill]:
    """Start the program and kill it, ``times`` times, each time soon after it was seen at work."""
    return [_one_life(ground, program, crowd) for _ in range(times)]


def _one_life(ground: Ground, program: Program, crowd: Crowd) -> Kill:
    cut_before, calls_before = calls_cut_off(ground.house), len(ground.sandbox.calls())
    if not program.is_running:
        program.start()
        ground.sandbox.wait_until(lambda: len(ground.sandbox.calls()) > calls_before)
    crowd.goes_on()
    life = crowd.dice.uniform(SHORTEST_LIFE, LONGEST_LIFE)
    lost = ANSWERS_LOST_BEFORE if crowd.dice.random() < 1 / 2 else 0.0
    time.sleep(life - lost)
    with ground.sandbox.faults.never_answers(accepted=True, times=5 if lost else 0):
        time.sleep(lost)
        program.kill()
    kill = Kill(
        after=life,
        in_hand=len(in_hand(ground.house)),
        calls_cut=calls_cut_off(ground.house) - cut_before,
        waiting=undone(ground.house) + ground.bot.pending,
    )
    ground.after_leases()
    return kill


def wait_for_calm(ground: Ground, within: float = 100, dead: frozenset[Held] = frozenset()) -> None:
    """Wait until nothing is on its way any more.

    Business time is moved on a second at a time, and only while nobody has anything in hand: what waits for one of
    Telegram's limits leaves sooner than in real time, and nobody loses a lease. What ``dead`` workers held is in
    nobody's hand.
    """
    deadline = time.monotonic() + within
    while ground.bot.pending or undone(ground.house):
        assert time.monotonic() < deadline, f"no calm: {unrest(ground.house)}, {ground.bot.pending} updates waiting"
        if in_hand(ground.house) <= dead:
            ground.later(seconds=1)
        time.sleep(CALM_EVERY)


def left_behind(ground: Ground) -> frozenset[Held]:
    """What a worker that was just killed held, beside others who live: what nobody lets go of for a while."""
    held = in_hand(ground.house)
    time.sleep(LONGER_THAN_THE_LIVING)
    return held & in_hand(ground.house)

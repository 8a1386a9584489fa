"""The clock of the machine jumps, or the machine was off for a day: everybody who waits is heard and told the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_days.books import kept_words
from tests.bad_days.storm import wait_for_calm

if TYPE_CHECKING:
    from tests.bad_days.ground import Ground

pytestmark = [pytest.mark.processes, pytest.mark.heavy]
A_LITTLE_MORE = 90.0
"""Real seconds: a clock that was set back is noticed within thirty."""


@pytest.mark.long
@pytest.mark.timeout(200)
def test_the_clock_jumps_ahead_and_back_and_nobody_is_forgotten(ground: Ground) -> None:
    program = ground.running()
    aigerim, dana = ground.team()
    gulnar, zarina, alim = (ground.relative(name) for name in ("Gulnar", "Zarina", "Alim"))
    gulnar.writes("they took my brother")
    first = aigerim.sees(ground.code_on(gulnar))
    wait_for_calm(ground)

    ground.later(hours=9)  # nobody was asleep: the clock was wrong
    aigerim.sees(ground.code_on(gulnar), after=first)
    zarina.writes("they took my sister")
    aigerim.sees(ground.code_on(zarina))
    dana.sees(ground.code_on(zarina))
    wait_for_calm(ground)

    ground.later(hours=-9)
    alim.writes("they took my son")
    alim.sees("We have your message", timeout=A_LITTLE_MORE)
    page = aigerim.sees(ground.code_on(alim), timeout=A_LITTLE_MORE)
    aigerim.taps("Accept", on=page)
    alim.sees("has taken your report", timeout=A_LITTLE_MORE)
    assert kept_words(ground.house) == {
        gulnar.chat_id: ["they took my brother"],
        zarina.chat_id: ["they took my sister"],
        alim.chat_id: ["they took my son"],
    }
    assert ground.house.store.verify_log() == []
    assert not program.logged("part_failed")
    assert program.terminate() < 10


@pytest.mark.long  # `tests/alerts/test_escalation.py` and `tests/channels/test_due.py` tell it each time
@pytest.mark.timeout(120)
def test_a_day_off_ends_with_everybody_being_asked_once_more(ground: Ground) -> None:
    program = ground.running()
    aigerim, dana = ground.team()
    gulnar, zarina = ground.relative(), ground.relative("Zarina")
    gulnar.writes("they took my brother")
    code = ground.code_on(gulnar)
    shown = {phone.name: phone.sees(code) for phone in (aigerim, dana)}
    wait_for_calm(ground)
    program.terminate()

    ground.later(hours=12)
    zarina.writes("they took my sister")
    ground.later(hours=12)
    program.start()
    for phone in (aigerim, dana):
        phone.sees(code, after=shown[phone.name])
    gulnar.sees("nobody has accepted")
    aigerim.sees(ground.code_on(zarina))
    wait_for_calm(ground)
    asked = [message for message in aigerim.messages if message.says(code) and message.button("Accept")]
    assert len(asked) == 2, "once more, and not for every wait that was missed"
    assert ground.house.store.verify_log() == []

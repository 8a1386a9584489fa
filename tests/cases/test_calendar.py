"""What a calendar is told of hearings, whatever happens to them: each stays itself, and every change is newer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cases.docket.calendar import CalendarEntry, hearings
from cases.docket.models import Occurrence, OccurrenceState
from store.base import new_id

CASE = UUID(int=1)
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
# Hours ahead for which a hearing is set or moved, and how many sources date it.
changes = st.lists(st.tuples(st.booleans(), st.integers(1, 200), st.integers(1, 3)), min_size=1, max_size=12)


def enters(docket: list[Occurrence], number: int, *, moves: bool, hours: int, sources: int) -> None:
    """What `cases.docket.entering` does: what is moved supersedes all that stood, and goes on as the last of them."""
    standing = [one for one in docket if one.state == OccurrenceState.STANDING] if moves else []
    for one in standing:
        one.state = OccurrenceState.SUPERSEDED
    matter = standing[-1].matter_id if standing else new_id()
    docket += [
        Occurrence(
            id=new_id(),
            case_id=CASE,
            matter_id=matter,
            kind="hearing_moved" if moves else "hearing_scheduled",
            state=OccurrenceState.STANDING,
            at=NOW + timedelta(minutes=source),
            for_at=NOW + timedelta(hours=hours),
            zone="Asia/Almaty",
            entered_at=NOW + timedelta(seconds=number),
        )
        for source in range(sources)
    ]


@given(changes)
def test_a_change_has_a_higher_sequence_and_nothing_ever_goes_back(history: list[tuple[bool, int, int]]) -> None:
    docket: list[Occurrence] = []
    before: dict[UUID, CalendarEntry] = {}
    for number, (moves, hours, sources) in enumerate(history):
        enters(docket, number, moves=moves, hours=hours, sources=sources)
        now = {one.id: one for one in hearings(docket, {CASE: "K7M-4TX"})}
        assert len(now) == len({one.matter_id for one in docket})
        for id_, old in before.items():
            new = now[id_]
            assert new.sequence >= old.sequence
            assert new.changed_at >= old.changed_at
            if (new.starts_at, new.cancelled) != (old.starts_at, old.cancelled):
                assert new.sequence > old.sequence
        before = now


@given(changes)
def test_what_stands_is_never_cancelled_and_what_does_not_always_is(history: list[tuple[bool, int, int]]) -> None:
    docket: list[Occurrence] = []
    for number, (moves, hours, sources) in enumerate(history):
        enters(docket, number, moves=moves, hours=hours, sources=sources)
    standing = {one.matter_id for one in docket if one.state == OccurrenceState.STANDING}
    told = list(hearings(reversed(docket), {CASE: "K7M-4TX"}))
    assert {one.id for one in told if not one.cancelled} == standing

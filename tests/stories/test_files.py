"""Files: what people send is fetched, kept encrypted to the byte, and whoever took the case can have it."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.parked import retry
from cases.files import LARGEST, PER_HOUR
from cases.models import Download, FileState, ReportMessage
from store.files import CHUNK, FileChunk, StoredFile, read_file, sha256_of

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy

RECORDING = b"OggS" + hashlib.shake_128(b"a recording").digest(2 * CHUNK + 11)


def kept(town: Town) -> list[bytes]:
    """The files that are ours, oldest first."""
    with town.house.store.read() as unit:
        ids = list(unit.session.scalars(select(StoredFile.id).where(StoredFile.finished_at.is_not(None))))
    return [b"".join(read_file(town.house.store, file_id)) for file_id in sorted(ids)]


def states(town: Town) -> list[str]:
    with town.house.store.read() as unit:
        return list(unit.session.scalars(select(Download.state).order_by(Download.asked_at, Download.id)))


def messages(town: Town) -> int:
    with town.house.store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(ReportMessage)) or 0


def taken_by(town: Town, team: Team, gulnar: Phone) -> str:
    """Gulnar has reported, and Aigerim has taken it."""
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.aigerim.sees(code)
    team.aigerim.taps("Accept")
    gulnar.sees("has taken your report")
    town.rests()
    return code


def test_a_voice_message_is_kept_to_the_byte_and_nothing_of_it_is_readable_in_the_database(
    town: Town, team: Team
) -> None:
    gulnar = town.relative()
    gulnar.sends("voice", file=RECORDING)
    town.code_on(gulnar)
    town.rests()
    assert kept(town) == [RECORDING]
    with town.house.store.read() as unit:
        file = unit.session.scalars(select(StoredFile)).one()
        assert (file.size, file.media) == (len(RECORDING), "audio/ogg")
        assert sha256_of(unit, file) == hashlib.sha256(RECORDING).hexdigest()
        chunks = unit.session.scalars(select(FileChunk.ciphertext)).all()
    assert len(chunks) == 3
    assert not any(RECORDING[at : at + 16] in chunk for chunk in chunks for at in (0, CHUNK, 2 * CHUNK))
    team.aigerim.sees(town.case_codes()[0])


def test_of_a_picture_the_largest_size_is_kept_and_an_album_is_kept_whole(town: Town) -> None:
    gulnar = town.relative()
    gulnar.sends("photo", caption="the paper they gave him")
    for name in ("one", "two"):
        gulnar.sends("document", file=f"%PDF-{name}".encode(), file_name=f"{name}.pdf")
    town.rests()
    assert states(town) == [FileState.STORED] * 3
    assert {file[:5] for file in kept(town)} >= {b"%PDF-"}
    assert len(kept(town)) == 3


def test_a_file_that_is_too_large_is_said_to_be(town: Town, team: Team) -> None:
    gulnar = town.relative()
    code = taken_by(town, team, gulnar)
    gulnar.sends("video", caption="look", file_size=LARGEST + 1)
    assert code in gulnar.sees("is too large").plain
    assert code in team.aigerim.sees("too large to be copied").plain
    with town.sandbox.faults.rejects("file is too big", method="getFile", times=1):
        gulnar.sends("video")
        town.rests()
    assert states(town) == [FileState.TOO_LARGE, FileState.TOO_LARGE]
    assert kept(town) == []
    assert messages(town) == 3


def test_a_bad_moment_of_telegram_only_delays_a_file(town: Town) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.breaks(code=502, method="getFile", times=2):
        gulnar.sends("voice", file=RECORDING)
        town.rests()
        assert kept(town) == []
        town.later(seconds=3)
        town.later(seconds=6)
        town.rests()
    assert kept(town) == [RECORDING]


def test_a_file_telegram_no_longer_knows_waits_for_a_person(town: Town, team: Team) -> None:
    town.expects("file_parked")
    gulnar = town.relative()
    with town.sandbox.faults.rejects("wrong file_id or the file is temporarily unavailable", method="getFile"):
        gulnar.sends("voice", file=RECORDING)
        for _ in range(5):
            town.later(seconds=30)
        team.aigerim.sees("panah doctor")
    with town.house.store.unit("test") as unit:
        parked = unit.session.scalars(select(Download.id).where(Download.parked_at.is_not(None))).one()
        assert retry(unit, str(parked))
    town.rests()
    assert kept(town) == [RECORDING]


@pytest.mark.long
def test_a_flood_of_files_is_not_fetched_while_every_word_is_kept(town: Town, team: Team) -> None:
    gulnar = town.relative()
    code = taken_by(town, team, gulnar)
    for number in range(PER_HOUR + 3):
        gulnar.sends("photo", file=f"picture {number}".encode(), caption=f"number {number}")
    assert code in gulnar.sees("newest files were not copied").plain
    assert code in team.aigerim.sees("very many files").plain
    town.rests()
    assert states(town).count(FileState.STORED) == PER_HOUR
    assert states(town).count(FileState.TOO_MANY) == 3
    assert messages(town) == 1 + PER_HOUR + 3
    town.later(hours=1, minutes=1)
    gulnar.sends("photo", file=b"an hour later")
    town.rests()
    assert b"an hour later" in kept(town)


@pytest.mark.parametrize("size", [0, 1, CHUNK])
def test_a_file_of_any_size_comes_through(town: Town, size: int) -> None:
    gulnar = town.relative()
    gulnar.sends("document", file=RECORDING[:size])
    town.rests()
    assert kept(town) == [RECORDING[:size]]


def opens(town: Town, helper: Phone) -> str:
    """Press Open and look at the page behind the link."""
    seen = helper.messages[-1]
    helper.taps("Open")
    helper.sees("One-time link", after=seen)
    return town.page(helper.link("Open the page"))


def tickets(page: str) -> list[str]:
    """Where each file can be fetched as it came."""
    return re.findall(r'href="(/file/[^"?]+)\?as=original"', page)


def test_who_took_the_case_can_save_the_file_for_ten_minutes_and_no_browser_opens_it(town: Town, team: Team) -> None:
    gulnar = town.relative()
    code = taken_by(town, team, gulnar)
    gulnar.sends("voice", file=RECORDING)
    town.rests()
    page = opens(town, team.aigerim)
    assert hashlib.sha256(RECORDING).hexdigest() in page
    (ticket,) = tickets(page)
    answer = town.web.get(f"{ticket}?as=original")
    assert answer.data == RECORDING
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(rf'attachment; filename="{code}-\w+\.ogg"', answer.headers["Content-Disposition"])
    assert town.web.get(ticket[:-2] + "AA").status_code == 404
    town.later(minutes=10)
    assert town.web.get(ticket).status_code == 404


def test_a_file_by_which_the_reporter_can_be_found_is_not_for_the_lawyer(town: Town, team: Team) -> None:
    gulnar = town.relative()
    taken_by(town, team, gulnar)
    team.dana.taps("Accept")
    for answer in ("Skip", "Skip", "Skip", "One person"):
        gulnar.taps(answer)
        town.later(seconds=5)
    gulnar.sees("is it safe to reach you")
    gulnar.sends("voice", file=b"OggS call me at night")
    town.later(seconds=5)
    gulnar.sends("photo", file=b"\xff\xd8\xff a paper")
    town.rests()
    assert len(tickets(opens(town, team.aigerim))) == 2
    assert len(tickets(opens(town, team.dana))) == 1

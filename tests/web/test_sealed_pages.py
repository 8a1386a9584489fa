"""Sealed files at the pages: that one is there, who confirms and agrees; nothing of what was left shows before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.queues import timer_queue
from app.settings import read_settings
from cases import intake
from cases.access import grant_access
from cases.consent.agreeing import emergency_releases
from cases.docket.history import details_of
from cases.docket.models import Occurrence
from cases.models import Case
from cases.retention import Retention
from cases.sealed import check_ins, keeping
from cases.sealed.models import EntryKind, SealedFile, SealedSource
from cases.verification import clear, suspect
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.queues import work_once
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.queries import counted
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store

TIMERS = timer_queue(read_settings({"PANAH_CANARY": "false"}))
TESTIMONY, INSTRUCTION, AUNT = "they asked for my telephone", "ask for a stay", "Aunt Үлгі, +7 700 000 00 11"


class Left:
    """A file that somebody left, two reports of two others, and a team."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.aigerim, self.timur = join(store, "Aigerim"), join(store, "Timur")
        self.dana = join(store, "Dana", "lawyer")
        with store.unit("chat:person") as unit:
            file = keeping.begin(unit, find_or_open_chat(unit, "telegram", "8000001"))
            keeping.keep(unit, file, EntryKind.TEAM, TESTIMONY)
            keeping.keep(unit, file, EntryKind.COUNSEL, INSTRUCTION)
            keeping.keep(unit, file, EntryKind.TRUSTED, AUNT)
            keeping.sign_release(unit, file, "unhcr", "who", "taken")
            keeping.say_about_press(unit, file, "named")
            self.case_id, self.code = file.case_id, unit.session.get_one(Case, file.case_id).code
            self.reports = [self._reported(unit, f"800000{n}") for n in (2, 3)]
        app = make_app(store, ZONE, passwords=quick(store))
        self.at = {who.login: Browser(app.test_client()).comes_in(who) for who in (self.aigerim, self.timur, self.dana)}
        self.app = app

    def _reported(self, unit: object, address: str) -> tuple[UUID, str]:
        chat = find_or_open_chat(unit, "telegram", address)  # type: ignore[arg-type]  # a unit of work
        case = intake.open_report(unit, chat, language="en", kind="text", content="he is held")  # type: ignore[arg-type]
        return case.id, case.code

    @property
    def path(self) -> str:
        return f"/console/sealed/{self.code}"

    def lets(self, member: Member, case_id: UUID) -> None:
        assert member.contact_id is not None
        with self.store.unit("test") as unit:
            grant_access(unit, case_id, member.contact_id, member.contact_id, unit.now + timedelta(days=1))

    def presses(self, by: Member, do: str, /, **fields: str) -> int:
        return self.at[by.login].comes_in(by).sends(self.path, do=do, **fields).status_code

    def sees(self, who: Member, path: str | None = None) -> str:
        return self.at[who.login].comes_in(who).sees(path or self.path)

    def confirms(self) -> None:
        for case_id, code in self.reports:
            self.lets(self.aigerim, case_id)
            assert self.presses(self.aigerim, "report", report=code, words="they saw it") == 303

    def waits(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        while work_once(self.store, TIMERS):
            pass

    def is_open(self) -> bool:
        with self.store.read() as unit:
            return unit.session.scalars(select(SealedFile.opened_at)).one() is not None


@pytest.fixture
def left(quick_store: Store, clock: ManualClock) -> Left:
    return Left(quick_store, clock)


def test_that_it_is_there_shows_and_nothing_of_what_is_in_it(left: Left) -> None:
    assert left.code in left.sees(left.aigerim, "/console/sealed")
    left.at["Aigerim"].comes_in(left.aigerim)
    with counted(left.store) as asked:
        page = left.at["Aigerim"].sees(left.path)
    assert asked.count <= 8
    for secret in (TESTIMONY, INSTRUCTION, AUNT):
        assert secret not in page
    assert left.presses(left.aigerim, "approve", words="now") == 409
    assert left.presses(left.aigerim, "missed", words="now") == 409
    assert left.presses(left.aigerim, "report", report=left.reports[0][1], words="x") == 409, "it is not hers to read"


def test_two_sources_two_people_and_a_wait_open_it(left: Left) -> None:
    left.confirms()
    page = left.sees(left.timur)
    assert AUNT in page, "somebody says that the person was taken: those they trust can be asked"
    assert TESTIMONY not in page
    assert left.presses(left.aigerim, "approve", words="two say so") == 303
    assert left.presses(left.aigerim, "approve", words="again") == 303
    left.waits(40)
    assert not left.is_open(), "one person is not two"
    assert left.presses(left.dana, "approve", words="I agree") == 303
    left.waits(10)
    left.at["Dana"].comes_in(left.dana)
    with counted(left.store) as asked:
        left.at["Dana"].sees(left.path)
    assert asked.count <= 8
    assert not left.is_open(), "it can be objected to"
    left.waits(30)
    assert left.is_open()
    page = left.sees(left.timur)
    assert TESTIMONY not in page, "it shows on the page of its case alone"
    assert AUNT not in page, "whom they trust is for those who have the case, now that somebody has"
    for member in (left.timur, left.dana):
        left.lets(member, left.case_id)
    assert AUNT in left.sees(left.timur)
    case = f"/console/case/{left.code}"
    assert TESTIMONY in left.sees(left.timur, case)
    assert INSTRUCTION not in left.sees(left.timur, case), "it is for the lawyer alone"
    assert INSTRUCTION in left.sees(left.dana, case)
    with left.store.read() as unit:
        signed = emergency_releases(unit, left.case_id)
        names = unit.session.scalars(select(EventRow.name).where(EventRow.case_id == left.case_id)).all()
    assert sorted((one.audiences, one.state) for one in signed) == [
        (("press", "press-named"), "dormant"),
        (("unhcr",), "dormant"),
    ]
    assert names.count("SealedFileApproved") == 2
    assert names.count("SealedContentShown") > 0
    assert "ConsentEntered" not in names, "nothing is agreed to before somebody says that the trigger has come"


def test_whom_they_trust_is_read_only_as_long_as_something_speaks_for_it(left: Left) -> None:
    assert AUNT not in left.sees(left.aigerim)
    left.lets(left.aigerim, left.reports[0][0])
    assert left.presses(left.aigerim, "report", report=left.reports[0][1], words="they saw it") == 303
    assert AUNT in left.sees(left.aigerim)
    with left.store.unit("test") as unit:
        suspect(unit, left.reports[0][0])
    assert AUNT not in left.sees(left.aigerim), "it may be a trap, to learn whom they trust"
    with left.store.unit("test") as unit:
        clear(unit, left.reports[0][0])
    assert AUNT in left.sees(left.aigerim)
    with left.store.read() as unit:
        source_id = unit.session.scalars(select(SealedSource.id)).one()
    assert left.presses(left.aigerim, "drop", source=str(source_id)) == 303
    assert AUNT not in left.sees(left.aigerim)


def test_what_somebody_told_one_of_the_team_counts_once_by_who_they_are(left: Left) -> None:
    for who, words, status in (("", "saw it", 409), ("the aunt", "", 409), ("the aunt", "saw it", 303)):
        assert left.presses(left.aigerim, "word", who=who, words=words) == status
    assert left.presses(left.aigerim, "word", who="The  Aunt", words="saw it again") == 303
    assert left.presses(left.aigerim, "drop", source="x") == 409
    with left.store.read() as unit:
        assert len(unit.session.scalars(select(SealedSource)).all()) == 1
    assert left.presses(left.timur, "approve", words="one says so") == 409


def test_an_objection_stops_it_and_two_must_agree_anew(left: Left) -> None:
    left.confirms()
    for who in (left.aigerim, left.dana):
        left.presses(who, "approve", words="two say so")
    left.waits(10)
    assert left.presses(left.timur, "object", words=" ") == 409
    assert left.presses(left.timur, "object", words="I met him this morning") == 303
    left.waits(60)
    assert not left.is_open()
    left.presses(left.timur, "approve", words="I was wrong")
    left.waits(60)
    assert not left.is_open()


def test_whom_the_person_trusts_is_shown_to_nobody_unlogged(left: Left) -> None:
    left.confirms()
    answer = left.at["Timur"].comes_in(left.timur).client.get(left.path, headers={"HX-Request": "true"})
    assert AUNT in answer.text
    with left.store.read() as unit:
        shown = unit.session.scalars(select(EventRow.actor).where(EventRow.name == "SealedContentShown")).all()
    assert f"contact:{left.timur.contact_id}" in shown


def test_by_what_safe_way_the_person_said_that_they_are_well_stays_with_the_case(left: Left) -> None:
    with left.store.unit("chat:person") as unit:
        file = keeping.file_of_case(unit, left.case_id)
        assert file is not None
        check_ins.agree(unit, file, (9 * 60, ZONE), 24, 4)
        keeping.agree_on(unit, file, "duress_word", "pomegranate")
        assert keeping.heed_duress(unit, file, "a pomegranate, please")
    for do in ("stop", "free"):
        assert left.presses(left.aigerim, do, words=" ") == 409
        assert left.presses(left.aigerim, do, words="she rang from her sister's telephone") == 303
        assert left.presses(left.aigerim, do, words="twice") == 303
    with left.store.read() as unit:
        rows = unit.session.scalars(select(Occurrence).where(Occurrence.case_id == left.case_id)).all()
        assert {row.kind for row in rows} == {"sealed_check_ins_stopped", "sealed_duress_cleared"}
        assert len(rows) == 2, "once is enough"
        said = {details_of(unit, row)["note"] for row in rows}
        assert said == {"she rang from her sister's telephone"}
        assert {row.entered_by for row in rows} == {f"contact:{left.aigerim.contact_id}"}
    with left.store.unit("chat:person") as unit:
        file = keeping.file_of_case(unit, left.case_id)
        assert file is not None
        keeping.withdraw(unit, file)
    with left.store.read() as unit:
        row = unit.session.get_one(Retention, left.case_id)
        assert row.no_case, "they were well: that makes no case of a file that was taken back"


def test_under_duress_it_looks_done(left: Left) -> None:
    left.confirms()
    forced = Browser(left.app.test_client()).comes_in(left.timur, duress=True)
    assert left.code not in forced.sees("/console/sealed")
    forced.sees(left.path, 404)
    assert forced.sends(left.path, do="approve", words="now").status_code == 303
    left.presses(left.aigerim, "approve", words="two say so")
    left.waits(60)
    assert not left.is_open()


def test_what_was_withdrawn_is_none(left: Left) -> None:
    with left.store.unit("chat:person") as unit:
        file = keeping.file_of_case(unit, left.case_id)
        assert file is not None
        keeping.withdraw(unit, file)
    left.at["Aigerim"].sees(left.path, 404)
    assert left.code not in left.sees(left.aigerim, "/console/sealed")
    assert left.presses(left.aigerim, "word", who="x", words="y") == 404

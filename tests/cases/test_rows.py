"""Everything that is kept of a case, read at once: in its order, without what is over, and nothing of another case."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from cases import intake
from cases.consent.agreeing import enter_consent, freeze, release_field, take_release_back, thaw
from cases.consent.people import enter_fact, take_fact_back
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.docket.models import WatchState
from cases.files import SentFile
from cases.intake import Wrapping
from cases.models import Case, Report
from cases.notes import write_note
from cases.views.rows import SETS, CaseRows, rows_from, rows_of
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from law.shipped import load_rules
from law.signoff import revoke, sign_off
from store.chats import SMS, VOICE, WHATSAPP, find_or_open_chat
from store.clock import ManualClock
from store.sets import Together
from tests.conftest import START
from tests.evidence.scene import fetches
from tests.quick import quick_store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from store.sets import Rows
    from store.unit_of_work import Store, UnitOfWork

ALMATY = "Asia/Almaty"
APPEAL = "kz.coao.expulsion.appeal_10d"
DANA, TIMUR = UUID(int=1), UUID(int=2)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as made:
        yield made


@pytest.fixture
def scene(store: Store) -> Scene:
    """The case that is read. There is another one, of which as much is kept."""
    other, scene = Scene.begin(store), Scene.begin(store)
    other.says("of somebody else")
    other.answers("where", "home")
    with store.unit("test") as unit:
        enter_fact(unit, other.case_id, "place", "another centre")
        agree(unit, other, Audience.UN)
        freeze(unit, other.case_id)
        enter(unit, other.case_id, Entry("administrative_arrest", When(unit.now)), zone=ALMATY)
        write_note(unit, other.case_id, "of somebody else")
    return scene


def agree(unit: UnitOfWork, scene: Scene, audience: Audience) -> None:
    kinds = [FieldClass.CUSTODY]
    enter_consent(unit, scene.case_id, audience, kinds, granted=True, authority=Authority.PERSON, how="in a call")


def read(scene: Scene) -> CaseRows:
    with scene.store.read() as unit:
        return rows_of(unit, unit.session.get_one(Case, scene.case_id))


def test_of_a_case_just_opened_there_is_what_was_said_and_no_more(scene: Scene) -> None:
    found = read(scene)
    assert [row.case_id for row in found.messages.values()] == [scene.case_id]
    nothing = CaseRows.of_nothing(found.case)
    assert nothing.case is found.case
    assert [name for name, kept in vars(nothing).items() if kept] == ["case"]
    assert [name for name, kept in vars(found).items() if kept] == ["case", "messages"]


def test_what_was_said_and_answered_comes_in_its_order(scene: Scene, clock: ManualClock) -> None:
    said = []
    for words in ("one", "two", "three"):
        clock.advance(timedelta(minutes=1))
        said.append(scene.says(words))
        scene.answers("where", words)
    clock.advance(START - clock.now())  # of two machines one may have a clock that stands behind
    early = scene.says("before all of them")
    scene.answers("who", "one")
    found = read(scene)
    assert [*found.messages][-3:] == said
    assert [*found.messages].index(early) < [*found.messages].index(said[0])
    assert [row.question for row in found.answers] == ["who", "where", "where", "where"]


def test_files_stand_with_the_message_they_came_with(scene: Scene, clock: ManualClock) -> None:
    def sends(*names: str) -> UUID:
        files = tuple(SentFile("photo", name, name) for name in names)
        with scene.store.unit("test") as unit:
            report = unit.session.get_one(Report, scene.report_id)
            return intake.add_message(unit, report, kind="photo", content="{}", wrapping=Wrapping(files=files))

    without = scene.says("no file")
    first = sends("a")
    fetches(scene.store)
    clock.advance(timedelta(minutes=1))
    second = sends("b", "c")
    found = read(scene)
    assert without not in found.files
    ((download, file),) = found.files[first]
    assert file is not None
    assert (download.message_id, download.file_id) == (first, file.id)
    assert [(one.message_id, kept) for one, kept in found.files[second]] == [(second, None), (second, None)]
    asked = [(one.asked_at, one.id) for one, _ in found.files[second]]
    assert asked == sorted(asked)


def test_in_whatever_order_the_database_gives_them_they_come_in_their_own(scene: Scene) -> None:
    """Of one moment, too: all of this is."""
    book = load_rules()
    with scene.store.unit("test") as unit:
        report = unit.session.get_one(Report, scene.report_id)
        files = tuple(SentFile("photo", name, name) for name in "abc")
        intake.add_message(unit, report, kind="photo", content="{}", wrapping=Wrapping(files=files))
        for question in ("where", "who"):
            intake.record_answer(unit, report, question, value="home")
            write_note(unit, scene.case_id, question)
        for door, number in ((SMS, "+77000000031"), (VOICE, "+77000000032")):
            intake.join_case(unit, find_or_open_chat(unit, door, number), scene.case_id)
        counsel = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        for name in ("torture", "health"):
            enter_fact(unit, scene.case_id, name, "x")
            release_field(unit, scene.case_id, name, Audience.UN, counsel)
        for audience in (Audience.UN, Audience.UNHCR):
            agree(unit, scene, audience)
        hearing = Entry("removal_scheduled", When(unit.now), unit.now + timedelta(days=2))
        for entry in (Entry("administrative_arrest", When(unit.now)), Entry("ruling_copy_served", When(unit.now))):
            enter(unit, scene.case_id, entry, zone=ALMATY)
        enter(unit, scene.case_id, hearing, zone=ALMATY)
        for signer in (DANA, TIMUR):
            sign_off(unit, signer, book.rule(APPEAL), unit.now + timedelta(days=30))
    with scene.store.read() as unit:
        case = unit.session.get_one(Case, scene.case_id)
        found = Together(SETS).of(unit.session, case.id)
        usual, reversed_ = (in_their_order(rows_from(case, read)) for read in (found, backwards(found)))
        assert usual == reversed_
        alone = {name for name, ids in usual.items() if len(ids) < 2}
    assert alone == {"files"}, "of one alone nothing could be told"


def backwards(found: Mapping[str, Rows]) -> dict[str, Rows]:
    return {name: list(reversed(rows)) for name, rows in found.items()}


def in_their_order(rows: CaseRows) -> dict[str, list[Any]]:
    """The ids of each kind."""
    kinds = ("answers", "facts", "consents", "released", "occurrences", "deadlines", "signoffs", "watches", "readings")
    kept = {name: [row.id for row in getattr(rows, name)] for name in (*kinds, "notes", "by_phone")}
    files = [(message, [one.id for one, _ in came]) for message, came in rows.files.items()]
    return {**kept, "messages": [*rows.messages], "files": files}


def test_of_a_person_what_stands_is_there_and_what_was_taken_back_is_not(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        counsel = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        for name, value in (("place", "Centre 1"), ("agency", "police"), ("place", "Centre 2"), ("court", "first")):
            enter_fact(unit, scene.case_id, name, value)
        take_fact_back(unit, scene.case_id, "court")
        for audience in (Audience.UN, Audience.UNHCR, Audience.NGO):
            agree(unit, scene, audience)
        for name in ("torture", "health"):
            release_field(unit, scene.case_id, name, Audience.UN, counsel)
        take_release_back(unit, scene.case_id, "health", Audience.UN)
    found = read(scene)
    assert found.person is not None
    assert (found.person.case_id, found.person.number) == (scene.case_id, 1)
    assert [row.field for row in found.facts] == ["agency", "place"], "in the order in which they were entered"
    assert [row.audience for row in found.consents] == ["un", "unhcr", "ngo"]
    assert [row.field for row in found.released] == ["torture"]


def test_a_freeze_holds_until_it_is_lifted(scene: Scene) -> None:
    for change, frozen in ((freeze, True), (thaw, False)):
        with scene.store.unit("test") as unit:
            change(unit, scene.case_id)
        assert read(scene).frozen is frozen


def test_clocks_come_soonest_first_each_with_whoever_vouches_for_its_rule(scene: Scene, clock: ManualClock) -> None:
    book = load_rules()
    with scene.store.unit("test") as unit:
        wrong = enter(unit, scene.case_id, Entry("extradition_detention_actual", When(unit.now)), zone=ALMATY).id
        enter(unit, scene.case_id, Entry("ruling_copy_served", When(unit.now)), zone=ALMATY)
        enter(unit, scene.case_id, Entry("motion_filed", When(unit.now)), zone=ALMATY)
        for rule, signer in ((APPEAL, DANA), (APPEAL, TIMUR), ("kz.cpc.custody_2m", DANA)):
            sign_off(unit, signer, book.rule(rule), unit.now + timedelta(days=30))
    clock.advance(timedelta(minutes=5))
    with scene.store.unit("test") as unit:
        take_back(unit, scene.case_id, wrong)
        revoke(unit, TIMUR, APPEAL)
    found = read(scene)
    assert [row.rule_id for row in found.deadlines] == ["kz.coao.motion_3d", APPEAL], "none by what was taken back"
    assert {row.case_id for row in found.deadlines} == {scene.case_id}
    assert [(row.rule_id, row.contact_id) for row in found.signoffs] == [(APPEAL, DANA)]
    assert [(row.kind, row.state) for row in found.occurrences] == [
        ("extradition_detention_actual", "superseded"),
        ("ruling_copy_served", "standing"),
        ("motion_filed", "standing"),
    ], "the history of a docket holds what was wrong, too"


def test_watches_that_were_cancelled_are_gone_and_the_next_comes_first(scene: Scene, clock: ManualClock) -> None:
    with scene.store.unit("test") as unit:
        enter(unit, scene.case_id, Entry("administrative_arrest", When(unit.now)), zone=ALMATY)
        enter(
            unit, scene.case_id, Entry("removal_scheduled", When(unit.now), unit.now + timedelta(days=2)), zone=ALMATY
        )
        write_note(unit, scene.case_id, "the first")
    before = read(scene)
    clock.advance(timedelta(hours=1))
    with scene.store.unit("test") as unit:
        enter(unit, scene.case_id, Entry("released", When(unit.now)), zone=ALMATY)
        write_note(unit, scene.case_id, "the second")
    found = read(scene)
    assert before.watches
    assert {row.case_id for row in before.watches} == {scene.case_id}
    due = [row.due_at for row in before.watches]
    assert due == sorted(due)
    assert all(row.state != WatchState.CANCELLED for row in found.watches)
    assert {row.id for row in found.watches} != {row.id for row in before.watches}
    for rows in ([row.at for row in found.readings], [row.written_at for row in found.notes]):
        assert rows == sorted(rows)
        assert len(rows) > 1


@pytest.mark.parametrize(
    ("door", "by_web", "by_phone"),
    [("telegram", False, 0), ("web", True, 0), (SMS, False, 1), (VOICE, False, 1), (WHATSAPP, False, 1)],
)
def test_by_which_door_it_came_tells_how_whoever_told_it_is_reached(
    scene: Scene, door: str, by_web: bool, by_phone: int
) -> None:
    with scene.store.unit("test") as unit:
        chat = find_or_open_chat(unit, door, "+77000000031")
        intake.join_case(unit, chat, scene.case_id)
    found = read(scene)
    assert found.by_web is by_web
    assert [(one.id, one.door) for one in found.by_phone] == [(chat.id, door)] * by_phone

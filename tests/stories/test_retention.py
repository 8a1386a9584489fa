"""A case ends: nobody is asked any more, people are warned, one agrees, and then nothing of it is left but a line."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Need
from app.erasing.erasure import Erased, erase_case, overwrite_traces, rows_left
from app.erasing.retention import look_at_closed
from app.schema import metadata
from cases.docket.entering import Entry, When, enter
from cases.models import Case, Report
from cases.retention import (
    ErasedCase,
    RetentionError,
    Terms,
    close_case,
    confirm_erasure,
    is_closed,
    keep_case,
    reopen_case,
)
from contacts.directory import find_contact, name_of
from contacts.leaving import mark_left
from contacts.models import Contact
from store.chats import Chat
from store.data_keys import DataKey
from store.eventlog import EventRow
from store.timers import Timer
from tests.stories.test_case_commands import asks, reported
from tests.stories.test_following_up import REMINDER
from tests.stories.test_messages import moves

if TYPE_CHECKING:
    from uuid import UUID

    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy
TERMS = Terms(timedelta(days=365), timedelta(days=30))


def id_of(town: Town, code: str) -> UUID:
    with town.house.store.read() as unit:
        return unit.session.scalars(select(Case.id).where(Case.code == code)).one()


def closes(town: Town, code: str, *, no_case: bool = False) -> None:
    with town.house.store.unit("test") as unit:
        case = unit.session.scalars(select(Case).where(Case.code == code)).one()
        close_case(unit, case.id, by="cli", note="she is home, safe", no_case=no_case)
    town.rests()


def looks(town: Town) -> None:
    look_at_closed(town.house.store, TERMS)
    town.rests()


def codes(town: Town) -> list[str]:
    return town.case_codes()


def erases(town: Town, code: str) -> Erased:
    erased = erase_case(town.house.store, id_of(town, code), by="test")
    assert overwrite_traces(town.house.store.engine).done
    with town.house.store.read() as unit:
        assert rows_left(unit, erased) == {}
    return erased


def test_a_closed_case_rings_nobody_is_warned_of_confirmed_and_erased(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother near Turgen")
    code = town.code_on(gulnar)
    town.rests()
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    town.rests()
    closes(town, code)
    team.dana.sees(code)  # she had been asked; the page says that nobody is sought any more
    with town.silence(team.aigerim, team.timur, team.dana):
        town.later(hours=25)  # her chat is erased meanwhile, as every reporter's is
        town.later(days=2)
        looks(town)
    with town.silence(team.aigerim, team.timur, team.dana):
        town.later(days=340)
        looks(town)
    town.later(days=10)
    looks(town)
    team.aigerim.sees("to be erased for good")
    team.timur.sees("to be erased for good")
    with town.silence(team.aigerim, team.timur):
        town.later(days=20)
        looks(town)
    assert codes(town) == [code], "nobody has agreed"
    town.later(days=20)
    looks(town)  # they are asked again
    assert team.aigerim.messages[-1].plain.startswith(f"{code} is closed")
    with town.house.store.unit("test") as unit:
        confirm_erasure(unit, unit.session.scalars(select(Case.id)).one(), by="contact:x")
    looks(town)
    assert codes(town) == []
    with town.house.store.read() as unit:
        left = unit.session.scalars(select(ErasedCase)).one()
        assert (left.code, left.language, left.reports, left.opened_in) == (code, "en", 1, "2026-03")
        assert unit.session.scalars(select(Chat).where(Chat.address_index.is_not(None))).all(), "helpers' chats stay"
        assert not unit.session.scalars(select(DataKey).where(DataKey.scope.startswith("case:"))).all()
    assert "no cases" in asks(town, team.aigerim, "/cases").plain
    gulnar.writes("my cousin was taken too")
    again = gulnar.sees("We have your message", after=gulnar.messages[-1])
    assert code not in again.plain, "it is a stranger who writes, and another case"


@pytest.mark.long
def test_a_place_that_moves_opens_it_at_once(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    place = gulnar.sends_raw({"location": {"latitude": 43.2, "longitude": 76.9, "live_period": 3600}})
    town.rests()
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    town.rests()
    closes(town, code)
    town.later(minutes=2)
    moves(town, gulnar, place.id, 43.3)
    with town.house.store.read() as unit:
        assert not is_closed(unit, id_of(town, code)), "nobody had to look at it first"


def test_what_never_was_a_case_goes_sooner_and_its_chat_with_it(town: Town, team: Team) -> None:
    code, other = reported(town), reported(town)
    case_id = id_of(town, code)
    with town.house.store.read() as unit:
        chat_id = unit.session.scalars(select(Report.chat_id).where(Report.case_id == case_id)).one()
    closes(town, code, no_case=True)
    town.later(days=29)
    looks(town)
    assert codes(town) == [code, other]
    town.later(days=2)
    looks(town)
    assert codes(town) == [other]
    with town.house.store.read() as unit:
        assert chat_id is not None
        assert unit.session.get(Chat, chat_id) is None
        held = [str(row) for row in unit.session.scalars(select(DataKey.scope))]
        assert not [scope for scope in held if str(chat_id) in scope or str(case_id) in scope]
        timers = unit.session.scalars(select(Timer.subject_id)).all()
        assert chat_id not in timers
        chain = unit.session.scalars(select(EventRow.name).where(EventRow.case_id == case_id)).all()
        assert chain[-1] == "CaseErased"
    team.aigerim.sees(other)


def test_a_chat_with_two_cases_keeps_the_other(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    first = town.code_on(gulnar)
    town.later(seconds=5)
    gulnar.command("/add")
    town.later(seconds=5)
    gulnar.writes("they took my cousin as well")
    town.rests()
    second = next(code for code in codes(town) if code != first)
    closes(town, second)
    erased = erases(town, second)
    assert erased.chats == 0
    assert codes(town) == [first]
    town.later(seconds=5)
    gulnar.writes("is there news?")
    town.rests()
    assert len(codes(town)) == 2, "further words have a case of their own"
    team.aigerim.sees(first)


def test_what_is_open_or_kept_or_runs_is_never_erased(town: Town, team: Team) -> None:
    code = reported(town)
    case_id = id_of(town, code)
    with pytest.raises(RetentionError, match="open"):
        erase_case(town.house.store, case_id, by="test")
    asks(town, team.aigerim, f"/case {code}")
    with town.house.store.unit("test") as unit, pytest.raises(RetentionError, match="why"):
        close_case(unit, case_id, by="cli", note=" ")
    closes(town, code)
    with town.house.store.unit("test") as unit:
        keep_case(unit, case_id, by="cli", note="a petition is before the committee")
        confirm_erasure(unit, case_id, by="contact:x")
    town.later(days=800)
    looks(town)
    assert codes(town) == [code]
    with pytest.raises(RetentionError, match="remedy"):
        erase_case(town.house.store, case_id, by="test")
    with town.house.store.unit("test") as unit:
        keep_case(unit, case_id, by="cli", note="", keep=False)
    looks(town)
    assert codes(town) == []


def test_new_words_open_a_closed_case_again(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    closes(town, code)
    town.later(days=3)
    gulnar.writes("they came back, he is gone again")
    town.rests()
    assert not is_closed_now(town, code), "whoever is asked is asked about a case that is open"
    town.later(days=1)
    page = team.aigerim.messages[-1]
    assert code in page.plain, "and people are sought again"


def test_an_answer_to_an_old_question_opens_a_closed_case_again(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    town.rests()
    closes(town, code, no_case=True)
    town.later(hours=3)
    gulnar.taps("Being held")
    town.rests()
    assert not is_closed_now(town, code), "it must not be erased as what never was a case"
    assert code in team.dana.sees("LAWYER NEEDED").plain


def test_when_it_is_opened_again_by_hand_whoever_was_sought_is_sought_again(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    closes(town, code)
    opens_again(town, code)
    town.later(minutes=1)
    team.aigerim.taps("Accept", on=team.aigerim.sees(code, after=team.aigerim.messages[-2]))
    assert holder(town, code) == "Aigerim"


def test_when_it_is_open_again_what_somebody_had_who_has_left_is_sought_from_others(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    town.rests()
    closes(town, code)
    with town.house.store.unit("test") as unit:
        contact = find_contact(unit, "Aigerim")
        assert contact is not None
        mark_left(unit, contact.id)
    town.rests()
    assert holder(town, code) == "Aigerim", "it is over: nobody is asked about it"
    gulnar.writes("they came back, he is gone again")
    town.rests()
    team.timur.taps("Accept", on=team.timur.sees(code))
    assert holder(town, code) == "Timur"


def test_when_it_is_open_again_who_has_it_is_reminded_of_what_is_missing(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    town.rests()
    closes(town, code)
    town.later(hours=3)
    before = team.aigerim.messages[-1]
    opens_again(town, code)
    town.later(minutes=45, seconds=1)
    team.aigerim.sees(f"{code}: {REMINDER}", after=before)
    assert holder(town, code) == "Aigerim"


def opens_again(town: Town, code: str) -> None:
    with town.house.store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id).where(Case.code == code)).one()
        assert reopen_case(unit, case_id, by="cli")
    town.rests()


def holder(town: Town, code: str) -> str | None:
    """Who has a case as a coordinator."""
    town.rests()
    with town.house.store.read() as unit:
        has = select(Contact).join(Need, Need.accepted_by == Contact.id).join(Case, Case.id == Need.case_id)
        found = unit.session.scalars(has.where(Case.code == code, Need.kind == "coordinator")).one_or_none()
        return None if found is None else name_of(unit, found)


def test_a_hearing_opens_a_closed_case_in_the_same_moment(town: Town, team: Team) -> None:
    code = reported(town)
    closes(town, code)
    with town.house.store.unit("test") as unit:
        appointed = unit.now + timedelta(minutes=48)
        entry = Entry("hearing_scheduled", When(unit.now), appointed_at=appointed)
        enter(unit, id_of(town, code), entry, zone="Asia/Almaty")
    assert not is_closed_now(town, code), "until somebody looked, a yes would have been followed by nothing"
    town.later(minutes=1)
    assert code in team.dana.sees("HEARING").plain


def is_closed_now(town: Town, code: str) -> bool:
    with town.house.store.read() as unit:
        return is_closed(unit, id_of(town, code))


def test_every_table_is_either_erased_with_a_case_or_named_here() -> None:
    """Whoever adds a table that holds something of a case sees it here, and says which."""
    stays = {
        "event", "chain_head", "erased_case",  # codes and ids: what happened when, without content
        "contact", "contact_method", "method_check", "link_code", "calendar_feed", "shift_test",
        "roster_override", "policy_document", "rule_signoff",  # of those who help
        "account", "account_session", "invitation", "recovery_code", "tries",  # of those who sign in
        "passkey", "passkey_challenge", "api_token",
        "seal", "seal_head",  # what the log came to
        "registry_import", "registry_entry", "registry_field", "registry_erased", "registry_pair",  # of no case
        "inbox_cursor", "lane", "lease", "channel_state", "reply_counter", "surge", "key_epoch",  # of the house itself
        "forgetting",  # what a provider is to forget of it, by the provider's own names
        "sealed_input",  # what came in while it was locked: nobody knows whose it is, and it goes when it is opened
    }  # fmt: skip
    by_hand = {"incident", "chat", "inbox", "reaction", "stored_file", "file_chunk", "data_key"}
    tables = metadata().tables
    reached = {name for name, table in tables.items() if {"case_id", "subject_id"} & set(table.columns.keys())}
    reached = reached - stays | {"case"}
    grew = True
    while grew:
        before = len(reached)
        reached |= {
            name
            for name, table in tables.items()
            if name not in stays and any(key.column.table.name in reached for key in table.foreign_keys)
        }
        grew = len(reached) > before
    assert set(tables) - stays - by_hand - reached == set()

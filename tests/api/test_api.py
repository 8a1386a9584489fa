"""The API as a program uses it: read the board, open a case, enter what happened, take a need; and be refused."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from alerts.models import NeedState, Page
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, enter, on_day
from cases.docket.models import Occurrence
from cases.models import Case
from cases.verification import Basis, bear_out
from contacts.accounts.api_tokens import PER_TOKEN, TokenScope
from contacts.accounts.models import KeptAnswer
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.eventlog import EventRow
from tests.accounts import DURESS, Member, join
from tests.api.caller import DOCUMENT, Caller, token_for
from tests.web.scene import FIRST_WORDS, Scene
from tests.web.test_console import seek, state_of
from web.api.document import as_data
from web.api.routes import ROUTES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

ABSENT = "urn:panah:problem:absent"
TAKEN_IN = {
    "event": "admin_detention_actual_start",
    "happened": "2026-02-27T21:40",
    "source": "her sister",
    "version": 0,
}
"""As an event of an empty docket."""


def whose(store: Store, name: str) -> list[str]:
    """Who did what is called so, each time."""
    with store.read() as unit:
        return list(unit.session.scalars(select(EventRow.actor).where(EventRow.name == name).order_by(EventRow.at)))


# Reading


def test_who_asks_and_for_what(hers: Caller) -> None:
    said = hers.gets("/me")
    assert (said["role"], said["scopes"], said["purpose"]) == ("coordinator", ["accept", "enter", "read"], "trial")


def test_the_board_comes_in_pages_and_every_case_once(hers: Caller, quick_store: Store, clock: ManualClock) -> None:
    codes = []
    for number in range(7):
        clock.advance(timedelta(minutes=number % 2))  # some at the same instant
        codes.append(Scene.begin(quick_store, f"they took somebody, {number}").code)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = hers.gets("/board", limit=3, cursor=cursor)
        found += [one["code"] for one in page["data"]]
        cursor = page["next"]
    assert sorted(found) == sorted(codes)
    assert len(found) == 7


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%", "Ж", "e30" * 40])
def test_nobody_makes_a_cursor_up(hers: Caller, cursor: str) -> None:
    said = hers.gets("/board", 422, cursor=cursor)
    assert said["errors"][0]["pointer"] == "/query/cursor"


def test_a_cursor_is_good_for_one_list_and_one_account(client: FlaskClient, hers: Caller, quick_store: Store) -> None:
    for name in ("Timur", "Bolat", "Dana"):
        join(quick_store, name)
    cursor = hers.gets("/contacts", limit=1)["next"]
    assert len(hers.gets("/contacts", cursor=cursor)["data"]) == 3
    hers.gets("/releases", 422, cursor=cursor)
    other = Caller(client, token_for(join(quick_store, "Marat")))
    other.gets("/contacts", 422, cursor=cursor)


def test_a_case_is_read_through_the_view_of_ones_role_and_the_log_knows_by_which_token(
    hers: Caller, aigerim: Member, scene: Scene, dana: Member
) -> None:
    hers.gets(f"/cases/{scene.code}", 404)
    scene.helper("Aigerim")
    scene.helper("Dana", "lawyer")
    scene.answers("safe_contact", message=scene.says("call my neighbour, +7 700 000 00 09"))
    case = hers.gets(f"/cases/{scene.code}")
    assert [entry["text"] for entry in case["entries"]] == [FIRST_WORDS, "call my neighbour, +7 700 000 00 09"]
    assert not case["contact_held_back"]
    counsel = Caller(hers.client, token_for(dana)).gets(f"/cases/{scene.code}")
    assert [entry["text"] for entry in counsel["entries"]] == [FIRST_WORDS], "relayed, not shown"
    assert counsel["contact_held_back"]
    assert all(not search["asked"] for search in counsel["needs"])
    readers = [f"contact:{aigerim.contact_id}", f"contact:{dana.contact_id}"]
    assert whose(scene.store, "CaseViewed") == whose(scene.store, "AskedByToken") == readers


def test_clocks_say_why_and_hold_the_arguable_date_back(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    hers.posts(f"/cases/{scene.code}/events", TAKEN_IN, 201)
    page = hers.gets(f"/cases/{scene.code}/clocks")
    assert page["data"]
    first = page["data"][0]
    assert first["id"] == f"{scene.code}.{first['number']}"
    assert first["why"]
    assert all(one["arguable_at"] is None for one in page["data"] if not one["safe_passed"])
    listed = hers.gets("/deadlines", limit=1)
    assert listed["data"][0]["code"] == scene.code
    rest = hers.gets("/deadlines", cursor=listed["next"])["data"]
    running = [one for one in page["data"] if one["state"] == "running"]
    assert [listed["data"][0]["id"], *(one["id"] for one in rest)] == [one["id"] for one in running]


def test_counsel_sees_clocks_of_their_cases_alone(
    client: FlaskClient, hers: Caller, scene: Scene, dana: Member
) -> None:
    scene.helper("Aigerim")
    hers.posts(f"/cases/{scene.code}/events", TAKEN_IN, 201)
    counsel = Caller(client, token_for(dana))
    assert counsel.gets("/deadlines")["data"] == []
    counsel.gets(f"/cases/{scene.code}/clocks", 404)
    scene.helper("Dana", "lawyer")
    assert counsel.gets("/deadlines")["data"]


def test_an_audience_sees_exactly_what_was_agreed_to(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    with scene.store.unit("test") as unit:
        bear_out(unit, scene.case_id, Basis.LAWYER, "counsel saw her")
        for name, value in {"name_native": "Қарлығаш Үлгі", "place": "Centre 1", "torture": "beaten"}.items():
            enter_fact(unit, scene.case_id, name, value, source="counsel")
        kinds, agreed = (FieldClass.IDENTITY,), {"granted": True, "authority": Authority.PERSON, "how": "a call"}
        enter_consent(unit, scene.case_id, Audience.UNHCR, kinds, **agreed)  # type: ignore[arg-type]
    seen = {one: hers.gets(f"/cases/{scene.code}/audiences/{one}") for one in ("unhcr", "press", "family", "un")}
    assert [field["name"] for field in seen["unhcr"]["fields"]] == ["name_native"]
    assert seen["unhcr"]["held_back"] == {"place": "not_asked", "torture": "counsel"}
    for closed in ("press", "family", "un"):
        assert seen[closed]["fields"] == [], closed
    hers.gets(f"/cases/{scene.code}/audiences/embassy", 404)
    hers.gets(f"/cases/{scene.code}/audiences/x", 404)


def test_a_day_that_an_audience_is_told_is_told_with_where_it_was_that_day(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    day = on_day(datetime(2026, 3, 1, tzinfo=UTC), "Asia/Almaty")
    with scene.store.unit("test") as unit:
        bear_out(unit, scene.case_id, Basis.LAWYER, "counsel saw her")
        enter(unit, scene.case_id, Entry("transferred", day), zone="Asia/Almaty")
        kinds, agreed = (FieldClass.PROCEEDINGS,), {"granted": True, "authority": Authority.PERSON, "how": "a call"}
        enter_consent(unit, scene.case_id, Audience.UNHCR, kinds, **agreed)  # type: ignore[arg-type]
    (dated,) = hers.gets(f"/cases/{scene.code}/audiences/unhcr")["dates"]
    assert (dated["at"], dated["day_only"], dated["zone"]) == ("2026-02-28T19:00:00Z", True, "Asia/Almaty")


def test_contacts_have_no_numbers(hers: Caller, client: FlaskClient, quick_store: Store, dana: Member) -> None:
    with quick_store.unit("test") as unit:
        put_contact(unit, ContactCard("Marta", Role.UNHCR, ("KZ",), ("en",), sms="+77000000001", email="m@example.org"))
    said = hers.gets("/contacts")
    (marta,) = [one for one in said["data"] if one["name"] == "Marta"]
    assert [(one["channel"], one["verified"]) for one in marta["methods"]] == [("sms", False), ("email", False)]
    assert "+77" not in json.dumps(said)
    assert "@" not in json.dumps(said)
    assert Caller(client, token_for(dana)).gets("/contacts", 403)["type"] == "urn:panah:problem:role"


def test_how_channels_do_is_said_without_anybodys_message(hers: Caller) -> None:
    said = hers.gets("/channels")
    assert {one["channel"] for one in said["data"]} == {"telegram", "sms", "voice", "email", "other"}
    assert not any(one["stuck"] for one in said["data"])


def test_releases_are_for_coordinators_and_counsel_of_the_case(
    hers: Caller, client: FlaskClient, scene: Scene, dana: Member
) -> None:
    from tests.api.release import proposed

    proposed(scene)
    (one,) = hers.gets("/releases")["data"]
    assert (one["code"], one["state"], one["audience"]) == (scene.code, "proposed", "unhcr")
    counsel = Caller(client, token_for(dana))
    assert counsel.gets("/releases")["data"] == []
    scene.helper("Dana", "lawyer")
    assert len(counsel.gets("/releases")["data"]) == 1


# Entering


def test_what_is_entered_stands_with_source_and_certainty(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    path = f"/cases/{scene.code}/events"
    done = hers.posts(path, {**TAKEN_IN, "confidence": "low", "note": "two men in a car"}, 201)
    assert done == {"number": 1, "event": "admin_detention_actual_start", "version": 1}
    heard = {"event": "hearing_scheduled", "happened": "2026-03-01", "appointed": "2026-03-20T10:00", "version": 1}
    assert hers.posts(path, {**heard, "source": "the court"}, 201)["version"] == 2
    page = hers.gets(path)
    assert page["version"] == 2
    first, second = page["data"]
    assert (first["source"], first["confidence"], first["note"]) == ("her sister", "low", "two men in a car")
    assert first["at"] == "2026-02-27T16:40:00Z", "the clock on the wall of Almaty"
    assert (second["day_only"], second["for_at"]) == (True, "2026-03-20T05:00:00Z")
    assert hers.gets(path, limit=1)["next"] is not None


def test_who_has_not_seen_the_last_word_is_shown_both(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    path = f"/cases/{scene.code}/events"
    hers.posts(path, TAKEN_IN, 201)
    views = len(whose(scene.store, "CaseViewed"))
    late = {**TAKEN_IN, "source": "a neighbour"}
    said = hers.posts(path, late, 409)
    assert said["type"] == "urn:panah:problem:moved"
    assert said["yours"]["source"] == "a neighbour"
    assert said["now"]["version"] == 1
    assert [one["event"] for one in said["now"]["events"]] == ["admin_detention_actual_start"]
    assert hers.gets(path)["version"] == 1, "nothing was entered"
    assert len(whose(scene.store, "CaseViewed")) == views + 2, "what it showed was read, and the log says so"


def test_of_several_hearings_the_one_that_moves_is_named(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    path = f"/cases/{scene.code}/events"
    for version, day in enumerate(("20", "21")):
        hearing = {"event": "hearing_scheduled", "happened": "2026-03-01", "source": "the court", "version": version}
        hers.posts(path, {**hearing, "appointed": f"2026-03-{day}T10:00"}, 201)
    moved = {"event": "hearing_moved", "happened": "2026-03-01", "appointed": "2026-03-22T10:00", "source": "counsel"}
    assert hers.posts(path, {**moved, "version": 2}, 422)["errors"][0]["pointer"] == "/moves"
    assert hers.posts(path, {**moved, "version": 2, "moves": 77}, 422)["errors"][0]["pointer"] == "/moves"
    clocks = hers.gets(f"/cases/{scene.code}/clocks")["data"]
    number = next(one["number"] for one in clocks if one["rule"] == "hearing")
    assert hers.posts(path, {**moved, "version": 2, "moves": number}, 201)["version"] == 4, "one more, one superseded"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"event": "they took Aigerim"}, "/event"),
        ({"event": "hearing_scheduled"}, "/appointed"),
        ({"event": "other"}, "/note"),
        ({"happened": "2026-02-30"}, "/happened"),
        ({"happened": "0001-01-01T00:00"}, "/happened"),
        ({"happened": "yesterday"}, "/happened"),
        ({"happened": "2031-02-27T21:40"}, "/happened"),
        ({"also": ["2026-02-27", "2031-02-27"]}, "/also/1"),
        ({"also": ["2026-02-27", "x"]}, "/also/1"),
        ({"source": ""}, "/source"),
        ({"confidence": "certain"}, "/confidence"),
        ({"people": 0}, "/people"),
        ({"people": "3"}, "/people"),
        ({"version": -1}, "/version"),
        ({"Aigerim": "their name as a field"}, "/"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place_and_nothing_is_repeated(
    hers: Caller, scene: Scene, change: dict[str, Any], pointer: str
) -> None:
    scene.helper("Aigerim")
    said = hers.posts(f"/cases/{scene.code}/events", {**TAKEN_IN, **change}, 422)
    assert [one["pointer"] for one in said["errors"]] == [pointer]
    assert "Aigerim" not in json.dumps(said)
    assert hers.gets(f"/cases/{scene.code}/events")["version"] == 0


# Once


def test_the_same_key_enters_once_and_hears_the_same(hers: Caller, scene: Scene, clock: ManualClock) -> None:
    scene.helper("Aigerim")
    path, key = f"/cases/{scene.code}/events", "one-wish-0001"
    first = hers.posts(path, TAKEN_IN, 201, key=key)
    assert hers.posts(path, TAKEN_IN, 201, key=key) == first, "although the version has moved on"
    assert hers.posts(path, {**TAKEN_IN, "note": "more"}, 409, key=key)["type"] == "urn:panah:problem:reused"
    assert hers.posts(path, {**TAKEN_IN, "source": "Her sister"}, 409, key=key)["type"] == "urn:panah:problem:reused"
    with scene.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Occurrence)) == 1
        (kept,) = unit.session.scalars(select(KeptAnswer))
        assert b"admin_detention_actual_start" not in kept.answer, "ciphertext, under the key of the case"
        assert kept.case_id == scene.case_id
    clock.advance(timedelta(hours=25))
    assert hers.posts(path, TAKEN_IN, 409, key=key)["type"] == "urn:panah:problem:moved", "kept for a day"


def test_a_key_is_that_of_one_token(hers: Caller, client: FlaskClient, scene: Scene, dana: Member) -> None:
    scene.helper("Aigerim")
    scene.helper("Dana", "lawyer")
    path = f"/cases/{scene.code}/events"
    hers.posts(path, TAKEN_IN, 201, key="one-wish-0001")
    other = Caller(client, token_for(dana))
    assert other.posts(path, TAKEN_IN, 409, key="one-wish-0001")["type"] == "urn:panah:problem:moved"


@pytest.mark.parametrize("key", [None, "", "short", "with blank", "x" * 65, "Ж" * 10])
def test_a_change_needs_a_key(hers: Caller, scene: Scene, key: str | None) -> None:
    scene.helper("Aigerim")
    answer = hers.asks("POST", f"/cases/{scene.code}/events", key=key, json=TAKEN_IN)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["type"] == "urn:panah:problem:key"


def test_what_was_undone_keeps_no_answer(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    path, key = f"/cases/{scene.code}/events", "one-wish-0001"
    hers.posts(path, {**TAKEN_IN, "event": "hearing_scheduled"}, 422, key=key)
    hers.posts(path, TAKEN_IN, 201, key=key)
    assert [one["event"] for one in hers.gets(path)["data"]] == [TAKEN_IN["event"]], "the key was still free"


# Taking


def test_a_need_is_taken_once(hers: Caller, client: FlaskClient, scene: Scene, quick_store: Store) -> None:
    need = seek(scene, "coordinator")
    (case,) = hers.gets("/board")["data"]
    assert case["takes"] == str(need.id)
    path = f"/needs/{need.id}/answer"
    assert hers.posts(path, {"answer": "accept"})["outcome"] == "yours"
    assert state_of(scene, need)[0] == NeedState.ACCEPTED
    assert hers.posts(path, {"answer": "accept"})["outcome"] == "yours"
    timur = Caller(client, token_for(join(quick_store, "Timur")))
    said = timur.posts(path, {"answer": "accept"}, 409)
    assert (said["yours"], said["now"]) == ({"answer": "accept"}, {"state": "taken"})
    assert hers.gets("/board")["data"][0]["mine"]


def test_a_no_asks_the_next(hers: Caller, scene: Scene, aigerim: Member) -> None:
    need = seek(scene, "coordinator", asked=aigerim)
    assert hers.posts(f"/needs/{need.id}/answer", {"answer": "decline"})["outcome"] == "declined"
    with scene.store.read() as unit:
        assert unit.session.scalars(select(Page.declined_at).where(Page.need_id == need.id)).one() is not None


def test_a_need_of_others_is_answered_as_one_that_is_not_there(hers: Caller, scene: Scene) -> None:
    need = seek(scene, "lawyer")
    unknown = "00000000-0000-0000-0000-000000000001"
    said = [hers.posts(f"/needs/{one}/answer", {"answer": "accept"}, 404) for one in (need.id, unknown, "x")]
    assert said[0] == said[1] == said[2]


# Who may


def test_a_foreign_case_is_answered_as_one_that_is_not_there(hers: Caller, scene: Scene) -> None:
    said = [
        hers.gets(f"/cases/{code}{rest}", 404)
        for code in (scene.code, "AAA-AA2", "x", "%00", "Ж")
        for rest in ("", "/events", "/clocks", "/audiences/unhcr")
    ]
    said += [hers.posts(f"/cases/{code}/events", TAKEN_IN, 404) for code in (scene.code, "AAA-AA2")]
    assert {json.dumps(one) for one in said} == {json.dumps(said[0])}
    assert said[0]["type"] == ABSENT


def test_no_cookie_opens_it(client: FlaskClient, aigerim: Member) -> None:
    client.set_cookie("panah", aigerim.session())
    Caller(client).gets("/board", 401)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic QTpi", "bearer panah_x", "Bearer \xff"])
def test_what_is_no_token_opens_nothing_and_writes_nothing(client: FlaskClient, scene: Scene, header: str) -> None:
    answer = Caller(client).asks("GET", "/board", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert scene.code not in answer.text


def test_a_token_does_what_it_was_made_for(client: FlaskClient, aigerim: Member, scene: Scene) -> None:
    scene.helper("Aigerim")
    need = seek(scene, "coordinator")
    reads = Caller(client, token_for(aigerim, {TokenScope.READ}))
    reads.gets(f"/cases/{scene.code}")
    assert reads.posts(f"/cases/{scene.code}/events", TAKEN_IN, 403)["type"] == "urn:panah:problem:scope"
    assert reads.posts(f"/needs/{need.id}/answer", {"answer": "accept"}, 403)["type"] == "urn:panah:problem:scope"
    enters = Caller(client, token_for(aigerim, {TokenScope.ENTER}))
    enters.gets(f"/cases/{scene.code}", 403)
    enters.posts(f"/cases/{scene.code}/events", TAKEN_IN, 201)
    enters.gets("/me")


def test_who_asks_too_often_waits(client: FlaskClient, aigerim: Member, clock: ManualClock) -> None:
    token = token_for(aigerim)
    hers = Caller(client, token)
    with aigerim.store.unit("test") as unit:
        from contacts.accounts.api_tokens import bearer
        from contacts.accounts.throttle import count_try, key_of

        shown = bearer(unit, token)
        assert shown is not None
        for _ in range(PER_TOKEN.tries - 1):
            count_try(unit, key_of(unit, "api_token", shown.token_id), PER_TOKEN)
    hers.gets("/me")
    answer = hers.asks("GET", "/me")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    Caller(client, token_for(aigerim)).gets("/me")
    clock.advance(PER_TOKEN.within)
    hers.gets("/me")


# Forced


def test_who_is_forced_has_no_token_any_more_and_a_new_one_shows_next_to_nothing(
    client: FlaskClient, hers: Caller, aigerim: Member, scene: Scene, quick_store: Store
) -> None:
    scene.helper("Aigerim")
    join(quick_store, "Timur")
    hers.posts(f"/cases/{scene.code}/events", TAKEN_IN, 201)
    assert aigerim.gives(DURESS) is not None
    hers.gets("/me", 401)
    shown = Caller(client, token_for(aigerim))
    assert shown.gets("/board")["data"] == []
    for rest in ("", "/events", "/clocks", "/audiences/unhcr"):
        shown.gets(f"/cases/{scene.code}{rest}", 404)
    shown.posts(f"/cases/{scene.code}/events", {**TAKEN_IN, "version": 1}, 404)
    assert shown.gets("/deadlines")["data"] == []
    assert [one["name"] for one in shown.gets("/contacts")["data"]] == ["Aigerim"]
    assert shown.gets("/releases")["data"] == []
    assert not any(one["states"] for one in shown.gets("/channels")["data"])


def test_a_yes_of_who_is_forced_looks_like_one_and_is_a_no(
    client: FlaskClient, aigerim: Member, quick_store: Store
) -> None:
    assert aigerim.gives(DURESS) is not None
    scene = Scene.begin(quick_store, "another one was taken")
    need = seek(scene, "coordinator", asked=aigerim)
    shown = Caller(client, token_for(aigerim))
    assert shown.gets("/board")["data"][0]["takes"] == str(need.id)
    assert shown.posts(f"/needs/{need.id}/answer", {"answer": "accept"})["outcome"] == "yours"
    assert state_of(scene, need) == (NeedState.PAGING, None)
    case = shown.gets(f"/cases/{scene.code}")
    assert (case["entries"], case["facts"], case["needs"]) == ([], [], [])
    assert shown.gets(f"/cases/{scene.code}/events") == {"data": [], "next": None, "version": 0}
    assert shown.gets(f"/cases/{scene.code}/clocks")["data"] == []
    assert shown.gets(f"/cases/{scene.code}/audiences/unhcr")["fields"] == []
    shown.posts(f"/cases/{scene.code}/events", TAKEN_IN, 404)
    assert not whose(quick_store, "CaseViewed")


# Errors


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "absent"),
        ("GET", "/", 404, "absent"),
        ("DELETE", "/board", 405, "method"),
        ("OPTIONS", "/board", 405, "method"),
        ("POST", "/board", 405, "method"),
        ("PUT", "/openapi.json", 405, "method"),
    ],
)
def test_every_error_is_a_problem_document(client: FlaskClient, method: str, path: str, status: int, kind: str) -> None:
    answer = client.open(f"/api/v1{path}", method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"] == f"urn:panah:problem:{kind}"
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("body", "content", "status", "kind"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b"", "application/json", 400, "malformed"),
        (b'{"version": NaN}', "application/json", 422, "invalid"),
        (b'"\\ud800"', "application/json", 400, "malformed"),
        (b"\xff", "application/json", 400, "malformed"),
        (b"[" * 900, "application/json", 400, "malformed"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b"{}", "application/json; charset=utf-8", 422, "invalid"),
        (b"{}", "application/json; charset=latin-1", 415, "media"),
        (b"{}", "text/plain", 415, "media"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "media"),
        (b"x" * 25_000, "application/json", 413, "large"),
    ],
)
def test_only_json_of_bounded_size_is_read(hers: Caller, body: bytes, content: str, status: int, kind: str) -> None:
    headers = {"Content-Type": content}
    answer = hers.asks("POST", "/cases/AAA-AA2/events", key="one-wish-0001", data=body, headers=headers)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["type"] == f"urn:panah:problem:{kind}"


def test_the_largest_entry_there_may_be_fits(hers: Caller, scene: Scene) -> None:
    scene.helper("Aigerim")
    told = {**TAKEN_IN, "note": "\U0001f6a8" * 2000}
    headers = {"Content-Type": "application/json"}
    answer = hers.asks(
        "POST", f"/cases/{scene.code}/events", key="one-wish-0001", data=json.dumps(told), headers=headers
    )
    assert answer.status_code == 201


def test_an_unknown_or_doubled_parameter_is_refused(hers: Caller) -> None:
    hers.gets("/board", 422, limits=3)
    hers.gets("/board", 422, limit=[1, 2])
    hers.gets("/board", 422, limit=0)
    hers.gets("/board", 422, limit=101)


# The document


def test_the_document_names_every_route_and_no_other(client: FlaskClient) -> None:
    rules = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert rules == {(m.upper(), path) for path, one in DOCUMENT["paths"].items() for m in one}


def test_anybody_may_read_the_document_and_it_is_that_of_the_table(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.content_type == "application/json"
    assert answer.json == as_data(ROUTES)


def test_every_reference_in_the_document_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    named = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text))
    assert named <= set(DOCUMENT["components"]["schemas"])


def test_a_case_that_is_erased_takes_what_was_answered_with_it(hers: Caller, scene: Scene) -> None:
    from app.erasing.erasure import erase_case
    from cases.retention import close_case

    scene.helper("Aigerim")
    path, body = f"/cases/{scene.code}/events", {**TAKEN_IN, "event": "arrived_safely"}
    hers.posts(path, body, 201, key="one-wish-0001")
    with scene.store.unit("test") as unit:
        close_case(unit, scene.case_id, by="cli", note="safe")
    erased = erase_case(scene.store, scene.case_id, by="test")
    assert erased.rows["kept_answer"] == 1
    with scene.store.read() as unit:
        assert unit.session.get(Case, scene.case_id) is None
        assert unit.session.scalar(select(func.count()).select_from(KeptAnswer)) == 0
    hers.posts(path, body, 404, key="one-wish-0001")

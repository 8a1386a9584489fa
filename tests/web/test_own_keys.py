"""What somebody makes and ends on their own account's page: tokens for programs, and passkeys."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from contacts.accounts.api_tokens import AT_MOST, live_tokens
from contacts.accounts.models import Account, ApiToken
from contacts.accounts.passkeys import count_passkeys
from store.eventlog import EventRow
from store.tokens import token_index
from tests.accounts import DURESS, PASSWORD, Browser, Member, join, quick
from tests.api.caller import Caller, token_for
from tests.authenticator import Authenticator
from tests.web.conftest import ZONE
from web.backstage import Backstage
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store
    from tests.web.scene import Scene

ACCOUNT = "/console/account"
TOKENS, PASSKEYS = f"{ACCOUNT}/tokens", f"{ACCOUNT}/passkeys"
SHOWN_ONCE = re.compile(r'<code class="secret"[^>]*>(panah_[\w-]{43})</code>')
OPTIONS = re.compile(r"data-passkey=\"(\w+)\" data-options='([^']+)'")
WANTED = {"purpose": "script", "scope": "read", "days": "7"}


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    return Browser(client)


@pytest.fixture
def aigerim(quick_store: Store) -> Member:
    return join(quick_store, "Aigerim")


def options_of(page: str) -> dict[str, Any]:
    """What a page hands to the browser for an authenticator."""
    found = OPTIONS.search(page)
    assert found is not None
    options: dict[str, Any] = json.loads(html.unescape(found[2]))
    return options


# Tokens


def test_a_token_is_shown_once_and_listed_by_what_it_is_for(
    browser: Browser, aigerim: Member, client: FlaskClient, quick_store: Store, clock: ManualClock
) -> None:
    browser.comes_in(aigerim)
    made = browser.sends(TOKENS, **WANTED, proof=aigerim.code())
    found = SHOWN_ONCE.search(made.text)
    assert found is not None
    assert "no-store" in made.headers["Cache-Control"]
    page = browser.sees(ACCOUNT)
    assert found[1] not in page
    assert "a script of our own" in page
    assert "never used" in page
    program = Caller(client.application.test_client(), found[1])
    assert program.gets("/me")["scopes"] == ["read"]
    assert "never used" not in browser.sees(ACCOUNT)
    with quick_store.read() as unit:
        (row,) = unit.session.scalars(select(ApiToken))
        assert row.token_index == token_index(found[1])
        assert found[1].encode() not in b"".join(bytes(one) for one in (row.token_index,))
        assert row.expires_at - row.made_at == timedelta(days=7)
        (said,) = unit.session.scalars(select(EventRow).where(EventRow.name == "TokenMade"))
        assert set(said.payload) == {"account_id", "token_id"}
    clock.advance(timedelta(days=7))
    program.gets("/me", 401)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"purpose": "Aigerim's laptop"}, "Choose what it is for"),
        ({"scope": ""}, "Choose what it is for"),
        ({"scope": "all"}, "Choose what it is for"),
        ({"days": "91"}, "Choose what it is for"),
        ({"days": "-1"}, "Choose what it is for"),
        ({"proof": PASSWORD}, "The code of the app is not right"),
        ({"proof": "000000"}, "The code of the app is not right"),
        ({"proof": ""}, "The code of the app is not right"),
    ],
)
def test_a_token_takes_a_purpose_of_the_list_and_the_second_factor(
    browser: Browser, aigerim: Member, quick_store: Store, change: dict[str, str], said: str
) -> None:
    browser.comes_in(aigerim)
    answer = browser.sends(TOKENS, **{**WANTED, "proof": aigerim.code(), **change})
    assert answer.status_code == 400
    assert said in answer.text
    with quick_store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(ApiToken)) == 0


def test_a_token_is_revoked_by_its_owner_alone(
    browser: Browser, aigerim: Member, client: FlaskClient, quick_store: Store
) -> None:
    program = Caller(client.application.test_client(), token_for(aigerim))
    with quick_store.read() as unit:
        (row,) = live_tokens(unit, aigerim.account_id)
    timur = Browser(client.application.test_client()).comes_in(join(quick_store, "Timur"))
    timur.sends(f"{ACCOUNT}/token/{row.id}/revoke")
    program.gets("/me")
    browser.comes_in(aigerim)
    found = re.search(rf"{ACCOUNT}/token/[0-9a-f-]+/revoke", browser.sees(ACCOUNT))
    assert found is not None
    browser.sends(found[0])
    program.gets("/me", 401)
    assert row.code not in browser.sees(ACCOUNT)


def test_what_ends_sessions_ends_tokens(browser: Browser, aigerim: Member, client: FlaskClient) -> None:
    program = Caller(client.application.test_client(), token_for(aigerim))
    browser.comes_in(aigerim)
    new = "a third door in the wall"
    browser.sends(f"{ACCOUNT}/password", password=new, again=new, proof=PASSWORD)
    program.gets("/me", 401)


def test_there_are_ten_tokens_at_most(browser: Browser, aigerim: Member) -> None:
    for _ in range(AT_MOST):
        token_for(aigerim)
    browser.comes_in(aigerim)
    assert "There are ten already" in browser.sends(TOKENS, **WANTED, proof=aigerim.code()).text


def test_who_is_forced_makes_a_token_that_shows_next_to_nothing(
    browser: Browser, aigerim: Member, client: FlaskClient, scene: Scene
) -> None:
    """The second password where a code is asked for: it looks right, and closes the account."""
    scene.helper("Aigerim")
    before = Caller(client.application.test_client(), token_for(aigerim))
    before.gets(f"/cases/{scene.code}")
    browser.comes_in(aigerim)
    made = browser.sends(TOKENS, **WANTED, proof=DURESS)
    found = SHOWN_ONCE.search(made.text)
    assert found is not None
    before.gets("/me", 401)
    shown = Caller(client.application.test_client(), found[1])
    assert shown.gets("/board")["data"] == []
    shown.gets(f"/cases/{scene.code}", 404)
    page = browser.sees(ACCOUNT)
    assert len(re.findall(r"/token/[0-9a-f-]+/revoke", page)) == 1, "those of before are not there any more"
    out = browser.sends("/console/sign-out")
    assert out.location == "/console/sign-in", "the session that goes on is that of the page"


# Passkeys


def adds(browser: Browser, member: Member, key: Authenticator, name: str = "blue stick", **how: str) -> None:
    page = browser.sends(PASSKEYS, proof=how.get("proof", member.code()))
    assert page.status_code == 200, page.text
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    assert form is not None
    fields = {"form": form[1], "name": name, "response": key.makes(options_of(page.text))}
    answer = browser.client.post(f"{PASSKEYS}/add", data=fields)
    assert answer.location == f"{ACCOUNT}?said=done", answer.text


def test_from_adding_a_key_to_signing_in_with_it_and_removing_it(
    browser: Browser, aigerim: Member, quick_store: Store, clock: ManualClock
) -> None:
    key = Authenticator()
    browser.comes_in(aigerim)
    adds(browser, aigerim, key)
    assert "blue stick" in browser.sees(ACCOUNT)
    clock.advance(timedelta(minutes=1))
    browser.client.delete_cookie("panah")
    browser.sends("/console/sign-in", shown="/console/sign-in", name="Aigerim", password=PASSWORD)
    page = browser.client.get("/console/code")
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    assert form is not None
    fields = {"form": form[1], "response": key.signs(options_of(page.text))}
    assert browser.client.post("/console/code/passkey", data=fields).location == "/console"
    assert browser.client.post("/console/code/passkey", data=fields).status_code == 400, "that page is over"
    found = re.search(rf"{ACCOUNT}/passkey/[0-9a-f-]+/remove", browser.sees(ACCOUNT))
    assert found is not None
    browser.sends(found[0])
    with quick_store.read() as unit:
        assert count_passkeys(unit, aigerim.account_id) == 0
    browser.client.delete_cookie("panah")
    browser.sends("/console/sign-in", shown="/console/sign-in", name="Aigerim", password=PASSWORD)
    assert "data-passkey" not in browser.sees("/console/code")
    answer = browser.sends("/console/code", shown="/console/code", code=aigerim.code())
    assert answer.location == "/console", "codes of the app go on working"


def test_a_key_is_added_after_the_second_factor_alone(browser: Browser, aigerim: Member, quick_store: Store) -> None:
    browser.comes_in(aigerim)
    for wrong in (PASSWORD, "", "000000"):
        assert browser.sends(PASSKEYS, proof=wrong).status_code == 400
    made = Authenticator().makes({"rp": {"id": "localhost"}, "challenge": "AAAA"})
    answer = browser.sends(f"{PASSKEYS}/add", name="x", response=made)
    assert answer.status_code == 400
    assert "That took too long" in answer.text, "nothing was asked for in this session"
    with quick_store.read() as unit:
        assert count_passkeys(unit, aigerim.account_id) == 0


def test_what_a_wrong_key_is_answered_is_what_a_wrong_code_is_answered_with_new_options(
    browser: Browser, aigerim: Member
) -> None:
    key = Authenticator()
    browser.comes_in(aigerim)
    adds(browser, aigerim, key)
    browser.client.delete_cookie("panah")
    browser.sends("/console/sign-in", shown="/console/sign-in", name="Aigerim", password=PASSWORD)
    first = options_of(browser.sees("/console/code"))
    page = browser.client.get("/console/code")
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    assert form is not None
    answer = browser.client.post("/console/code/passkey", data={"form": form[1], "response": key.signs(first)})
    assert answer.status_code == 403
    assert "The passkey did not work" in answer.text
    fresh = options_of(answer.text)
    assert fresh["challenge"] != first["challenge"]
    again = browser.client.post("/console/code/passkey", data={"form": form[1], "response": key.signs(fresh)})
    assert again.location == "/console"


def test_who_is_forced_while_adding_a_key_adds_one_to_what_shows_next_to_nothing(
    browser: Browser, aigerim: Member, quick_store: Store
) -> None:
    key = Authenticator()
    browser.comes_in(aigerim)
    adds(browser, aigerim, key, proof=DURESS)
    with quick_store.read() as unit:
        assert unit.session.get_one(Account, aigerim.account_id).coerced_at is not None
    assert "blue stick" in browser.sees(ACCOUNT)


def test_where_browsers_sign_for_nobody_codes_of_the_app_remain(quick_store: Store, aigerim: Member) -> None:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, address="http://192.0.2.7:8080")
    browser = Browser(make_app(quick_store, ZONE, backstage, passwords=quick(quick_store)).test_client())
    browser.comes_in(aigerim)
    page = browser.sees(ACCOUNT)
    assert "There are none at this address" in page
    assert PASSKEYS not in page
    assert browser.sends(PASSKEYS, proof=aigerim.code()).status_code == 404
    assert browser.sends(f"{PASSKEYS}/add").status_code == 404
    browser.client.delete_cookie("panah")
    browser.sends("/console/sign-in", shown="/console/sign-in", name="Aigerim", password=PASSWORD)
    assert browser.sends("/console/code", shown="/console/code", code=aigerim.code(0)).status_code in (303, 403)


def test_what_an_authenticator_says_may_be_long_and_nothing_else(browser: Browser, aigerim: Member) -> None:
    browser.comes_in(aigerim)
    assert browser.sends(f"{PASSKEYS}/add", response="x" * 12_000).status_code == 400
    assert browser.client.post(f"{PASSKEYS}/add", data={"response": "x" * 20_000}).status_code == 413
    assert browser.client.post(PASSKEYS, data={"proof": "x" * 5_000}).status_code == 413

"""Who may what: every route with every role, and with nobody, half signed in, revoked. A new route needs a line."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from alerts.screens.vitals import read_vitals
from app.cli import main
from contacts.accounts.api_tokens import TokenScope, revoke_tokens
from contacts.accounts.managing import revoke_account
from contacts.accounts.roles import AccountRole, can
from contacts.models import Contact
from tests.accounts import PASSWORD, Browser, Member, join, quick
from tests.api.caller import token_for
from tests.web.conftest import ZONE
from web.api.door import ROOT
from web.api.routes import ROUTES as API_ROUTES
from web.backstage import Backstage
from web.factory import make_app
from web.twilio import Twilio
from web.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.clock import ManualClock
    from store.unit_of_work import Store

EVERYBODY = frozenset(AccountRole)
READERS = EVERYBODY - {"admin"}
ANYBODY: frozenset[str] | None = None
"""Open to all: it shows nothing of anybody, or the address itself is the key."""
MAY: dict[str, set[str] | frozenset[str] | None] = {
    # What machines ask
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /static/<path:filename>": ANYBODY,
    "POST /webhooks/telegram": ANYBODY,
    "POST /webhooks/twilio/sms": ANYBODY,
    "POST /webhooks/twilio/voice": ANYBODY,
    "POST /webhooks/twilio/status": ANYBODY,
    # What a secret in the address opens, to whoever it was sent to
    "GET /open/<token>": ANYBODY,
    "POST /open/<token>": ANYBODY,
    "GET /file/<ticket>": ANYBODY,
    "GET /answer/<token>": ANYBODY,
    "POST /answer/<token>": ANYBODY,
    "GET /prove/<token>": ANYBODY,
    "POST /prove/<token>": ANYBODY,
    "GET /calendar/<token>.ics": ANYBODY,
    "GET /release/<token>": ANYBODY,
    "POST /release/<token>": ANYBODY,
    "POST /release/<token>/received": ANYBODY,
    "GET /console/invitation/<token>": ANYBODY,
    "POST /console/invitation/<token>": ANYBODY,
    "POST /console/invitation/<token>/accept": ANYBODY,
    # The form for people without Telegram
    "GET /report": ANYBODY,
    "POST /report": ANYBODY,
    "GET /report/back": ANYBODY,
    "POST /report/back": ANYBODY,
    "GET /report/leave": ANYBODY,
    "GET /report/language": ANYBODY,
    "POST /report/language": ANYBODY,
    "GET /report/more": ANYBODY,
    "POST /report/more": ANYBODY,
    # Coming in
    "GET /console/sign-in": ANYBODY,
    "POST /console/sign-in": ANYBODY,
    "GET /console/code": ANYBODY,
    "POST /console/code": ANYBODY,
    "POST /console/code/passkey": ANYBODY,
    "POST /console/sign-out": EVERYBODY,
    "GET /console/live": EVERYBODY,
    # The board
    "GET /": EVERYBODY,
    "GET /console": EVERYBODY,
    "POST /console/search": READERS,
    "GET /console/case/<code>": READERS,
    "GET /console/case/<code>/file/<uuid:file>": READERS,
    "GET /console/case/<code>/file/<uuid:file>/copy": READERS,
    "POST /console/case/<code>/need": {"coordinator", "lawyer"},
    "POST /console/case/<code>/lawyer": {"coordinator"},
    "POST /console/case/<code>/promise": {"coordinator", "lawyer"},
    "POST /console/case/<code>/event": {"coordinator", "lawyer"},
    "POST /console/case/<code>/not-here": {"coordinator", "lawyer"},
    "POST /console/case/<code>/done": {"coordinator", "lawyer"},
    "POST /console/case/<code>/note": {"coordinator", "lawyer"},
    "POST /console/case/<code>/fact": {"coordinator", "lawyer"},
    "POST /console/need/<uuid:need_id>": {"coordinator", "lawyer"},
    "GET /console/case/<code>/access": {"coordinator"},
    "POST /console/case/<code>/access": {"coordinator"},
    "POST /console/case/<code>/access/withdraw": {"coordinator"},
    # Dates of cases, and one's own feed of them
    "GET /console/calendar": {"coordinator", "lawyer"},
    "GET /console/calendar/agenda": {"coordinator", "lawyer"},
    "POST /console/calendar/feed": {"coordinator", "lawyer"},
    "POST /console/calendar/feed/revoke": {"coordinator", "lawyer"},
    # Who is on call
    "GET /console/duty": {"admin", "coordinator", "lawyer"},
    "POST /console/duty/cover": {"coordinator"},
    "POST /console/duty/test": {"coordinator"},
    # Those who help; a code for Telegram lets somebody speak as them, so no administrator makes one
    "GET /console/contacts": {"admin", "coordinator"},
    "GET /console/contact/<uuid:contact_id>": {"admin", "coordinator"},
    "POST /console/contact/<uuid:contact_id>/check/<uuid:method_id>": {"admin", "coordinator"},
    "POST /console/contact/<uuid:contact_id>/code": {"coordinator"},
    "POST /console/contact/<uuid:contact_id>/left": {"admin", "coordinator"},
    "POST /console/contact/<uuid:contact_id>/back": {"admin", "coordinator"},
    # What became of messages
    "GET /console/deliveries": {"admin", "coordinator"},
    "GET /console/deliveries/waiting": {"admin", "coordinator"},
    "GET /console/deliveries/parked": {"admin", "coordinator"},
    "POST /console/delivery/<uuid:delivery_id>": {"admin", "coordinator"},
    "POST /console/parked/<uuid:item_id>": {"admin", "coordinator"},
    # The person of a case, and what leaves
    "GET /console/case/<code>/person": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/fact": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/consent": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/bear-out": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/counsel": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/switch": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/message": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/reporter": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/guardian": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/emergency": {"coordinator", "lawyer"},
    "POST /console/case/<code>/person/dismissal": {"coordinator", "lawyer"},
    "GET /console/case/<code>/papers": {"coordinator", "lawyer"},
    "GET /console/case/<code>/papers/<kind>": {"coordinator", "lawyer"},
    "POST /console/case/<code>/papers/ask": {"coordinator", "lawyer"},
    "POST /console/case/<code>/papers/<kind>/take": {"coordinator", "lawyer"},
    "POST /console/case/<code>/papers/<kind>/approve": {"coordinator", "lawyer"},  # and is then told that counsel does
    "POST /console/case/<code>/papers/<kind>/withdraw": {"coordinator", "lawyer"},
    "POST /console/case/<code>/papers/<kind>/left": {"coordinator", "lawyer"},
    "POST /console/case/<code>/papers/<kind>/hand-in": {"coordinator", "lawyer"},
    "POST /console/case/<code>/bundle": {"coordinator", "lawyer"},
    "GET /console/case/<code>/handover": {"coordinator"},
    "POST /console/case/<code>/handover": {"coordinator"},
    "GET /console/case/<code>/closing": {"coordinator"},
    "POST /console/case/<code>/closing": {"coordinator"},
    "GET /console/case/<code>/same": {"coordinator"},
    "GET /console/case/<code>/same/<other>": {"coordinator"},
    "POST /console/case/<code>/same/<other>": {"coordinator"},
    "GET /console/incidents": READERS,
    "POST /console/incidents/gather": {"coordinator"},
    "POST /console/incidents/surge": {"coordinator"},
    "GET /console/incidents/new": {"coordinator"},
    "POST /console/incidents/read": {"coordinator"},
    "POST /console/incidents/make": {"coordinator"},
    "GET /console/incident/<incident>": READERS,
    "POST /console/incident/<incident>/accept": {"coordinator"},
    "POST /console/incident/<incident>/act": {"coordinator", "lawyer"},
    "GET /console/sealed": {"coordinator", "lawyer"},
    "GET /console/sealed/<code>": {"coordinator", "lawyer"},
    "POST /console/sealed/<code>": {"coordinator", "lawyer"},
    "GET /console/releases": {"coordinator", "lawyer"},
    "GET /console/case/<code>/release": {"coordinator", "lawyer"},
    "POST /console/case/<code>/release": {"coordinator", "lawyer"},
    "GET /console/release/<uuid:release_id>": {"coordinator", "lawyer"},
    "POST /console/release/<uuid:release_id>": {"coordinator", "lawyer"},
    # One's own account
    "GET /console/account": EVERYBODY,
    "POST /console/account/session/<uuid:session_id>/end": EVERYBODY,
    "POST /console/account/sessions/end": EVERYBODY,
    "POST /console/account/password": EVERYBODY,
    "POST /console/account/duress": EVERYBODY,
    "POST /console/account/codes": EVERYBODY,
    "POST /console/account/passkeys": EVERYBODY,
    "POST /console/account/passkeys/add": EVERYBODY,
    "POST /console/account/passkey/<uuid:passkey_id>/remove": EVERYBODY,
    "POST /console/account/tokens": EVERYBODY,
    "POST /console/account/token/<uuid:token_id>/revoke": EVERYBODY,
    # Accounts
    "GET /console/accounts": {"admin", "coordinator"},
    "POST /console/accounts/invite": {"admin"},
    "POST /console/accounts/<uuid:account_id>/link": {"admin"},
    "POST /console/accounts/<uuid:account_id>/revoke": {"admin"},
    "POST /console/accounts/<uuid:account_id>/role": {"admin"},
    "POST /console/approval/<uuid:approval_id>": {"admin", "coordinator"},
    # Drills
    "GET /console/drill": {"admin", "coordinator"},
    "POST /console/drill": {"admin", "coordinator"},
    "GET /console/drill/<uuid:drill_id>": {"admin", "coordinator"},
    # What it came to
    # Documented people, apart from the cases
    "GET /console/registry": {"coordinator"},
    "POST /console/registry/search": {"coordinator"},
    "GET /console/registry.csv": {"coordinator"},
    "GET /console/registry/<entry>": {"coordinator"},
    "POST /console/registry/<entry>": {"coordinator"},
    "GET /console/case/<code>/registry": {"coordinator"},
    "POST /console/case/<code>/registry": {"coordinator"},
    "GET /console/numbers": {"coordinator", "observer"},
    "GET /console/numbers.csv": {"coordinator", "observer"},
    "GET /console/numbers.json": {"coordinator", "observer"},
    # Settings
    "GET /console/settings": {"admin", "coordinator"},
    "POST /console/settings/examine": {"admin", "coordinator"},
    "POST /console/settings/verify": {"admin", "coordinator"},
    "POST /console/settings/lock": {"admin", "coordinator"},
    # The law
    "GET /console/law": EVERYBODY,
    "GET /console/law/<rule_id>": EVERYBODY,
    "POST /console/law/<rule_id>/sign": {"lawyer"},
    "POST /console/law/<rule_id>/revoke": {"lawyer"},
}
ENTERERS = frozenset({"coordinator", "lawyer"})
API: dict[str, tuple[str | None, set[str] | frozenset[str] | None]] = {
    # What a token opens: the scope it must have (None: any), and the roles
    "GET /api/v1/openapi.json": (None, ANYBODY),
    "GET /api/v1/me": (None, EVERYBODY),
    "GET /api/v1/vocabulary": ("read", EVERYBODY),
    "GET /api/v1/board": ("read", READERS),
    "GET /api/v1/deadlines": ("read", READERS),
    "GET /api/v1/cases/<code>": ("read", READERS),
    "GET /api/v1/cases/<code>/events": ("read", READERS),
    "POST /api/v1/cases/<code>/events": ("enter", ENTERERS),
    "GET /api/v1/cases/<code>/clocks": ("read", READERS),
    "GET /api/v1/cases/<code>/audiences/<audience>": ("read", ENTERERS),
    "POST /api/v1/needs/<need_id>/answer": ("accept", ENTERERS),
    "GET /api/v1/contacts": ("read", {"admin", "coordinator"}),
    "GET /api/v1/releases": ("read", ENTERERS),
    "GET /api/v1/channels": ("read", {"admin", "coordinator"}),
}
BEHIND = {route: roles for route, roles in MAY.items() if roles is not None}
NOT_FOR_YOU = "Your role does not have this page."
NOBODY_ELSE = ("nobody", "half", "revoked", "left")
IN_PLACE_OF = {
    "<code>": "AAA-AA2",
    "<incident>": "AAA-AA3",
    "<other>": "AAA-AA3",
    "<uuid:file>": str(UUID(int=1)),
    "<entry>": "R-AAA-AA3",
    "<kind>": "unhcr_referral",
    "<uuid:need_id>": str(UUID(int=1)),
    "<uuid:contact_id>": str(UUID(int=1)),
    "<uuid:method_id>": str(UUID(int=1)),
    "<uuid:delivery_id>": str(UUID(int=1)),
    "<uuid:item_id>": str(UUID(int=1)),
    "<uuid:session_id>": str(UUID(int=1)),
    "<uuid:account_id>": str(UUID(int=1)),
    "<uuid:approval_id>": str(UUID(int=1)),
    "<uuid:release_id>": str(UUID(int=1)),
    "<uuid:passkey_id>": str(UUID(int=1)),
    "<uuid:token_id>": str(UUID(int=1)),
    "<need_id>": str(UUID(int=1)),
    "<audience>": "unhcr",
    "<uuid:drill_id>": str(UUID(int=1)),
    "<rule_id>": "kz.coao.motion_3d",
}


@pytest.fixture
def whole(quick_store: Store, night_wording: object) -> Flask:
    """The program's pages, with every door there is."""
    backstage = Backstage(
        partial(read_vitals, queues={}),
        lambda _: True,
        Webhook("s" * 16, lambda _account, _update: None),
        Twilio("token", "https://panah.example.org", night_wording),  # type: ignore[arg-type]
    )
    return make_app(quick_store, ZONE, backstage, passwords=quick(quick_store))


@pytest.fixture
def night_wording() -> object:
    from alerts.telling.wording import Wording

    return Wording(ZONE, "https://panah.example.org")


def routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_line(whole: Flask) -> None:
    assert routes(whole) == {*MAY, *API}


def test_every_page_of_the_console_went_through_the_gate(whole: Flask) -> None:
    guards = whole.extensions["panah_gate"].guards
    behind = {
        rule.endpoint for rule in whole.url_map.iter_rules() if rule.rule.startswith("/console") or rule.rule == "/"
    }
    assert behind == set(guards)
    assert {
        f"{m} {r.rule}"
        for r in whole.url_map.iter_rules()
        if r.endpoint in guards and guards[r.endpoint].signed
        for m in (r.methods or set()) - {"HEAD", "OPTIONS"}
    } == set(BEHIND)


@pytest.fixture
def members(quick_store: Store) -> dict[str, Member]:
    people = {str(role): join(quick_store, f"Somebody {role}", role) for role in AccountRole}
    people["revoked"], people["left"] = join(quick_store, "Revoked"), join(quick_store, "Left")
    return people


def asks(client: FlaskClient, route: str, form: str) -> TestResponse:
    method, _, path = route.partition(" ")
    for name, value in IN_PLACE_OF.items():
        path = path.replace(name, value)
    return client.open(path, method=method, data={"form": form} if method == "POST" else None)


def test_each_role_may_what_the_table_says(whole: Flask, members: dict[str, Member]) -> None:
    for role in AccountRole:
        browser = Browser(whole.test_client()).comes_in(members[role])
        form = browser.token()
        for route, roles in BEHIND.items():
            answer = asks(browser.client, route, form)
            refused = answer.status_code == 403 and NOT_FOR_YOU in answer.text
            assert refused == (role not in roles), f"{role} {route}"
            if answer.status_code == 303 and answer.location == "/console/sign-in":
                assert route.endswith(("/sign-out", "/password")), f"{role} {route}"
                form = browser.comes_in(members[role]).token()


@pytest.mark.parametrize("who", NOBODY_ELSE)
def test_nobody_else_gets_past_the_gate(whole: Flask, members: dict[str, Member], quick_store: Store, who: str) -> None:
    client = whole.test_client()
    if who == "half":
        half = members["coordinator"].gives(PASSWORD)
        assert half is not None
        client.set_cookie("panah", half)
    elif who != "nobody":
        client.set_cookie("panah", members[who].session())
        with quick_store.unit("test") as unit:
            if who == "revoked":
                revoke_account(unit, members[who].account_id)
            else:
                unit.session.get_one(Contact, members[who].contact_id).left_at = unit.now
    form = Browser(client).token("/console/sign-in")
    for route in BEHIND:
        answer = asks(client, route, form)
        assert (answer.status_code, answer.location) == (303, "/console/sign-in"), route


def test_no_button_does_anything_without_the_form_it_stood_on(whole: Flask, members: dict[str, Member]) -> None:
    others = Browser(whole.test_client()).comes_in(members["lawyer"]).token()
    clients = {role: Browser(whole.test_client()).comes_in(members[role]).client for role in AccountRole}
    for route, roles in BEHIND.items():
        if not route.startswith("POST"):
            continue
        role = next(role for role in AccountRole if role in roles)
        client = clients[role]
        for form in ("", "x", "Асқар", others):
            if (form, role) != (others, "lawyer"):
                assert asks(client, route, form).status_code == 400, route
    for route, open_to in MAY.items():
        if route.startswith("POST /console") and open_to is ANYBODY:
            assert asks(whole.test_client(), route.replace("<token>", "x"), "").status_code == 400, route


# The API


def shows(client: FlaskClient, route: str, token: str | None) -> TestResponse:
    """What a program is answered that asks with a token, or without one; what it sends is never all there must be."""
    method, _, path = route.partition(" ")
    for name, value in IN_PLACE_OF.items():
        path = path.replace(name, value)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.open(path, method=method, headers=headers)


def kind_of(answer: TestResponse) -> str:
    """Which problem an answer is; empty where it is none."""
    said = answer.json
    return said["type"].rpartition(":")[2] if isinstance(said, dict) and "type" in said else ""


def test_each_role_and_scope_may_what_the_table_says_by_token(whole: Flask, members: dict[str, Member]) -> None:
    """Every route of the API with every role and every single scope: refused for the scope, for the role, or not."""
    client = whole.test_client()
    for role in AccountRole:
        for held in TokenScope:
            token = token_for(members[role], {held})
            for route, (scope, roles) in API.items():
                answer = shows(client, route, token)
                if scope is not None and scope != held:
                    expected = "scope"
                elif roles is not None and role not in roles:
                    expected = "role"
                else:
                    expected = ""
                refused = kind_of(answer) if answer.status_code in (401, 403) else ""
                assert refused == expected, f"{role} {held} {route} {answer.status_code}"
                assert answer.status_code < 500, route


@pytest.mark.parametrize("who", ["nobody", "session", "half", "wrong", "over", "revoked token", "revoked", "left"])
def test_nobody_else_gets_past_the_door(
    whole: Flask, members: dict[str, Member], quick_store: Store, clock: ManualClock, who: str
) -> None:
    member = members.get(who, members["coordinator"])
    client, token = whole.test_client(), token_for(member)
    assert shows(client, "GET /api/v1/me", token).status_code == 200
    shown: dict[str, Callable[[], str | None]] = {
        "nobody": lambda: None,
        "session": member.session,
        "half": member.gives,
        "wrong": lambda: token[:-1] + ("B" if token.endswith("A") else "A"),
    }
    sent = shown.get(who, lambda: token)()
    if who == "session":
        client.set_cookie("panah", member.session())
    if who == "over":
        clock.advance(timedelta(days=30))
    with quick_store.unit("test") as unit:
        if who == "revoked token":
            assert revoke_tokens(unit, member.account_id) == 1
        elif who == "revoked":
            revoke_account(unit, member.account_id)
        elif who == "left":
            unit.session.get_one(Contact, member.contact_id).left_at = unit.now
    for route, (_, roles) in API.items():
        answer = shows(client, route, sent)
        assert answer.status_code == (200 if roles is ANYBODY else 401), f"{who} {route}"
        assert answer.mimetype == ("application/json" if roles is ANYBODY else "application/problem+json")


def test_what_the_table_says_of_the_api_is_what_its_routes_say() -> None:
    behind = {f"{one.method} {ROOT}{one.path}".replace("{", "<").replace("}", ">"): one for one in API_ROUTES}
    assert {route for route, (_, roles) in API.items() if roles is not ANYBODY} == set(behind)
    for route, one in behind.items():
        scope, roles = API[route]
        assert one.scope == scope, route
        able = EVERYBODY if one.ability is None else {role for role in AccountRole if can(role, one.ability)}
        assert able == roles, route


SHOWS_WHAT_WAS_TOLD: set[str] = set()
COMMANDS = {
    "account": {"invite", "list", "remove-passkeys", "revoke", "revoke-tokens"},
    "audit": {"export", "seal", "verify"},
    "backup": set(),
    "bench": set(),
    "bot": {"rotate"},
    "cards": set(),
    "case": {
        "bear-out",
        "close",
        "confirm",
        "consent",
        "duress",
        "enter",
        "erase",
        "export",
        "fields",
        "freeze",
        "keep",
        "list",
        "reopen",
        "retention",
        "show",
        "suspect",
        "thaw",
        "verify-reporter",
    },
    "contacts": {"calendar", "export", "import", "link-code", "show", "verify"},
    "deadlines": set(),
    "deliveries": set(),
    "demo": set(),
    "doctor": set(),
    "drill": {"list", "ring", "score", "start"},
    "event": {"add", "list"},
    "init": set(),
    "key": {"identity", "recover", "renew", "rotate", "show", "split"},
    "law": {"check", "recount", "show"},
    "lock": set(),
    "migrate": set(),
    "papers": set(),
    "parked": {"retry"},
    "policy": {"import", "show"},
    "registry": {"decide", "erase", "import", "imports", "search", "show", "statistics", "undo"},
    "replay": set(),
    "restore": set(),
    "roster": {"cover", "show", "swap"},
    "unlock": set(),
    "up": set(),
    "version": set(),
    "wipe": set(),
}
"""Commands are for whoever has a shell and the key. None of them prints what a reporter told.

``case show`` and ``case export`` print what the team entered, ``registry search`` and ``show`` what a list says; the
log says so.
"""


def test_every_command_is_known_here() -> None:
    found = {name: set(getattr(command, "commands", {})) for name, command in main.commands.items()}
    assert found == COMMANDS

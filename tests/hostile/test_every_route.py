"""Every route, with what nobody types in each of its places and fields: an answer below 500, and no failure of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from contacts.accounts.roles import AccountRole
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.scene import Scene
from tests.web.test_who_may_what import MAY
from web.backstage import Backstage
from web.factory import make_app
from web.webhook import Webhook

if TYPE_CHECKING:
    from flask import Flask

    from store.unit_of_work import Store

PLACE = re.compile(r"<[^>]+>")
FIELDS = (
    "until", "proof", "password", "answer", "role", "do", "contact", "code", "basis", "audience", "again", "kind",
    "recipient", "fallback", "source", "reason", "not_before", "name", "fingerprint", "value", "note", "at", "login",
    "field", "given_by", "how", "language", "text", "to", "as", "account", "attempt", "number",
)  # fmt: skip
HOSTILE = {
    "zero": "\x00",
    "turned": "\u202e\u2066\U000e0041\u200b",
    "long": "x" * 1500,
    "SQL": "'; DROP TABLE event; --",
    "template": "{{ 7*7 }}<script>alert(1)</script>%s{0}",
    "number": "-" + "9" * 400,
    "time": "0001-01-01T00:00",
    "later": "9999-12-31T23:59",
    "uuid": "00000000-0000-0000-0000-00000000000g",
    "path": "../../../etc/passwd",
}


@pytest.fixture
def app(quick_store: Store) -> Flask:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, Webhook("s" * 16, lambda _account, _update: None))
    return make_app(quick_store, ZONE, backstage, passwords=quick(quick_store))


def with_places(path: str, code: str | None, value: str) -> str:
    """Fill the places of a path: with what could be there, or, without a code, with what cannot."""

    def fill(found: re.Match[str]) -> str:
        if code is None:
            return quote(value, safe="")
        return {"<code>": code, "<rule_id>": "kz.coao.motion_3d"}.get(found[0], str(UUID(int=1)))

    return PLACE.sub(fill, path)


LEFT_OUT = {"/metrics", "/console/sign-out", "/console/account/sessions/end"}
"""The first needs the whole program; the others end the session by which the rest is tried."""
EACH_TIME = {"zero", "number"}
"""The others are tried by ``./panah test --long``."""


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(value, id=name, marks=() if name in EACH_TIME else pytest.mark.long)
        for name, value in HOSTILE.items()
    ],
)
def test_no_route_fails_whatever_it_is_given(app: Flask, quick_store: Store, value: str) -> None:
    code = Scene.begin(quick_store).code
    browsers: dict[str, tuple[Browser, str]] = {}
    for route, roles in MAY.items():
        method, _, path = route.partition(" ")
        if path in ("/metrics", "/console/sign-out", "/console/account/sessions/end") or path.startswith(
            "/webhooks/tw"
        ):
            continue
        role = next(str(one) for one in ("coordinator", "lawyer", *AccountRole) if roles is None or one in roles)
        if role not in browsers:
            member = join(quick_store, f"Somebody {role}", role)
            browser = Browser(app.test_client()).comes_in(member)
            browsers[role] = (browser, browser.token())
        browser, token = browsers[role]
        for known in (code, None):
            form = {**dict.fromkeys(FIELDS, value), "form": token} if method == "POST" else None
            with capture_logs() as logged:
                answer = browser.client.open(with_places(path, known, value), method=method, data=form)
            answer.close()
            assert answer.status_code < 500, f"{route} {ascii(value)[:40]}"
            assert not [one for one in logged if one["log_level"] == "error"], f"{route} {logged}"

"""The gate of the console: who asks, whether they may, and that a form was really shown to them.

Every page is registered through :meth:`Gate.page` or :meth:`Gate.press`, which write down what it takes to open it;
there is no other way to add one (``tests/web/test_who_may_what.py`` goes through them all).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask import Response, g, make_response, redirect, render_template, request, url_for

from alerts.needs.ways import WAYS, language_among
from contacts.accounts.directory import login_of
from contacts.accounts.models import Account
from contacts.accounts.passkeys import site_at
from contacts.accounts.roles import Ability, can
from contacts.accounts.sessions import begin_session, came_along, signed_in, touch, wants_touch
from contacts.accounts.signing_in import source_index
from store.vault import text_bytes
from texts.zones import known_zone
from web.backstage import LOCAL
from web.console.navigation import rooms_of
from web.console.pretences import Pretences
from web.console.stream import Streams
from web.words import FALLBACK_LANGUAGE, Words

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Table

    from contacts.accounts.passwords import Passwords
    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import Store, UnitOfWork
    from web.backstage import Backstage

View = Callable[..., Response]
"""What draws a page: given the gate, and what stands in the address."""
LANGUAGES: Final = ("en", "ru", "kk", "ug")
"""Languages of the pages: what somebody is shown who has not said who they are."""
SESSION: Final = "panah"
FORM: Final = "panah_form"
SAID: Final = frozenset(
    {
        "done",
        "waits",
        "signed",
        "revoked",
        "accepted",
        "declined",
        "taken",
        "granted",
        "withdrawn",
        "tested",
        "checked",
        "under_way",
        "settled",
    }
)
"""What a page may say above itself after something was done: the end of a text key, and nothing else of the address."""


@dataclass(frozen=True)
class Guard:
    """What it takes to open a page: nothing, a password (half), or an account, perhaps with an ability."""

    signed: bool = True
    ability: Ability | None = None


POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Scripts and pictures of our own; pictures in the style sheet (data:). Nothing written into a page runs."""
SEARCH: Final = "search.find"
"""What the field above every page is sent to."""
ANYBODY: Final = Guard(signed=False)
ACCOUNT: Final = Guard()


class Gate:
    """What all pages of the console share. ``backstage``: what stands behind them, where there is a whole program."""

    def __init__(self, store: Store, passwords: Passwords, zone: str, backstage: Backstage | None = None) -> None:
        self.store, self.passwords, self.zone = store, passwords, zone
        self.site = site_at(LOCAL if backstage is None else backstage.address)
        """Whom passkeys sign for; None where browsers make none."""
        self.streams = Streams(store)
        self.pretences = Pretences()
        """What people who are being forced believe to have entered."""
        self.guards: dict[str, Guard] = {}
        """What each endpoint takes to open, by its name."""
        self.drills = None if backstage is None else backstage.drills
        self.keeping = None if backstage is None else backstage.keeping
        self.number = None if backstage is None else backstage.number
        """Where families can call, for the sheet that they are given."""
        self.queues: Mapping[str, Table] = {} if backstage is None else backstage.queues
        """Every queue of the house, as far as whoever built this knows them."""
        self._secure = secure = backstage is not None and backstage.is_secure
        self._session = f"__Host-{SESSION}" if secure else SESSION
        self._form = f"__Host-{FORM}" if secure else FORM
        self._key = store.ring.subkey("form")

    # Registering

    def page(self, pages: Blueprint, path: str, view: View, guard: Guard = ACCOUNT) -> None:
        """Register a page that is looked at (GET)."""
        self._route(pages, path, view, guard, "GET")

    def press(self, pages: Blueprint, path: str, view: View, guard: Guard = ACCOUNT) -> None:
        """Register what the button of a form does (POST): only for who was shown the form."""
        self._route(pages, path, view, guard, "POST")

    def _route(self, pages: Blueprint, path: str, view: View, guard: Guard, method: str) -> None:
        name = view.__name__
        self.guards[f"{pages.name}.{name}"] = guard

        def guarded(**values: Any) -> Response:
            refusal = self._refusal(guard, method)
            return view(self, **values) if refusal is None else refusal

        pages.add_url_rule(path, name, guarded, methods=[method])

    def _refusal(self, guard: Guard, method: str) -> Response | None:
        if guard.signed:
            who = self._recognise()
            if who is None:
                return self.to("signing.sign_in")
            g.panah_who = who
            if guard.ability is not None and not can(who.role, guard.ability):
                return self.show("console/message.html", HTTPStatus.FORBIDDEN, key="web.console_not_for_you")
        if method == "POST" and not self._was_shown():
            return self.show("console/message.html", HTTPStatus.BAD_REQUEST, key="web.console_form_old")
        return None

    # Who asks

    def _recognise(self) -> SignedIn | None:
        if not self.token:
            return None
        with self.store.read() as unit:
            who, now = signed_in(unit, self.token, WAYS), unit.now
            if who is not None:
                g.panah_words = self._words_of(unit)
        if who is not None and wants_touch(who, now):
            with self.store.unit("web", rings=False) as unit:
                touch(unit, who.session_id)
        return who

    @property
    def who(self) -> SignedIn:
        """Who asks, on a page that takes an account."""
        found: SignedIn = g.panah_who
        return found

    @property
    def token(self) -> str:
        """The session's token, whole or half, as the browser brought it or is given it now; empty if there is none."""
        return str(g.get("panah_token", "")) or request.cookies.get(self._session, "")

    @property
    def source(self) -> str:
        """The address a request comes from, for counting tries; never stored as it is."""
        return request.remote_addr or ""

    def recognised_again(self) -> bool:
        """Whether whoever asks is still signed in as they were: a proof may have shown that they are being forced."""
        return self._recognise() is not None

    def stays_in(self, response: Response) -> Response:
        """Keep somebody signed in whose proof was the second password: as it must look to who forces them."""
        self.goes_on()
        return self.with_session(response, g.panah_token) if "panah_token" in g else response

    def goes_on(self) -> None:
        """After a proof: see that there is a session to go on in, a new one if the proof was the second password.

        What is drawn afterwards is drawn for that one; :meth:`stays_in` gives it to the browser.
        """
        if self.recognised_again():
            return
        with self.store.unit(self.who.actor) as unit:
            account = unit.session.get_one(Account, self.who.account_id)
            source = source_index(unit, self.source)
            _, g.panah_token = begin_session(unit, account, source, proved=True, duress=True)
        who = self._recognise()
        if who is not None:
            g.panah_who = who

    # Forms

    def _cookie_behind_forms(self) -> str:
        return self.token or request.cookies.get(self._form, "") or str(g.get("panah_form", ""))

    def form_token(self) -> str:
        """What a form repeats to show that this browser was shown it; made for one session, or one browser."""
        if not self._cookie_behind_forms():
            g.panah_form = secrets.token_urlsafe(18)
        digest = hmac.digest(self._key, text_bytes(self._cookie_behind_forms()), "sha256")
        return base64.urlsafe_b64encode(digest[:18]).decode()

    def _was_shown(self) -> bool:
        behind = self._cookie_behind_forms()
        sent = text_bytes(request.form.get("form", ""))
        return bool(behind) and hmac.compare_digest(text_bytes(self.form_token()), sent)

    # Answers

    def show(self, template: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """Draw a page in the language and by the clock of whoever asks."""
        who: SignedIn | None = g.get("panah_who")
        said = request.args.get("said", "")
        page = render_template(
            template,
            **{
                **self.words().in_templates(),
                "who": who,
                "can": (lambda ability: who is not None and can(who.role, Ability(ability))),
                "form": self.form_token,
                "now": self.store.clock.now(),
                "rooms": () if who is None else tuple(rooms_of(who.role)),
                "search": url_for(SEARCH) if who is not None and can(who.role, Ability.OPEN_CASE) else "",
                "login": self._login,
                "said": said if said in SAID else "",
                **values,
            },
        )
        response = make_response(page, status)
        response.headers["Content-Security-Policy"] = POLICY
        if "panah_form" in g:
            self._set(response, self._form, g.panah_form)
        return response

    def _login(self) -> str:
        """The name that whoever asks signed in with, for the keeper of their passwords; read once for a page."""
        if "panah_login" not in g:
            with self.store.read() as unit:
                g.panah_login = login_of(unit, unit.session.get_one(Account, self.who.account_id))
        return str(g.panah_login)

    def words(self) -> Words:
        """The words of whoever asks: a contact's language and clock, else what the browser prefers."""
        known: Words | None = g.get("panah_words")
        return self._browsers_words() if known is None else known

    def _words_of(self, unit: UnitOfWork) -> Words:
        contact, ways = came_along(unit)
        if contact is None:
            return self._browsers_words(says_whose_clock=True)
        language = language_among(contact, [(method, chat) for method, chat in ways])
        return Words(language, known_zone(contact.timezone) or self.zone, says_whose_clock=True)

    def _browsers_words(self, *, says_whose_clock: bool = False) -> Words:
        language = request.accept_languages.best_match(LANGUAGES, FALLBACK_LANGUAGE)
        return Words(language, self.zone, says_whose_clock=says_whose_clock)

    @property
    def is_refresh(self) -> bool:
        """Whether an open page says that it asks for itself again, because something was committed.

        Anybody can say so: it may thin out what is logged of one reader, and must never leave a first look unlogged.
        """
        return "HX-Request" in request.headers

    def to(self, endpoint: str, **values: Any) -> Response:
        """Send the browser to another page, to be looked at."""
        response = redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)
        return make_response(response)

    def address(self, endpoint: str, **values: Any) -> str:
        """Return the whole address of a page, as somebody else would open it."""
        return f"{'https' if self._secure else request.scheme}://{request.host}{url_for(endpoint, **values)}"

    def with_session(self, response: Response, token: str) -> Response:
        """Give the browser the token of a session; it is forgotten when the browser is closed."""
        self._set(response, self._session, token)
        return response

    def without_session(self, response: Response) -> Response:
        """Take the token from the browser."""
        response.delete_cookie(self._session, path="/", secure=self._secure, httponly=True, samesite="Strict")
        return response

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", secure=self._secure, httponly=True, samesite="Strict")

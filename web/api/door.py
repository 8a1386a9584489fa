"""The door of the API: who asks, whether their token and their role are for that, and what they ask, checked.

The same idea as the console's gate (:mod:`web.console.gate`), for programs: every route is registered here with what it
takes to pass, and there is no other way to add one. What differs is how somebody is recognised. The gate takes a
session's cookie and asks for the form that a button stood on; the door takes ``Authorization: Bearer`` and never looks
at a cookie, so that no other site can have a browser ask here. Behind both stand the same abilities
(:mod:`contacts.accounts.roles`), the same views of a case and the same log.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError

from contacts.accounts.api_tokens import PER_TOKEN, TokenScope, bearer, touch_token
from contacts.accounts.events import AskedByToken
from contacts.accounts.kept_answers import Asked, Kept, OtherQuestionError, answered_before, keep_answer
from contacts.accounts.roles import Ability, can
from contacts.accounts.throttle import count_try, key_of
from web.api.cursors import make_cursor, read_cursor
from web.api.problems import Problem, Wrong, wrong
from web.api.shapes import LARGEST_PAGE, PAGE, Nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from uuid import UUID

    from flask import Blueprint
    from pydantic_core import ErrorDetails

    from alerts.screens.vitals import Vitals
    from contacts.accounts.api_tokens import Bearer
    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import Store, UnitOfWork

ROOT: Final = "/api/v1"
IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
LEAST_BODY: Final = 1024
JSON: Final = "application/json"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Route:
    """One address with one method: what it takes, what it gives, whom it is for. The document is made of these.

    ``scope`` and ``ability``: what the token, and what the role, must allow; without a scope any token passes.
    ``logs``: what is shown is written down, so that reading, too, is done in a writing unit. ``refuses``: kinds of
    problems that it has beside those of every route.
    """

    method: str
    path: str
    name: str
    summary: str
    view: Callable[[Call], BaseModel | Problem]
    """Draws the answer. A problem that it raises undoes whatever was begun; one that it returns leaves the log of what
    it shows as it is."""
    gives: type[BaseModel]
    scope: TokenScope | None = TokenScope.READ
    ability: Ability | None = None
    place: type[BaseModel] = Nothing
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    logs: bool = False
    refuses: tuple[str, ...] = ()
    largest: int = LEAST_BODY
    """Bytes of a body."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Every kind of problem it may answer with."""
        found = ["token", "often"]
        found += ["scope"] if self.scope is not None else []
        found += ["role"] if self.ability is not None else []
        found += ["invalid"] if self.body is not None or self.query is not Nothing else []
        found += ["malformed", "key", "reused", "large", "media"] if self.body is not None else []
        return (*found, *self.refuses)


@dataclass
class Call:
    """One request that has passed the door: who asks, by what, and what for."""

    unit: UnitOfWork
    bearer: Bearer
    route: Route
    zone: str
    look: Callable[[UnitOfWork], Vitals]
    _place: BaseModel
    _query: BaseModel
    _body: BaseModel | None = None
    asked: Asked | None = None
    """The wish of a change, once it is known what it is about."""

    @property
    def who(self) -> SignedIn:
        """Whose token it is, as they are now."""
        return self.bearer.who

    def place(self, kind: type[Model]) -> Model:
        """What stands in the address."""
        return _as(kind, self._place)

    def query(self, kind: type[Model]) -> Model:
        """What stands behind it."""
        return _as(kind, self._query)

    def body(self, kind: type[Model]) -> Model:
        """What was sent."""
        return _as(kind, self._body)

    def once(self, case_id: UUID | None) -> None:
        """Say what a change is about, before it is made: one that was made before by this key is answered again.

        Called when it is known that the thing is theirs; ends the request where there is an answer.
        """
        what = json.dumps([self.route.name, request.path, request.get_data(as_text=True)])
        self.asked = Asked(self.bearer.token_id, self.who.account_id, case_id, _idempotency_key(), what)
        try:
            kept = answered_before(self.unit, self.asked)
        except OtherQuestionError:
            raise Problem("reused") from None
        if kept is not None:
            raise AnsweredBefore(kept)

    def note(self, case_id: UUID) -> None:
        """Write down that a program looked at a case, or changed something of it, and which token it showed."""
        self.unit.record(AskedByToken(case_id=case_id, token_id=self.bearer.token_id, what=self.route.name))

    # Pages of lists

    def after(self) -> list[Any] | None:
        """Where the page that is asked for begins: the place :meth:`go_on` was given; None for the first."""
        cursor = getattr(self._query, "cursor", "")
        return read_cursor(self.unit, self._whose, cursor) if cursor else None

    @property
    def limit(self) -> int:
        """How many there may be on a page."""
        return min(getattr(self._query, "limit", PAGE), LARGEST_PAGE)

    def cut(self, found: Sequence[Model], place_of: Callable[[int], list[Any]]) -> tuple[list[Model], str | None]:
        """Cut a page off what was found (one more than fits, where there is more); return it and its ``next``.

        ``place_of``: the place of the so-and-so-manieth of ``found``.
        """
        if len(found) <= self.limit:
            return list(found), None
        return list(found[: self.limit]), make_cursor(self.unit, self._whose, place_of(self.limit - 1))

    @property
    def _whose(self) -> str:
        return f"{self.route.name}:{self.who.account_id}"


class AnsweredBefore(Exception):  # noqa: N818  no error
    """Ends a request whose answer is known: the same was asked before, by the same key."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("answered before")
        self.kept = kept


class Door:
    """What all routes of the API share."""

    def __init__(self, store: Store, zone: str, look: Callable[[UnitOfWork], Vitals]) -> None:
        self.store, self.zone, self.look = store, zone, look
        self.routes: dict[str, Route] = {}
        """Every route, by the name of its endpoint."""

    def open(self, pages: Blueprint, route: Route) -> None:
        """Register a route."""
        self.routes[f"{pages.name}.{route.name}"] = route

        def guarded(**place: str) -> Response:
            try:
                return self._pass(route, place)
            except Problem as problem:
                return problem.answer()

        pages.add_url_rule(
            ROOT + re.sub(r"\{(\w+)\}", r"<\1>", route.path),
            route.name,
            guarded,
            methods=[route.method],
            provide_automatic_options=False,
        )

    def _pass(self, route: Route, place: dict[str, str]) -> Response:
        shown = self._recognise()
        if route.scope is not None and route.scope not in shown.scopes:
            raise Problem("scope")
        if route.ability is not None and not can(shown.who.role, route.ability):
            raise Problem("role")
        where, query = _read_place(route, place), _read_query(route)
        body = None if route.body is None else _read_body(route)
        try:
            with self._unit(route, shown) as unit:
                call = Call(unit, shown, route, self.zone, self.look, where, query, body)
                given = route.view(call)
                if isinstance(given, Problem):
                    return given.answer()
                written = given.model_dump_json()
                if call.asked is not None:
                    keep_answer(unit, call.asked, Kept(route.status, written))
        except AnsweredBefore as before:
            return Response(before.kept.body, before.kept.status, content_type=JSON)
        return Response(written, route.status, content_type=JSON)

    def _unit(self, route: Route, shown: Bearer) -> AbstractContextManager[UnitOfWork]:
        return self.store.unit(shown.who.actor) if route.logs or route.body is not None else self.store.read()

    def _recognise(self) -> Bearer:
        """Who asks; raises Problem. What is no token of ours costs one look and writes nothing."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Problem("token", headers=(("WWW-Authenticate", 'Bearer realm="panah"'),))
        with self.store.read() as unit:
            shown = bearer(unit, token.strip())
        if shown is None:
            raise Problem("token", headers=(("WWW-Authenticate", 'Bearer realm="panah", error="invalid_token"'),))
        with self.store.unit("web", rings=False) as unit:
            allowed = count_try(unit, key_of(unit, "api_token", shown.token_id), PER_TOKEN)
            touch_token(unit, shown)
        if not allowed:
            seconds = int(PER_TOKEN.within.total_seconds())
            raise Problem("often", headers=(("Retry-After", str(seconds)),))
        return shown


def _as(kind: type[Model], given: BaseModel | None) -> Model:
    if not isinstance(given, kind):
        raise TypeError(f"the table of routes promises another shape than {kind.__name__}")
    return given


# What is asked, checked


def _read_place(route: Route, place: dict[str, str]) -> BaseModel:
    """What no such thing can be called is answered as one that is not there."""
    try:
        return route.place.model_validate(place)
    except ValidationError:
        raise Problem("absent") from None


def _read_query(route: Route) -> BaseModel:
    given = request.args.to_dict(flat=False)
    if any(len(values) > 1 for values in given.values()):
        raise wrong("/query", "each parameter once")
    try:
        return route.query.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise Problem("invalid", errors=tuple(_wrongs(error, "/query"))) from None


def _read_body(route: Route) -> BaseModel:
    if request.mimetype != JSON or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem("media")
    if route.body is None:
        raise TypeError("this route takes no body")
    _idempotency_key()
    try:
        return route.body.model_validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in _details(error)):
            raise Problem("malformed") from None
        raise Problem("invalid", errors=tuple(_wrongs(error, ""))) from None


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise Problem("key")
    return key


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _wrongs(error: ValidationError, root: str) -> Iterator[Wrong]:
    """Say where and what may stand there, and repeat nothing that was sent: not even the name of a field of theirs."""
    for one in _details(error):
        where = [str(part) for part in one["loc"]]
        if one["type"] == "extra_forbidden":
            yield Wrong(pointer="/".join([root, *where[:-1]]) or "/", detail="nothing but what the document names")
        else:
            yield Wrong(pointer="/".join([root, *where]) or "/", detail=one["msg"].removeprefix("Value error, "))

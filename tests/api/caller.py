"""A program that asks by a token, and holds every answer against the document."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from contacts.accounts.api_tokens import Purpose, TokenScope, make_token
from web.api.document import as_data
from web.api.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.accounts import Member

ROOT = "/api/v1"
DOCUMENT = json.loads(json.dumps(as_data(ROUTES)))
REGISTRY: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))
EVERY_SCOPE = frozenset(TokenScope)
_KEYS = count()


def token_for(
    member: Member, scopes: Collection[TokenScope] = EVERY_SCOPE, lasts: timedelta = timedelta(days=30)
) -> str:
    """A token, without the ceremony."""
    with member.store.unit("test") as unit:
        return make_token(unit, member.account_id, Purpose.TRIAL, scopes, lasts)


@dataclass
class Caller:
    """Asks with a token, or without one."""

    client: FlaskClient
    token: str | None = None
    seen: set[str] = field(default_factory=set)
    """Routes and statuses that were met: ``GET /board 200``."""

    def gets(self, path: str, status: int = 200, **query: Any) -> Any:
        """What stands there, which must be as the document says."""
        answer = self.asks("GET", path, query_string=query)
        assert answer.status_code == status, answer.text
        return answer.json

    def posts(self, path: str, body: Any, status: int = 200, key: str | None = None) -> Any:
        """What comes of a wish; each has a key of its own unless one is given."""
        answer = self.asks("POST", path, json=body, key=key or f"a-wish-of-ours-{next(_KEYS)}")
        assert answer.status_code == status, answer.text
        return answer.json

    def asks(self, method: str, path: str, *, key: str | None = None, **how: Any) -> TestResponse:
        """Any request; its answer is held against the document."""
        headers = {**how.pop("headers", {})}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        answer = self.client.open(ROOT + path, method=method, headers=headers, **how)
        self.seen.add(agrees(method, path, answer))
        return answer


def agrees(method: str, path: str, answer: TestResponse) -> str:
    """Hold an answer against the document; return which route and status it was."""
    template = next((one for one in DOCUMENT["paths"] if _pattern(one).fullmatch(ROOT + path)), None)
    assert template is not None, f"{path} is in no document"
    operation = DOCUMENT["paths"][template].get(method.lower())
    assert operation is not None, f"{method} {path} is in no document"
    said = operation["responses"].get(str(answer.status_code))
    assert said is not None, f"{method} {path} answers {answer.status_code}: {answer.text}"
    (media, shape), *_ = said["content"].items()
    assert answer.content_type == media
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    schema = {"$ref": f"urn:document{shape['schema']['$ref']}"}
    Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker()).validate(answer.json)
    return f"{method} {template.removeprefix(ROOT)} {answer.status_code}"


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]*", re.escape(template)))

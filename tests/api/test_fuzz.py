"""The API asked by a machine that reads its document: nothing fails, and every answer is as the document says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import capture_logs

from tests.api.caller import DOCUMENT, token_for
from tests.api.release import proposed
from tests.web.scene import Scene
from tests.web.test_console import seek
from web.api.routes import DOCUMENT as ADDRESS

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from hypothesis.strategies import SearchStrategy
    from schemathesis import Case

    from store.clock import ManualClock
    from tests.accounts import Member

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
BETWEEN = timedelta(seconds=2)
"""The clock goes on between requests, so that a token is not shut out for asking too often."""


@dataclass(frozen=True)
class Busy:
    """A coordinator's token, and the code of a case that she has."""

    token: str
    code: str
    clock: ManualClock


@pytest.fixture
def busy(scene: Scene, aigerim: Member, clock: ManualClock) -> Busy:
    """A case with something of everything, which Aigerim has; and one that she could take."""
    scene.helper("Aigerim")
    proposed(scene)
    seek(Scene.begin(scene.store, "another one was taken"), "coordinator", asked=aigerim)
    return Busy(token_for(aigerim), scene.code, clock)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@pytest.mark.parametrize("cases", [5, pytest.param(400, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_nothing_fails_and_every_answer_is_as_the_document_says(
    client: FlaskClient, busy: Busy, path: str, method: str, cases: int
) -> None:
    schema = schemathesis.openapi.from_wsgi(ADDRESS, client.application)
    headers = {"Authorization": f"Bearer {busy.token}", "Accept-Encoding": "identity"}
    operation = schema[path][method.upper()]

    def tries(how: GenerationMode, *, with_known: bool) -> None:
        wanted: SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=how)

        @settings(
            max_examples=cases,
            deadline=None,
            database=None,
            derandomize=cases < 100,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=wanted)
        def ask(case: Case[Any]) -> None:
            busy.clock.advance(BETWEEN)
            if with_known and "{code}" in path:
                case.path_parameters["code"] = busy.code
            with capture_logs() as logged:
                answer = case.call(headers=headers)
            assert not [one for one in logged if one["log_level"] == "error"], logged
            refuses = how is GenerationMode.NEGATIVE and not with_known
            case.validate_response(answer, checks=[*CHECKS, *([negative_data_rejection] if refuses else [])])

        ask()

    tries(GenerationMode.POSITIVE, with_known=True)
    if operation.body or operation.query or operation.path_parameters:
        tries(GenerationMode.POSITIVE, with_known=False)
        tries(GenerationMode.NEGATIVE, with_known=False)
        tries(GenerationMode.NEGATIVE, with_known=True)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nobody_who_shows_no_token_is_told_anything_else(client: FlaskClient, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_wsgi(ADDRESS, client.application)

    @settings(max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method.upper()].as_strategy())
    def ask(case: Case[Any]) -> None:
        case.headers.pop("Authorization", None)
        answer = case.call()
        assert answer.status_code == 401
        case.validate_response(answer, checks=CHECKS)

    ask()


def test_the_document_is_one(client: FlaskClient) -> None:
    """It is valid OpenAPI, and speaks of every route there is under its address."""
    schemathesis.openapi.from_wsgi(ADDRESS, client.application).validate()
    rules = {rule.rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    told = {re.sub(r"{(\w+)}", "<>", path) for path, _ in OPERATIONS}
    assert {re.sub(r"<[^>]+>", "<>", rule) for rule in rules} - {ADDRESS} == told

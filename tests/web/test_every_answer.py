"""What holds for every answer, whatever was asked: headers, plain errors, nothing kept by anybody on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from web.factory import HEADERS, make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.unit_of_work import Store
    from tests.web.scene import Scene

CANARY = "Асқар Canary"
ASKED = [
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/", 303),
    ("GET", "/console", 303),
    ("GET", "/console/nothing", 404),
    ("PUT", "/console", 405),
    ("GET", "/open/unknown", 404),
    ("POST", "/open/unknown", 404),
    ("PUT", "/open/unknown", 405),
    ("GET", "/open/", 404),
    ("GET", f"/open/{'x' * 5000}", 404),
    ("GET", "/open/%ff%fe", 404),
    ("GET", "/calendar/unknown.ics", 404),
    ("GET", "/calendar/unknown", 404),
    ("POST", "/calendar/unknown.ics", 405),
    ("GET", "/static/page.css", 200),
    ("GET", "/static/mark.svg", 200),
    ("GET", "/static/../factory.py", 404),
    ("GET", "/static/nothing.css", 404),
    ("DELETE", "/healthz", 405),
    ("OPTIONS", "/healthz", 200),
    ("HEAD", "/healthz", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
def test_every_answer_is_guarded(client: FlaskClient, method: str, path: str, status: int) -> None:
    with client.open(path, method=method) as answer:
        assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    kept = answer.headers["Cache-Control"]
    assert ("no-store" in kept) != (path.startswith("/static") and status == 200)
    assert "Set-Cookie" not in answer.headers


def test_the_policy_lets_nothing_in_from_elsewhere_and_no_script_at_all() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "http" not in policy
    assert "unsafe" not in policy


def test_the_console_runs_scripts_of_its_own_and_nothing_written_into_a_page(client: FlaskClient) -> None:
    page = client.get("/console/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert "unsafe" not in policy
    assert '"allowEval":false,"allowScriptTags":false' in page.text
    assert '"selfRequestsOnly":true' in page.text


def test_style_and_mark_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/page.css") as answer:
        assert "max-age=3600" in answer.headers["Cache-Control"]
    with client.get("/static/page.css", headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize(("path", "method"), [("/nothing", "GET"), (f"/{CANARY}", "GET"), ("/healthz", "PATCH")])
def test_errors_are_a_plain_line_that_repeats_nothing(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    assert answer.mimetype == "text/plain"
    assert answer.text in {"404 Not Found\n", "405 Method Not Allowed\n"}
    assert ("Allow" in answer.headers) == (answer.status_code == 405)


def test_a_large_body_is_refused(client: FlaskClient, scene: Scene) -> None:
    link = scene.link(scene.helper())
    assert client.post(link, data=b"x" * 5000).status_code == 413
    assert client.post(link, data=b"x" * 100).status_code == 200, "the link was not used up"


def test_a_failure_of_ours_says_nothing_and_is_logged_by_kind_and_place(quick_store: Store, scene: Scene) -> None:
    app = make_app(quick_store, CANARY)  # there is no such time zone
    with capture_logs() as logs:
        answer = app.test_client().post(scene.link(scene.helper()))
    assert (answer.status_code, answer.text) == (500, "500 Internal Server Error\n")
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    (entry,) = (entry for entry in logs if entry["event"] == "page_failed")
    assert entry["page"] == "case_link.show"
    assert "Canary" not in str({**entry, "exc_info": None})


def test_readiness_is_the_databases(client: FlaskClient, quick_store: Store) -> None:
    assert client.get("/readyz").text == "ready\n"

    def refuse(*_: object) -> None:
        raise ConnectionError(CANARY)

    quick_store.engine.dispose()
    event.listen(quick_store.engine, "connect", refuse)
    with capture_logs() as logs:
        answer = client.get("/readyz")
    event.remove(quick_store.engine, "connect", refuse)
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
    assert client.get("/healthz").status_code == 200
    assert "Canary" not in str(logs)

"""Known holes in packages: what the index says of each pin, and that whoever could not be asked about is told of."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from app.doctor.findings import Level
from app.doctor.holes import LOCK, Hole, Pin, Silence, check_holes, holes_in, judge, pinned
from tests.app.conftest import everything_as_before

if TYPE_CHECKING:
    from pathlib import Path

LOCKED = """\
# comment==1
aiohttp==3.14.5 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
pyrage==1.4.0
"""
PINS = [Pin("aiohttp", "3.14.5"), Pin("colorama", "0.4.6"), Pin("pyrage", "1.4.0")]


def knows(version: str, *found: dict[str, Any]) -> dict[str, Any]:
    return {"info": {"version": version}, "urls": [], "vulnerabilities": list(found)}


class Index:
    """A package index on this machine: a status and an answer for each path. Use as a context manager."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {
            f"/pypi/{pin.name}/{pin.version}/json": (200, knows(pin.version)) for pin in PINS
        }
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answers, self))
        self._thread = threading.Thread(target=partial(self._server.serve_forever, poll_interval=0.01))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def says(self, pin: Pin, answer: Any, status: int = 200) -> None:
        self.answers[f"/pypi/{pin.name}/{pin.version}/json"] = (status, answer)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Answers(BaseHTTPRequestHandler):
    def __init__(self, index: Index, *given: object) -> None:
        self._index = index
        super().__init__(*given)  # type: ignore[arg-type]  # what the library hands over

    def do_GET(self) -> None:
        self._index.asked.append(self.path)
        status, answer = self._index.answers.get(self.path, (404, "not here"))
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "runtime.txt"
    path.write_text(LOCKED)
    return path


def test_every_pin_of_our_own_lock_is_found() -> None:
    assert pinned(LOCKED) == PINS
    ours = pinned(LOCK.read_text())
    assert len(ours) == LOCK.read_text().count("==") - LOCK.read_text().count(" == ")
    assert {"cryptography", "flask", "sqlalchemy"} <= {pin.name for pin in ours}


def test_an_index_that_knows_of_nothing_is_believed_only_if_it_was_asked_about_all(lock: Path) -> None:
    with Index() as index:
        (found,) = check_holes(index.url + "/", lock)
        assert sorted(index.asked) == sorted(index.answers)
    assert (found.level, "none in 3 packages" in found.what) == (Level.OK, True)


def test_a_hole_is_named_with_the_version_that_mends_it_and_a_withdrawn_one_is_not(lock: Path) -> None:
    with Index() as index:
        index.says(PINS[0], knows("3.14.5", {"id": "PYSEC-2026-77", "fixed_in": ["3.14.6"], "withdrawn": None},
                                  {"id": "GHSA-aaaa-bbbb-cccc", "fixed_in": []},
                                  {"id": "PYSEC-2026-1", "withdrawn": "2026-01-01T00:00:00Z"}))  # fmt: skip
        found = list(check_holes(index.url, lock))
    assert [one.level for one in found] == [Level.FAULT, Level.FAULT]
    assert "aiohttp 3.14.5 has PYSEC-2026-77, mended in 3.14.6" in found[0].what
    assert "GHSA-aaaa-bbbb-cccc, not mended" in found[1].what


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (404, "no"),
        (500, knows("1.4.0")),
        (200, "<html>sign in to this network</html>"),
        (200, {}),
        (200, {"info": {"version": "1.4.0"}}),
        (200, knows("1.4.1")),
        (200, {"info": {"version": "1.4.0"}, "vulnerabilities": {"none": True}}),
        (200, {"info": {"version": "1.4.0"}, "vulnerabilities": ["x"]}),
    ],
)
def test_whoever_could_not_be_asked_about_is_told_of_and_nothing_is_said_to_be_well(
    lock: Path, status: int, answer: Any
) -> None:
    with Index() as index:
        index.says(PINS[2], answer, status)
        (found,) = check_holes(index.url, lock)
    assert found.level is Level.WARN
    assert "of 1 of 3 packages it is not known" in found.what
    assert "pyrage 1.4.0" in found.what


def test_an_index_that_is_not_there_says_nothing_of_anybody(lock: Path) -> None:
    with Index() as index:
        gone = index.url
    (found,) = check_holes(gone, lock)
    assert (found.level, "of 3 of 3" in found.what) == (Level.WARN, True)


def test_the_address_that_pip_uses_is_understood_as_it_is(lock: Path) -> None:
    with Index() as index:
        (found,) = check_holes(index.url + "/simple/", lock)
    assert found.level is Level.OK


def test_a_mirror_that_has_files_alone_is_told_from_one_that_is_not_there(lock: Path) -> None:
    with Index() as index:
        index.answers.clear()
        (files_alone,) = check_holes(index.url, lock)
        index.says(PINS[0], knows(PINS[0].version))
        (some,) = check_holes(index.url, lock)
    (gone,) = check_holes(index.url, lock)
    assert {one.level for one in (files_alone, some, gone)} == {Level.WARN}
    assert "ask another" in files_alone.what_to_do
    assert "ask another" not in some.what_to_do + gone.what_to_do


def test_an_index_that_takes_too_long_is_not_waited_for(lock: Path) -> None:
    with Index() as index:
        (found,) = check_holes(index.url, lock, within=0.0)
    assert found.level is Level.WARN


def test_without_a_lock_it_says_so(tmp_path: Path) -> None:
    (found,) = check_holes("http://127.0.0.1:9", tmp_path / "none.txt")
    assert found.level is Level.FAULT


def test_the_doctor_asks_only_when_told_to(tmp_path: Path) -> None:
    with Index() as index, everything_as_before():
        plain = CliRunner().invoke(main, ["doctor", "--json"], env={"PANAH_HOME": str(tmp_path / "home")})
        assert "holes" not in {one["name"] for one in json.loads(plain.stdout)}
        assert index.asked == []
        asked = CliRunner().invoke(
            main, ["doctor", "--json", "--holes", index.url], env={"PANAH_HOME": str(tmp_path / "home")}
        )
        told = [one for one in json.loads(asked.stdout) if one["name"] == "holes"]
    assert len(index.asked) == len(pinned(LOCK.read_text())), "this index knows none of them"
    assert [one["level"] for one in told] == ["warn"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "fixed_in", "withdrawn", "info", "version", "vulnerabilities"]), inner, max_size=4
        )
    ),
)


@given(anything)
@settings(max_examples=60, deadline=None)
def test_whatever_an_index_says_it_is_read_or_it_counts_as_nothing(answer: Any) -> None:
    told = holes_in(answer, PINS[0])
    assert isinstance(told, Silence) or all(isinstance(one, Hole) for one in told)
    for finding in judge(PINS[:1], [told]):
        assert finding.what.isprintable()

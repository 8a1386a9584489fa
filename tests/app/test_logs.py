"""Logs: ids and codes, a JSON object a line; whatever anybody says elsewhere stays there."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from app.logs import set_up_logs
from tests.app.conftest import everything_as_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANARY = "Асқар Canary"
TOKEN = "700000111:AAH-a-token_that-nobody-may-see"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with everything_as_before():
        set_up_logs()
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_own_words_are_written_as_data(written: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.get_logger("any").info("handled", id="abc", tries=2)
    (entry,) = written()
    assert (entry["event"], entry["id"], entry["tries"], entry["level"]) == ("handled", "abc", 2, "info")
    assert entry["timestamp"].endswith("Z")


def test_libraries_complain_without_their_words(written: Callable[[], list[dict[str, Any]]]) -> None:
    for name in ("telegram.Bot", "httpx", "sqlalchemy.engine", "waitress", "asyncio", "somebody.else"):
        logging.getLogger(name).error("could not post %s to %s", CANARY, TOKEN, exc_info=ValueError(CANARY))
    logging.getLogger("httpx").info("POST %s", TOKEN)
    logging.getLogger("broken").error("%s %s", *["only one"])
    said = json.dumps(written(), ensure_ascii=False)
    assert CANARY not in said
    assert TOKEN not in said
    assert [entry["library"] for entry in written()][-2:] == ["somebody.else", "broken"]


def test_a_token_in_our_own_words_is_taken_out(written: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.get_logger().warning("refused", address=f"https://api.telegram.org/bot{TOKEN}/getMe", meaning=TOKEN)
    (entry,) = written()
    assert entry["address"] == "https://api.telegram.org/bot<token>/getMe"
    assert entry["meaning"] == "<token>"


def test_no_exception_brings_its_message(written: Callable[[], list[dict[str, Any]]]) -> None:
    def fails() -> None:
        raise ValueError(CANARY)

    try:
        fails()
    except ValueError as error:
        structlog.get_logger().exception("failed", what=error)
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fails, name="part")
    thread.start()
    thread.join()
    ours, process, of_thread = written()
    assert ours["what"] == "<ValueError>"
    assert process["event"] == "process_failed"
    assert process["trouble"].startswith("ValueError at test_logs.py:")
    assert (of_thread["event"], of_thread["thread"]) == ("thread_failed", "part")
    assert CANARY not in json.dumps(written(), ensure_ascii=False)


def test_warnings_are_told_without_their_words(written: Callable[[], list[dict[str, Any]]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, stacklevel=1)
        logging.captureWarnings(capture=False)
    (entry,) = written()
    assert entry["library"] == "py.warnings"
    assert CANARY not in json.dumps(entry, ensure_ascii=False)

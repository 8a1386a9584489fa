"""A browser at the form, as the tests hold it: no script, no cookie, what a page's forms carry and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

TICKET = re.compile(r'name="form" value="([\w-]+)"')
NUMBER = re.compile(r'<p class="number" dir="ltr">([\d ]+)</p>')
CODE = re.compile(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}\b")
TAGS = re.compile(r"<[^>]+>")
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200f"))


@dataclass
class Page:
    """One page as it came."""

    answer: TestResponse

    @property
    def html(self) -> str:
        return self.answer.get_data(as_text=True)

    @property
    def words(self) -> str:
        """What a reader reads."""
        return " ".join(unescape(TAGS.sub(" ", self.html)).translate(ISOLATES).split())

    @property
    def ticket(self) -> str:
        found = TICKET.search(self.html)
        assert found is not None, self.words
        return found[1]

    @property
    def number(self) -> str | None:
        found = NUMBER.search(self.html)
        return None if found is None else found[1]

    @property
    def code(self) -> str:
        found = CODE.search(self.words)
        assert found is not None, self.words
        return found[0]

    def says(self, words: str) -> bool:
        return " ".join(words.split()) in self.words

    @property
    def status(self) -> int:
        return self.answer.status_code


class Visitor:
    """Somebody at the form. ``page`` is what they see."""

    def __init__(self, client: FlaskClient, *, language: str = "en", source: str = "203.0.113.7") -> None:
        self._client = client
        self._headers = {"Accept-Language": language}
        self._source = source
        self.page = Page(self._open("GET", "/report"))

    def _open(self, method: str, path: str, **given: Any) -> TestResponse:
        given.setdefault("headers", {})
        given["headers"] = {**self._headers, **given["headers"]}
        answer = self._client.open(
            path, method=method, environ_base={"REMOTE_ADDR": self._source}, buffered=True, **given
        )
        assert not answer.headers.getlist("Set-Cookie")
        return answer

    def looks(self, path: str) -> Page:
        self.page = Page(self._open("GET", path))
        return self.page

    def sends(self, path: str, *, files: dict[str, bytes] | None = None, **fields: str) -> Page:
        """Send a form of the page as it stands."""
        data: dict[str, Any] = {"form": self.page.ticket, **fields}
        if files is not None:
            data["files"] = [(BytesIO(content), name) for name, content in files.items()]
        content_type = None if files is None else "multipart/form-data"
        self.page = Page(self._open("POST", path, data=data, content_type=content_type))
        return self.page

    def tells(self, words: str = "", **given: Any) -> Page:
        return self.sends("/report", words=words, **given)

    def comes_back(self, number: str, **given: Any) -> Page:
        self.looks("/report/back")
        return self.sends("/report/back", number=number, **given)

    def adds(self, words: str = "", do: str = "add", **given: Any) -> Page:
        return self.sends("/report/more", words=words, do=do, **given)

    def answers(self, question: str, words: str, **given: Any) -> Page:
        return self.adds(words, "answer", question=question, **given)

    def presses(self, do: str) -> Page:
        return self.sends("/report/more", do=do)

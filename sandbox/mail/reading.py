"""From the bytes of a mail to what a person reads."""

import email
import re
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Final

LINK: Final = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
BLOCKS: Final = frozenset({"br", "div", "h1", "h2", "h3", "li", "p", "tr"})
UNREAD: Final = frozenset({"head", "script", "style", "title"})


class _Page(HTMLParser):
    """The words and the links of an HTML part."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in UNREAD
        if tag in BLOCKS:
            self.words.append("\n")
        self.links += [value for name, value in attrs if name == "href" and value and LINK.match(value)]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.words.append(data)


def parse(raw: bytes) -> EmailMessage:
    """The mail as Python's library reads it."""
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy makes
    return message


def words_of(message: EmailMessage) -> str:
    """The plain text, or else the words of the HTML."""
    plain = _part(message, "plain")
    return plain.strip() if plain else _tidy("".join(_page(message).words))


def links_of(message: EmailMessage) -> tuple[str, ...]:
    """Every web address in the text and behind the words of the HTML, each once."""
    written = [found.rstrip(".,;:!?") for found in LINK.findall(_part(message, "plain"))]
    return tuple(dict.fromkeys([*written, *_page(message).links]))


def headers_of(message: EmailMessage) -> dict[str, str]:
    """The headers, decoded, by their names in lower case; the first of each."""
    return {name.lower(): str(value) for name, value in reversed(message.items())}


def _page(message: EmailMessage) -> _Page:
    page = _Page()
    page.feed(_part(message, "html"))
    page.close()
    return page


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)

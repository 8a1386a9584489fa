"""`parse_mode=HTML`: from marked-up text to plain text and entities, whose offsets count UTF-16 units."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sandbox.telegram.errors import bad_request
from sandbox.telegram.parameters import Json

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?![^\s.,!?])")


def utf16_length(text: str) -> int:
    """The length in UTF-16 units, which is how entities are measured."""
    return len(text.encode("utf-16-le")) // 2


def commands_in(text: str) -> list[dict[str, Json]]:
    """The `bot_command` entities Telegram finds in a text by itself."""
    return [
        {
            "type": "bot_command",
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found.group()),
        }
        for found in COMMAND.finditer(text)
    ]


def read_html(marked: str) -> tuple[str, list[dict[str, Json]]]:
    """Plain text and its entities; 400 for tags Telegram does not know and for tags left open."""
    reader = _Reader()
    reader.feed(marked)
    reader.close()
    if reader.open:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{reader.open[-1].tag}\""
        )
    return "".join(reader.parts), sorted(reader.entities, key=lambda entity: (entity["offset"], -entity["length"]))


@dataclass
class _Open:
    tag: str
    offset: int
    entity: dict[str, Json] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[dict[str, Json]] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        self.length += utf16_length(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(_Open(tag, self.length, _entity_of(tag, dict(attrs))))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')
        opened = self.open.pop()
        if self.length > opened.offset:
            span = {"offset": opened.offset, "length": self.length - opened.offset}
            self.entities.append({**opened.entity, **span})


def _entity_of(tag: str, attributes: dict[str, str | None]) -> dict[str, Json]:
    if tag in SIMPLE_TAGS:
        return {"type": SIMPLE_TAGS[tag]}
    if tag == "a":
        return {"type": "text_link", "url": attributes.get("href") or ""}
    if tag == "span" and attributes.get("class") == "tg-spoiler":
        return {"type": "spoiler"}
    raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')

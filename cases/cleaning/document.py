"""Documents of office programs (docx, odt and their like): what their own description tells, and their words alone.

They are archives. Of their description two small parts are read, as text and no further than so many bytes; nothing is
unpacked to anywhere. Who wrote and changed what stands in every corner of them, so a copy is not such a document with
less in it: it is the words that a reader would have seen, as plain text. Pictures and layout are lost: that is the
price. Tables keep their cells, a row a line. Spreadsheets and presentations have no copy. What is marked as hidden is
left out; what is written in the colour of its paper is not told from other words.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from cases.cleaning.saying import said

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
LARGEST_PART = 256 * 1024
LARGEST_TEXT = 16 * 1024 * 1024
"""Bytes of the part in which the words stand; more is refused."""
TOLD = (
    (re.compile(rb"<dc:creator[^>]*>([^<]{1,300})<"), "author"),
    (re.compile(rb"<meta:initial-creator[^>]*>([^<]{1,300})<"), "author"),
    (re.compile(rb"<cp:lastModifiedBy[^>]*>([^<]{1,300})<"), "author"),
    (re.compile(rb"<dcterms:created[^>]*>([^<]{1,300})<"), "taken"),
    (re.compile(rb"<meta:creation-date[^>]*>([^<]{1,300})<"), "taken"),
    (re.compile(rb"<Application[^>]*>([^<]{1,300})<"), "software"),
    (re.compile(rb"<meta:generator[^>]*>([^<]{1,300})<"), "software"),
)
"""What is looked for, most telling first."""
WORD, OPEN = "word/document.xml", "content.xml"
WORDS_OF = ("word/footnotes.xml", "word/endnotes.xml")
"""Where a reader of such a document sees words besides."""
OPEN_TEXT = b"application/vnd.oasis.opendocument.text"
UNSEEN = frozenset(
    {"del", "moveFrom", "Fallback", "pPr", "rPr", "sdtPr", "annotation", "tracked-changes", "forms", "object"}
)
"""Elements in which nothing stands that a reader sees: what was deleted or remarked, or says something to programs."""
TEXT = frozenset({"t", "p", "h", "span", "a"})
"""Elements whose own text a reader sees. Whatever is not among them (fields, positions, names) is left out."""
BREAKS = frozenset({"br", "cr", "line-break"})
BLANKS = frozenset({"tab", "s"})
ENDS_LINE = frozenset({"p", "h", "tr", "table-row"})
BETWEEN_CELLS = frozenset({"tc", "table-cell"})
HIDES = frozenset({"vanish", "webHidden"})
STYLES = ("word/styles.xml", "styles.xml")
JOINERS = frozenset("\u200c\u200d\u200e\u200f")
"""What scripts of ours need although nobody sees it; everything else that is not seen can carry a mark."""


def tell(content: bytes, _media: str) -> dict[str, Any]:
    """Say who wrote it, when and with what; nothing where it is another kind of archive."""
    text = _parts(content)
    found: dict[str, Any] = {}
    for pattern, name in TOLD:
        value = pattern.search(text)
        if value is not None and said(value[1]):
            found.setdefault(name, said(value[1]))
    return found


def _parts(content: bytes) -> bytes:
    read = b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in PARTS:
            if name in archive.NameToInfo:
                with archive.open(name) as part:
                    read += part.read(LARGEST_PART)
    return read


def clean(content: bytes, _media: str) -> bytes:
    """Return the words of a text document; raises ValueError for any other archive, and for one without words."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.NameToInfo
        if WORD in names:
            parts = [WORD, *(name for name in WORDS_OF if name in names)]
        elif OPEN in names and "mimetype" in names and _read(archive, "mimetype").startswith(OPEN_TEXT):
            parts = [OPEN]
        else:
            raise ValueError
        styles = [_tree(_read(archive, name)) for name in STYLES if name in names]
        trees = [_tree(_read(archive, name)) for name in parts]
    hidden = frozenset(name for tree in (*styles, *trees) for name in _hiding_styles(tree))
    text = "\n".join("".join(_words(tree, hidden)) for tree in trees)
    lines = "".join(map(_seen, unicodedata.normalize("NFC", text))).splitlines()
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()
    if not words:
        raise ValueError
    return f"{words}\n".encode()


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        read = part.read(LARGEST_TEXT + 1)
    if len(read) > LARGEST_TEXT:
        raise ValueError
    return read


def _tree(part: bytes) -> ET.Element:
    """Read a part; one that declares anything of its own is refused, and with it whatever would unfold."""
    if b"<!" in part.replace(b"<!--", b"") or b"\x00" in part:
        raise ValueError
    return ET.fromstring(part)  # noqa: S314  see above; and it is read by a process that holds nothing


def _words(element: ET.Element, hidden: frozenset[str]) -> Iterator[str]:
    """Yield what a reader sees of an element. ``hidden``: names of styles in which nothing is shown."""
    name = _name(element)
    if name in UNSEEN or _is_hidden(element, hidden):
        return
    if name in BREAKS:
        yield "\n"
    elif name in BLANKS:
        yield " "
    if name in TEXT and element.text:
        yield element.text
    for child in element:
        yield from _words(child, hidden)
        if name in TEXT and child.tail:
            yield child.tail
    if name in ENDS_LINE:
        yield "\n"
    elif name in BETWEEN_CELLS:
        yield "\t"


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _values(element: ET.Element, name: str) -> Iterator[str]:
    """The values of an attribute, in whichever namespace."""
    return (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name)


def _hiding_styles(tree: ET.Element) -> Iterator[str]:
    """Yield by which names styles are known in which nothing is shown."""
    for style in (one for one in tree.iter() if _name(one) == "style"):
        parts = list(style.iter())
        if any(_name(one) in HIDES or "none" in _values(one, "display") for one in parts):
            yield from _values(style, "styleId")
            yield from _values(style, "name")


def _is_hidden(element: ET.Element, hidden: frozenset[str]) -> bool:
    """Whether an element is marked as one that is not shown, by itself or by its style."""
    marks = [mark for child in element if _name(child) in {"rPr", "pPr"} for mark in child]
    named = [value for mark in marks if _name(mark) in {"rStyle", "pStyle"} for value in _values(mark, "val")]
    return any(_name(mark) in HIDES for mark in marks) or not hidden.isdisjoint(
        [*named, *_values(element, "style-name")]
    )


def _seen(character: str) -> str:
    if character in "\n\t":
        return character
    unseen = unicodedata.category(character)[0] == "C" and character not in JOINERS
    return "" if unseen else character

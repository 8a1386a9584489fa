"""What a form brings is read in memory and within bounds, whatever it is; tickets open only as we made them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.report.body import LARGEST_BODY, LARGEST_PLAIN, LONGEST_TEXT, MOST_PARTS, Form, read_form
from web.report.tickets import GOOD_FOR, new_ticket, opened, sealed
from web.uploads import Beginning

KEY = b"k" * 32
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLAIN = "application/x-www-form-urlencoded"


def multipart(fields: dict[str, str], *files: tuple[str, bytes]) -> tuple[bytes, str]:
    """A form as a browser sends it: the fields first, in their order, then the files."""
    about = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    parts = [about % (name.encode(), b"", value.encode()) for name, value in fields.items()]
    parts += [about % (b"files", b'; filename="%s"' % name.encode(), content) for name, content in files]
    return b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b"


def read(body: bytes, kind: str, length: int | None = None) -> Form:
    return read_form(BytesIO(body), kind, len(body) if length is None else length)


def test_fields_and_files_come_as_they_were_sent() -> None:
    body, kind = multipart(
        {"words": "ок\r\nтак", "do": "add"}, ("a.png", b"\x89PNG\r\n\x1a\n"), ("", b""), ("b.bin", b"")
    )
    form = read(body, kind)
    assert form.fields == {"words": "ок\nтак", "do": "add"}
    assert [(one.name, one.content, one.kind, one.whole) for one in form.uploads] == [
        ("a.png", b"\x89PNG\r\n\x1a\n", "photo", True),
        ("b.bin", b"", "document", True),
    ]


def test_of_a_form_that_is_cut_off_anywhere_the_words_that_came_are_there_and_no_file_counts_as_whole() -> None:
    body, kind = multipart({"words": "they took him", "form": "t"}, ("a.png", b"x" * 400_000))
    end_of_words = body.index(b"they took him") + 60
    for length in (end_of_words, end_of_words + 120, len(body) // 2, len(body) - 6):
        form = read(body[:length], kind, len(body))
        assert form.get("words") == "they took him"
        assert form.uploads
        assert not any(one.whole for one in form.uploads)
    assert all(one.whole for one in read(body, kind).uploads)


def test_no_more_is_read_than_may_be() -> None:
    body, kind = multipart({"words": "x"}, ("a.png", bytes(LARGEST_BODY * 2)))
    stream = BytesIO(body)
    form = read_form(stream, kind, len(body))
    assert stream.tell() == LARGEST_BODY
    assert [one.whole for one in form.uploads] == [False]
    stream = BytesIO(b"words=" + b"x" * LARGEST_PLAIN * 2)
    form = read_form(stream, PLAIN, LARGEST_PLAIN * 2)
    assert stream.tell() == LARGEST_PLAIN
    assert (len(form.get("words")), form.cut) == (LONGEST_TEXT, True)


def test_very_many_parts_are_no_way_in() -> None:
    body, kind = multipart({f"f{at}": "x" for at in range(MOST_PARTS * 3)})
    assert len(read(body, kind).fields) <= MOST_PARTS
    assert read(b"&".join(b"a%d=1" % at for at in range(MOST_PARTS * 3)), PLAIN).fields == {}


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="\x00"',
        "multipart/form-data; boundary=" + "x" * 900,
        "multipart/mixed; boundary=a",
        "application/json",
        "text/html; charset=\u202e",
        "multipart/form-data; boundary*0=a; boundary*1=b; boundary*=utf-8''%00",
    ],
)
def test_what_is_no_form_reads_as_an_empty_one(kind: str) -> None:
    assert read(b"--a\r\n\r\nwords=x", kind).fields == {}


@given(body=st.binary(max_size=2000), kind=st.sampled_from([PLAIN, "multipart/form-data; boundary=b"]))
def test_whatever_comes_is_read(body: bytes, kind: str) -> None:
    is_bounded(read(body, kind))


def is_bounded(form: Form) -> None:
    """Whatever came: few fields, of text that can be kept, and files that are named on one line."""
    assert len(form.fields) + len(form.uploads) <= MOST_PARTS
    assert all(word.encode("utf-8", "strict") or not word for pair in form.fields.items() for word in pair)
    assert all(one.name.isprintable() for one in form.uploads)


@given(
    parts=st.lists(
        st.sampled_from(
            [
                b"--b\r\n",
                b"--b--\r\n",
                b'Content-Disposition: form-data; name="words"\r\n\r\n',
                b'Content-Disposition: form-data; name="files"; filename="\xff\x00.png"\r\n\r\n',
                b"Content-Disposition: form-data\r\n\r\n",
                b"Content-Transfer-Encoding: base64\r\n",
                b"\r\n",
                b"x" * 100,
                b": :\r\n\r\n",
            ]
        ),
        max_size=20,
    )
)
def test_parts_in_any_disorder_are_read(parts: list[bytes]) -> None:
    is_bounded(read(b"".join(parts), "multipart/form-data; boundary=b"))


def test_a_part_without_a_name_is_a_field_without_one() -> None:
    body = b"--b\r\nContent-Disposition: form-data\r\n\r\nthey took him\r\n--b--\r\n"
    assert read(body, "multipart/form-data; boundary=b").fields == {"": "they took him"}


def test_a_name_of_a_file_is_one_short_line_without_a_way() -> None:
    body, kind = multipart({}, ("C:\\Users\\me\\..\\" + "y" * 300 + "\x1b[2J.png", b"x"))
    (upload,) = read(body, kind).uploads
    assert len(upload.name) <= 120
    assert upload.name.isprintable()
    assert "\\" not in upload.name
    assert "me" not in upload.name


# --- Tickets


@given(chat=st.one_of(st.none(), st.uuids()))
def test_a_ticket_opens_as_it_was_made(chat: UUID | None) -> None:
    ticket = new_ticket(NOON, chat)
    assert opened(KEY, sealed(KEY, ticket)) == ticket
    assert opened(b"another", sealed(KEY, ticket)) is None
    assert ticket.secret.hex() not in repr(ticket)


@given(text=st.text(max_size=200))
def test_nothing_else_opens(text: str) -> None:
    assert opened(KEY, text) is None


def test_the_ticket_of_a_page_is_good_for_a_while() -> None:
    ticket = new_ticket(NOON, uuid4())
    assert ticket.is_good(NOON + GOOD_FOR - timedelta(seconds=1))
    assert not ticket.is_good(NOON + GOOD_FOR)
    assert not ticket.is_good(NOON - GOOD_FOR), "a clock that was set back makes no page good for ever"
    assert new_ticket(NOON).is_good(NOON + timedelta(days=400))


@given(pieces=st.lists(st.binary(max_size=50), max_size=20), most=st.integers(0, 200))
def test_a_buffer_keeps_the_beginning(pieces: list[bytes], most: int) -> None:
    beginning = Beginning(most)
    for piece in pieces:
        beginning.append(piece)
    assert beginning.getfile().read() == b"".join(pieces)[:most]
    assert len(beginning) == min(most, len(b"".join(pieces)))

"""Replies by SMS as people type them at three in the morning, and what must never be taken for an acceptance."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.answering import replies
from alerts.answering.replies import (
    LARGEST_NUMBER,
    LONGEST,
    Accept,
    Decline,
    Reply,
    Start,
    Stop,
    Unclear,
    Verify,
    read_reply,
)

IN_A_WORD = "A А а yes YES Yes. ok OK! okay да Да ДА! иә Иә ИӘ йа ия ха ҳа ھەئە هەئە evet EVET 是 好的 接受"
NO_IN_A_WORD = "D Д д no No. NO нет Нет! жоқ ЖОҚ yaq Yaq yoq hayır HAYIR HAYİR hayir يوق ياق یوق 不 不行 拒绝"


@pytest.mark.parametrize(
    "text",
    [
        "100A",
        "100a",
        "100 a",
        "100-A",
        "100А",  # Cyrillic
        "100а",
        "100Α",  # Greek
        "１００Ａ",  # full-width
        "١٠٠A",  # Arabic digits
        "۱۰۰a",  # Persian
        "१०० A",  # Devanagari
        "𝟏𝟎𝟎𝐀",
        "A100",
        "A 100",
        "A: 100",
        "accept 100",
        "Accept #100",
        "ACCEPT №100",
        "100 yes",
        "yes, 100A",
        "Да. 100А",
        "  100A \r\n",
        "100A.",
        "100A!",
        "«100A»",
        "“100A”",
        "'100A'",
        "(100A)",
        "100_A",
        "\u200f100A\u200e",
        "0100A",
        "\ufeff100\u200bA",
    ],
)
def test_accepting_by_number(text: str) -> None:
    assert read_reply(text) == Accept(100)


@pytest.mark.parametrize("text", IN_A_WORD.split())
def test_accepting_in_a_word(text: str) -> None:
    assert read_reply(text) == Accept(None)


@pytest.mark.parametrize(
    "text",
    ["100D", "100 d", "100Д", "д100", "100-Д", "decline 100", "100 нет", "no 100", "жоқ 100", "100 يوق", "۱۰۰ ياق"],
)
def test_declining_by_number(text: str) -> None:
    assert read_reply(text) == Decline(100)


@pytest.mark.parametrize("text", NO_IN_A_WORD.split())
def test_declining_in_a_word(text: str) -> None:
    assert read_reply(text) == Decline(None)


@pytest.mark.parametrize(
    "text", ["STOP", "stop", "Stop.", "STOP STOP", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "СТОП", "стоп!", "ТОҚТА"]
)
def test_stopping(text: str) -> None:
    assert read_reply(text) == Stop()


@pytest.mark.parametrize("text", ["START", "start", "UNSTOP", "СТАРТ", "старт."])
def test_starting(text: str) -> None:
    assert read_reply(text) == Start()


@pytest.mark.parametrize(
    "text",
    [
        "012345",
        " 012345. ",
        "V 012345",
        "v012345",
        "verify 012345",
        "код 012345",
        "КОД: 012345",
        "٠١٢٣٤٥",
        "０１２３４５",
    ],
)
def test_a_verification_code(text: str) -> None:
    assert read_reply(text) == Verify("012345")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "...",
        "100",
        "100A 101D",
        "100A 101A",
        "100A 100A",
        "100A/100D",
        "100 A/D",
        "no, 100A",
        "No 100A",
        "not A",
        "not 100A",
        "do not accept",
        "не А",
        "не принимаю",
        "да нет",
        "yes no",
        "ok no",
        "ха-ха",
        "ха ха ха",
        "هههه",
        "A?",
        "А?",
        "100A?",
        "yes؟",
        "да？",
        "100AB",
        "100 A lawyer",
        "I accept",
        "a lawyer please",
        "10 0A",
        "10-0A",
        "1,000A",
        "1.5A",
        "100A1",
        "0A",
        "123456A",
        "123456 yes",
        "A 123456",
        "000100A",
        "12345",
        "1234567",
        "123 456",
        "123456 123456",
        "123456 код",
        "v verify 123456",
        "V 12345",
        "not 123456",
        "stop 100",
        "stop 100A",
        "please stop",
        "stop start",
        "№100",
        "👍",
        "100A 👎",
        "100A 👍",
        "1️⃣0️⃣0️⃣A",
        "100Á",
        "100A\u0338",  # struck through
        "100A\x00",
        "100A+101A",
        "\ud800",
        "½A",
        "X" * 10_240,
        "A" * 10_240,
        "100A" + " " * 10_240,
        "9" * 10_240 + "A",
        "١" * 150 + "A",
        "\ufdfa" * LONGEST,
    ],
)
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    assert read_reply(text) == Unclear()


@given(st.text() | st.text(alphabet="aAаАdDдnoсyesда01٣９ -.,?!\"'«»\u200f\n👍"))
@example("\u0130")
def test_whatever_comes_it_is_read_or_unclear_and_a_second_verdict_is_never_passed_over(text: str) -> None:
    meant = read_reply(text)
    assert isinstance(meant, Reply)
    for other in ("no", "D", "not", "нет", "100D", "?", "7", "8"):
        if isinstance(meant, Accept) and not (meant.number is None and other in ("7", "8")):
            assert read_reply(f"{text} {other}") == Unclear()


signs = st.sampled_from(["", " ", "-", ": ", "  ", "\u200e"])
ends = st.sampled_from(["", " ", ".", "!", "\n", "”", "»", " .", "\u200f"])


@given(
    number=st.integers(1, LARGEST_NUMBER),
    zero=st.sampled_from("0٠۰०০０𝟎"),
    word=st.sampled_from(sorted(replies._ACCEPTING)),  # noqa: SLF001  each word of the table is tried
    refusal=st.sampled_from(sorted(replies._DECLINING)),  # noqa: SLF001
    sign=signs,
    end=ends,
    first=st.booleans(),
)
def test_every_number_in_every_script_with_every_word(
    *, number: int, zero: str, word: str, refusal: str, sign: str, end: str, first: bool
) -> None:
    digits = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    for said, meant in ((word, Accept(number)), (refusal, Decline(number))):
        for form in {said, said.upper(), said.title()}:
            parts = (form, digits) if first else (digits, form)
            assert read_reply(sign.join(parts) + end) == meant


@given(st.integers(0, 999_999))
def test_digits_alone_never_answer_an_alert(number: int) -> None:
    meant = read_reply(str(number))
    assert meant == (Verify(str(number)) if number > LARGEST_NUMBER else Unclear())


def test_no_word_means_two_things() -> None:
    tables = [
        replies._ACCEPTING,  # noqa: SLF001
        replies._DECLINING,  # noqa: SLF001
        replies._STOPPING,  # noqa: SLF001
        replies._STARTING,  # noqa: SLF001
        replies._VERIFYING,  # noqa: SLF001
    ]
    assert len(frozenset().union(*tables)) == sum(map(len, tables))


def test_a_code_does_not_show_in_a_repr() -> None:
    assert "123456" not in repr(read_reply("123456"))

"""The word of somebody who is made to write is heard, whatever keyboard, script and marks it is written with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.duress import folded, is_said, speaks

words = st.text(min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("We had Pomegranate today!", "pomegranate"),
        ("red-apple, please", "red apple"),
        ("красное яблоко", "Красное  ЯБЛОКО"),
        ("İSTANBUL is far", "istanbul"),
        ("istanbul", "İstanbul"),
        ("IŞIK", "ışık"),
        ("نار\u200cۇم بار", "نارۇم"),
        ("ئانـار", "ئانار"),
        ("أَنَار", "أنار"),
        ("ana\u00adr\u200b now", "anar"),
        ("cafe\u0301", "café"),
        ("Ｐｏｍｅｇｒａｎａｔｅ", "pomegranate"),
        ("i stanbul", "istanbul"),
        ("istanbul", "i stanbul"),
    ],
)
def test_it_is_heard_however_it_is_written(said: str, word: str) -> None:
    assert speaks(said, word)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("pomegranates", "pomegranate"),
        ("a pome", "pomegranate"),
        ("apple red", "red apple"),
        ("red", "red apple"),
        ("", "anar"),
        ("anything", ""),
        ("бай", "бои"),
    ],
)
def test_nothing_else_is_it(said: str, word: str) -> None:
    assert not speaks(said, word)


def test_a_phrase_is_said_by_itself() -> None:
    assert is_said("The  red apple!", "the red apple")
    assert not is_said("the red apple is here", "the red apple")
    assert not is_said("", "")


@given(before=words, word=words, after=words)
def test_it_is_heard_among_any_other_words(before: str, word: str, after: str) -> None:
    assert speaks(f"{before} {word} {after}", word) == bool(folded(word))


@given(text=st.text(max_size=40))
def test_words_that_are_folded_fold_no_further(text: str) -> None:
    assert folded(folded(text)) == folded(text)

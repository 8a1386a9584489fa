import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texts.segments import is_gsm, segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # a letter of the extension takes two places
        ("€" * 81, 2),
        ("a" * 151 + "€" + "a" * 153, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # its two places are not parted: the first part ends a place early
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("a" * 159 + "я", 3),  # one letter makes all of them dear
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("я" * 66 + "🙂" + "я" * 67, 3),  # nor are the halves of what UCS-2 has no single place for
    ],
)
def test_parts_are_counted_as_a_network_does(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_the_letters_of_gsm() -> None:
    assert is_gsm("Ärger? {5 €} ÇàñøÅ Ω @_")
    for other in ("ç", "ş", "ı", "ğ", "Ё", "ʻ", "’", "–", "ա", "\t"):
        assert not is_gsm(other)


@settings(max_examples=60)
@given(st.text(max_size=400), st.text(max_size=5))
def test_more_letters_never_take_fewer_parts(text: str, more: str) -> None:
    assert segments(text) <= segments(text + more)
    assert segments(text) >= 1

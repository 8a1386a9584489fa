from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from texts import bidi

FSI, LRI, PDI, RLM = "\u2068", "\u2066", "\u2069", "\u200f"
any_text = st.text(alphabet=st.characters())  # with controls and lone surrogates


def test_a_value_stands_between_isolates() -> None:
    assert bidi.isolate("K7M-4TX") == f"{FSI}K7M-4TX{PDI}"


def test_direction_controls_of_a_value_are_dropped() -> None:
    assert bidi.plain("\u202eevil\u202c\u2069\u200f\u061c") == "evil"


def test_a_value_is_one_line() -> None:
    assert bidi.plain("a\nb\r\tc\u2028d\u2029e\x00f\x85g") == "a b  c d e f g"


def test_joiners_stay_because_spelling_needs_them() -> None:
    assert bidi.plain("می\u200cشود") == "می\u200cشود"


def test_a_lone_surrogate_becomes_sendable() -> None:
    assert bidi.plain("\ud83d") == "\ufffd"


def test_a_telephone_number_beside_an_arabic_name_keeps_its_order() -> None:
    assert bidi.isolate("مىسال +7 700 000 00 01") == f"{FSI}مىسال {LRI}+7 700 000 00 01{PDI}{PDI}"
    assert bidi.isolate("22:05") == f"{FSI}22:05{PDI}"


def test_a_date_and_an_hour_are_not_taken_apart() -> None:
    for figures in ("05.03 22:05", "05.03 22:05, 12.12 15:30"):
        assert bidi.isolate(figures) == f"{FSI}{figures}{PDI}"


@given(any_text)
def test_isolates_are_balanced_and_nothing_inside_can_end_them(value: str) -> None:
    isolated = bidi.isolate(value)

    assert (isolated[0], isolated[-1]) == (FSI, PDI)
    depths = list(accumulate((char in FSI + LRI) - (char == PDI) for char in isolated))
    assert min(depths[:-1]) == 1
    assert depths[-1] == 0
    assert not set(isolated) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2067")
    assert len(isolated.splitlines()) == 1
    isolated.encode("utf-8")


@given(st.text(alphabet="0123456789 ()-+", max_size=60))
def test_no_digit_is_lost(value: str) -> None:
    assert bidi.plain(bidi.isolate(value)) == bidi.plain(value)


@given(any_text)
def test_a_plain_value_stays_as_it_is(value: str) -> None:
    assert bidi.plain(bidi.plain(value)) == bidi.plain(value)


def test_commands_inside_right_to_left_text_are_isolated() -> None:
    assert bidi.right_to_left("ياردەم /help ۋە /stop") == f"ياردەم {FSI}/help{PDI} ۋە {FSI}/stop{PDI}"


def test_a_line_that_begins_with_something_foreign_is_marked() -> None:
    assert bidi.right_to_left("{code} ياردەم\nياردەم") == f"{RLM}{{code}} ياردەم\nياردەم"


def test_a_slash_inside_a_word_is_no_command() -> None:
    assert "/" in bidi.right_to_left("ياردەم and/or")
    assert FSI not in bidi.right_to_left("ياردەم and/or")


def test_a_case_code_is_never_taken_for_a_number() -> None:
    for code in ("4V7-42V", "222-22C", "K7M-4TX", "2C2-222"):
        assert bidi.isolate(code) == f"{bidi.FIRST_STRONG_ISOLATE}{code}{bidi.POP_DIRECTIONAL_ISOLATE}"

"""Where a text message can be answered."""

from __future__ import annotations

import re

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from contacts.countries import BY_COUNTRY, FACTS, Confidence, Named, TwoWay, sms_facts, two_way_sms


@pytest.mark.parametrize(
    ("number", "country", "two_way"),
    [
        ("+77000000001", "KZ", TwoWay.UNKNOWN),
        ("+79000000001", "RU", TwoWay.NO),
        ("+996700000001", "KG", TwoWay.NO),
        ("+998900000001", "UZ", TwoWay.NO),
        ("+995555000001", "GE", TwoWay.UNKNOWN),
        ("+905010000001", "TR", TwoWay.NO),
        ("+66800000001", "TH", TwoWay.NO),
        ("+12025550101", "US", TwoWay.YES),
        ("+16135550101", "CA", TwoWay.UNKNOWN),
        ("+48500000001", "PL", TwoWay.YES),
    ],
)
def test_the_country_is_found_also_where_countries_share_a_code(number: str, country: str, two_way: TwoWay) -> None:
    facts = sms_facts(number)
    assert (facts.country, facts.two_way) == (country, two_way)
    assert two_way_sms(number) is (two_way is TwoWay.YES)


def test_nobody_in_russia_or_turkey_can_answer() -> None:
    for country in ("RU", "TR"):
        facts = BY_COUNTRY[country]
        assert (facts.two_way, facts.named, facts.confidence) == (TwoWay.NO, Named.REGISTERED, Confidence.DOCUMENTED)


@pytest.mark.parametrize(
    "number", ["+93700000001", "+88000000", "", "canary", "77000000001", "+", "+999", "+" + "7" * 99]
)
def test_what_is_not_known_is_treated_as_one_way(number: str) -> None:
    assert sms_facts(number).two_way is TwoWay.UNKNOWN
    assert not two_way_sms(number)


def test_every_fact_says_where_it_comes_from() -> None:
    assert len(BY_COUNTRY) == len(FACTS)
    for facts in FACTS:
        assert re.fullmatch(r"[A-Z]{2}", facts.country)
        assert facts.country in Locale("en").territories
        assert facts.source.startswith("https://") is (facts.confidence is not Confidence.NONE)
        if facts.confidence is Confidence.NONE:
            assert (facts.two_way, facts.named) == (TwoWay.UNKNOWN, Named.UNKNOWN)


def test_hearsay_is_never_enough_to_wait_for_an_answer() -> None:
    assert all(one.confidence is Confidence.DOCUMENTED for one in FACTS if one.two_way is TwoWay.YES)


@given(st.text() | st.from_regex(r"\+[0-9]{5,15}", fullmatch=True))
def test_any_number_may_be_asked_about_and_none_is_repeated(number: str) -> None:
    facts = sms_facts(number)
    assert two_way_sms(number) is (facts.two_way is TwoWay.YES)
    digits = number.strip("+")
    assert len(digits) < 7 or digits not in repr(facts)

"""Who may see which field: what was agreed to by whom decides, and nothing else opens what is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.consent.deciding import Decision, Standing, Why, in_force, why_not
from cases.consent.vocabulary import CEILING, FIELDS, LEAST, NAMING, UNNAMED, Audience, Authority, FieldClass
from tests.conftest import START

OUTSIDE = [one for one in Audience if one is not Audience.LAWYER]
BELIEVED = Standing(corroborated=True)


def word(
    audience: Audience,
    kind: FieldClass,
    authority: Authority = Authority.PERSON,
    *,
    granted: bool = True,
    hour: int = 0,
) -> Decision:
    return Decision(audience, kind, granted, authority, START + timedelta(hours=hour))


def with_words(*words: Decision, standing: Standing = BELIEVED) -> Standing:
    return replace(standing, decisions=words)


words = st.lists(
    st.builds(
        word,
        st.sampled_from(Audience),
        st.sampled_from(FieldClass),
        st.sampled_from(Authority),
        granted=st.booleans(),
        hour=st.integers(0, 5),
    ),
    max_size=12,
)
standings = st.builds(
    Standing,
    decisions=words.map(tuple),
    frozen=st.booleans(),
    hostile=st.booleans(),
    minor=st.booleans(),
    guardian_implicated=st.booleans(),
    corroborated=st.booleans(),
    released_by_counsel=st.frozensets(
        st.tuples(st.sampled_from(sorted(FIELDS)), st.sampled_from(Audience)), max_size=4
    ),
)
fields = st.sampled_from(sorted(FIELDS))
audiences = st.sampled_from(Audience)


@pytest.mark.parametrize("audience", OUTSIDE)
def test_nobody_outside_sees_anything_before_somebody_has_agreed(audience: Audience) -> None:
    assert all(why_not(name, audience, BELIEVED) is not None for name in FIELDS)


def test_the_lawyer_sees_everything_at_once() -> None:
    assert all(why_not(name, Audience.LAWYER, Standing()) is None for name in FIELDS)


@given(name=fields, audience=audiences, standing=standings)
def test_what_is_shown_was_agreed_to_by_somebody_who_could(name: str, audience: Audience, standing: Standing) -> None:
    if why_not(name, audience, standing) is not None or audience is Audience.LAWYER:
        return
    yes = [
        one
        for one in standing.decisions
        if one.granted and one.audience is audience and one.kind is FIELDS[name] and one.authority > Authority.REPORTER
    ]
    assert yes
    assert name in CEILING[audience]
    assert standing.corroborated
    assert not standing.frozen
    assert not standing.hostile
    if FIELDS[name] is FieldClass.COUNSEL:
        assert (name, audience) in standing.released_by_counsel


@given(name=fields, audience=st.sampled_from(OUTSIDE), standing=standings)
def test_what_closes_closes(name: str, audience: Audience, standing: Standing) -> None:
    """A freeze, a suspicion, a later no of the person: each shuts what was open, whatever else is so."""
    no = word(audience, FIELDS[name], granted=False, hour=9)
    shut = [
        replace(standing, frozen=True),
        replace(standing, hostile=True),
        replace(standing, corroborated=False),
        replace(standing, decisions=(*standing.decisions, no)),
    ]
    assert all(why_not(name, audience, one) is not None for one in shut)


@given(
    name=st.sampled_from(sorted(NAMING)), audience=st.sampled_from([Audience.PRESS, Audience.PRESS_NAMED]), s=standings
)
def test_a_child_is_never_named_in_public(name: str, audience: Audience, s: Standing) -> None:
    assert why_not(name, audience, replace(s, minor=True)) is not None


def test_a_name_the_press_was_granted_is_told_of_a_grown_person_and_not_of_a_child() -> None:
    yes = with_words(*(word(Audience.PRESS_NAMED, kind) for kind in FieldClass))
    told = {name for name in FIELDS if why_not(name, Audience.PRESS_NAMED, yes) is None}
    assert told & NAMING
    child = replace(yes, minor=True)
    assert {name for name in told if why_not(name, Audience.PRESS_NAMED, child) is Why.MINOR} == told & NAMING
    assert {name for name in told if why_not(name, Audience.PRESS_NAMED, child) is None} == told - NAMING


def test_what_names_nobody_may_be_told_of_a_child_who_agreed() -> None:
    yes = word(Audience.PRESS, FieldClass.CUSTODY)
    assert why_not("region", Audience.PRESS, with_words(yes, standing=replace(BELIEVED, minor=True))) is None


@given(name=fields, standing=standings)
def test_the_press_without_a_name_hears_nothing_that_leads_to_anybody(name: str, standing: Standing) -> None:
    if name not in UNNAMED:
        assert why_not(name, Audience.PRESS, standing) is Why.CEILING


@given(name=fields, standing=standings)
def test_an_embassy_never_hears_of_fear_asylum_or_family(name: str, standing: Standing) -> None:
    if name in {"feared_state", "fears_return", "asylum_asked", "dependants", "family_contact", "asylum_narrative"}:
        assert why_not(name, Audience.EMBASSY, standing) is Why.CEILING


def test_of_two_who_disagree_the_higher_counts_and_of_one_the_later_word() -> None:
    relative = word(Audience.UNHCR, FieldClass.IDENTITY, Authority.RELATIVE, hour=5)
    person_no = word(Audience.UNHCR, FieldClass.IDENTITY, Authority.PERSON, granted=False, hour=1)
    person_yes = word(Audience.UNHCR, FieldClass.IDENTITY, Authority.PERSON, hour=2)
    assert why_not("name_latin", Audience.UNHCR, with_words(relative)) is None
    assert why_not("name_latin", Audience.UNHCR, with_words(relative, person_no)) is Why.REFUSED
    assert why_not("name_latin", Audience.UNHCR, with_words(person_yes, relative, person_no)) is None


def test_a_no_wins_over_a_yes_of_the_same_moment() -> None:
    yes, no = (word(Audience.UNHCR, FieldClass.CUSTODY, granted=one) for one in (True, False))
    assert in_force(Audience.UNHCR, FieldClass.CUSTODY, with_words(yes, no)) == no
    assert in_force(Audience.UNHCR, FieldClass.CUSTODY, with_words(no, yes)) == no


def test_a_reporter_agrees_to_nothing_and_is_heeded_when_they_refuse() -> None:
    yes = word(Audience.PARTNER, FieldClass.CUSTODY, Authority.REPORTER)
    assert why_not("place", Audience.PARTNER, with_words(yes)) is Why.NOT_ASKED
    assert why_not("place", Audience.PARTNER, with_words(replace(yes, granted=False))) is Why.REFUSED


def test_the_yes_of_a_guardian_who_has_a_part_in_it_is_none_and_their_no_still_is_one() -> None:
    yes = word(Audience.UNHCR, FieldClass.CUSTODY, Authority.GUARDIAN)
    implicated = replace(BELIEVED, guardian_implicated=True)
    assert why_not("place", Audience.UNHCR, with_words(yes)) is None
    assert why_not("place", Audience.UNHCR, with_words(yes, standing=implicated)) is Why.NOT_ASKED
    no = replace(yes, granted=False)
    assert why_not("place", Audience.UNHCR, with_words(no, standing=implicated)) is Why.REFUSED


@given(name=fields, audience=audiences)
def test_vital_interest_opens_the_least_there_is_to_unhcr_alone(name: str, audience: Audience) -> None:
    vital = tuple(word(audience, kind, Authority.VITAL_INTEREST) for kind in FieldClass)
    shown = why_not(name, audience, with_words(*vital)) is None
    assert shown == (audience is Audience.LAWYER or (audience is Audience.UNHCR and name in LEAST))


def test_vital_interest_counts_against_no_refusal_whoever_refused_whatever() -> None:
    vital = word(Audience.UNHCR, FieldClass.IDENTITY, Authority.VITAL_INTEREST, hour=5)
    no = word(Audience.UNHCR, FieldClass.FAMILY, Authority.REPORTER, granted=False)
    assert why_not("name_latin", Audience.UNHCR, with_words(vital, no)) is Why.NOT_ASKED


def test_counsel_opens_a_field_and_the_person_must_have_agreed_too() -> None:
    released = replace(BELIEVED, released_by_counsel=frozenset({("torture", Audience.UN)}))
    assert why_not("torture", Audience.UN, released) is Why.NOT_ASKED
    yes = word(Audience.UN, FieldClass.COUNSEL)
    assert why_not("torture", Audience.UN, with_words(yes)) is Why.COUNSEL
    assert why_not("torture", Audience.UN, with_words(yes, standing=released)) is None
    assert why_not("health", Audience.UN, with_words(yes, standing=released)) is Why.COUNSEL

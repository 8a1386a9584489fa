"""What leaves: for any facts, consents and audiences, nothing that was not granted is in what is made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from flask import render_template
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from app.commands.case import _as_data, _lines
from cases.consent.agreeing import (
    enter_consent,
    fire_emergency_release,
    freeze,
    release_field,
    sign_emergency_release,
    standing_of,
    thaw,
)
from cases.consent.deciding import Decision, Known, Standing, Why
from cases.consent.errors import ConsentError
from cases.consent.models import Consent, CounselRelease, Fact, Person
from cases.consent.people import enter_fact, facts_of, known_of, person_of, take_fact_back
from cases.consent.vocabulary import FIELDS, LEAST, Audience, Authority, FieldClass
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.verification import Basis, bear_out, clear, suspect
from cases.views.audience import (
    AudienceView,
    Dated,
    Told,
    dates_told,
    known_in,
    rows_for_audiences,
    seen_by,
    standing_in,
    told_to,
    view_for_audience,
)
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from tests.cases.test_echoes import SPELLINGS
from tests.conftest import START
from tests.quick import quick_store
from tests.web.scene import FIRST_WORDS, Scene
from web.factory import make_app
from web.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store, UnitOfWork

OUTSIDE = [one for one in Audience if one is not Audience.LAWYER]
CODED = {
    "birth_date": "1999-05-06",
    "taken_on": "2026-03-01",
    "court_date": "2026-03-09",
    "entry_date": "2025-12-24",
    "nationality": "CN",
    "country": "KZ",
    "feared_state": "CN",
    "region": "KZ-ALM",
}
YES = ("removal_order", "asylum_asked", "signed", "fears_return", "minor", "pregnant", "medical_urgent", "survivor")
SAID = "Said-by-somebody"
TELLING = {"birth_date": "1999", "entry_date": "2025"}
"""Of what is written differently in each language, what stands in it in all of them, and in nothing else here."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("views")) as store:
        yield store


def value(name: str) -> str:
    """A value that can be found again wherever it gets to."""
    return CODED.get(name) or ("yes" if name in YES else f"Q{name.replace('_', '')}")


def believed(store: Store) -> Scene:
    scene = Scene.begin(store)
    with store.unit("test") as unit:
        bear_out(unit, scene.case_id, Basis.DOCUMENT, "an order that was seen")
    return scene


def case_of(unit: UnitOfWork, scene: Scene) -> Case:
    return unit.session.get_one(Case, scene.case_id)


def everything_made_of(store: Store, view: AudienceView) -> str:
    """The page in every language, and what the terminal prints."""
    made = [json.dumps(_as_data(view), ensure_ascii=False), "\n".join(_lines(view))]
    with make_app(store, "Asia/Almaty").test_request_context():
        for language in ("en", "ru", "kk", "ug"):
            words = Words(language, "Asia/Almaty")
            made.append(
                render_template(
                    "release.html",
                    view=view,
                    lead="web.release_lead_unhcr",
                    acknowledges=True,
                    sure=True,
                    now=view.dates[0].at if view.dates else START,
                    token="t",
                    **words.in_templates(),
                )
            )
    return "\n".join(made)


agreed = st.lists(
    st.tuples(st.sampled_from(OUTSIDE), st.sampled_from(FieldClass), st.booleans(), st.sampled_from(Authority)),
    max_size=8,
)


@settings(max_examples=15)
@given(
    known=st.sets(st.sampled_from(sorted(FIELDS)), min_size=1),
    names=st.sampled_from(SPELLINGS),
    picks=st.tuples(st.integers(0, 7), st.integers(0, 7)),
    said=st.tuples(agreed, st.sampled_from(OUTSIDE)),
)
@example(
    known={"place"},
    names=SPELLINGS[0],
    picks=(0, 1),
    said=([(Audience.UNHCR, FieldClass.CUSTODY, True, Authority.PERSON)], Audience.UNHCR),
)
def test_no_value_that_was_not_granted_is_in_anything_that_leaves(
    quick: Store,
    known: set[str],
    names: tuple[str, ...],
    picks: tuple[int, int],
    said: tuple[list[tuple[Audience, FieldClass, bool, Authority]], Audience],
) -> None:
    words, audience = said
    scene = believed(quick)
    written, echoed = (names[pick % len(names)] for pick in picks)
    with quick.unit("test") as unit:
        for name in known:
            enter_fact(unit, scene.case_id, name, value(name), source=SAID)
        enter_fact(unit, scene.case_id, "name_native", f"{written} Example")
        enter_fact(unit, scene.case_id, "agency", f"second department, office of {echoed}")
        for to, kind, granted, authority in words:
            try:
                enter_consent(unit, scene.case_id, to, [kind], granted=granted, authority=authority, how="in a call")
            except ConsentError:
                assert granted
        view = view_for_audience(unit, case_of(unit, scene), audience)
    made = everything_made_of(quick, view)
    shown = {one.name for one in view.fields}
    mine = [(kind, who) for to, kind, granted, who in words if to is audience and granted]
    assert {FIELDS[name] for name in shown} <= {kind for kind, who in mine if who > Authority.REPORTER}
    assert SAID not in made
    assert FIRST_WORDS not in made
    for name in known - shown - set(CODED) - set(YES) - {"name_native", "agency"}:
        assert value(name) not in made
    for name in known - shown:
        assert TELLING.get(name, SAID) not in made, "not even as the year of a day that is written in words"
    if "name_native" not in shown:
        assert not any(spelling in made for spelling in names)


@pytest.mark.parametrize("audience", [Audience.PRESS, Audience.PRESS_NAMED])
def test_the_press_hears_the_month_not_the_day(quick: Store, audience: Audience) -> None:
    scene = believed(quick)
    with quick.unit("test") as unit:
        for name in FIELDS:
            enter_fact(unit, scene.case_id, name, value(name))
        enter_fact(unit, scene.case_id, "minor", "no")
        enter_consent(
            unit, scene.case_id, audience, FieldClass, granted=True, authority=Authority.PERSON, how="in a letter"
        )
        view = view_for_audience(unit, case_of(unit, scene), audience)
    told = {one.name: one.value for one in view.fields}
    assert told["taken_on"] == "2026-03"
    assert view.dates == ()
    assert {"place", "birth_date", "relation", "officer"} & told.keys() == set()
    assert ("name_latin" in told) == (audience is Audience.PRESS_NAMED)
    assert "1 March" not in everything_made_of(quick, view)


@pytest.mark.parametrize("audience", Audience)
def test_of_two_dates_the_press_hears_the_month_and_of_all_else_everybody_hears_all(audience: Audience) -> None:
    press = audience in (Audience.PRESS, Audience.PRESS_NAMED)
    short = {name for name in FIELDS if told_to(Known(name, "2026-03-09"), audience) == Known(name, "2026-03")}
    assert short == ({"taken_on", "court_date"} if press else set())
    assert all(
        told_to(Known(name, "2026-03-09"), audience).value == "2026-03-09" for name in FIELDS if name not in short
    )


def test_who_is_outside_hears_what_is_filed_and_not_what_the_team_watches_for(quick: Store) -> None:
    """Of a docket UNHCR is told acts of authorities and what was filed, in words; a day is a day, without an hour."""
    scene = believed(quick)
    with quick.unit("test") as unit:
        kinds = (FieldClass.PROCEEDINGS,)
        enter_consent(
            unit, scene.case_id, Audience.UNHCR, kinds, granted=True, authority=Authority.PERSON, how="in a letter"
        )
        entries = (
            Entry("arrival_or_sur_place_knowledge", When(unit.now - timedelta(days=9))),
            Entry("weak_signal", When(unit.now - timedelta(days=2))),
            Entry("extradition_detention_actual", When(START - timedelta(days=1), day_only=True)),
            Entry("public_appearance_planned", When(unit.now), appointed_at=unit.now + timedelta(hours=5)),
        )
        for entry in entries:
            enter(unit, scene.case_id, entry, zone="Asia/Almaty")
        view = view_for_audience(unit, case_of(unit, scene), Audience.UNHCR)
        lawyers = view_for_audience(unit, case_of(unit, scene), Audience.LAWYER)
    assert [(one.event, one.day_only) for one in view.dates] == [("extradition_detention_actual", True)]
    assert len(lawyers.dates) == len(entries)
    made = everything_made_of(quick, view)
    assert "extradition detention actual" not in made, "a word of ours, which nobody outside knows"
    assert "(Almaty)</time>" not in made.partition("<ol")[2].partition("</ol>")[0]


@pytest.mark.parametrize("audience", Audience)
def test_who_may_not_know_of_the_proceedings_hears_none_of_their_dates(audience: Audience) -> None:
    dates = (Dated("transferred", START, None, None),)

    def told(*kinds: FieldClass, granted: bool = True) -> tuple[Dated, ...]:
        said = tuple(Decision(audience, kind, granted, Authority.PERSON, START) for kind in kinds)
        return dates_told(dates, audience, Standing(said, corroborated=True))

    may_hear = audience in (Audience.LAWYER, Audience.UNHCR, Audience.UN)
    assert told(*FieldClass) == (dates if may_hear else ())
    others = set(FieldClass) - {FieldClass.PROCEEDINGS}
    assert told(*others) == (dates if audience is Audience.LAWYER else ()), "all that was agreed to is something else"
    assert told(FieldClass.PROCEEDINGS, granted=False) == ()


def test_a_date_is_told_with_its_end_and_the_zone_it_was_written_down_in(quick: Store) -> None:
    scene = believed(quick)
    with quick.unit("test") as unit:
        at, until = unit.now + timedelta(days=2), unit.now + timedelta(days=9)
        told_at = unit.now
        entries = (
            Entry("hearing_scheduled", When(told_at), at, note="room 5", source="the aunt"),
            Entry("custody_start", When(told_at, day_only=True), until=When(until)),
        )
        for entry in entries:
            enter(unit, scene.case_id, entry, zone="Asia/Almaty")
        view = view_for_audience(unit, case_of(unit, scene), Audience.LAWYER)
    assert view.dates == (
        Dated("hearing_scheduled", told_at, at, None, day_only=False, zone="Asia/Almaty"),
        Dated("custody_start", told_at, None, until, day_only=True, zone="Asia/Almaty"),
    )


def test_a_date_that_was_taken_back_is_told_to_nobody(quick: Store) -> None:
    scene = believed(quick)
    with quick.unit("test") as unit:
        wrong, right = (
            enter(unit, scene.case_id, Entry(event, When(unit.now)), zone="Asia/Almaty")
            for event in ("removal_scheduled", "transferred")
        )
        take_back(unit, scene.case_id, wrong.id)
        view = view_for_audience(unit, case_of(unit, scene), Audience.LAWYER)
    assert [one.event for one in view.dates] == [right.kind]


def test_what_is_approved_has_one_form_to_the_letter_and_no_dates() -> None:
    """Who approves it signs its fingerprint: another blank, and everything that waits for a second yes is void."""
    told = (Told("name_native", "Нұрлан", "high"), Told("place", "Centre 1"))
    view = AudienceView("K7M-4TX", Audience.UNHCR, told, (), {"officer": Why.NOT_ASKED})
    written = '["K7M-4TX","unhcr",[["name_native","Нұрлан","high"],["place","Centre 1",""]]]'
    assert view.content() == written.encode()
    assert replace(view, dates=(Dated("transferred", START, None, None),)).content() == written.encode()


def test_in_vital_interest_unhcr_hears_the_least_and_nobody_else_anything(quick: Store) -> None:
    scene = believed(quick)
    with quick.unit("test") as unit:
        for name in FIELDS:
            enter_fact(unit, scene.case_id, name, value(name))
        case = case_of(unit, scene)
        views = {one: view_for_audience(unit, case, one, in_vital_interest=True) for one in OUTSIDE}
        assert view_for_audience(unit, case, Audience.UNHCR).fields == ()
    assert {one.name for one in views.pop(Audience.UNHCR).fields} == LEAST
    assert all(view.fields == () for view in views.values())


def test_what_repeats_a_word_of_something_that_identifies_nobody_is_told(quick: Store) -> None:
    scene = believed(quick)
    with quick.unit("test") as unit:
        enter_fact(unit, scene.case_id, "agency", "migration police")
        enter_fact(unit, scene.case_id, "articles", "the law on migration")
        enter_consent(
            unit, scene.case_id, Audience.UNHCR, [FieldClass.CUSTODY], granted=True, authority=Authority.PERSON, how="x"
        )
        view = view_for_audience(unit, case_of(unit, scene), Audience.UNHCR)
    assert [one.name for one in view.fields] == ["agency"]
    assert view.held_back == {"articles": Why.NOT_ASKED}


def test_what_is_known_and_agreed_of_a_second_person_is_none_of_the_firsts(quick: Store) -> None:
    """A case is about one person; should a second ever be written down in it, nothing of theirs opens or tells."""
    scene = believed(quick)
    with quick.unit("test") as unit:
        enter_fact(unit, scene.case_id, "place", "Centre 1")
        first_id = person_of(unit, scene.case_id).id
        second = Person(id=new_id(), case_id=scene.case_id, number=2, created_at=unit.now)
        unit.session.add(second)
        unit.session.flush()
        enter_fact(unit, scene.case_id, "agency", "migration police")
        enter_consent(
            unit, scene.case_id, Audience.UNHCR, [FieldClass.CUSTODY], granted=True, authority=Authority.PERSON, how="x"
        )
        counsel = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        release_field(unit, scene.case_id, "torture", Audience.UNHCR, counsel)
        for table in (Consent, CounselRelease):
            unit.session.execute(update(table).where(table.case_id == scene.case_id).values(person_id=second.id))
        unit.session.execute(
            update(Fact).where(Fact.case_id == scene.case_id, Fact.field == "agency").values(person_id=second.id)
        )
        unit.session.expire_all()
        case = case_of(unit, scene)
        rows = rows_for_audiences(unit, case)
        assert rows.person is not None
        assert rows.person.id == first_id
        assert [one.name for one in known_in(unit, rows)] == ["place"]
        assert standing_in(unit, rows) == standing_of(unit, case) == Standing(corroborated=True)


def test_what_repeats_a_name_that_is_held_back_is_held_back_with_it() -> None:
    """In another script too, and whoever entered it; what is chosen from a list repeats nothing."""
    told = [
        Known("name_native", "Нұрлан Мысалов"),
        Known("place", "Centre 1"),
        Known("agency", "police, office of Nurlan"),
        Known("taken_on", "2026-03-01"),
        Known("birth_date", "2026-03-01"),
    ]
    yes = (Decision(Audience.UNHCR, FieldClass.CUSTODY, granted=True, authority=Authority.PERSON, given_at=START),)
    shown, held_back = seen_by(told, Audience.UNHCR, Standing(yes, corroborated=True))
    assert [one.name for one in shown] == ["place", "taken_on"]
    assert held_back == {"name_native": Why.NOT_ASKED, "birth_date": Why.NOT_ASKED, "agency": Why.GIVES_AWAY}
    both = (*yes, replace(yes[0], kind=FieldClass.IDENTITY))
    shown, held_back = seen_by(told, Audience.UNHCR, Standing(both, corroborated=True))
    assert (list(shown), held_back) == (told, {}), "what is told gives nothing away"


def test_taking_a_fact_or_a_freeze_back_is_seen_at_once(quick: Store) -> None:
    scene = believed(quick)

    def shown() -> set[str]:
        with quick.read() as unit:
            return {one.name for one in view_for_audience(unit, case_of(unit, scene), Audience.UNHCR).fields}

    with quick.unit("test") as unit:
        enter_fact(unit, scene.case_id, "place", "temporary detention centre")
        enter_fact(unit, scene.case_id, "agency", "migration police")
        enter_consent(
            unit, scene.case_id, Audience.UNHCR, [FieldClass.CUSTODY], granted=True, authority=Authority.PERSON, how="x"
        )
    assert shown() == {"place", "agency"}
    for shut, reopen in ((freeze, thaw), (suspect, clear)):
        with quick.unit("test") as unit:
            assert shut(unit, scene.case_id)
            assert not shut(unit, scene.case_id), "a second time changes nothing"
        assert shown() == set()
        with quick.unit("test") as unit:
            assert reopen(unit, scene.case_id)
            assert not reopen(unit, scene.case_id)
        assert shown() == {"place", "agency"}
    with quick.unit("test") as unit:
        assert take_fact_back(unit, scene.case_id, "place")
        assert not take_fact_back(unit, scene.case_id, "place")
    assert shown() == {"agency"}


def test_counsel_opens_one_field_to_one_audience(quick: Store) -> None:
    scene = believed(quick)
    with quick.unit("test") as unit:
        counsel = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        for name in ("torture", "health"):
            enter_fact(unit, scene.case_id, name, value(name))
        yes = {"granted": True, "authority": Authority.PERSON, "how": "to counsel"}
        for audience in (Audience.UN, Audience.UNHCR):
            enter_consent(unit, scene.case_id, audience, [FieldClass.COUNSEL], **yes)  # type: ignore[arg-type]
        release_field(unit, scene.case_id, "torture", Audience.UN, counsel)
        views = {to: view_for_audience(unit, case_of(unit, scene), to) for to in (Audience.UN, Audience.UNHCR)}
    assert {one.name for one in views[Audience.UN].fields} == {"torture"}
    assert views[Audience.UN].held_back == {"health": Why.COUNSEL}
    assert views[Audience.UNHCR].fields == ()


def test_what_was_signed_beforehand_counts_once_it_is_fired(quick: Store) -> None:
    scene = believed(quick)

    def shown(unit: UnitOfWork) -> set[str]:
        return {one.name for one in view_for_audience(unit, case_of(unit, scene), Audience.UNHCR).fields}

    with quick.unit("test") as unit:
        coordinator = put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
        enter_fact(unit, scene.case_id, "name_latin", "Example")
        signed = sign_emergency_release(unit, scene.case_id, [Audience.UNHCR], [FieldClass.IDENTITY], "if I am taken")
        assert shown(unit) == set()
        fire_emergency_release(unit, signed, coordinator)
        assert shown(unit) == {"name_latin"}
        with pytest.raises(ConsentError, match="fired before"):
            fire_emergency_release(unit, signed, coordinator)
        enter_consent(
            unit, scene.case_id, Audience.UNHCR, FieldClass, granted=False, authority=Authority.PERSON, how="in a call"
        )
        assert shown(unit) == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nothing", "x"),
        ("place", "  \u200b "),
        ("birth_date", "05.06.1999"),
        ("nationality", "China"),
        ("minor", "perhaps"),
        ("region", "Almaty"),
        ("place", "x" * 2001),
    ],
)
def test_what_cannot_be_meant_is_refused_without_being_repeated(quick: Store, name: str, text: str) -> None:
    scene = Scene.begin(quick)
    with quick.unit("test") as unit, pytest.raises(ConsentError) as refused:
        enter_fact(unit, scene.case_id, name, text)
    assert not text.strip() or text.strip() not in str(refused.value) or len(text) == 1


@given(text=st.text(min_size=1, max_size=50))
def test_nothing_unseen_is_kept(quick: Store, text: str) -> None:
    scene = SCENES.setdefault(id(quick), believed(quick))
    with quick.unit("test") as unit:
        try:
            enter_fact(unit, scene.case_id, "place", text)
        except ConsentError:
            return
        (fact,) = facts_of(unit, person_of(unit, scene.case_id).id)
        assert all(line.isprintable() for line in known_of(unit, fact).value.split("\n"))


SCENES: dict[int, Scene] = {}


def test_a_day_is_printed_as_it_was_written_down_and_an_hour_by_the_clock_there() -> None:
    day = datetime(2026, 3, 5, tzinfo=ZoneInfo("Asia/Almaty")).astimezone(UTC)
    dates = (
        Dated("released", day, None, None, day_only=True, zone="Asia/Almaty"),
        Dated("transferred", day + timedelta(hours=10), None, None, zone="Asia/Almaty"),
    )
    said = "\n".join(_lines(AudienceView("K7M-4TX", Audience.UN, (), dates, {})))
    assert "2026-03-05\n" in said
    assert "2026-03-05T10:00+05:00" in said
    assert "2026-03-04" not in said


def test_a_day_is_the_day_where_it_was_written_down_and_an_instant_is_told_by_the_clock_of_the_case() -> None:
    at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    assert Dated("transferred", at, None, None, day_only=True, zone="Asia/Tashkent").day_zone("Asia/Almaty") == (
        "Asia/Tashkent"
    )
    assert Dated("transferred", at, None, None, day_only=True).day_zone("Asia/Almaty") == "Asia/Almaty"
    assert Dated("transferred", at, None, None, zone="Asia/Tashkent").day_zone("Asia/Almaty") == "Asia/Almaty"

"""Who agreed to what: each word is kept as it was given, shown in the log without its words, and never taken out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from cases.consent.agreeing import (
    anything_agreed,
    emergency_of,
    emergency_releases,
    enter_consent,
    fire_emergency_release,
    freeze,
    release_field,
    sign_emergency_release,
    standing_of,
    take_release_back,
    thaw,
    withdraw_emergency_release,
)
from cases.consent.deciding import Decision, Standing
from cases.consent.errors import ConsentError
from cases.consent.models import Consent, CounselRelease, EmergencyRelease, Freeze
from cases.consent.people import enter_fact, mark_guardian, person_of
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.models import Case
from cases.verification import Basis, bear_out, suspect
from cases.views.audience import rows_for_audiences, standing_in
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.clock import ManualClock
from store.data_keys import case_scope
from store.eventlog import EventRow
from store.vault import Field
from tests.conftest import START
from tests.quick import quick_store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("agreeing"), ManualClock(START)) as store:
        yield store


@pytest.fixture
def scene(quick: Store) -> Scene:
    Scene.begin(quick)  # somebody else's: of it nothing is meant
    return Scene.begin(quick)


def agrees(
    unit: UnitOfWork,
    scene: Scene,
    audience: Audience = Audience.UNHCR,
    *kinds: FieldClass,
    granted: bool = True,
    authority: Authority = Authority.PERSON,
    **other: Any,
) -> None:
    said = {"how": "in a call", **other}
    enter_consent(
        unit, scene.case_id, audience, kinds or [FieldClass.CUSTODY], granted=granted, authority=authority, **said
    )


def happened(scene: Scene, name: str) -> list[dict[str, Any]]:
    with scene.store.read() as unit:
        wanted = select(EventRow.payload).where(EventRow.case_id == scene.case_id, EventRow.name == name)
        return list(unit.session.scalars(wanted.order_by(EventRow.position)))


def lawyer(unit: UnitOfWork, name: str = "Dana") -> UUID:
    return put_contact(unit, ContactCard(name, Role.LAWYER))


# Words


def test_a_word_is_kept_for_each_class_with_how_it_was_given_and_who_entered_it(scene: Scene) -> None:
    with scene.store.unit("contact:aigerim") as unit:
        kinds = (FieldClass.RETURN, FieldClass.CUSTODY, FieldClass.RETURN)
        agrees(unit, scene, Audience.UNHCR, *kinds, how="  in a call, heard by Aigerim  ")
        agrees(unit, scene, Audience.PRESS, granted=False, given_at=START - MINUTE, authority=Authority.RELATIVE)
        person = person_of(unit, scene.case_id)
    with scene.store.read() as unit:
        rows = unit.session.scalars(select(Consent).where(Consent.case_id == scene.case_id).order_by(Consent.id)).all()
        assert [(row.audience, row.kind, row.granted, row.authority, row.given_at) for row in rows] == [
            ("unhcr", "custody", True, Authority.PERSON, START),
            ("unhcr", "return", True, Authority.PERSON, START),
            ("press", "custody", False, Authority.RELATIVE, START - MINUTE),
        ]
        assert {(row.person_id, row.entered_by, row.entered_at) for row in rows} == {
            (person.id, "contact:aigerim", START)
        }
        how = unit.vault.open(case_scope(scene.case_id), Field("consent", "how", rows[0].id), rows[0].how)
        assert how == "in a call, heard by Aigerim"
    assert happened(scene, "ConsentEntered") == [
        {"person_id": str(person.id), "audience": audience, "kind": kind, "granted": granted}
        for audience, kind, granted in (
            ("unhcr", "custody", "yes"),
            ("unhcr", "return", "yes"),
            ("press", "custody", "no"),
        )
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"how": " \u200b "}, "say how it was given"),
        ({"given_at": START + timedelta(microseconds=1)}, "later than now"),
        ({"authority": Authority.REPORTER}, "agree to nothing for somebody else"),
        ({"authority": Authority.VITAL_INTEREST, "audience": Audience.UN}, "only UNHCR"),
    ],
)
def test_what_nobody_can_have_agreed_to_is_not_entered(scene: Scene, said: dict[str, Any], why: str) -> None:
    with scene.store.unit("test") as unit, pytest.raises(ConsentError, match=why):
        agrees(unit, scene, **said)
    assert happened(scene, "ConsentEntered") == []


def test_a_no_is_entered_whoever_says_it_and_a_yes_of_this_moment_is_one(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        for authority in (Authority.REPORTER, Authority.VITAL_INTEREST):
            agrees(unit, scene, Audience.PRESS, granted=False, authority=authority)
        agrees(unit, scene, authority=Authority.VITAL_INTEREST)
        agrees(unit, scene, given_at=unit.now)
    assert [word["granted"] for word in happened(scene, "ConsentEntered")] == ["no", "no", "yes", "yes"]


def test_where_nobody_ever_agreed_there_is_nothing_to_take_back(scene: Scene) -> None:
    other = Scene.begin(scene.store)
    with scene.store.unit("test") as unit:
        assert not anything_agreed(unit, scene.case_id)
        agrees(unit, scene, granted=False)
        agrees(unit, other)
        assert not anything_agreed(unit, scene.case_id), "a refusal, and somebody else's yes"
        agrees(unit, scene)
        assert anything_agreed(unit, scene.case_id)


# Freezing


def test_a_freeze_is_one_until_it_is_lifted_and_each_is_in_the_log(scene: Scene) -> None:
    other = Scene.begin(scene.store)
    for round_ in (1, 2):
        with scene.store.unit(f"first {round_}") as unit:
            assert freeze(unit, scene.case_id)
            assert not freeze(unit, scene.case_id)
            assert not thaw(unit, other.case_id), "that of another case is none of it"
        with scene.store.unit(f"second {round_}") as unit:
            assert thaw(unit, scene.case_id)
            assert not thaw(unit, scene.case_id)
    with scene.store.read() as unit:
        kept = unit.session.scalars(select(Freeze).where(Freeze.case_id == scene.case_id).order_by(Freeze.id)).all()
        assert [(row.began_by, row.lifted_by) for row in kept] == [("first 1", "second 1"), ("first 2", "second 2")]
        assert {(row.began_at, row.lifted_at) for row in kept} == {(START, START)}
        ids = [{"freeze_id": str(row.id)} for row in kept]
    assert happened(scene, "DisclosuresFrozen") == happened(scene, "DisclosuresThawed") == ids


# The compartment of counsel


@pytest.mark.parametrize("name", ["place", "name_latin", "no such field"])
def test_counsel_releases_what_lies_in_the_compartment_and_nothing_else(scene: Scene, name: str) -> None:
    with scene.store.unit("test") as unit, pytest.raises(ConsentError, match="compartment"):
        release_field(unit, scene.case_id, name, Audience.UN, lawyer(unit))


def test_counsel_opens_and_closes_a_field_and_opens_it_again(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        dana, saule = lawyer(unit), lawyer(unit, "Saule")
        assert not take_release_back(unit, scene.case_id, "torture", Audience.UN)
        for _ in range(2):
            release_field(unit, scene.case_id, "torture", Audience.UN, dana)
        release_field(unit, scene.case_id, "health", Audience.UN, dana)
        release_field(unit, scene.case_id, "torture", Audience.UNHCR, dana)
        assert take_release_back(unit, scene.case_id, "torture", Audience.UN)
        assert not take_release_back(unit, scene.case_id, "torture", Audience.UN)
        case = unit.session.get_one(Case, scene.case_id)
        open_ = {("health", Audience.UN), ("torture", Audience.UNHCR)}
        assert standing_of(unit, case).released_by_counsel == open_
        release_field(unit, scene.case_id, "torture", Audience.UN, saule)
        assert standing_of(unit, case).released_by_counsel == {*open_, ("torture", Audience.UN)}
        again = unit.session.scalars(
            select(CounselRelease).where(
                CounselRelease.case_id == scene.case_id,
                CounselRelease.field == "torture",
                CounselRelease.audience == "un",
            )
        ).one()
        assert (again.released_by, again.released_at, again.revoked_at) == (saule, START, None)
    opened = [(said["field"], said["audience"], said["contact_id"]) for said in happened(scene, "CounselReleased")]
    assert opened == [
        ("torture", "un", str(dana)),
        ("health", "un", str(dana)),
        ("torture", "unhcr", str(dana)),
        ("torture", "un", str(saule)),
    ]
    assert happened(scene, "CounselReleaseRevoked") == [{"field": "torture", "audience": "un"}]


# What was signed beforehand


def signs(unit: UnitOfWork, scene: Scene, *, terms: str = "if I am taken", **when: Any) -> UUID:
    audiences = (Audience.UNHCR, Audience.FAMILY, Audience.UNHCR)
    kinds = (FieldClass.IDENTITY, FieldClass.CUSTODY)
    return sign_emergency_release(unit, scene.case_id, audiences, kinds, terms, **when)


def test_what_was_signed_is_listed_the_oldest_first_with_what_became_of_it(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        coordinator = put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
        second, first = signs(unit, scene, terms=" the second "), signs(unit, scene, signed_at=START - MINUTE)
        third = signs(unit, scene, signed_at=START)
        assert withdraw_emergency_release(unit, first)
        assert not withdraw_emergency_release(unit, first)
        fire_emergency_release(unit, third, coordinator)
        assert not withdraw_emergency_release(unit, third), "what was fired has left"
        with pytest.raises(ConsentError, match="withdrawn"):
            fire_emergency_release(unit, first, coordinator)
        listed = emergency_releases(unit, scene.case_id)
        assert unit.session.get_one(EmergencyRelease, first).withdrawn_at == START
    assert [(one.id, one.state, one.signed_at) for one in listed] == [
        (first, "withdrawn", START - MINUTE),
        (second, "dormant", START),
        (third, "fired", START),
    ]
    assert {(one.audiences, one.kinds) for one in listed} == {(("family", "unhcr"), ("custody", "identity"))}
    assert [one.terms for one in listed] == ["if I am taken", "the second", "if I am taken"]
    assert happened(scene, "EmergencyReleaseSigned") == [{"release_id": str(one)} for one in (second, first, third)]
    assert happened(scene, "EmergencyReleaseFired") == [{"release_id": str(third), "contact_id": str(coordinator)}]
    assert happened(scene, "EmergencyReleaseWithdrawn") == [{"release_id": str(first)}]


def test_what_was_signed_beforehand_was_agreed_to_until_it_is_withdrawn(scene: Scene) -> None:
    """Whoever says stop stops that too."""
    with scene.store.unit("test") as unit:
        signed = signs(unit, scene)
        assert anything_agreed(unit, scene.case_id)
        withdraw_emergency_release(unit, signed)
        assert not anything_agreed(unit, scene.case_id)


def test_what_was_signed_is_kept_in_one_order_and_each_once(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        sign_emergency_release(unit, scene.case_id, [*Audience, *Audience], [*FieldClass, *FieldClass], "if I am taken")
        (signed,) = emergency_releases(unit, scene.case_id)
    assert signed.audiences == tuple(sorted(map(str, Audience)))
    assert signed.kinds == tuple(sorted(map(str, FieldClass)))


def test_without_a_trigger_nothing_is_signed(scene: Scene) -> None:
    with scene.store.unit("test") as unit, pytest.raises(ConsentError, match="write down the trigger"):
        signs(unit, scene, terms="  ")


def test_once_fired_it_is_the_persons_word_of_the_day_on_which_it_was_signed(scene: Scene) -> None:
    """A later word of theirs counts before it, an earlier one does not."""
    signed_at = START - timedelta(days=30)
    with scene.store.unit("test") as unit:
        coordinator = put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
        signed = signs(unit, scene, signed_at=signed_at, terms="если меня увезут")
        fire_emergency_release(unit, signed, coordinator)
        words = standing_of(unit, unit.session.get_one(Case, scene.case_id)).decisions
        row = unit.session.get_one(EmergencyRelease, signed)
        assert (row.fired_at, row.fired_by) == (START, coordinator)
        kept = unit.session.scalars(select(Consent).where(Consent.case_id == scene.case_id)).all()
        said = {unit.vault.open(case_scope(row.case_id), Field("consent", "how", row.id), row.how) for row in kept}
    assert words == tuple(
        Decision(audience, kind, granted=True, authority=Authority.PRIOR_INSTRUCTION, given_at=signed_at)
        for audience in (Audience.FAMILY, Audience.UNHCR)
        for kind in (FieldClass.CUSTODY, FieldClass.IDENTITY)
    )
    (how,) = said
    assert json.loads(how) == {"emergency_release": str(signed), "terms": "если меня увезут"}
    assert "если" in how, "whoever reads the record reads words"


def test_what_was_signed_in_one_case_is_found_in_no_other(scene: Scene) -> None:
    other = Scene.begin(scene.store)
    with scene.store.unit("test") as unit:
        signed = signs(unit, scene)
        assert emergency_of(unit, scene.case_id, signed) == signed
        for case_id, release_id in ((other.case_id, signed), (scene.case_id, new_id())):
            with pytest.raises(ConsentError, match="nothing of that kind"):
                emergency_of(unit, case_id, release_id)
        assert emergency_releases(unit, other.case_id) == []


# How it stands


def test_of_a_case_of_which_nothing_was_entered_nothing_is_agreed(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        case = unit.session.get_one(Case, scene.case_id)
        assert standing_of(unit, case) == Standing()
        freeze(unit, scene.case_id)
        assert standing_of(unit, case) == Standing(frozen=True)
        suspect(unit, scene.case_id)
        assert standing_of(unit, case) == Standing(frozen=True, hostile=True)


@pytest.mark.parametrize("minor", ["yes", "no", None])
@pytest.mark.parametrize("basis", [None, Basis.SECOND_SOURCE, Basis.DOCUMENT])
def test_how_it_stands_is_the_same_asked_alone_and_read_with_the_case(
    scene: Scene, minor: str | None, basis: Basis | None
) -> None:
    """A release asks the one, a page the other: they never differ."""
    with scene.store.unit("test") as unit:
        case = unit.session.get_one(Case, scene.case_id)
        for name, text in (("place", "yes"), ("pregnant", "yes"), ("minor", minor)):
            if text is not None:
                enter_fact(unit, scene.case_id, name, text)
        agrees(unit, scene, Audience.UN, FieldClass.COUNSEL)
        agrees(unit, scene, Audience.UNHCR, granted=False)
        release_field(unit, scene.case_id, "torture", Audience.UN, lawyer(unit))
        release_field(unit, scene.case_id, "health", Audience.UN, lawyer(unit))
        take_release_back(unit, scene.case_id, "health", Audience.UN)
        mark_guardian(unit, scene.case_id, implicated=True)
        if basis is not None:
            bear_out(unit, scene.case_id, basis, "who says so")
        standing = standing_of(unit, case)
        assert standing == standing_in(unit, rows_for_audiences(unit, case))
    assert standing == Standing(
        decisions=(
            Decision(Audience.UN, FieldClass.COUNSEL, granted=True, authority=Authority.PERSON, given_at=START),
            Decision(Audience.UNHCR, FieldClass.CUSTODY, granted=False, authority=Authority.PERSON, given_at=START),
        ),
        minor=minor == "yes",
        guardian_implicated=True,
        corroborated=basis is not None,
        released_by_counsel=frozenset({("torture", Audience.UN)}),
    )

"""The console, where people enter what is known, who agreed, and what leaves: side by side, two who say yes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.consent.agreeing import emergency_releases, standing_of
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.releases.models import Release, ReleaseRecipient, ReleaseState, ReleaseVoice
from cases.releases.proposing import PURPOSE
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.eventlog import EventRow
from store.tokens import token_of
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.scene import reached
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.clock import ManualClock
    from store.unit_of_work import Store
    from tests.web.scene import Scene

NAME = "Qarlygash Examplekyzy"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


class Desk:
    """A coordinator and a lawyer who have the case, another coordinator, and UNHCR in the contacts."""

    def __init__(self, scene: Scene, client: FlaskClient) -> None:
        self.scene, self._app = scene, client.application
        self.aigerim, self.timur = join(scene.store, "Aigerim"), join(scene.store, "Timur")
        self.dana = join(scene.store, "Dana", "lawyer")
        scene.helper("Aigerim")
        scene.helper("Dana", "lawyer")
        with scene.store.unit("test") as unit:
            self.marta = reached(unit, ContactCard("Marta", Role.UNHCR, email="marta@example.org"))
        self.person = f"/console/case/{scene.code}/person"
        self.release = f"/console/case/{scene.code}/release"

    def as_(self, member: Member, *, duress: bool = False) -> Browser:
        return Browser(self._app.test_client()).comes_in(member, duress=duress)

    def enters(self) -> None:
        browser = self.as_(self.aigerim)
        for field, value in {"name_latin": NAME, "place": "Centre 1", "region": "kz-alm", "relation": "sister"}.items():
            assert browser.sends(f"{self.person}/fact", field=field, value=value, confidence="high").status_code == 303
        assert browser.sends(f"{self.person}/bear-out", basis="lawyer", source="counsel saw her").status_code == 303

    def agrees(self, kinds: tuple[str, ...] = ("identity", "custody")) -> TestResponse:
        answer = None
        for kind in kinds:
            answer = self.as_(self.aigerim).sends(
                f"{self.person}/consent",
                audience="unhcr",
                kind=kind,
                authority="person",
                how="to counsel",
                granted="yes",
            )
        assert answer is not None
        return answer

    def proposes(self) -> str:
        answer = self.as_(self.aigerim).sends(
            self.release, audience="unhcr", recipient=str(self.marta), basis="consent", reason="protection"
        )
        assert answer.status_code == 303, answer.text
        return answer.location.partition("?")[0]


@pytest.fixture
def desk(scene: Scene, client: FlaskClient) -> Desk:
    return Desk(scene, client)


def test_what_is_entered_is_shown_and_the_matrix_says_who_agreed(desk: Desk) -> None:
    desk.enters()
    page = desk.as_(desk.aigerim).sees(desk.person)
    assert NAME in page
    assert "KZ-ALM" in page
    assert page.count('class="granted"') == 0
    desk.agrees()
    assert desk.as_(desk.aigerim).sees(desk.person).count('class="granted"') == 2


def test_what_leaves_stands_beside_what_stays_until_two_have_approved(desk: Desk) -> None:
    desk.enters()
    desk.agrees()
    page = desk.as_(desk.aigerim).sees(f"{desk.release}?audience=unhcr")
    leaves, _, stays = page.partition('id="stays"')
    assert NAME in leaves
    assert "nobody has agreed" in stays
    assert "sister" not in page
    where = desk.proposes()
    assert "waits for approval" in desk.as_(desk.timur).sees("/console/releases")
    assert desk.as_(desk.timur).sends(where, do="approve").status_code == 303
    with desk.scene.store.read() as unit:
        assert unit.session.scalars(select(Release)).one().state == "approved"
    assert "approved" in desk.as_(desk.dana).sees(where)
    desk.as_(desk.dana).sends(where, do="veto")
    assert "stopped" in desk.as_(desk.timur).sees(where)


@pytest.mark.parametrize("never", ["soon", "0001-01-01T00:00"])
def test_a_time_that_there_is_not_is_refused(desk: Desk, never: str) -> None:
    desk.enters()
    desk.agrees()
    given = {"audience": "unhcr", "recipient": str(desk.marta), "basis": "consent", "reason": "protection"}
    answer = desk.as_(desk.aigerim).sends(desk.release, **given, not_before=never)
    assert answer.status_code == 400
    assert "could not be read" in answer.text


def test_who_approves_reads_why_on_what_ground_and_the_dates_that_would_be_shown(desk: Desk) -> None:
    desk.enters()
    desk.agrees(("identity", "proceedings"))
    with desk.scene.store.unit("test") as unit:
        hearing = Entry("hearing_scheduled", When(unit.now), appointed_at=unit.now + timedelta(days=3))
        enter(unit, desk.scene.case_id, hearing, zone=ZONE)
    for page in (
        desk.as_(desk.aigerim).sees(f"{desk.release}?audience=unhcr"),
        desk.as_(desk.timur).sees(desk.proposes()),
    ):
        leaves = page.partition('id="stays"')[0]
        assert "Proceedings" in leaves
        assert "Hearing" in leaves
        assert leaves.partition('id="dates"')[2].count("<time") == 1, "when it is set for, not when that was heard"
    assert "On what ground" in page
    assert "protection" in page


def test_no_dates_are_shown_to_leave_without_a_yes_to_the_proceedings(desk: Desk) -> None:
    desk.enters()
    desk.agrees(("identity",))
    with desk.scene.store.unit("test") as unit:
        hearing = Entry("hearing_scheduled", When(unit.now), appointed_at=unit.now + timedelta(days=3))
        enter(unit, desk.scene.case_id, hearing, zone=ZONE)
    assert "Hearing" not in desk.as_(desk.timur).sees(desk.proposes())


def test_a_no_that_would_stop_nothing_is_not_offered_and_is_refused(desk: Desk) -> None:
    desk.enters()
    desk.agrees()
    where = desk.proposes()
    aigerim, timur = desk.as_(desk.aigerim), desk.as_(desk.timur)
    assert 'value="approve"' not in aigerim.sees(where), "she has said yes"
    assert 'value="veto"' in aigerim.sees(where)
    timur.sends(where, do="approve")
    assert 'value="veto"' not in timur.sees(where)
    assert 'value="veto"' in desk.as_(desk.dana).sees(where)
    refused = timur.sends(where, do="veto")
    assert refused.status_code == 400
    assert "Call it back" in refused.text
    assert timur.sends(where, do="recall").status_code == 303
    with desk.scene.store.read() as unit:
        assert unit.session.scalars(select(Release.state)).one() == "void"


def test_who_says_yes_again_said_it_when_they_said_it_first(desk: Desk, clock: ManualClock) -> None:
    desk.enters()
    desk.agrees()
    where = desk.proposes()
    with desk.scene.store.read() as unit:
        said_at = unit.session.scalars(select(ReleaseVoice.said_at)).one()
    clock.advance(timedelta(minutes=5))
    desk.as_(desk.aigerim).sends(where, do="approve")
    with desk.scene.store.read() as unit:
        assert unit.session.scalars(select(ReleaseVoice.said_at)).one() == said_at


def test_who_can_be_sent_nothing_is_not_chosen(desk: Desk) -> None:
    """Their address was never proved: it would be approved, be said to be sent, and reach nobody."""
    desk.enters()
    desk.agrees()
    with desk.scene.store.unit("test") as unit:
        noor = put_contact(unit, ContactCard("Noor", Role.UNHCR, email="noor@example.org"))
    aigerim = desk.as_(desk.aigerim)
    page = aigerim.sees(f"{desk.release}?audience=unhcr")
    assert page.count("no proved e-mail") == 1
    assert f'value="{noor}" disabled' in page
    form = {"audience": "unhcr", "recipient": str(noor), "basis": "consent", "reason": "protection"}
    refused = aigerim.sends(desk.release, **form)
    assert refused.status_code == 400
    assert "See Contacts" in refused.text
    with desk.scene.store.read() as unit:
        assert unit.session.scalars(select(Release)).all() == []


def test_a_recipient_who_wants_it_on_another_device_is_let_by_whoever_they_ask(
    desk: Desk, client: FlaskClient, clock: ManualClock
) -> None:
    desk.enters()
    desk.agrees()
    where = desk.proposes()
    with desk.scene.store.unit("test") as unit:
        release = unit.session.scalars(select(Release)).one()
        marta = unit.session.scalars(select(ReleaseRecipient)).one()
        release.state, marta.sent_at = ReleaseState.SENT, unit.now
        marta.expires_at = unit.now + timedelta(days=7)
        link, who = f"/release/{token_of(unit, PURPOSE, marta.id)}", str(marta.id)
    button = "Let them open it on another device"
    phone, desktop = (client.application.test_client() for _ in range(2))
    assert button not in desk.as_(desk.timur).sees(where), "nobody has opened it yet"
    assert [phone.post(link).status_code, desktop.post(link).status_code] == [200, 403]
    assert button in desk.as_(desk.timur).sees(where)
    assert desk.as_(desk.timur, duress=True).sends(where, do="another_device", recipient=who).status_code == 404
    assert desk.as_(desk.timur).sends(where, do="another_device", recipient="x").status_code == 400
    assert desktop.post(link).status_code == 403, "nothing has changed yet"
    for _ in range(2):
        assert desk.as_(desk.timur).sends(where, do="another_device", recipient=who).status_code == 303
    with desk.scene.store.read() as unit:
        freed = unit.session.scalars(select(EventRow).where(EventRow.name == "ReleaseLinkFreed")).one()
        assert freed.actor == f"contact:{desk.timur.contact_id}"
    assert [desktop.post(link).status_code, phone.post(link).status_code] == [200, 403]
    clock.advance(timedelta(days=7))
    assert button not in desk.as_(desk.timur).sees(where), "it opens nowhere any more"


def test_counsels_fields_are_for_counsel(desk: Desk) -> None:
    dana, aigerim = desk.as_(desk.dana), desk.as_(desk.aigerim)
    assert (
        dana.sends(f"{desk.person}/fact", field="torture", value="Secret-of-counsel", confidence="high").status_code
        == 303
    )
    assert "Secret-of-counsel" in dana.sees(desk.person)
    page = aigerim.sees(desk.person)
    assert "Secret-of-counsel" not in page
    assert "kept by the lawyer alone" in page
    refused = aigerim.sends(f"{desk.person}/counsel", field="torture", audience="un", do="open")
    assert refused.status_code == 400
    assert dana.sends(f"{desk.person}/counsel", field="torture", audience="un", do="open").status_code == 303
    assert "Torture → UN bodies" in dana.sees(desk.person)
    assert aigerim.sends(f"{desk.person}/counsel", field="torture", audience="un", do="close").status_code == 400
    for _ in range(2):
        assert dana.sends(f"{desk.person}/counsel", field="torture", audience="un", do="close").status_code == 303
        assert "Torture → UN bodies" not in dana.sees(desk.person), "and closed it stays"


@pytest.mark.parametrize("do", ["enter", "take_back"])
def test_what_counsel_keeps_is_replaced_and_taken_back_by_counsel_alone(desk: Desk, do: str) -> None:
    dana, aigerim = desk.as_(desk.dana), desk.as_(desk.aigerim)
    fact = {"field": "torture", "confidence": "high"}
    assert dana.sends(f"{desk.person}/fact", value="Secret-of-counsel", **fact).status_code == 303
    refused = aigerim.sends(f"{desk.person}/fact", value="nothing of the kind", do=do, **fact)
    assert refused.status_code == 400
    page = dana.sees(desk.person)
    assert "Secret-of-counsel" in page
    assert "nothing of the kind" not in page
    assert dana.sends(f"{desk.person}/fact", do="take_back", **fact).status_code == 303
    assert "Secret-of-counsel" not in dana.sees(desk.person)


def test_who_looks_at_what_is_to_leave_stands_in_the_log(desk: Desk) -> None:
    desk.enters()
    desk.agrees()
    where = desk.proposes()
    timur = desk.as_(desk.timur)
    seen = select(EventRow).where(EventRow.name == "CaseViewed", EventRow.actor == f"contact:{desk.timur.contact_id}")
    with desk.scene.store.read() as unit:
        assert unit.session.scalars(seen).all() == []
    assert NAME in timur.sees(where)
    with desk.scene.store.read() as unit:
        assert [row.case_id for row in unit.session.scalars(seen)] == [desk.scene.case_id]
    desk.as_(desk.aigerim).sends(f"{desk.person}/switch", do="freeze")
    assert NAME not in timur.sees(where)
    with desk.scene.store.read() as unit:
        assert len(unit.session.scalars(seen).all()) == 1, "nothing was shown the second time"


@pytest.mark.parametrize(
    ("where", "form"),
    [
        ("fact", {"field": "birth_date", "value": "yesterday", "confidence": "high"}),
        ("fact", {"field": "no_such", "value": "x", "confidence": "high"}),
        ("fact", {"field": "place", "value": "x", "confidence": "very"}),
        ("consent", {"audience": "unhcr", "kind": "identity", "authority": "person", "how": "", "granted": "yes"}),
        ("consent", {"audience": "unhcr", "authority": "person", "how": "x", "granted": "yes"}),
        ("consent", {"audience": "unhcr", "kind": "identity", "authority": "reporter", "how": "x", "granted": "yes"}),
        ("consent", {"audience": "all", "kind": "identity", "authority": "person", "how": "x", "granted": "yes"}),
        ("consent", {"audience": "unhcr", "kind": "identity", "authority": "vital_interest", "how": "x"}),
        ("bear-out", {"basis": "rumour", "source": "x"}),
        ("bear-out", {"basis": "lawyer", "source": " "}),
        ("switch", {"do": "explode"}),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_and_nothing_is_kept(
    desk: Desk, where: str, form: dict[str, str]
) -> None:
    answer = desk.as_(desk.aigerim).sends(f"{desk.person}/{where}", **form)
    assert answer.status_code == 400
    assert "Not entered" in answer.text
    with desk.scene.store.read() as unit:
        case = unit.session.get_one(Case, desk.scene.case_id)
        assert standing_of(unit, case).decisions == ()
        assert case.state == "reported"


def test_a_foreign_case_and_one_that_is_not_there_are_answered_alike(desk: Desk) -> None:
    timur = desk.as_(desk.timur)
    for code in (desk.scene.code, "AAA-AA2"):
        assert "no such case" in timur.sees(f"/console/case/{code}/person", 404)
        assert timur.sends(f"/console/case/{code}/person/switch", do="freeze").status_code == 404
        assert "no such case" in timur.sees(f"/console/case/{code}/release?audience=unhcr", 404)


def test_who_is_forced_sees_and_decides_nothing_of_it(desk: Desk) -> None:
    desk.enters()
    desk.agrees()
    where = desk.proposes()
    forced = desk.as_(desk.timur, duress=True)
    assert NAME not in forced.sees("/console/releases")
    assert forced.sees(where, 404)
    assert forced.sends(where, do="approve").status_code == 404
    with desk.scene.store.read() as unit:
        assert unit.session.scalars(select(Release)).one().state == "proposed"


def test_a_freeze_shows_and_voids_what_waits(desk: Desk) -> None:
    desk.enters()
    desk.agrees()
    where = desk.proposes()
    desk.as_(desk.aigerim).sends(f"{desk.person}/switch", do="freeze")
    assert "nothing leaves" in desk.as_(desk.aigerim).sees(desk.person)
    assert "proposed anew" in desk.as_(desk.timur).sees(where)
    desk.as_(desk.timur).sends(where, do="approve")
    assert "void" in desk.as_(desk.timur).sees("/console/releases")


def test_what_was_signed_beforehand_is_fired_by_one_coordinator(desk: Desk) -> None:
    desk.enters()
    aigerim, dana = desk.as_(desk.aigerim), desk.as_(desk.dana)
    form = {"do": "sign", "audience": "unhcr", "kind": "identity", "terms": "if I am taken"}
    assert aigerim.sends(f"{desk.person}/emergency", **form).status_code == 303
    page = aigerim.sees(desk.person)
    assert "if I am taken" in page
    assert "waits for its trigger" in page
    with desk.scene.store.read() as unit:
        (signed,) = emergency_releases(unit, desk.scene.case_id)
    assert dana.sends(f"{desk.person}/emergency", do="fire", release=str(signed.id)).status_code == 400
    assert aigerim.sends(f"{desk.person}/emergency", do="fire", release=str(signed.id)).status_code == 303
    assert "in force" in aigerim.sees(desk.person)
    assert aigerim.sends(f"{desk.person}/emergency", do="fire", release=str(signed.id)).status_code == 400
    assert NAME in aigerim.sees(f"{desk.release}?audience=unhcr").partition('id="stays"')[0]


def test_what_was_signed_beforehand_and_taken_back_is_fired_by_nobody(desk: Desk) -> None:
    desk.enters()
    aigerim, where = desk.as_(desk.aigerim), f"{desk.person}/emergency"
    assert aigerim.sends(where, do="sign", terms="if I am taken").status_code == 400, "for whom, and what?"
    assert aigerim.sends(where, do="sign", audience="unhcr", kind="identity", terms="if I am taken").status_code == 303
    with desk.scene.store.read() as unit:
        (signed,) = emergency_releases(unit, desk.scene.case_id)
    assert aigerim.sends(where, do="withdraw", release=str(signed.id)).status_code == 303
    assert aigerim.sends(where, do="fire", release=str(signed.id)).status_code == 400
    leaves = aigerim.sees(f"{desk.release}?audience=unhcr").partition('id="stays"')[0]
    assert NAME not in leaves.partition("<main")[2]
    assert aigerim.sends(desk.release, recipient=str(desk.marta), basis="consent").status_code == 400, "for whom?"


def test_a_guardian_who_has_a_part_in_it_agrees_to_nothing(desk: Desk) -> None:
    desk.enters()
    aigerim = desk.as_(desk.aigerim)
    form = {"audience": "unhcr", "kind": "identity", "authority": "guardian", "how": "a call", "granted": "yes"}
    aigerim.sends(f"{desk.person}/consent", **form)
    assert 'class="granted"' in aigerim.sees(desk.person)
    aigerim.sends(f"{desk.person}/guardian", do="implicated")
    page = aigerim.sees(desk.person)
    assert "their yes is none" in page
    assert 'class="granted"' not in page
    aigerim.sends(f"{desk.person}/guardian", do="none")
    assert 'class="granted"' in aigerim.sees(desk.person)


def test_a_message_is_moved_to_counsel_and_shown_to_counsel_alone(desk: Desk) -> None:
    message = desk.scene.says("they crossed at night, by a way that I tell you")
    aigerim, dana = desk.as_(desk.aigerim), desk.as_(desk.dana)
    case = f"/console/case/{desk.scene.code}"
    assert "crossed at night" in aigerim.sees(case)
    assert aigerim.sends(f"{desk.person}/message", message=str(message)).status_code == 303
    assert "crossed at night" not in aigerim.sees(case)
    assert "kept by the lawyer alone" in aigerim.sees(case)
    assert "crossed at night" in dana.sees(case)


def test_the_reporter_is_vouched_for_and_has_a_word(desk: Desk) -> None:
    aigerim = desk.as_(desk.aigerim)
    assert "I vouch" in aigerim.sees(desk.person)
    assert aigerim.sends(f"{desk.person}/reporter", do="verify").status_code == 303
    assert "Somebody vouches" in aigerim.sees(desk.person)
    assert aigerim.sends(f"{desk.person}/reporter", do="duress", word="tea").status_code == 400
    assert aigerim.sends(f"{desk.person}/reporter", do="duress", word="blue kettle").status_code == 303
    assert "blue kettle" not in aigerim.sees(desk.person)


def test_the_case_page_shows_what_runs_and_how_it_was_counted(desk: Desk) -> None:
    with desk.scene.store.unit("test") as unit:
        case = unit.session.get_one(Case, desk.scene.case_id)
        case.jurisdiction = "KZ"
        enter(unit, case.id, Entry("asylum_refusal_known", When(unit.now)), zone=ZONE)
    page = desk.as_(desk.dana).sees(f"/console/case/{desk.scene.code}")
    assert "What runs" in page
    assert f"{desk.scene.code}.1" in page.replace("\u2068", "").replace("\u2069", "")
    assert "How it was counted" in page
    assert "The asylum claim is lost" in page
    assert "Asylum refused (date it became known)" in page

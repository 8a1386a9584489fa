"""What was taken, approved and sent: versions by their text, each step an event, and none of it readable at rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from cases.consent.agreeing import enter_consent, freeze
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.docket.promising import promise_of, promise_update
from cases.models import Case
from cases.verification import Basis, bear_out
from dialogue.asking import put_question
from papers.comparing import Change
from papers.desk import COUNSEL, Desk, Files, State, desk_of
from papers.errors import PaperError
from papers.keeping import Leaving, note_left, paper_of, version_in, withdraw_approval
from papers.models import PaperVersion
from papers.taking import Form, Which, approve_on, hand_over
from store.eventlog import EventRow
from tests.papers.records import VALUES
from tests.web.scene import Scene

if TYPE_CHECKING:
    from uuid import UUID

    from papers.drawing import Sheet
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

ZONE = "Asia/Almaty"


class Office:
    """A case of which much is known, agreed to for the UN and UNHCR, and its lawyer."""

    def __init__(self, store: Store) -> None:
        self.store, self.scene = store, Scene.begin(store)
        self.dana: UUID = self.scene.helper("Dana", "lawyer")
        with store.unit("test") as unit:
            case = unit.session.get_one(Case, self.case_id)
            case.jurisdiction, case.timezone, case.threatened_state = "KZ", ZONE, "CN"
            for name, value in VALUES.items():
                enter_fact(unit, self.case_id, name, value, source="her sister", confidence="high")
            bear_out(unit, self.case_id, Basis.LAWYER, "counsel saw her")
            for audience in (Audience.UN, Audience.UNHCR, Audience.FAMILY):
                self._agrees(unit, audience)
            for event, ago in (("admin_detention_actual_start", 2), ("expulsion_ruling_pronounced", 1)):
                enter(unit, self.case_id, Entry(event, When(unit.now - timedelta(hours=ago))), zone=ZONE)
            standing = promise_of(unit, self.case_id)
            seen = None if standing is None else standing.id
            promise_update(unit, self.case_id, unit.now + timedelta(hours=3), seen=seen)

    @property
    def case_id(self) -> UUID:
        return self.scene.case_id

    def _agrees(self, unit: UnitOfWork, audience: Audience) -> None:
        how = "to counsel, in the cell"
        enter_consent(unit, self.case_id, audience, FieldClass, granted=True, authority=Authority.PERSON, how=how)

    def desk(self, unit: UnitOfWork, role: str = COUNSEL) -> Desk:
        case = unit.session.get_one(Case, self.case_id)
        return desk_of(unit, case, role=role, default_zone=ZONE, files=Files.AS_THEY_CAME)

    def takes(self, kind: str, language: str = "en", role: str = COUNSEL) -> Sheet:
        with self.store.unit(f"contact:{self.dana}") as unit:
            desk = self.desk(unit, role)
            return hand_over(unit, self.case_id, desk, Which(kind, language), Form.PDF, reader="en")

    def approves(self, kind: str, language: str = "en", seen: str | None = None, by: UUID | None = None) -> None:
        by = by or self.dana
        with self.store.unit(f"contact:{by}") as unit:
            desk = self.desk(unit)
            shown = desk.draft(kind, language)[1].paper.sha256() if seen is None else seen
            approve_on(unit, self.case_id, desk, Which(kind, language), by=by, seen=shown)

    def state(self, kind: str, language: str = "en") -> State:
        with self.store.read() as unit:
            return self.desk(unit).draft(kind, language)[1].state

    def enters(self, name: str, value: str) -> None:
        with self.store.unit("test") as unit:
            enter_fact(unit, self.case_id, name, value, source="counsel", confidence="high")

    def events(self, *names: str) -> list[dict[str, Any]]:
        with self.store.read() as unit:
            rows = select(EventRow).where(EventRow.name.in_(names)).order_by(EventRow.position)
            return [row.payload for row in unit.session.scalars(rows)]


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_the_same_text_is_the_same_version_and_each_taking_is_noted(office: Office) -> None:
    first = office.takes("cat_interim")
    again = office.takes("cat_interim")
    assert first.mark == again.mark
    assert "v1" in first.mark
    office.enters("place", "Centre No. 2")
    assert "v2" in office.takes("cat_interim").mark
    taken = office.events("PaperTaken")
    assert [one["number"] for one in taken] == [1, 1, 2]
    assert len({one["digest"] for one in taken}) == 2
    with office.store.read() as unit:
        kept = unit.session.scalars(select(PaperVersion).order_by(PaperVersion.number)).all()
        assert "Temporary detention centre No. 1" in "\n".join(paper_of(unit, kept[0]).lines())


def test_a_paper_is_a_draft_until_the_lawyer_approves_that_very_text(office: Office) -> None:
    draft = office.takes("family_sheet")
    assert draft.is_draft
    assert draft.banner.startswith("DRAFT")
    assert draft.paper.notes
    with pytest.raises(PaperError, match="changed since"):
        office.approves("family_sheet", seen="0" * 64)
    office.approves("family_sheet")
    office.approves("family_sheet")
    assert len(office.events("PaperApproved")) == 1
    assert office.state("family_sheet") is State.APPROVED
    approved = office.takes("family_sheet")
    assert not approved.is_draft
    assert not approved.banner

    office.enters("place", "Centre No. 2")
    assert office.state("family_sheet") is State.CHANGED
    with office.store.read() as unit:
        changes = office.desk(unit).draft("family_sheet", "en")[1].changes
    assert changes == (
        Change(
            ("Place: Temporary detention centre No. 1",),
            ("Place: Centre No. 2",),
        ),
    )
    assert office.takes("family_sheet").is_draft


def test_nothing_is_approved_while_somebody_has_to_fill_something_in(office: Office) -> None:
    """A bracket in a paper that a lawyer has approved would be filed as it stands, by whoever trusts the approval."""
    with pytest.raises(PaperError, match="still to be filled in"):
        office.approves("unhcr_referral")
    assert office.state("unhcr_referral") is not State.APPROVED
    assert not office.events("PaperApproved")


def test_what_was_approved_before_is_approved_when_it_says_the_same_again(office: Office) -> None:
    """She is moved and moved back: the sheet reads as it did when counsel approved it."""
    office.approves("family_sheet")
    office.enters("place", "Centre No. 2")
    office.approves("family_sheet")
    office.enters("place", VALUES["place"])
    assert office.state("family_sheet") is State.APPROVED
    assert not office.takes("family_sheet").is_draft


@pytest.mark.both
def test_of_two_lawyers_one_approves_and_the_other_is_told(office: Office) -> None:
    other = office.scene.helper("Marat", "lawyer")
    office.approves("family_sheet")
    with pytest.raises(PaperError, match="another lawyer"):
        office.approves("family_sheet", by=other)
    (approved,) = office.events("PaperApproved")
    assert approved["contact_id"] == str(office.dana)


def test_what_counsel_took_back_is_not_shown_to_others_as_what_has_changed(office: Office) -> None:
    """The approved text told of the family's lawyer; since then that may not be told. The difference would tell it."""
    office.approves("family_sheet")
    with office.store.unit("test") as unit:
        enter_consent(
            unit,
            office.case_id,
            Audience.FAMILY,
            (FieldClass.REACH,),
            granted=False,
            authority=Authority.PERSON,
            how="to counsel",
        )
    with office.store.read() as unit:
        coordinators = office.desk(unit, "coordinator").draft("family_sheet", "en")[1]
        counsels = office.desk(unit).draft("family_sheet", "en")[1]
    assert coordinators.changes == ()
    assert coordinators.changes_closed
    assert "Dana Invented" in str(counsels.changes)
    assert not counsels.changes_closed


def test_an_approval_can_be_taken_back_by_counsel(office: Office) -> None:
    office.approves("family_sheet")
    with office.store.unit("test") as unit:
        version = unit.session.scalars(select(PaperVersion)).one()
        assert withdraw_approval(unit, office.case_id, version.id, office.dana)
        assert not withdraw_approval(unit, office.case_id, version.id, office.dana)
    assert office.state("family_sheet") is State.DRAFT


def test_what_left_is_remembered_and_warns_of_the_next_of_its_kind(office: Office) -> None:
    office.takes("hrc_interim")
    with office.store.unit(f"contact:{office.dana}") as unit:
        version = unit.session.scalars(select(PaperVersion)).one()
        leaving = Leaving("the registry in Geneva", "email", unit.now, "G/SO 000/1")
        note_left(unit, office.case_id, version.id, leaving)
        with pytest.raises(PaperError, match="later than now"):
            note_left(unit, office.case_id, version.id, replace(leaving, left_at=unit.now + timedelta(minutes=1)))
        with pytest.raises(PaperError, match="to whom"):
            note_left(unit, office.case_id, version.id, replace(leaving, to="  "))
        with pytest.raises(PaperError, match="no such version"):
            version_in(unit, office.dana, version.id)
    assert office.state("hrc_interim") is State.SENT
    assert office.events("PaperLeft")[0]["number"] == 1
    with office.store.read() as unit:
        desk = office.desk(unit)
        assert desk.draft("hrc_interim", "en")[1].leavings[0][1].to == "the registry in Geneva"
        offer = desk.draft("cat_interim", "en")[0].offer
    assert "papers.beware_same" in {one.key for one in offer.warnings}


def test_what_the_family_reads_is_first_in_its_language_and_a_filing_in_that_of_the_court(
    store: Store,
) -> None:
    scene = Scene.begin(store)
    with store.unit("test") as unit:
        case = unit.session.get_one(Case, scene.case_id)
        case.jurisdiction, case.language = "KZ", "ug"
        desk = desk_of(unit, case, role=COUNSEL, default_zone=ZONE)
        first = {one.offer.kind.id: one.drafts[0].paper.language for one in desk.papers}
    assert first["family_sheet"] == first["rights_card"] == "ug"
    assert first["kz_appeal"] == "ru"
    assert first["unhcr_referral"] == "en"


def test_a_family_is_promised_no_call_at_a_time_that_is_past(store: Store, clock: ManualClock) -> None:
    """Nor at one that the program set for the team: until a person promises, the sheet asks the coordinator."""
    scene = Scene.begin(store)

    def is_asked() -> bool:
        with store.read() as unit:
            case = unit.session.get_one(Case, scene.case_id)
            sheet, _ = desk_of(unit, case, role="coordinator", default_zone=ZONE).draft("family_sheet", "en")
            return "next_update" in sheet.offer.missing

    with store.unit("test") as unit:
        enter(unit, scene.case_id, Entry("transferred", When(unit.now)), zone=ZONE)
        watch = promise_of(unit, scene.case_id)
        assert watch is not None, "the team is reminded to call"
    assert is_asked()
    with store.unit("test") as unit:
        promise_update(unit, scene.case_id, unit.now + timedelta(hours=3), seen=watch.id)
    assert not is_asked()
    clock.advance(timedelta(hours=4))
    assert is_asked()


def test_a_consent_taken_back_empties_the_paper_at_once(office: Office) -> None:
    assert "Qarlygash" in "\n".join(office.takes("cat_interim").paper.lines())
    with office.store.unit("test") as unit:
        freeze(unit, office.case_id)
    assert "Qarlygash" not in "\n".join(office.takes("cat_interim").paper.lines())
    assert office.state("cat_interim") is State.GAPS


def test_what_counsel_keeps_and_what_nobody_has_signed_is_not_handed_to_others(office: Office) -> None:
    with pytest.raises(PaperError, match="counsel keeps"):
        office.takes("asylum_statement", "ru", role="coordinator")
    assert "They came for my brother first." in "\n".join(office.takes("asylum_statement", "ru").paper.lines())
    with pytest.raises(PaperError, match="before a lawyer has approved"):
        office.takes("rights_card", role="coordinator")
    office.approves("rights_card")
    assert not office.takes("rights_card", role="coordinator").is_draft
    with pytest.raises(PaperError, match="does not exist where"):
        office.takes("echr_r39")
    with office.store.unit("test") as unit, pytest.raises(PaperError, match="only the lawyer"):
        approve_on(
            unit,
            office.case_id,
            office.desk(unit, "coordinator"),
            Which("unhcr_referral", "en"),
            by=office.dana,
            seen="x",
        )


def test_nothing_that_was_kept_can_be_read_in_the_database(office: Office, clock: ManualClock) -> None:
    office.takes("cat_interim")
    with office.store.unit("test") as unit:
        version = unit.session.scalars(select(PaperVersion)).one()
        note_left(unit, office.case_id, version.id, Leaving("the registry in Geneva", "email", clock.now(), "G/SO 1"))
        found = ""
        for table in ("paper_version", "paper_leaving"):
            found += str(unit.session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608  our own names
    for secret in ("Qarlygash", "detention centre", "Geneva", "G/SO", "Dana Invented"):
        assert secret not in found


@pytest.mark.both
def test_of_several_who_have_the_family_asked_at_once_one_does_and_all_see_who(store: Store) -> None:
    scene = Scene.begin(store)
    dana = scene.helper("Dana", "lawyer")

    def press(_: int) -> bool:
        with store.unit(f"contact:{dana}") as unit:
            return put_question(unit, scene.case_id, "birth_date")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(press, range(4))) == [True] * 4
    with store.read() as unit:
        told = [one.payload for one in unit.session.scalars(select(EventRow).where(EventRow.name == "FamilyAsked"))]
        case = unit.session.get_one(Case, scene.case_id)
        asked = desk_of(unit, case, role="coordinator", default_zone=ZONE).asked
    assert told == [{"field": "birth_date"}]
    by = asked["birth_date"].by
    assert by is not None
    assert by.id == dana

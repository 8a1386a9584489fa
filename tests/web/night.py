"""A night at the pages: a few cases in several states, a team, what is known, what runs, what waits to leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.messages.channel_states import note_channels
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.identity.comparing import compare
from cases.identity.index import Match
from cases.identity.records import Record
from cases.identity.suggesting import suggest
from cases.models import Case
from cases.releases.proposing import Proposal, propose
from cases.sealed.keeping import keep
from cases.sealed.models import EntryKind, SealedFile
from cases.sealed.triggering import approve, confirm_by_word
from cases.verification import Basis, bear_out
from contacts.accounts.managing import ask_for_role
from contacts.accounts.roles import AccountRole
from contacts.directory import put_contact
from contacts.models import Contact
from contacts.values import ContactCard, Role
from store.base import new_id
from tests.accounts import Member, join
from tests.web.conftest import ZONE
from tests.web.house import House
from tests.web.scene import Scene
from tests.web.test_console import seek

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

UYGHUR = "ئىنىمنى تۇتۇپ كەتتى، ئۇ ئەمدى ئايرودرومدا"
LONG = "x" * 400


@dataclass(frozen=True)
class Night:
    """Who is there and what there is."""

    store: Store
    coordinator: Member
    lawyer: Member
    admin: Member
    case: Scene
    release_id: UUID
    twin: Scene
    """A case that may be of the same person, whom somebody else has written in another script."""

    def speaks(self, member: Member, language: str) -> None:
        """Let somebody read the pages in this language."""
        with self.store.unit("test") as unit:
            unit.session.get_one(Contact, member.contact_id).languages = [language]


def begin_night(store: Store) -> Night:
    """Build it. Everybody and everything is invented."""
    coordinator, timur = join(store, "Aigerim"), join(store, "Timur Үмітұлы, a name that is rather long")
    lawyer, admin = join(store, "Dana", "lawyer"), join(store, "administrator", "admin")
    case = Scene.begin(store)
    case.says(f"{UYGHUR}\n{LONG}\n\u202eEVIL <b>bold</b>")
    case.answers("where", "home")
    case.answers("who", message=case.says("Қарлығаш Үлгі"))
    case.sends("photo", caption="a paper", photo=[{"file_id": "one", "file_unique_id": "one", "file_size": 3}])
    for name, role in (("Aigerim", "coordinator"), ("Dana", "lawyer")):
        case.helper(name, role)
    for words in ("they took my sister", "боюсь возвращаться"):
        seek(Scene.begin(store, words), "coordinator")
    with store.unit(f"contact:{coordinator.contact_id}") as unit:
        note_channels(unit, frozenset({"telegram", "sms"}))
        _runs(unit, case.case_id)
        release_id = _waits_to_leave(unit, case.case_id, coordinator)
        ask_for_role(unit, admin.account_id, timur.account_id, AccountRole.OBSERVER)
        _left_sealed(unit, case.case_id, coordinator)
    twin = _may_be_the_same(store, case, coordinator)
    _team_at_work(House(store))
    return Night(store, coordinator, lawyer, admin, case, release_id, twin)


def _may_be_the_same(store: Store, case: Scene, coordinator: Member) -> Scene:
    twin = Scene.begin(store, "Qarlyghash was taken from the market")
    twin.helper("Aigerim", "coordinator")
    told = Record(name="Қарлығаш Үлгі", place="Centre 1"), Record(name="Qarlygash Ulgi", place="Centre 1")
    with store.unit(f"contact:{coordinator.contact_id}") as unit:
        enter_fact(unit, twin.case_id, "name_latin", "Qarlygash Ulgi", source="a neighbour")
        enter_fact(unit, twin.case_id, "place", "Centre 1", source="a neighbour")
        suggest(unit, case.case_id, [Match(twin.case_id, compare(*told))])
    return twin


def _team_at_work(house: House) -> None:
    """Rosters with a gap, and messages that did not all arrive."""
    house.helper("Dana", "lawyer", email="dana@example.org")
    house.rosters("Aigerim", "Dana", "Nobody")
    need = house.asks(house.case(), house.id_of("Aigerim"), answer="decline", after=timedelta(minutes=3))
    for state in ("delivered", "failed_permanent", "unknown", "queued"):
        house.message(state, need)
    house.message("queued", due_at=None, parked_at=house.store.clock.now())


def _runs(unit: UnitOfWork, case_id: UUID) -> None:
    """What happened to them, and the clocks of that."""
    day = timedelta(days=1)
    entries = (
        Entry("extradition_detention_actual", When(unit.now - 9 * day), source="the family"),
        Entry("custody_ruling_announced", When(unit.now - 7 * day), source="counsel", note="in a closed hearing"),
        Entry("hearing_scheduled", When(unit.now - day), appointed_at=unit.now + 2 * day, source="the court's list"),
        Entry("hearing_moved", When(unit.now - day / 2), appointed_at=unit.now + day, source="counsel"),
        Entry("asylum_refusal_known", When(unit.now - day / 4), source="counsel"),
    )
    for entry in entries:
        enter(unit, case_id, entry, zone=ZONE)


def _left_sealed(unit: UnitOfWork, case_id: UUID, coordinator: Member) -> None:
    """What the person left for this day, with a source, a missed check-in and one who agrees."""
    file = SealedFile(id=new_id(), case_id=case_id, begun_at=unit.now)
    unit.session.add(file)
    unit.session.flush()
    for kind in (EntryKind.TEAM, EntryKind.COUNSEL, EntryKind.TRUSTED):
        keep(unit, file, kind, f"Үлгі, +7 700 000 00 12\n{LONG}")
    for who in ("the aunt", "the guard"):
        confirm_by_word(unit, file, who, "by telephone")
    assert coordinator.contact_id is not None
    approve(unit, file, coordinator.contact_id, "coordinator", f"two say so {LONG}", zone=ZONE)


def _waits_to_leave(unit: UnitOfWork, case_id: UUID, coordinator: Member) -> UUID:
    marta = put_contact(unit, ContactCard("Marta", Role.UNHCR, email="marta@example.org"))
    bear_out(unit, case_id, Basis.LAWYER, "counsel saw her")
    known = {"name_native": "Қарлығаш Үлгі", "place": "Centre 1", "feared_state": "CN", "relation": "sister"}
    for name, value in known.items():
        enter_fact(unit, case_id, name, value, source="counsel")
    kinds = (FieldClass.IDENTITY, FieldClass.CUSTODY)
    yes = Authority.PERSON
    enter_consent(unit, case_id, Audience.UNHCR, kinds, granted=True, authority=yes, how="a call")
    assert coordinator.contact_id is not None
    case = unit.session.get_one(Case, case_id)
    return propose(unit, case, Proposal(Audience.UNHCR, (marta,), reason="fear of return"), coordinator.contact_id)

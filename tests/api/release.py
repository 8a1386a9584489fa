"""A release that waits, written straight into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.models import Case
from cases.releases.proposing import Proposal, propose
from cases.verification import Basis, bear_out
from contacts.directory import put_contact
from contacts.values import ContactCard, Role

if TYPE_CHECKING:
    from uuid import UUID

    from tests.web.scene import Scene


def proposed(scene: Scene, by: str = "Timur") -> UUID:
    """What UNHCR is to be told, for others to approve."""
    proposer = scene.helper(by)
    with scene.store.unit("test") as unit:
        marta = put_contact(unit, ContactCard("Marta", Role.UNHCR))
        bear_out(unit, scene.case_id, Basis.LAWYER, "counsel saw her")
        enter_fact(unit, scene.case_id, "place", "Centre 1", source="counsel")
        agreed = {"granted": True, "authority": Authority.PERSON, "how": "a call"}
        enter_consent(unit, scene.case_id, Audience.UNHCR, (FieldClass.CUSTODY,), **agreed)  # type: ignore[arg-type]
        case = unit.session.get_one(Case, scene.case_id)
        return propose(unit, case, Proposal(Audience.UNHCR, (marta,)), proposer)

"""The policies and rosters in force: imported as one document, kept encrypted because it names people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import func, select

from alerts.events import PoliciesReplaced
from alerts.models import CANARY, DUE, Alert, PolicyDocument, RosterOverride
from alerts.policy import Policies, PolicyError, choose_policy, default_policy, overrides_of, read_policies
from alerts.policy.ladder import Holder, Ladder, Order, Step
from cases.models import Case
from contacts.duty import SAME_SHIFT, Duty
from contacts.models import Contact
from contacts.roster import Handoff, Override, RosterPlan
from store.base import new_id
from store.data_keys import SYSTEM
from store.errors import UnreadableError
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from alerts.models import Need
    from alerts.policy import RosterSpec
    from store.unit_of_work import UnitOfWork

FindMembers = Callable[["UnitOfWork", Collection[str]], Mapping[str, str]]
"""Finds members of rosters by name: their ids, without those who are unknown."""
log = structlog.get_logger(__name__)
ABSENT = "absent"
"""Stands in a roster for a member nobody knows, so that everybody else keeps their turns."""

WHOEVER_HAS_IT = Step(
    (Holder(),),
    ("telegram", "sms", "voice", "email"),
    wait=timedelta(minutes=12),
    order=Order.IN_TURN,
    gap=timedelta(minutes=3),
)
"""Of what is due, whoever has the case hears first: in the chat, where they may just have entered it, then louder."""

CANARY_LADDER = Ladder((Step((), (CANARY,), wait=timedelta(minutes=15)),))
"""One step. Who is on it is known without looking (:func:`alerts.needs.targets.reachable`)."""

NEWEST = select(PolicyDocument).order_by(PolicyDocument.imported_at.desc(), PolicyDocument.id.desc()).limit(1)
_read = lru_cache(maxsize=2)(read_policies)
"""Every step of every search asks for the document, which seldom changes and takes milliseconds to read."""


def import_policies(unit: UnitOfWork, text: str) -> Policies:
    """Put a document in force; raises PolicyError (with lines) and changes nothing when it cannot be read.

    Searches under way begin afresh on the new ladders (:func:`alerts.search.paging.search_afresh`). Importing what is
    in force already changes nothing.
    """
    policies = read_policies(text)
    if policies == policies_in_force(unit):
        return policies
    document = PolicyDocument(id=new_id(), imported_at=unit.now)
    document.content = unit.vault.seal(SYSTEM, Field("policy_document", "content", document.id), text)
    unit.session.add(document)
    unit.session.flush()
    unit.record(PoliciesReplaced(case_id=None, document_id=document.id))
    return policies


def policies_in_force(unit: UnitOfWork) -> Policies:
    """Return the newest imported document, or what is used without one or with one that cannot be read any more."""
    return _in_force(unit)[0]


def _in_force(unit: UnitOfWork) -> tuple[Policies, datetime]:
    """Return them, and since when; what was never imported is as of now."""
    document = unit.session.scalars(NEWEST).one_or_none()
    return policies_in(unit, document), unit.now if document is None else document.imported_at


def policies_in(unit: UnitOfWork, document: PolicyDocument | None) -> Policies:
    """Return what a document says, or what is used without one or with one that cannot be read any more."""
    return default_policy() if document is None else _read_document(unit, document)


def _read_document(unit: UnitOfWork, document: PolicyDocument) -> Policies:
    field = Field("policy_document", "content", document.id)
    try:
        return _read(unit.vault.open(SYSTEM, field, document.content))
    except (PolicyError, UnreadableError) as error:
        # A document that was fine when it was imported and is not any more must not silence every search.
        log.exception("policies_unreadable", error=type(error).__name__, instead="the built-in policy")
        return default_policy()


def ladder_for(unit: UnitOfWork, need: Need) -> Ladder:
    """Return whom to ask for a need: the chosen policy's ladder, or the built-in one when the policy has none.

    Of what is due, whoever has the case hears first.
    """
    ladder = ladder_of(unit, need.kind, need.case_id)
    if unit.session.get_one(Alert, need.alert_id).kind in DUE:
        return replace(ladder, steps=(WHOEVER_HAS_IT, *ladder.steps), accepts=1)
    return ladder


def ladder_of(unit: UnitOfWork, kind: str, case_id: UUID | None) -> Ladder:
    """Return whom to ask for a need of this kind of a case, or of none."""
    if kind == CANARY:
        return CANARY_LADDER
    return ladder_in(policies_in_force(unit), kind, None if case_id is None else unit.session.get(Case, case_id))


def ladder_in(policies: Policies, kind: str, case: Case | None) -> Ladder:
    """Return whom some policies have asked for a need of this kind of a case, or of none. Pure."""
    chosen = choose_policy(policies.policies, jurisdiction=None if case is None else case.region, risk=None)
    built_in = default_policy().policies[0]
    return chosen.needs.get(kind) or built_in.needs[kind]


def member_ids(unit: UnitOfWork, names: Collection[str]) -> dict[str, str]:
    """Return the ids that members of rosters have, by name, in one query; who is unknown is left out."""
    by_index = {unit.vault.blind_index("contact_name", name): name for name in names}
    rows = unit.session.execute(select(Contact.name_index, Contact.id).where(Contact.name_index.in_(list(by_index))))
    known = {index: str(contact_id) for index, contact_id in rows}
    return {name: known[index] for name in names if (index := unit.vault.blind_index("contact_name", name)) in known}


def duties(unit: UnitOfWork, find: FindMembers = member_ids) -> list[Duty]:
    """Return every roster that has members, with what was agreed about its shifts, as in the document.

    Three queries, however many there are. ``find``: how members are found by name, for who wants more of them.
    """
    policies, written_at = _in_force(unit)
    return _duties(unit, [spec for spec in policies.rosters if spec.members], written_at, find)


def duties_by(unit: UnitOfWork, known: Mapping[bytes, UUID]) -> list[Duty]:
    """Return what :func:`duties` does, by one statement; ``known``: everybody's id by the fingerprint of their name."""
    rows = unit.session.execute(
        select(PolicyDocument, RosterOverride)
        .outerjoin(RosterOverride, RosterOverride.ends_at > unit.now - 2 * SAME_SHIFT)
        .where(PolicyDocument.id == NEWEST.with_only_columns(PolicyDocument.id).scalar_subquery())
        .order_by(RosterOverride.created_at, RosterOverride.id)
    ).all()
    if not rows:
        return []
    document: PolicyDocument = rows[0][0]
    outer: list[RosterOverride | None] = [row for _, row in rows]
    agreed = [row for row in outer if row is not None]
    specs = [spec for spec in _read_document(unit, document).rosters if spec.members]
    names = {name for spec in specs for name in (*spec.members, *(one.member for one in spec.overrides))}
    indexed = {name: known.get(unit.vault.blind_index("contact_name", name)) for name in names}
    ids = {name: str(found) for name, found in indexed.items() if found is not None}
    return _with_agreed(specs, document.imported_at, ids, _by_roster(agreed))


def duty_named(unit: UnitOfWork, name: str, policies: Policies | None = None) -> Duty | None:
    """Return one roster, with members by contact id; None when there is none of that name, or it is empty.

    Of those in force, unless it is asked about ``policies`` that are not.
    """
    in_force, written_at = _in_force(unit)
    rosters = (policies or in_force).rosters
    specs = [spec for spec in rosters if spec.name == name and spec.members]
    return next(iter(_duties(unit, specs[:1], written_at, member_ids)), None)


def rosters_since(unit: UnitOfWork) -> datetime | None:
    """Return since when this team has imported documents at all; None if it never did."""
    since: datetime | None = unit.session.scalar(select(func.min(PolicyDocument.imported_at)))
    return since


def _duties(unit: UnitOfWork, specs: Sequence[RosterSpec], written_at: datetime, find: FindMembers) -> list[Duty]:
    if not specs:
        return []
    names = {name for spec in specs for name in (*spec.members, *(one.member for one in spec.overrides))}
    return _with_agreed(specs, written_at, find(unit, names), _agreed(unit, [spec.name for spec in specs]))


def _with_agreed(
    specs: Sequence[RosterSpec],
    written_at: datetime,
    ids: Mapping[str, str],
    agreed: Mapping[str, Sequence[Override]],
) -> list[Duty]:
    def id_of(name: str) -> str:
        return ids.get(name, ABSENT)

    return [
        Duty(_plan(spec, id_of), (*overrides_of(spec, id_of, written_at), *agreed.get(spec.name, ()))) for spec in specs
    ]


def _agreed(unit: UnitOfWork, rosters: Sequence[str]) -> dict[str, list[Override]]:
    """What was agreed since, but for what is long over: the last hand-off is looked for a week back."""
    rows = unit.session.scalars(
        select(RosterOverride)
        .where(RosterOverride.roster.in_(rosters), RosterOverride.ends_at > unit.now - 2 * SAME_SHIFT)
        .order_by(RosterOverride.created_at, RosterOverride.id)
    )
    return _by_roster(rows)


def _by_roster(rows: Iterable[RosterOverride]) -> dict[str, list[Override]]:
    found: dict[str, list[Override]] = defaultdict(list)
    for row in rows:
        found[row.roster].append(Override(str(row.contact_id), row.starts_at, row.ends_at, row.created_at))
    return found


def _plan(spec: RosterSpec, id_of: Callable[[str], str]) -> RosterPlan:
    return RosterPlan(
        name=spec.name,
        timezone=spec.timezone,
        every=spec.every,
        handoff=Handoff(spec.handoff_time, spec.handoff_weekday),
        members=tuple(id_of(member) for member in spec.members),
    )


def find_member(unit: UnitOfWork, member: str) -> Contact | None:
    """Return the contact behind a roster's member id."""
    return None if member == ABSENT else unit.session.get(Contact, UUID(member))

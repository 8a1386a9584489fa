"""The evidence of one case as data: every event with its digest, every attested row, files, calls, proofs of seals.

It says who acted by role. Names of helpers are left out unless they are asked for; addresses, numbers and what
somebody wrote are never in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alerts.evidence import calls_for
from app import VERSION
from app.evidence.meanings import meanings
from app.evidence.sealing import KINDS
from cases.events import EvidenceExported
from cases.evidence import fingerprint_key, kept_files, reports_of_case
from contacts.directory import name_of
from contacts.models import Contact
from store.attestation import AT_ONCE, Attestation
from store.eventlog import EventRow, content_of
from store.files import StoredFile, sha256_of
from store.seals import first_digest, next_digest, proofs_of
from texts.zones import known_zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alerts.evidence import Call
    from cases.models import Case
    from store.unit_of_work import UnitOfWork

FORMAT = "panah evidence 1"
HIDDEN = frozenset({"fingerprint", "digest"})
"""What an event says that a reader can do nothing with."""


def note_export(unit: UnitOfWork, case_id: UUID, *, with_names: bool, agreed: str = "") -> None:
    """Write down that the evidence of a case is exported, before it is."""
    unit.record(EvidenceExported(case_id=case_id, with_names=with_names, agreed=agreed))


@dataclass
class _People:
    """Who somebody is, by their role; with their name where that was asked for."""

    unit: UnitOfWork
    chats: frozenset[UUID]
    with_names: bool
    seen: dict[str, str] = field(default_factory=dict)

    def actor(self, actor: str) -> str:
        """Say who did something."""
        kind, _, id_ = actor.partition(":")
        match kind:
            case "contact":
                return self.contact(UUID(id_))
            case "chat":
                return "the reporter" if UUID(id_) in self.chats else "somebody in a conversation"
            case "cli":
                return "the operator"
            case _:
                return "the program"

    def contact(self, id_: UUID) -> str:
        """Say who a helper is."""
        known = self.seen.get(str(id_))
        if known is None:
            known = self.seen[str(id_)] = self._role(id_)
        return known

    def _role(self, id_: UUID) -> str:
        row = self.unit.session.get(Contact, id_)
        if row is None:
            return "a helper who is not known any more"
        return f"{row.role} {name_of(self.unit, row)}" if self.with_names else f"{row.role} {str(id_)[-6:]}"


def dossier(unit: UnitOfWork, case: Case, default_zone: str, *, with_names: bool) -> dict[str, Any]:
    """Build everything that ``evidence.json`` holds. Times are given in UTC and by the clock of the case's zone."""
    zone = known_zone(case.timezone) or default_zone
    chats = frozenset(one.chat_id for one in reports_of_case(unit, case.id) if one.chat_id is not None)
    people = _People(unit, chats, with_names)
    chain = f"case:{case.id}"
    return {
        "format": FORMAT,
        "program": f"panah {VERSION}",
        "case": case.code,
        "case_id": str(case.id),
        "made_at": unit.now.isoformat(),
        "zone": zone,
        "chain": chain,
        "events": list(_events(unit, chain, people, zone)),
        "rows": list(_rows(unit, case.id)),
        "files": [_file(unit, file, zone) for file in kept_files(unit, case.id)],
        "calls": [_call(call, people, zone) for call in calls_for(unit, case.id)],
        "seals": [
            {"position": one.position, "digest": one.digest, "path": one.path, "line": one.line}
            for one in proofs_of(unit, chain)
        ],
        "fingerprint_key": fingerprint_key(unit, case.id).hex(),
        "people": people.seen,
    }


def _events(unit: UnitOfWork, chain: str, people: _People, zone: str) -> Iterator[dict[str, Any]]:
    digest, means = first_digest(chain), meanings()
    for row in unit.session.scalars(select(EventRow).where(EventRow.chain == chain).order_by(EventRow.position)):
        content = content_of(row)
        digest = next_digest(digest, content)
        yield {
            "position": row.position,
            "at": json.loads(content)[5],
            "local": _local(row.at, zone),
            "event": row.name,
            "meaning": means.get(row.name, ""),
            "actor": row.actor,
            "by": people.actor(row.actor),
            "details": _details(row.payload, people),
            "content": content,
            "mac": row.mac.hex(),
            "digest": digest.hex(),
        }


def _details(payload: dict[str, Any], people: _People) -> str:
    """Say what an event holds besides ids: codes and numbers, and whom it is about."""
    said = []
    for name, value in payload.items():
        if value is None or name in HIDDEN:
            continue
        if name == "contact_id":
            said.append(people.contact(UUID(value)))
        elif not name.endswith("_id"):
            said.append(f"{name.replace('_', ' ')}: {value}")
    return "; ".join(said)


def _rows(unit: UnitOfWork, case_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield every attested row of the case with what it says now; one that is gone says nothing."""
    attested = unit.session.scalars(
        select(Attestation).where(Attestation.case_id == case_id).order_by(Attestation.at, Attestation.id)
    ).all()
    for kind in KINDS:
        rows = [one for one in attested if one.kind == kind.name]
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            now = {one.row_id: one.content for one in kind.standing(unit, [row.row_id for row in part])}
            for row in part:
                yield {
                    "kind": row.kind,
                    "id": str(row.row_id),
                    "batch": str(row.batch_id),
                    "digest": row.digest.hex(),
                    "content": now.get(row.row_id),
                }


def _file(unit: UnitOfWork, file: Any, zone: str) -> dict[str, Any]:
    return {
        "id": str(file.id),
        "message": str(file.message_id),
        "sent_as": file.kind,
        "looks_like": file.media,
        "bytes": file.size,
        "received": _local(file.finished_at, zone),
        "received_at": file.finished_at.isoformat(),
        "sha256": sha256_of(unit, unit.session.get_one(StoredFile, file.id)),
    }


def _call(call: Call, people: _People, zone: str) -> dict[str, Any]:
    to = "the reporter" if call.page is None else people.contact(call.page.contact_id)
    row = call.delivery
    return {
        "delivery": str(row.id),
        "to": to if row.need_id is None or call.page is not None else "a helper",
        "channel": row.channel,
        "what": row.action if not row.template else f"{row.action} {row.template}",
        "state": row.state,
        "made_at": row.created_at.isoformat(),
        "made": _local(row.created_at, zone),
        "attempts": [
            {
                "began": _local(attempt.began_at, zone),
                "outcome": attempt.outcome or "not known",
                "reference": attempt.provider_ref,
                "code": attempt.code,
                "meaning": attempt.meaning,
                "receipts": [
                    {"at": _local(one.at, zone), "says": one.arrival, "code": one.code, "meaning": one.meaning}
                    for one in receipts
                ],
            }
            for attempt, receipts in call.attempts
        ],
    }


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S} {local.strftime('%z')[:3]}:{local.strftime('%z')[3:]}"

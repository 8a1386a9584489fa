"""What each event means, for whoever reads the log of a case without the program: every event of every room."""

from __future__ import annotations

import inspect

import alerts.events
import cases.consent.events
import cases.docket.events
import cases.events
import cases.identity.events
import cases.incidents.events
import cases.registry.events
import cases.releases.events
import cases.sealed.events
import contacts.accounts.events
import contacts.events
import law.events
import papers.events
import store.attestation
import store.events
from store.eventlog import Event

ROOMS = (
    alerts.events,
    cases.consent.events,
    cases.docket.events,
    cases.events,
    cases.identity.events,
    cases.incidents.events,
    cases.registry.events,
    cases.releases.events,
    cases.sealed.events,
    contacts.accounts.events,
    contacts.events,
    law.events,
    papers.events,
    store.attestation,
    store.events,
)


def meanings() -> dict[str, str]:
    """Return what each event means, by its name: the first paragraph of its description."""
    return {kind.__name__: _meaning(kind) for room in ROOMS for kind in vars(room).values() if _is_event(kind)}


def _is_event(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Event) and found is not Event


def _meaning(kind: type[Event]) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].replace("``", "").split())

"""All tables of the house in one metadata, for migrations and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alerts.messages.incoming
import alerts.models
import cases.consent.models
import cases.docket.models
import cases.identity.models
import cases.incidents.models
import cases.models
import cases.registry.models
import cases.releases.models
import cases.retention
import cases.sealed.models
import contacts.accounts.models
import contacts.models
import dialogue.calling
import dialogue.coming_back
import law.models
import papers.models
import store.attestation
import store.chats
import store.data_keys
import store.eventlog
import store.files
import store.handover
import store.inbox
import store.lanes
import store.leases
import store.sealed
import store.seals
import store.timers
from store.base import Base

if TYPE_CHECKING:
    from sqlalchemy import MetaData

ROOMS = (
    alerts.messages.incoming,
    alerts.models,
    cases.consent.models,
    cases.docket.models,
    cases.identity.models,
    cases.incidents.models,
    cases.models,
    cases.registry.models,
    cases.releases.models,
    contacts.accounts.models,
    cases.retention,
    cases.sealed.models,
    contacts.models,
    dialogue.calling,
    dialogue.coming_back,
    law.models,
    papers.models,
    store.attestation,
    store.chats,
    store.data_keys,
    store.eventlog,
    store.files,
    store.handover,
    store.inbox,
    store.lanes,
    store.leases,
    store.sealed,
    store.seals,
    store.timers,
)


def metadata() -> MetaData:
    """Return the metadata of every room in ROOMS."""
    return Base.metadata

"""Every page of the console that is looked at, from the table of routes: a new one is looked at too, or says how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.search.taking_in import take_in
from cases.docket.entering import When
from cases.identity.records import Record
from cases.incidents.models import Incident
from cases.incidents.opening import Happening
from cases.incidents.reading import read_list
from cases.registry.importing import write_import
from cases.registry.models import RegistryEntry
from cases.registry.proposing import propose, propose_pairs, touched_by
from cases.registry.shelf import Shelf
from tests.registry.lists import LINES, MORE, listing
from web.factory import make_app

if TYPE_CHECKING:
    from tests.web.night import Night

ELSEWHERE = re.compile(r"/console/(live|sign-in|code|invitation/|drill/<|case/<code>/file/|numbers\.|registry\.)")
"""Not pages of somebody who is signed in; one drill, which there is none of here; files."""


def raid(night: Night) -> str:
    """The code of an incident that the coordinator has; made once."""
    with night.store.unit("test") as unit:
        made = unit.session.scalars(select(Incident.code)).one_or_none()
        if made is not None:
            return made
        happening = Happening("administrative_arrest", When(unit.now), "Asia/Almaty", "kk", place="ИВС, Алматы")
        people = read_list("1. Guldana T., 34\n2. Асқар Бекболатұлы-Тұрсынбек\n3. سەرىك دولقۇن")
        made_now = take_in(unit, happening, people, unread=["список:"], taken_by=night.coordinator.contact_id)
        return made_now.code


def listed(night: Night) -> str:
    """The code of an entry of the registry, which may be twice in it and the person of the case; made once."""
    with night.store.read() as unit:
        made = unit.session.scalars(
            select(RegistryEntry.code).order_by(RegistryEntry.made_at, RegistryEntry.id)
        ).first()
    if made is not None:
        return made
    imported = write_import(night.store, "example-list", listing(*LINES, MORE), by="test")
    assert imported is not None
    with night.store.read() as unit:
        touched = touched_by(unit, imported)
    shelf = Shelf()
    propose_pairs(night.store, shelf, touched, by="test")
    with night.store.unit("test") as unit:
        propose(unit, night.case.case_id, shelf.alike([Record("Nurlan Serikuly", 1991)]))
    return listed(night)


def addresses(night: Night) -> list[str]:
    """Every page, of what there is in the night."""
    known = {
        "<code>": night.case.code,
        "<other>": night.twin.code,
        "<incident>": raid(night),
        "<kind>": "unhcr_referral",
        "<entry>": listed(night),
        "<uuid:release_id>": str(night.release_id),
        "<rule_id>": "kz.coao.motion_3d",
        "<uuid:contact_id>": str(night.lawyer.contact_id),
    }
    found = []
    app = make_app(night.store, "Asia/Almaty")
    guards = app.extensions["panah_gate"].guards
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in guards or "GET" not in (rule.methods or ()) or ELSEWHERE.match(rule.rule):
            continue
        address = rule.rule
        for name, value in known.items():
            address = address.replace(name, value)
        assert "<" not in address, f"say above what {address} is looked at with"
        found.append(address)
    return sorted(found)

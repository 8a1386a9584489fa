"""The console, put together: its gate, and every subject behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contacts.accounts.passwords import Passwords
from web.console.accounts import account_pages
from web.console.board import access_pages, board_pages
from web.console.calendar import calendar_pages
from web.console.case import case_pages
from web.console.closing import closing_pages
from web.console.contacts import contact_pages
from web.console.deliveries import delivery_pages
from web.console.drill import drill_pages
from web.console.duty import duty_pages
from web.console.gate import Gate
from web.console.handover import handover_pages
from web.console.identity import identity_pages
from web.console.incident import incident_pages
from web.console.invitation import invitation_pages
from web.console.law import law_pages
from web.console.numbers import number_pages
from web.console.own import own_pages
from web.console.papers import paper_pages
from web.console.passkeys import passkey_pages
from web.console.person import person_pages
from web.console.registry import registry_pages
from web.console.releases import release_pages
from web.console.sealed import sealed_pages
from web.console.search import search_pages
from web.console.settings import settings_pages
from web.console.signing import signing_pages
from web.console.stream import stream_pages
from web.console.tokens import token_pages

if TYPE_CHECKING:
    from flask import Flask

    from store.unit_of_work import Store
    from web.backstage import Backstage

BUILDERS = (
    signing_pages,
    stream_pages,
    invitation_pages,
    board_pages,
    search_pages,
    access_pages,
    calendar_pages,
    duty_pages,
    contact_pages,
    delivery_pages,
    case_pages,
    own_pages,
    token_pages,
    passkey_pages,
    account_pages,
    law_pages,
    number_pages,
    person_pages,
    incident_pages,
    paper_pages,
    release_pages,
    sealed_pages,
    closing_pages,
    handover_pages,
    identity_pages,
    registry_pages,
    drill_pages,
    settings_pages,
)


def add_console(
    app: Flask, store: Store, zone: str, *, passwords: Passwords | None, backstage: Backstage | None
) -> None:
    """Add the console's pages. ``passwords``: those of another hasher than the usual."""
    gate = Gate(store, passwords or Passwords(store.ring), zone, backstage)
    for build in BUILDERS:
        app.register_blueprint(build(gate))
    app.extensions["panah_gate"] = gate

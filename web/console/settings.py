"""Settings: how the instance stands, whether its evidence holds, and the lock. What must not change is not here.

Accounts and the second factor have pages of their own. Tokens, keys and addresses of providers are set on the machine,
by whoever has a shell there: no page can read or change them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy import select

from alerts.models import ChannelState
from contacts.accounts.roles import Ability
from contacts.accounts.signing_in import prove_again
from web.console.gate import Guard
from web.housekeeping import HousekeepingError
from web.refusals import SHELL, reason_or_shell

if TYPE_CHECKING:
    from web.console.gate import Gate

SETTINGS = Guard(ability=Ability.SETTINGS)


def settings_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("settings", __name__)
    gate.page(pages, "/console/settings", look, SETTINGS)
    gate.press(pages, "/console/settings/examine", examine, SETTINGS)
    gate.press(pages, "/console/settings/verify", verify, SETTINGS)
    gate.press(pages, "/console/settings/lock", lock, SETTINGS)
    return pages


def look(gate: Gate) -> Response:
    """Show how things stand."""
    return _page(gate)


def examine(gate: Gate) -> Response:
    """Look at everything that must be right, now."""
    if gate.keeping is None or gate.who.duress:
        return _page(gate, findings=[])
    try:
        return _page(gate, findings=gate.keeping.examine())
    except HousekeepingError as error:
        return _page(gate, trouble=reason_or_shell(error, gate.words(), "panah doctor"))


def verify(gate: Gate) -> Response:
    """Check the chain of the log and all that is attested in it, now."""
    if gate.keeping is None or gate.who.duress:
        return _page(gate, breaks=[])
    try:
        return _page(gate, breaks=gate.keeping.verify())
    except HousekeepingError as error:
        return _page(gate, trouble=reason_or_shell(error, gate.words(), "panah audit verify"))


def lock(gate: Gate) -> Response:
    """Make the instance unreadable, for who proves who they are. To who is being forced it looks done."""
    if not prove_again(gate.store, gate.passwords, gate.who.account_id, request.form.get("proof", "")):
        return _page(gate, wrong="proof")
    if gate.keeping is None:
        return _page(gate, trouble=gate.words().t(SHELL, command="panah lock"))
    if gate.who.duress or not gate.recognised_again():
        return gate.show("console/locked.html", who=None)
    page = gate.show("console/locked.html", who=None)
    try:
        gate.keeping.lock()
    except HousekeepingError as error:
        return _page(gate, trouble=reason_or_shell(error, gate.words(), "panah lock"))
    return page


def _page(gate: Gate, wrong: str | None = None, trouble: str | None = None, **found: object) -> Response:
    with gate.store.read() as unit:
        rows = unit.session.scalars(select(ChannelState).order_by(ChannelState.channel))
        channels = [(one.channel, one.configured, one.since) for one in rows]
    keeping = gate.keeping
    return gate.show(
        "console/settings.html",
        HTTPStatus.OK if wrong is None else HTTPStatus.BAD_REQUEST,
        channels=channels,
        keys=None if keeping is None else keeping.keys(),
        terms=None if keeping is None else keeping.terms,
        can_be_locked=keeping is not None and keeping.can_be_locked,
        wrong=wrong,
        trouble=trouble,
        **{"findings": None, "breaks": None, **found},
    )

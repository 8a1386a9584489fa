"""Those who help: how they are reached, what they carry, how fast they answer. Names are on the page and nowhere else.

No number is shown: of each the last two digits, to coordinators, so that two can be told apart. An administrator sees
who helps, and of cases nothing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from alerts.models import CANARY_READER
from alerts.occasions.account_alarms import tell_link_code
from alerts.occasions.verifying import CHECKED, NotSent, send_check
from alerts.screens.contact_book import Chosen, Helper, choices, chosen_of, entries, helpers, history
from contacts.accounts.coercion import is_coerced
from contacts.accounts.roles import Ability, can
from contacts.leaving import mark_back, mark_left
from contacts.linking import ALPHABET, LENGTH, make_link_code
from contacts.models import Contact, ContactMethod
from web.console.gate import Guard
from web.console.paging import Paged, number_in

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

RUNS = Guard(ability=Ability.CONTACTS)
LINKS = Guard(ability=Ability.LINK)
A_PAGE: Final = 25
ASKED_SHOWN: Final = 30
LONGEST_CHOICE: Final = 16
REFUSED: Final = frozenset({"yourself", *(why.value for why in NotSent)})
"""Why nothing was done: the ends of text keys, and nothing else of an address."""


def contact_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("contacts", __name__)
    gate.page(pages, "/console/contacts", look, RUNS)
    gate.page(pages, "/console/contact/<uuid:contact_id>", one, RUNS)
    gate.press(pages, "/console/contact/<uuid:contact_id>/check/<uuid:method_id>", check, RUNS)
    gate.press(pages, "/console/contact/<uuid:contact_id>/code", code, LINKS)
    gate.press(pages, "/console/contact/<uuid:contact_id>/left", leave, RUNS)
    gate.press(pages, "/console/contact/<uuid:contact_id>/back", come_back, RUNS)
    return pages


def look(gate: Gate) -> Response:
    """List those who help, or who have left, as far as they were chosen by role, region or language."""
    chosen = Chosen(
        role=_word("role"), region=_word("region"), language=_word("language"), left=bool(request.args.get("left"))
    )
    with gate.store.read() as unit:
        found = [(entry, left) for entry, left in entries(unit) if _may_see(gate, entry.id)]
        paged = Paged.of(chosen_of(found, chosen), number_in(request.args.get("page", "")), A_PAGE)
        rows = helpers(unit, [entry.id for entry in paged.rows], tails=_sees_tails(gate))
    return gate.show(
        "console/contacts.html",
        rows=rows,
        pages=paged,
        chosen=chosen,
        kept={
            name: value
            for name, value in (
                ("role", chosen.role),
                ("region", chosen.region),
                ("language", chosen.language),
                ("left", "1" if chosen.left else ""),
            )
            if value
        },
        choices=choices(found),
    )


def one(gate: Gate, contact_id: UUID) -> Response:
    """Show one of them, and what they were asked for lately."""
    return _page(gate, contact_id)


def check(gate: Gate, contact_id: UUID, method_id: UUID) -> Response:
    """Send a number or an address the check that proves it, again."""
    if gate.who.duress:
        return gate.to("contacts.one", contact_id=contact_id, said="checked")
    with gate.store.unit(gate.who.actor) as unit:
        method = unit.session.get(ContactMethod, method_id)
        if method is None or method.contact_id != contact_id or _helping(unit, contact_id) is None:
            return _nobody(gate)
        if method.channel not in CHECKED:
            return _refused(gate, contact_id, "channel_off")
        sent = send_check(unit, method, again=True)
    if isinstance(sent, NotSent):
        return _refused(gate, contact_id, sent.value)
    return gate.to("contacts.one", contact_id=contact_id, said="checked")


def code(gate: Gate, contact_id: UUID) -> Response:
    """Make a code that ties a Telegram account to somebody and show it, this once; earlier ones stop working."""
    if gate.who.duress:
        made = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))  # it looks like one and links nobody
    else:
        with gate.store.unit(gate.who.actor) as unit:
            if _helping(unit, contact_id) is None or is_coerced(unit, contact_id):
                return _nobody(gate)
            made = make_link_code(unit, contact_id)
            tell_link_code(unit, contact_id)
    return gate.show("console/contact_code.html", code=made, contact_id=contact_id)


def leave(gate: Gate, contact_id: UUID) -> Response:
    """Note that somebody helps no longer; others are asked for what they had."""
    return _mark(gate, contact_id, left=True)


def come_back(gate: Gate, contact_id: UUID) -> Response:
    """Note that somebody helps again."""
    return _mark(gate, contact_id, left=False)


def _mark(gate: Gate, contact_id: UUID, *, left: bool) -> Response:
    if not gate.who.duress:
        with gate.store.unit(gate.who.actor) as unit:
            if contact_id == CANARY_READER or unit.session.get(Contact, contact_id) is None:
                return _nobody(gate)
            if left and contact_id == gate.who.contact_id:
                return _refused(gate, contact_id, "yourself")
            (mark_left if left else mark_back)(unit, contact_id)
    return gate.to("contacts.one", contact_id=contact_id, said="done")


def _refused(gate: Gate, contact_id: UUID, why: str) -> Response:
    """Lead back to their page with a word on why nothing was done."""
    return gate.to("contacts.one", contact_id=contact_id, refused=why)


def _page(gate: Gate, contact_id: UUID) -> Response:
    if not _may_see(gate, contact_id):
        return _nobody(gate)
    sees_cases, refused = can(gate.who.role, Ability.BOARD), request.args.get("refused", "")
    with gate.store.read() as unit:
        found = helpers(unit, [contact_id], tails=_sees_tails(gate))
        asked = history(unit, contact_id, ASKED_SHOWN) if found and sees_cases and not gate.who.duress else []
    if not found:
        return _nobody(gate)
    helper: Helper = found[0]
    return gate.show(
        "console/contact.html",
        helper=helper,
        asked=asked,
        sees_cases=sees_cases,
        refused=refused if refused in REFUSED else None,
        checked=CHECKED,
        mine=contact_id == gate.who.contact_id,
    )


def _may_see(gate: Gate, contact_id: UUID) -> bool:
    """Whoever is being forced finds nobody but themselves; the canary is nobody."""
    return contact_id != CANARY_READER and (not gate.who.duress or contact_id == gate.who.contact_id)


def _sees_tails(gate: Gate) -> bool:
    return gate.who.role == "coordinator" and not gate.who.duress


def _helping(unit: UnitOfWork, contact_id: UUID) -> Contact | None:
    contact = unit.session.get(Contact, contact_id)
    return None if contact is None or contact.left_at is not None or contact_id == CANARY_READER else contact


def _nobody(gate: Gate) -> Response:
    return gate.show("console/message.html", 404, key="web.contact_nobody")


def _word(name: str) -> str:
    return request.args.get(name, "")[:LONGEST_CHOICE]

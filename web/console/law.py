"""The law: every rule with who vouches for it and what speaks against it; a lawyer signs on a rule's page."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request
from sqlalchemy import select

from alerts.needs.team import fetch_keys, names_of
from contacts.accounts.roles import Ability
from contacts.accounts.signing_in import prove_again
from contacts.matching import zone_or_utc
from contacts.models import Contact
from law.check import findings, in_force
from law.errors import SignoffTermError, UnknownRuleError
from law.shipped import load_rules
from law.signoff import end_of, latest_end, may_sign, sign_off, signoffs
from law.signoff import revoke as take_back
from law.telling import doubt_told, told
from store.vault import text_bytes
from texts.dates import territory
from web.console.gate import Guard
from web.console.paging import day_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from typing import Any
    from uuid import UUID

    from law.check import Finding, Signoff
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate
    from web.words import Words

INTERNATIONAL = "INTL"
READS = Guard(ability=Ability.LAW)
SIGNS = Guard(ability=Ability.SIGN_LAW)


def law_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("law", __name__)
    gate.page(pages, "/console/law", look, READS)
    gate.page(pages, "/console/law/<rule_id>", show, READS)
    gate.press(pages, "/console/law/<rule_id>/sign", sign, SIGNS)
    gate.press(pages, "/console/law/<rule_id>/revoke", revoke, SIGNS)
    return pages


def look(gate: Gate) -> Response:
    """Show all rules by jurisdiction."""
    book = load_rules()
    with gate.store.read() as unit:
        signed, today = signoffs(unit), unit.now.date()
        found, names = findings(book, signed, today), _names(unit, signed)
        rows = [_row(rule, signed, found, names, today) for rule in book.rules]
    places = [
        (code, _place(code, gate.words()), list(those))
        for code, those in groupby(rows, key=lambda row: row["jurisdiction"])
    ]
    return gate.show("console/law.html", places=places, unsigned=sum(1 for row in rows if not row["signed"]))


def _place(code: str, words: Words) -> str:
    """What a jurisdiction is called: a State by its name."""
    return words.t("web.law_international") if code == INTERNATIONAL else territory(code, words.language)


def show(gate: Gate, rule_id: str) -> Response:
    """Show one rule as it would be signed."""
    return _page(gate, _rule(rule_id))


def sign(gate: Gate, rule_id: str) -> Response:
    """Vouch for a rule as it was shown, until a day at most six months on."""
    rule, who, until = _rule(rule_id), gate.who, day_in(request.form.get("until", ""))
    wrong = _what_is_wrong(gate, rule)
    if wrong is not None or until is None:
        return _page(gate, rule, wrong or "term")
    if who.contact_id is None or who.duress or not gate.recognised_again():
        # They are being forced: nothing is signed.
        return gate.stays_in(gate.to("law.show", rule_id=rule_id, said="signed"))
    try:
        with gate.store.unit(who.actor) as unit:
            sign_off(unit, who.contact_id, rule, end_of(until, unit.now))
    except SignoffTermError:
        return _page(gate, rule, "term")
    return gate.to("law.show", rule_id=rule_id, said="signed")


def _what_is_wrong(gate: Gate, rule: Rule) -> str | None:
    """Return the end of a text key, or None when the rule may be signed. The proof is asked for last."""
    if not hmac.compare_digest(text_bytes(rule.text_hash()), text_bytes(request.form.get("fingerprint", ""))):
        return "changed"
    if day_in(request.form.get("until", "")) is None:
        return "term"
    if not _may_sign(gate, rule):
        return "elsewhere"
    proof = request.form.get("proof", "")
    return None if prove_again(gate.store, gate.passwords, gate.who.account_id, proof) else "proof"


def revoke(gate: Gate, rule_id: str) -> Response:
    """Take one's own word back. Needs no proof: the safe side is that nobody vouches."""
    rule, who = _rule(rule_id), gate.who
    if who.contact_id is not None and not who.duress:
        with gate.store.unit(who.actor) as unit:
            take_back(unit, who.contact_id, rule.id)
    return gate.to("law.show", rule_id=rule_id, said="revoked")


def _page(gate: Gate, rule: Rule, wrong: str | None = None) -> Response:
    book, who = load_rules(), gate.who
    with gate.store.read() as unit:
        signed, now = signoffs(unit), unit.now
        row = _row(rule, signed, findings(book, signed, now.date()), _names(unit, signed), now.date())
    return gate.show(
        "console/rule.html",
        HTTPStatus.OK if wrong is None else HTTPStatus.CONFLICT if wrong == "changed" else HTTPStatus.BAD_REQUEST,
        rule=rule,
        row=row,
        lines=list(told(rule)),
        doubts=[doubt_told(doubt) for doubt in book.doubts_about(rule)],
        fingerprint=rule.text_hash(),
        latest=latest_end(now).date(),
        first=now.date(),
        may=_may_sign(gate, rule),
        mine=who.contact_id is not None
        and not who.duress
        and any(one["by_id"] == who.contact_id for one in row["all"]),
        wrong=wrong,
    )


def _row(
    rule: Rule, signed: list[Signoff], found: list[Finding], names: Mapping[UUID, str], today: date
) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "jurisdiction": rule.jurisdiction,
        "law": rule.source.law,
        "article": rule.source.article,
        "edition": rule.edition,
        "confidence": rule.confidence,
        "recheck": rule.needs_recheck,
        "signed": [(names.get(one.by, ""), one.until) for one in in_force(rule, signed, today)],
        "all": [{"by_id": one.by} for one in signed if one.rule_id == rule.id],
        "findings": [(one.fault.value, one.detail) for one in found if one.rule_id == rule.id],
    }


def _names(unit: UnitOfWork, signed: Iterable[Signoff]) -> dict[UUID, str]:
    """Who has signed a rule, by name. Two statements, none where nobody has."""
    by = {one.by for one in signed}
    people = unit.session.scalars(select(Contact).where(Contact.id.in_(by))).all() if by else ()
    if people:
        fetch_keys(unit, people)
    return names_of(unit, people)


def _may_sign(gate: Gate, rule: Rule) -> bool:
    """Whether whoever asks is a lawyer of that law, and may still act."""
    who = gate.who
    if who.contact_id is None:
        return False
    with gate.store.read() as unit:
        contact = unit.session.get_one(Contact, who.contact_id)
        today = unit.now.astimezone(zone_or_utc(contact.timezone)).date()
        over = contact.may_act_until is not None and contact.may_act_until < today
        places = [place for place in (contact.country, *contact.regions) if place]
        return not over and may_sign(who.role, places, rule.jurisdiction)


def _rule(rule_id: str) -> Rule:
    try:
        return load_rules().rule(rule_id)
    except UnknownRuleError:
        abort(HTTPStatus.NOT_FOUND)

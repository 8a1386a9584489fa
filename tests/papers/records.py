"""Invented records of cases, made without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from cases.consent.deciding import Decision, Known, Standing
from cases.consent.vocabulary import FIELDS, Audience, Authority, FieldClass
from cases.docket.custody import Custody
from cases.views.audience import Dated
from cases.views.filing import divided
from papers.record import Exhibit, Record, Situation, Term, has_no_fear, held_as, is_citizen
from tests.conftest import START

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CODE = "K7M-4TX"
VALUES: Mapping[str, str] = {
    "name_latin": "Qarlygash Examplekyzy",
    "name_native": "قارلىعاش ەگزامپلەقىزى",
    "birth_date": "1991-04-17",
    "nationality": "CN",
    "place": "Temporary detention centre No. 1",
    "agency": "Migration police",
    "country": "KZ",
    "region": "KZ-ALM",
    "feared_state": "CN",
    "fears_return": "yes",
    "asylum_asked": "yes",
    "asylum_narrative": "They came for my brother first.",
    "torture": "Held standing for two days.",
    "counsel_name": "Dana Invented",
    "counsel_contact": "dana@example.org",
    "taken_on": "2026-03-01",
    "language": "Kazakh in Arabic letters",
    "court": "Specialised administrative court",
    "instructs": "her sister",
}
DATES = (
    Dated("admin_detention_actual_start", START - timedelta(days=1), None, None),
    Dated("expulsion_ruling_pronounced", START - timedelta(hours=9), None, None),
    Dated("asylum_intent_by_detainee", START - timedelta(hours=7), None, None, day_only=True),
    Dated("removal_scheduled", START - timedelta(hours=1), START + timedelta(days=3), None),
)
BELIEVED = Standing(corroborated=True)


def agreed(*audiences: Audience, released: Iterable[tuple[str, Audience]] = ()) -> Standing:
    """The person agreed that these are told everything, but what counsel keeps."""
    words = tuple(
        Decision(audience, kind, granted=True, authority=Authority.PERSON, given_at=START)
        for audience in audiences
        for kind in FieldClass
    )
    return replace(BELIEVED, decisions=words, released_by_counsel=frozenset(released))


def known(values: Mapping[str, str] = VALUES) -> list[Known]:
    return [Known(name, values[name], "her sister", "high") for name in FIELDS if name in values]


def record(
    values: Mapping[str, str] = VALUES,
    standing: Standing | None = None,
    *,
    counsel: bool = True,
    jurisdiction: str | None = "KZ",
    dates: tuple[Dated, ...] = DATES,
    custody: Custody = Custody.HELD,
    risk: int = 7,
    left: Iterable[str] = (),
    signed: Iterable[str] = (),
    is_verified: bool = True,
) -> Record:
    """The record of an invented case; everybody was agreed to, unless said otherwise."""
    standing = agreed(*Audience) if standing is None else standing
    views = divided(known(values), dates, standing, counsel=counsel)
    return Record(
        code=CODE,
        zone="Asia/Almaty",
        views=views,
        situation=Situation(
            jurisdiction=jurisdiction,
            custody=custody,
            risk=risk,
            happened=frozenset(one.event for one in dates),
            is_verified=is_verified,
            is_borne_out=standing.corroborated,
            is_citizen=is_citizen(views, jurisdiction),
            has_no_fear=has_no_fear(views),
            held_as=held_as((one.event, one.at) for one in dates),
            left=frozenset(left),
        ),
        terms=(Term("kz.coao.expulsion.appeal_10d", START + timedelta(days=9), "Asia/Almaty", False, False),),
        signed_rules=frozenset(signed),
        next_update_at=START + timedelta(hours=3),
        exhibits=(Exhibit(1, UUID(int=1), "photo", "image/jpeg", 123456, START, "ab" * 32),),
    )

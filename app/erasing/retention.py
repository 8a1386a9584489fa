"""Retention as it runs: every ten minutes what is closed is looked at, people are warned, what is due is erased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from alerts.search.closing import warn_of_erasure
from app.erasing.erasure import erase_case, overwrite_traces
from cases.retention import (
    Retention,
    RetentionError,
    Step,
    Terms,
    erased_on,
    next_step,
    note_warned,
    reopen_case,
    standing_of_case,
)

if TYPE_CHECKING:
    from uuid import UUID

    from app.settings import Settings
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
EVERY_SECONDS = 600.0
ACTOR = "system"


def terms_of(settings: Settings) -> Terms:
    """How long closed cases are kept here."""
    return Terms(timedelta(days=settings.erase_after_days), timedelta(days=settings.erase_reports_after_days))


def look_at_closed(store: Store, terms: Terms) -> None:
    """Reopen, warn or erase, whatever each closed case asks for now. Repeating it changes nothing more."""
    with store.read() as unit:
        closed = unit.session.scalars(select(Retention).where(Retention.closed_at.is_not(None))).all()
        steps = {row.case_id: next_step(standing_of_case(unit, row), terms, unit.now) for row in closed}
    wanted = [case_id for case_id, step in steps.items() if step is not Step.NOTHING]
    touched: set[str] = set()
    due = [case_id for case_id in wanted if _take_step(store, case_id, terms)]
    for case_id in due:
        try:
            erased = erase_case(store, case_id, by=ACTOR)
        except RetentionError:
            log.info("not_erased", case=str(case_id))
            continue
        touched |= set(erased.rows)
        log.info("case_erased", case=str(case_id), rows=sum(erased.rows.values()))
    if due:
        folded = overwrite_traces(store.engine, touched)
        if not folded.done:
            log.warning("traces_not_overwritten")


def _take_step(store: Store, case_id: UUID, terms: Terms) -> bool:
    """Do what follows, but for erasing; return whether it is to be erased."""
    with store.unit(ACTOR) as unit:
        row = unit.session.get(Retention, case_id)
        if row is None:
            return False
        standing = standing_of_case(unit, row)
        match next_step(standing, terms, unit.now):
            case Step.REOPEN:
                reopen_case(unit, case_id, by=ACTOR)
            case Step.WARN:
                on = erased_on(standing, terms)
                if on is not None and warn_of_erasure(unit, case_id, on):
                    note_warned(unit, case_id)
            case Step.ERASE:
                return True
            case Step.NOTHING:
                pass
    return False

"""How many open cases each helper has: whom one more would be too many for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import distinct, func, select

from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.needs.company import of_an_open_case

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select

    from store.unit_of_work import UnitOfWork


def loads(unit: UnitOfWork) -> dict[UUID, int]:
    """How many open cases each helper has."""
    return {who: count for who, count in unit.session.execute(cases_held()) if who is not None}


def cases_held() -> Select[UUID | None, int]:
    """Each helper who has open cases, and how many (``cases``). A reminder that somebody takes is no case more."""
    return (
        select(Need.accepted_by, func.count(distinct(Need.case_id)).label("cases"))
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.state == NeedState.ACCEPTED, Alert.kind == CUSTODY, of_an_open_case())
        .group_by(Need.accepted_by)
    )

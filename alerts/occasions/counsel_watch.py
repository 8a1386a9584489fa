"""A lawyer whose right to act ends soon: for each case they have, somebody is asked to find another in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.needs.company import of_an_open_case
from cases.docket.models import Watch
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import open_watch
from cases.docket.watching import PlannedWatch
from contacts.models import Contact
from contacts.values import Role

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

AHEAD = timedelta(days=7)
"""Before the last day on which they may act."""


def watch_counsel(unit: UnitOfWork) -> None:
    """Ask a coordinator about each case whose lawyer may not act for much longer: once for a case and a lawyer.

    About one that is closed nobody is asked, unless it is open again. Safe to repeat.
    """
    asked = exists().where(
        Watch.case_id == Need.case_id, Watch.kind == WatchKind.COUNSEL, Watch.matter_id == Contact.id
    )
    ending = unit.session.execute(
        select(Need.case_id, Contact.id)
        .join(Contact, Contact.id == Need.accepted_by)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Need.state == NeedState.ACCEPTED,
            Need.kind == Role.LAWYER,
            Need.case_id.is_not(None),
            Alert.kind == CUSTODY,
            Contact.may_act_until <= (unit.now + AHEAD).date(),
            of_an_open_case(),
            ~asked,
        )
        .distinct()
        .order_by(Need.case_id, Contact.id)
    ).all()
    planned = PlannedWatch(WatchKind.COUNSEL, 1, unit.now, Role.COORDINATOR, None)
    for case_id, lawyer_id in ending:
        if case_id is not None:
            open_watch(unit, case_id, lawyer_id, planned)

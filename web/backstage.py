"""What the house gives the pages that no person reads: metrics, readiness, webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Table

    from alerts.screens.vitals import Vitals
    from store.unit_of_work import UnitOfWork
    from web.drill_room import DrillRoom
    from web.housekeeping import Housekeeping
    from web.twilio import Twilio
    from web.webhook import Webhook


LOCAL = "http://localhost"
"""Where the pages are reached if nobody says so."""


@dataclass(frozen=True)
class Backstage:
    """``look`` reads how the work flows, ``is_current`` whether the database has the schema of this release.

    Without a ``webhook`` or ``twilio`` there are no such pages. ``is_secure``: people reach the pages by https, so that
    cookies may say so. ``address``: where they reach them, as a browser shows it. Without ``drills`` none can be
    played; without ``keeping`` the settings page shows less. ``leave_to``: where the way out of the form leads;
    ``hotlines``: whom somebody can call when nothing can be kept here; ``number``: where families are told whether
    somebody is our lawyer.
    ``queues``: every queue of the house by its name, for what is parked in them.
    """

    look: Callable[[UnitOfWork], Vitals]
    is_current: Callable[[UnitOfWork], bool]
    webhook: Webhook | None = None
    twilio: Twilio | None = None
    is_secure: bool = False
    drills: DrillRoom | None = None
    keeping: Housekeeping | None = None
    leave_to: str | None = None
    hotlines: str | None = None
    number: str | None = None
    address: str = LOCAL
    queues: Mapping[str, Table] = field(default_factory=dict)

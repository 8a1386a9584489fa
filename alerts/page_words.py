"""What a page says where most may be said: code, region, urgency, time; never a name, a place or a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.seats import seated
from alerts.wording import say_ref, time_ref
from cases.models import Case

if TYPE_CHECKING:
    from alerts.models import Need
    from store.unit_of_work import UnitOfWork


def page_words(unit: UnitOfWork, need: Need) -> tuple[str, dict[str, str]]:
    """The content-free words of a page: code, region, urgency; never a name, a place or a text."""
    if need.case_id is None:
        return "page.fault", {"code": say_ref("fault.name")}
    case = unit.session.get_one(Case, need.case_id)
    values = {
        "code": case.code,
        "region": case.region or say_ref("region.unknown"),
        "received": time_ref(case.opened_at),
        "urgency": say_ref(f"urgency.{need.urgency}"),
        "round": str(need.round),
    }
    again = "page.again|" if need.round > 1 else ""
    another = "page.another|" if seated(unit, need) else ""
    return f"{another}{again}page.{need.kind}", values

"""What a page says where most may be said: code, region, urgency, time; never a name, a place or a text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alerts.models import ACCOUNT, DUE, DURESS, ENTRY, FREEZE, RELEASE, SEALED, WATCH, Alert
from alerts.needs.company import ASKED_ONCE
from alerts.needs.incidents import asked_with
from alerts.needs.seats import seated
from alerts.telling.wording import certainty_ref, day_ref, rule_ref, say_ref, time_ref, when_ref
from cases.docket.clocks import BY_HAND, HEARING, REMOVAL
from cases.docket.models import Deadline, Watch
from cases.models import Case
from contacts.accounts.models import Account
from law.shipped import load_rules
from law.signoff import is_signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from alerts.models import Need
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork

_ENTERED = {HEARING: "page.hearing", REMOVAL: "page.removal", BY_HAND: "page.deadline_by_hand"}
"""Words for clocks that no rule counted."""


MOST_CODES = 3
"""How many codes a page for a whole incident names, on every channel; the others are counted."""
BARE = {
    ENTRY: "page.unknown_event",
    RELEASE: "page.release_unanswered",
    FREEZE: "page.frozen",
    DURESS: "page.duress",
    SEALED: "page.sealed",
}
"""What is asked with a code and nothing more."""


def page_words(
    unit: UnitOfWork, need: Need, vouched_for: Callable[[Rule], bool] | None = None
) -> tuple[str, dict[str, str]]:
    """The content-free words of a page: code, region, urgency; never a name, a place or a text.

    ``vouched_for``: whether a lawyer has signed a rule off, for whoever writes many pages and asks once for each rule.
    """
    alert = unit.session.get_one(Alert, need.alert_id)
    if need.case_id is None:
        return words_without_case(unit, alert)
    case = unit.session.get_one(Case, need.case_id)
    if alert.kind in DUE:
        return _due_words(unit, alert, case, vouched_for or partial(is_signed_now, unit))
    codes = asked_with(unit, need) if need.kind in ASKED_ONCE else [case.code]
    if len(codes) > 1:
        return _words_for_all(need, codes)
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


def _words_for_all(need: Need, codes: list[str]) -> tuple[str, dict[str, str]]:
    """Several people of one incident, of whom one human is needed for all."""
    rest = f" +{len(codes) - MOST_CODES}" if len(codes) > MOST_CODES else ""
    values = {
        "code": f"{codes[0]} +{len(codes) - 1}",
        "codes": ", ".join(codes[:MOST_CODES]) + rest,
        "count": str(len(codes)),
        "need": say_ref(f"need.{need.kind}"),
    }
    again = "page.again|" if need.round > 1 else ""
    return f"{again}page.bundle", {**values, "round": str(need.round)}


def code_of(unit: UnitOfWork, need: Need, *, others: int = 0) -> str:
    """The case code as a value of a text; without a case the name of a fault of ours, or an account's code.

    ``others``: for how many other cases it stands, which are counted behind it.
    """
    rest = f" +{others}" if others else ""
    if need.case_id is not None:
        return unit.session.get_one(Case, need.case_id).code + rest
    return words_without_case(unit, unit.session.get_one(Alert, need.alert_id))[1]["code"] + rest


def words_without_case(unit: UnitOfWork, alert: Alert) -> tuple[str, dict[str, str]]:
    """What is said of an alert that is about no case: an account that may be in the wrong hands, or a fault of ours."""
    if alert.kind == ACCOUNT:
        return "page.account", {"code": unit.session.get_one(Account, alert.subject_id).code}
    return "page.fault", {"code": say_ref("fault.name")}


def is_signed_now(unit: UnitOfWork, rule: Rule) -> bool:
    """Whether a lawyer vouches for a rule as it reads."""
    return is_signed(unit, rule, unit.now)


def _due_words(
    unit: UnitOfWork, alert: Alert, case: Case, vouched_for: Callable[[Rule], bool]
) -> tuple[str, dict[str, str]]:
    """What is due, and when, by the clock of the case. A rule that no lawyer has signed off says so, each time."""
    if alert.kind in BARE:
        return BARE[alert.kind], {"code": case.code}
    if alert.kind == WATCH:
        watch = unit.session.get_one(Watch, alert.subject_id)
        values = {"code": case.code, "what": say_ref(f"watch.{watch.kind}"), "due": _when(watch.due_at, case)}
        return "page.watch", values
    deadline = unit.session.get_one(Deadline, alert.subject_id)
    values = {"code": case.code, "due": when_ref(deadline.safe_at, deadline.zone)}
    if deadline.rule_id in _ENTERED:
        has_moved = deadline.moved_at is not None and alert.ordinal == 1
        return ("page.moved|" if has_moved else "") + _ENTERED[deadline.rule_id], values
    signed = vouched_for(load_rules().rule(deadline.rule_id))
    words = ["page.certainty"] if signed else ["page.unverified", "page.certainty"]
    values |= {"rule": rule_ref(deadline.rule_id), "certainty": certainty_ref(deadline.rule_id)}
    if deadline.safe_at > unit.now:
        return "|".join([*words, "page.deadline"]), values
    # Only now, after the safe date: before it, how long one could argue would be taken for the time there is.
    missed = "page.deadline_over" if deadline.arguable_at <= unit.now else "page.deadline_missed"
    return "|".join([*words, missed]), {**values, "arguable": when_ref(deadline.arguable_at, deadline.zone)}


def _when(at: datetime, case: Case) -> str:
    return day_ref(at) if case.timezone is None else when_ref(at, case.timezone)

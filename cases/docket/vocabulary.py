"""The vocabulary of a docket: what each event that is not the trigger of a rule means. A table, nothing else.

Trigger events of the rules (``law``) need no line here; they may have one, for the risk or the watches they bring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Final

from law.rules import Track


class WatchKind(StrEnum):
    """What can be watched for."""

    CHECK_IN = "check_in"
    DAILY_CONTACT = "daily_contact"
    PAPERS_CHECK = "papers_check"
    COURT_LIST = "court_list"
    PUBLIC_APPEARANCE = "public_appearance"
    END_OF_TERM = "end_of_term"
    TRANSFER = "transfer"
    COUNSEL = "counsel"
    FAMILY_UPDATE = "family_update"
    PROOF_OF_LIFE = "proof_of_life"
    REMOVAL = "removal"
    CALL_BACK = "call_back"
    """Somebody called and left no message."""
    REARMED = "rearmed"
    """A claim that held other proceedings up is lost: they can go on."""
    DISMISSAL = "dismissal"
    """Somebody asked that the lawyer be dismissed; the safe contact has not been asked yet."""


NEEDS_AN_ANSWER: Final = frozenset({WatchKind.DISMISSAL})
"""Watches that no button ends: only what was asked and answered does."""


ROUTINE: Final = frozenset({WatchKind.PAPERS_CHECK, WatchKind.COURT_LIST, WatchKind.FAMILY_UPDATE})
"""Watches of which nobody is reminded at night: who could be asked sleeps as well."""


class Counted(StrEnum):
    """What the due time of a watch is counted from."""

    HAPPENED = "happened"
    """The instant the event happened."""
    APPOINTED = "appointed"
    """The instant the event is to happen."""
    TERM_END = "term_end"
    """Each end of a term that the event names."""


@dataclass(frozen=True)
class WatchRule:
    """Watches that an event opens: due ``after`` what they are counted from, or at a wall-clock time days before it."""

    kind: WatchKind
    counted: Counted
    after: tuple[timedelta, ...] = (timedelta(0),)
    at_time: time | None = None
    """With it, ``after`` counts whole days from the local day, and the watch is due at this time of that day."""
    pages: str = "coordinator"
    every: timedelta | None = None


@dataclass(frozen=True)
class Meaning:
    """What an event means besides the rules it triggers."""

    track: Track = Track.CUSTODY
    risk: int = 0
    """How much it raises the risk of return; nothing lowers it but being safe."""
    watches: tuple[WatchRule, ...] = ()
    ends: frozenset[WatchKind] = frozenset()
    """Watches of the case that end with it."""
    ends_of_its_matter: frozenset[WatchKind] = frozenset()
    """Watches that end with it, of the hearings alone that it is about; those of others go on."""
    appointment: bool = False
    """Whether it sets or moves a hearing."""
    safe: bool = False
    """Whether the person is known to be out of danger."""


HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
PAPERS: Final = WatchRule(WatchKind.PAPERS_CHECK, Counted.HAPPENED, (2 * DAYS,), pages="lawyer", every=2 * DAYS)
"""Oftener than the shortest time to appeal that a law gives from a paper or a ruling: three days, safe as 72 hours."""
COURT_LIST: Final = WatchRule(
    WatchKind.COURT_LIST, Counted.APPOINTED, (-2 * DAYS, -1 * DAYS), at_time=time(8, 0), pages="coordinator"
)
PROOF: Final = WatchRule(
    WatchKind.PROOF_OF_LIFE, Counted.HAPPENED, (6 * HOURS, 24 * HOURS, 72 * HOURS), pages="coordinator"
)
EVENING_BEFORE: Final = WatchRule(
    WatchKind.END_OF_TERM, Counted.TERM_END, (-1 * DAYS,), at_time=time(18, 0), pages="lawyer"
)
FAMILY: Final = WatchRule(
    WatchKind.FAMILY_UPDATE, Counted.HAPPENED, (3 * HOURS,), pages="coordinator", every=24 * HOURS
)
REARMS: Final = WatchRule(WatchKind.REARMED, Counted.HAPPENED, pages="lawyer")
"""A lost claim of asylum lets extradition and expulsion go on, in most laws the same day."""
IN_CUSTODY: Final = (PAPERS,)
PLAIN: Final = Meaning()
HEARING_HELD: Final = "hearing_held"

MEANINGS: Final[dict[str, Meaning]] = {
    "hearing_scheduled": Meaning(watches=(COURT_LIST,), appointment=True),
    "hearing_moved": Meaning(risk=1, watches=(COURT_LIST,), appointment=True),
    "hearing_cancelled": Meaning(ends_of_its_matter=frozenset({WatchKind.COURT_LIST})),
    HEARING_HELD: Meaning(ends_of_its_matter=frozenset({WatchKind.COURT_LIST})),
    "public_appearance_planned": Meaning(
        watches=(WatchRule(WatchKind.PUBLIC_APPEARANCE, Counted.APPOINTED, (2 * HOURS,), pages="lawyer"),)
    ),
    "removal_scheduled": Meaning(
        risk=5, watches=(WatchRule(WatchKind.REMOVAL, Counted.APPOINTED, (timedelta(0),), pages="lawyer"),)
    ),
    "weak_signal": Meaning(risk=2, watches=(FAMILY,)),
    "return_forms": Meaning(risk=2),
    "photographed": Meaning(risk=1),
    "medical_tests": Meaning(risk=3),
    "passport_seized": Meaning(risk=2),
    "officials_statement": Meaning(risk=2),
    "consent_withdrawn": Meaning(risk=2),
    "counsel_dismissed": Meaning(risk=3, watches=(FAMILY,)),
    "counsel_dismissal_asked": Meaning(risk=3, watches=(FAMILY,)),
    "counsel_dismissal_denied": Meaning(risk=3),
    "counsel_dismissal_confirmed": PLAIN,
    "asylum_claim_withdrawn": Meaning(track=Track.ASYLUM, risk=4, watches=(REARMS,)),
    "asylum_refusal_known": Meaning(track=Track.ASYLUM, risk=4, watches=(REARMS,)),
    "asylum_refusal_adopted": Meaning(track=Track.ASYLUM, risk=4, watches=(REARMS,)),
    "asylum_certificate_issued": Meaning(track=Track.ASYLUM),
    "transferred": Meaning(
        risk=2, watches=(WatchRule(WatchKind.TRANSFER, Counted.HAPPENED, (1 * HOURS,), pages="coordinator"), FAMILY)
    ),
    "not_here": Meaning(risk=2),
    "access_refused": Meaning(risk=1),
    "near_border": Meaning(risk=2),
    "at_airport": Meaning(risk=2),
    "administrative_arrest": Meaning(
        track=Track.ADMINISTRATIVE, risk=1, watches=(EVENING_BEFORE, FAMILY), ends=frozenset({WatchKind.CHECK_IN})
    ),
    "fined": Meaning(track=Track.ADMINISTRATIVE),
    "petty_offence_report": Meaning(
        track=Track.ADMINISTRATIVE, risk=1, watches=(WatchRule(WatchKind.CHECK_IN, Counted.HAPPENED, (2 * HOURS,)),)
    ),
    "summons": Meaning(
        track=Track.CRIMINAL, risk=1, watches=(WatchRule(WatchKind.CHECK_IN, Counted.HAPPENED, (2 * HOURS,)),)
    ),
    "extradition_detention_actual": Meaning(track=Track.EXTRADITION, risk=3, watches=(*IN_CUSTODY, FAMILY)),
    "criminal_detention_actual": Meaning(track=Track.CRIMINAL, risk=1, watches=(*IN_CUSTODY, FAMILY)),
    "admin_detention_actual_start": Meaning(track=Track.ADMINISTRATIVE, risk=1, watches=(*IN_CUSTODY, FAMILY)),
    "extradition_arrest_extended": Meaning(track=Track.EXTRADITION, risk=1, watches=(EVENING_BEFORE,)),
    "custody_ruling_announced": Meaning(track=Track.CRIMINAL, risk=1, watches=(EVENING_BEFORE,)),
    "extradition_custody_ruling_announced": Meaning(track=Track.EXTRADITION, risk=3, watches=(EVENING_BEFORE,)),
    "extradition_decision_copy_received": Meaning(track=Track.EXTRADITION, risk=4),
    "extradition_decision_final": Meaning(track=Track.EXTRADITION, risk=5),
    "stay_granted": Meaning(),
    "interim_measure_granted": Meaning(track=Track.UN),
    "daily_contact_expected": Meaning(
        watches=(WatchRule(WatchKind.DAILY_CONTACT, Counted.APPOINTED, (1 * HOURS,), every=24 * HOURS),)
    ),
    "released": Meaning(watches=(PROOF,), ends=frozenset({WatchKind.PAPERS_CHECK, WatchKind.END_OF_TERM})),
    "proof_of_life": Meaning(ends=frozenset({WatchKind.PROOF_OF_LIFE, WatchKind.CHECK_IN})),
    "arrived_safely": Meaning(ends=frozenset(WatchKind), safe=True),
    "deadline_by_hand": PLAIN,
    "sealed_file_approved": PLAIN,
    "sealed_file_objected": PLAIN,
    "sealed_file_opened": PLAIN,
    "sealed_check_ins_stopped": PLAIN,
    "sealed_duress_cleared": PLAIN,
    "removed": Meaning(
        risk=5,
        ends=frozenset(
            {
                WatchKind.REMOVAL,
                WatchKind.COURT_LIST,
                WatchKind.PAPERS_CHECK,
                WatchKind.FAMILY_UPDATE,
                WatchKind.DAILY_CONTACT,
            }
        ),
    ),
}
"""What the events of a docket mean. A stay or an interim measure lowers nothing: it binds one of several tracks."""


FILED: Final = frozenset(
    {
        # Custody
        "custody_start",
        "administrative_arrest",
        "admin_detention_actual_start",
        "apprehension_for_deportation",
        "criminal_delivery_actual",
        "criminal_detention_actual",
        "criminal_detention_protocol",
        "extradition_detention_actual",
        "detention_order_tr",
        "transferred",
        "not_here",
        "access_refused",
        "disappearance_occurred",
        "released",
        "removed",
        # What authorities and courts did
        "petty_offence_report",
        "fined",
        "custody_ruling_announced",
        "extradition_custody_ruling_announced",
        "verdict_pronounced_or_copy_served_if_detained",
        "expulsion_ruling_pronounced",
        "ruling_copy_served",
        "ruling_in_force",
        "gpk_expulsion_case_opened",
        "gpk_expulsion_judgment",
        "extradition_arrest_extended",
        "extradition_decision_copy_received",
        "extradition_decision_final",
        "court_extradition_ruling_uz",
        "deportation_decision_notified",
        "hearing_scheduled",
        "hearing_moved",
        "hearing_cancelled",
        "hearing_held",
        "removal_scheduled",
        "stay_granted",
        # What was filed for the person, and what became of it
        "admin_appeal_filed",
        "extradition_complaint_handed_to_facility",
        "deportation_case_filed",
        "detention_challenge_filed",
        "asylum_application_registered",
        "asylum_application_registered_kg",
        "asylum_intent_by_detainee",
        "asylum_certificate_issued",
        "asylum_refusal_known",
        "asylum_refusal_adopted",
    }
)
"""All that anybody outside the team is told of a docket: acts of authorities, and what was filed with them.

What is not named stays, also an event that somebody adds: how and when a person came, signs of danger, what the team
watches for, expects or has agreed on, sealed files, what was sent to international bodies.
"""

NO_HARM: Final = frozenset({"sealed_check_ins_stopped", "sealed_duress_cleared"})
"""What a person of a sealed file confirmed by a safe way, that they are well: it makes no case of their file."""
BY_PROGRAM: Final = NO_HARM | {
    "consent_withdrawn",
    "counsel_dismissal_asked",
    "counsel_dismissal_denied",
    "counsel_dismissal_confirmed",
    "sealed_file_approved",
    "sealed_file_objected",
    "sealed_file_opened",
}
"""Events that the program writes when they happen in it: nobody enters them by hand."""


APPOINTMENTS: Final = frozenset(event for event, meaning in MEANINGS.items() if meaning.appointment)
"""Events that set or move a hearing."""


def meaning_of(event: str) -> Meaning:
    """Return what an event means; one that only triggers rules, or that nobody knows, means nothing more."""
    return MEANINGS.get(event, PLAIN)


def is_set_for(event: str) -> bool:
    """Whether an event sets something for a time to come (a hearing, a removal), rather than tells what happened."""
    meaning = meaning_of(event)
    waits = any(watch.counted is Counted.APPOINTED for watch in meaning.watches)
    return meaning.appointment or waits or event == "deadline_by_hand"


IMPLIES: Final[dict[str, tuple[str, ...]]] = {
    "asylum_refusal_known": ("asylum_refusal_adopted",),
}
"""Events that must have happened when another has, at that moment at the latest: where their own date is not known,
their clocks run from it."""

MAY_BE: Final[dict[str, str]] = {"custody_ruling_announced": "extradition_custody_ruling_announced"}
"""Events whose words can mean a narrower one, and which. Where the docket speaks of the proceedings of that one and
nobody has entered it, the clocks of both run: who chose the wider word loses none."""

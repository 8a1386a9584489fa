"""What follows what: the plot of the house on one page.

Two tables: what follows an event, and what is done when a timer comes due. Each (event, reaction) is a row written with
the event and handled in a transaction of its own: it is done once, and a reaction that fails does not undo what it
follows (:mod:`app.queues`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from alerts.events import (
    CanaryHeard,
    CanaryLost,
    ItemParked,
    MilestoneReached,
    NeedAccepted,
    NeedDeclined,
    NeedExhausted,
    NeedGivenBack,
    NeedHeld,
    PoliciesReplaced,
    ReceiptCame,
    ReporterUnreachable,
    ShiftConfirmed,
    ShiftCovered,
    ShiftUnconfirmed,
    StepPaged,
    SurgeBegan,
    WindowClosed,
)
from alerts.messages.giving_up import RING
from alerts.occasions.account_alarms import page_the_others, tell_account_set_up, warn_of_copied_passkey, watch_reading
from alerts.occasions.canary import TIMER as CANARY
from alerts.occasions.canary import miss_canary, plan_canary
from alerts.occasions.due_alerts import ask_what_it_means, end_older, give_back_what_is_due, void_reminders
from alerts.occasions.duty_notices import TIMER as WATCH
from alerts.occasions.duty_notices import tell_confirmed_late, tell_covered, tell_unconfirmed, watch_anew, watch_rosters
from alerts.occasions.invitations import invite, invite_who_took_it, strike_out
from alerts.occasions.releasing import (
    ANSWER_TIMER,
    RELEASE_TIMER,
    answered,
    ask_back,
    ask_to_approve,
    chase_answer,
    let_go,
    look_again,
    send_release,
    tell_void,
)
from alerts.occasions.sealed_notices import bring_in, tell_of_match, tell_of_sealed, warn_of_sealed_duress
from alerts.occasions.surge import feel_load, tell_surge
from alerts.search.closing import stop_asking_about
from alerts.search.dismissing import tell_counsel, tell_dismissed
from alerts.search.following_up import LAWYER_TIMER as LAWYER
from alerts.search.following_up import TIMER as FOLLOW_UP
from alerts.search.following_up import (
    ask_for_lawyer,
    await_lawyer_again,
    begin_following_up,
    follow_up,
    follow_up_anew,
)
from alerts.search.joining import seek_apart, seek_as_one
from alerts.search.leaving import ask_the_others
from alerts.search.paging import TIMER as ESCALATE
from alerts.search.paging import escalate, search_afresh, seek_another
from alerts.search.planning import page_fault, plan_alert, set_places
from alerts.search.reopening import seek_again
from alerts.search.rings import ring_on
from alerts.sending.erasing import TIMER as ERASE
from alerts.sending.erasing import erase_in_time, erase_what_waited
from alerts.sending.receipts import apply_receipts
from alerts.telling.following_up_notices import show_next, tell_given_back
from alerts.telling.news import TIMER as NEWS
from alerts.telling.news import (
    tell_file_not_fetched,
    tell_news,
    tell_reporter_unreachable,
    tell_responders,
    tell_window_closed,
)
from alerts.telling.notices import announce_exhausted, ask_to_confirm, tell_method_died
from alerts.telling.settled import show_what_is_believed, tell_who_took_it
from bot.asides import ask_again as ask_what_for_again
from bot.docket import ask_again
from cases.aside import TIMER as SET_ASIDE
from cases.consent.events import (
    ConsentEntered,
    CounselReleaseRevoked,
    DisclosuresFrozen,
    DisclosuresThawed,
    FactEntered,
    FactSuperseded,
    GuardianMarked,
)
from cases.docket.clocks import DEADLINE_TIMER
from cases.docket.dismissing import ask_about_entry
from cases.docket.entering import read_places
from cases.docket.events import (
    DeadlineDone,
    DeadlineMoved,
    DeadlineSuperseded,
    DismissalAsked,
    DismissalDenied,
    FamilyPromised,
    OccurrenceEntered,
    OccurrenceSuperseded,
    UnknownEventEntered,
    WatchEnded,
    WatchOpened,
)
from cases.docket.proposing import TIMER as PROPOSAL
from cases.docket.watches import WATCH_TIMER, keep_contact
from cases.docket.withdrawal import note_withdrawal
from cases.events import (
    CaseClosed,
    CaseReopened,
    CaseViewed,
    DuressSpoken,
    FileNotFetched,
    FileStored,
    HostilitySuspected,
    MovedToCounsel,
    QuestionAnswered,
    ReportExtended,
    ReportReceived,
)
from cases.identity.events import CasesJoined, CasesParted, SamePersonSuggested
from cases.identity.suggesting import ask_to_look
from cases.releases.events import ReleaseAcknowledged, ReleaseApproved, ReleaseEnded, ReleaseProposed
from cases.sealed.check_ins import CHECK_IN_TIMER
from cases.sealed.events import (
    CheckInStopDoubted,
    SealedDuressSpoken,
    SealedFileApproved,
    SealedFileNotFetched,
    SealedFileOpened,
    SealedFileStored,
    SealedOpeningStopped,
    SealedSourceEntered,
)
from cases.sealed.opening import open_in_time
from cases.sealed.triggering import OPENING_TIMER, note_heard_from
from contacts.accounts.events import AccountActivated, AccountCoerced, PasskeyFellBack
from contacts.events import ContactLeft, MethodDied
from dialogue.calling import forget_recording
from dialogue.notices import TIMER as TELL_WAITING
from dialogue.notices import (
    promise_the_truth,
    tell_anew,
    tell_reporter_of_file,
    tell_reporter_promised,
    tell_reporter_taken,
    tell_reporter_unreached,
    tell_reporter_waiting,
)
from dialogue.sealed.checking_in import ask_in_time, ask_out_of_turn
from dialogue.sealed.effects import tell_not_copied
from dialogue.silence import ask_about_freeze, fall_silent, listen_for_duress, warn_of_duress
from scheduler.reminders import miss_watch, remind_of
from store.eventlog import Event
from store.timers import Timer
from store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from app.settings import Settings
    from store.claims import Claim

React = Callable[[UnitOfWork, Event], None]
Look = Callable[[UnitOfWork, Timer, "Claim"], None]
ALARMS: Final = tuple(
    one.__name__
    for one in (
        plan_alert,
        plan_canary,
        page_fault,
        page_the_others,
        seek_again,
        seek_another,
        ask_the_others,
        bring_in,
        warn_of_duress,
        warn_of_sealed_duress,
    )
)
"""Which reactions go before all others: those that begin to seek somebody, and the canary, which flies as they do."""
PAGES: Final = (ESCALATE, RING)
"""Which timers go before all others: a raid sets hundreds of clocks in the same instant."""


def plot(zone: str, hotlines: str | None = None) -> dict[type[Event], dict[str, React]]:
    """Return what follows each event, by the names its rows carry.

    ``zone``: where night is night. ``hotlines``: whom a reporter can call when nobody here accepts.
    """
    plan = partial(plan_alert, zone=zone)
    asks = partial(ask_about_freeze, zone=zone)
    places = partial(read_places, zone=zone)
    tell_unreached = partial(tell_reporter_unreached, hotlines=hotlines)
    return {
        ReportReceived: {
            "plan_alert": plan,
            "promise_the_truth": promise_the_truth,
            "read_places": places,
            "feel_load": feel_load,
        },
        SurgeBegan: {"tell_surge": tell_surge},
        ReportExtended: {
            "plan_alert": plan,
            "tell_responders": tell_responders,
            "keep_contact": keep_contact,
            "listen_for_duress": listen_for_duress,
            "read_places": places,
        },
        QuestionAnswered: {"plan_alert": plan, "tell_responders": tell_responders, "ask_to_look": ask_to_look},
        CasesJoined: {"seek_as_one": seek_as_one},
        CasesParted: {"seek_apart": seek_apart},
        CaseClosed: {"stop_asking_about": stop_asking_about},
        CaseReopened: {"seek_again": partial(seek_again, zone=zone)},
        FileStored: {"erase_what_waited": erase_what_waited, "forget_recording": forget_recording},
        SealedFileStored: {"erase_what_waited": erase_what_waited},
        SealedFileNotFetched: {"tell_not_copied": tell_not_copied},
        FileNotFetched: {
            "tell_file_not_fetched": tell_file_not_fetched,
            "tell_reporter_of_file": tell_reporter_of_file,
            "forget_recording": forget_recording,
        },
        StepPaged: {"promise_the_truth": promise_the_truth},
        NeedAccepted: {
            "tell_who_took_it": tell_who_took_it,
            "tell_reporter_taken": tell_reporter_taken,
            "begin_following_up": begin_following_up,
            "end_older": end_older,
            "invite_who_took_it": invite_who_took_it,
        },
        NeedDeclined: {"show_what_is_believed": show_what_is_believed},
        MilestoneReached: {"show_next": show_next},
        NeedExhausted: {"announce_exhausted": announce_exhausted, "tell_reporter_unreached": tell_unreached},
        PoliciesReplaced: {
            "search_afresh": search_afresh,
            "set_places": partial(set_places, zone=zone),
            "follow_up_anew": follow_up_anew,
            "watch_anew": watch_anew,
        },
        ContactLeft: {"ask_the_others": ask_the_others},
        MethodDied: {"tell_method_died": tell_method_died, "seek_another": seek_another},
        NeedGivenBack: {
            "tell_anew": tell_anew,
            "tell_given_back": tell_given_back,
            "tell_dismissed": tell_dismissed,
            "await_lawyer_again": await_lawyer_again,
            "give_back_what_is_due": give_back_what_is_due,
            "strike_out": strike_out,
        },
        ReporterUnreachable: {"tell_reporter_unreachable": tell_reporter_unreachable},
        WindowClosed: {"tell_window_closed": tell_window_closed},
        ItemParked: {"page_fault": page_fault},
        CanaryHeard: {"plan_canary": plan_canary},
        CanaryLost: {"page_fault": page_fault},
        ReceiptCame: {"apply_receipts": apply_receipts},
        NeedHeld: {"ask_to_confirm": ask_to_confirm},
        OccurrenceEntered: {
            "invite": invite,
            "note_heard_from": note_heard_from,
            "ask_about_entry": ask_about_entry,
        },
        DismissalAsked: {"tell_counsel": tell_counsel},
        DismissalDenied: {"tell_counsel": tell_counsel},
        OccurrenceSuperseded: {"invite": invite},
        DeadlineMoved: {"void_reminders": void_reminders},
        DeadlineSuperseded: {"void_reminders": void_reminders},
        DeadlineDone: {"void_reminders": void_reminders},
        WatchEnded: {"void_reminders": void_reminders, "note_heard_from": note_heard_from},
        WatchOpened: {"ask_out_of_turn": ask_out_of_turn},
        UnknownEventEntered: {"ask_what_it_means": partial(ask_what_it_means, zone=zone)},
        ConsentEntered: {"look_again": look_again},
        CounselReleaseRevoked: {"look_again": look_again},
        DisclosuresFrozen: {"look_again": look_again, "ask_about_freeze": asks, "note_withdrawal": note_withdrawal},
        DisclosuresThawed: {"ask_about_freeze": asks},
        DuressSpoken: {"warn_of_duress": warn_of_duress},
        FactEntered: {"look_again": look_again, "ask_to_look": ask_to_look},
        FactSuperseded: {"look_again": look_again, "ask_to_look": ask_to_look},
        MovedToCounsel: {"ask_to_look": ask_to_look},
        FamilyPromised: {"tell_reporter_promised": tell_reporter_promised},
        GuardianMarked: {"look_again": look_again},
        HostilitySuspected: {"look_again": look_again, "fall_silent": fall_silent},
        ReleaseProposed: {"ask_to_approve": ask_to_approve},
        ReleaseApproved: {"let_go": let_go},
        ReleaseEnded: {"ask_back": ask_back, "tell_void": tell_void},
        ReleaseAcknowledged: {"answered": answered},
        AccountActivated: {"tell_account_set_up": tell_account_set_up},
        AccountCoerced: {"page_the_others": page_the_others},
        PasskeyFellBack: {"warn_of_copied_passkey": warn_of_copied_passkey},
        CaseViewed: {"watch_reading": watch_reading},
        ShiftCovered: {"tell_covered": tell_covered, "watch_anew": watch_anew},
        ShiftUnconfirmed: {"tell_unconfirmed": tell_unconfirmed},
        ShiftConfirmed: {"tell_confirmed_late": tell_confirmed_late},
        SamePersonSuggested: {"tell_of_match": tell_of_match},
        SealedDuressSpoken: {"warn_of_sealed_duress": warn_of_sealed_duress},
        SealedSourceEntered: {"tell_of_sealed": tell_of_sealed},
        SealedFileApproved: {"tell_of_sealed": tell_of_sealed},
        SealedOpeningStopped: {"tell_of_sealed": tell_of_sealed},
        SealedFileOpened: {"bring_in": bring_in},
        CheckInStopDoubted: {"tell_of_sealed": tell_of_sealed},
    }


def reaction_names() -> dict[str, tuple[str, ...]]:
    """Return which rows an event calls for."""
    return {event.__name__: tuple(reactions) for event, reactions in plot("UTC").items()}


def looks(settings: Settings) -> dict[str, Look]:
    """Return what is done when a timer of each kind comes due, by the names its rows carry."""
    return {
        ESCALATE: partial(escalate, zone=settings.timezone),
        RING: partial(ring_on, zone=settings.timezone),
        ERASE: erase_in_time,
        TELL_WAITING: partial(tell_reporter_waiting, hotlines=settings.fallback_hotlines),
        NEWS: tell_news,
        FOLLOW_UP: follow_up,
        LAWYER: ask_for_lawyer,
        WATCH: watch_rosters,
        CANARY: miss_canary,
        DEADLINE_TIMER: remind_of,
        WATCH_TIMER: partial(miss_watch, zone=settings.timezone),
        RELEASE_TIMER: send_release,
        ANSWER_TIMER: chase_answer,
        PROPOSAL: ask_again,
        SET_ASIDE: partial(ask_what_for_again, zone=settings.timezone),
        CHECK_IN_TIMER: ask_in_time,
        OPENING_TIMER: partial(open_in_time, delay=settings.sealed_delay, zone=settings.timezone),
    }

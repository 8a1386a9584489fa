"""What is refused, in the reader's language: the rooms below say why in English, for the shell and the log.

Each of their sentences is known here by how it begins; a test finds every one of them in the code. What nobody has
listed yet is told as something that cannot be done, never in English to who reads another language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.words import Words

CHOICE: Final = "web.case_wrong"
UNKNOWN: Final = "web.console_refused"
EXAMPLES: Final[Mapping[str, str]] = {
    "refused.state": "KZ",
    "refused.region": "KZ-ALM",
    "refused.day": "2030-12-31",
}
"""What a text shows of how something is written; codes are not letters of its own alphabet."""

WHY: Final[Mapping[str, str]] = {
    # What is known of a person
    "it is longer than": "web.case_too_long",
    "there is no such field": CHOICE,
    "it is empty": "web.case_say_something",
    "a date is written as": "refused.day",
    "a State is two letters": "refused.state",
    "a region is a code": "refused.region",
    "it is yes or no": "refused.yes_or_no",
    "confidence is one of": CHOICE,
    "say who bears it out": "refused.who_bears_out",
    "it needs at least": "refused.short_word",
    "nobody reported this case in a chat": "refused.no_chat",
    # Who agreed to what
    "tick what it is about": "refused.tick_what",
    "tick for whom it is": "refused.tick_whom",
    "say whose word it is": "refused.whose_word",
    "say how it was given": "refused.how_given",
    "consent cannot be given later": "refused.given_later",
    "a reporter can agree to nothing": "refused.reporter",
    "where nobody could be asked": "refused.only_unhcr",
    "only a field of counsel's compartment": "refused.only_counsels",
    "only counsel opens": "refused.only_counsel",
    "write down the trigger": "refused.trigger",
    "nothing of that kind was signed": "refused.not_signed",
    "there is nothing of it to be fired": "refused.fired",
    "a coordinator fires": "refused.coordinator_fires",
    "a coordinator asks the safe contact": "refused.dismissal_coordinator",
    "write down by what safe way": "refused.dismissal_how",
    "nobody has asked for the lawyer": "refused.dismissal_none",
    "choose which lawyer it is about": CHOICE,
    "this is none of the choices": CHOICE,
    # What leaves
    "choose for whom it is": "refused.for_whom",
    "nothing may leave for this audience": "refused.nothing_leaves",
    "nothing is sent to this audience": "refused.by_hand",
    "name at least one recipient": "refused.recipient",
    "name at most": "refused.recipients",
    "every recipient for this audience": "refused.recipients_fit",
    "say why the person cannot be asked": "refused.why_not_asked",
    "UNHCR was refused before": "refused.unhcr_refused",
    "a recipient has no proved way": "refused.recipient_unreached",
    "a no stops it no longer": "refused.stopped_no_longer",
    "a coordinator or a lawyer approves": "refused.approves",
    "a coordinator or a lawyer may stop": "refused.approves",
    # A lawyer for a case
    "they cannot work on this case": "refused.lawyer",
    "only the coordinator who has a case": "refused.handover_not_yours",
    "they cannot take this case over": "refused.handover_cannot",
    "nobody needs to take over": "refused.handover_over",
    "no message with buttons": "refused.handover_by_phone",
    "choose a colleague": CHOICE,
    "they have just said no": "refused.lawyer_said_no",
    "choose a lawyer of the directory": "refused.lawyer_choose",
    "nobody is sought for this case yet": "refused.lawyer_too_soon",
    "a lawyer has it by now": "refused.lawyer_taken",
    "the case is closed": "refused.lawyer_closed",
    # The end of a case
    "press one of the buttons": CHOICE,
    "say why it is closed": "refused.why_closed",
    "a clock of it runs": "web.closing_runs",
    "something was entered for it": "refused.was_a_case",
    "a sealed file lies in it": "refused.sealed_waits",
    "the person still checks in": "refused.checks_in",
    "say why it is kept": "refused.why_kept",
    "it is open; close it first": "refused.open_still",
    # Accounts
    "an account needs a name": "refused.account_name",
    "it comes in as": "refused.account_role",
    "this name was somebody else's account": "refused.account_other",
    "an administrator reads no case": "refused.account_admin",
    "there is no contact of that name": "refused.account_nobody",
    "a contact who is": "refused.account_fits",
    "this role does not fit": "refused.account_fits",
    "nobody has agreed to an invitation": "web.console_said_waits",
    "this invitation was used": "web.console_invitation_gone",
    # A sealed file
    "nobody but the person themselves": "refused.no_source",
    "that report may be a trap": "refused.may_be_trap",
    "say who confirms it": "refused.who_confirms",
    "no check-in of this person": "refused.none_missed",
    "say how they know": "refused.how_known",
    "the file was withdrawn": "refused.file_over",
    "a coordinator or a lawyer agrees": "refused.who_opens",
    "say why it is to be opened": "refused.why_opened",
    "two independent sources": "refused.two_sources",
    "say why it must not be opened": "refused.why_not_opened",
    "only who reads that report": "refused.who_reads",
    "say by what safe way": "refused.safe_way",
    # Papers
    "there is no such paper": CHOICE,
    "there is no such version": CHOICE,
    "take the document first": "refused.take_first",
    "choose by what way": CHOICE,
    "it tells what counsel keeps": "refused.paper_counsels",
    "it does not exist where": "refused.paper_elsewhere",
    "nobody is given it before": "refused.paper_unapproved",
    "only the lawyer of the case approves": "refused.paper_lawyer",
    "its text has changed": "refused.paper_changed",
    "something in it is still": "refused.paper_gaps",
    "another lawyer has approved": "refused.paper_other_lawyer",
    "this is no .docx document": "refused.paper_docx",
    "it has tracked changes or comments": "refused.paper_tracked",
    "it tells something that may not": "refused.paper_no_consent",
    "say to whom it went": "refused.paper_to_whom",
    "it cannot have left later": "refused.paper_later",
    "the bot does not ask for this": "refused.paper_not_asked",
    "nobody who reported can be asked": "refused.paper_nobody_asked",
    # The instance
    "it took longer than": "refused.too_slow",
}
"""The text that says it, by how the sentence of the code begins."""


SHELL: Final = "refused.from_shell"


def reason(error: Exception, words: Words) -> str:
    """Say why something was refused, in the reader's language."""
    said = str(error)
    key = next((key for start, key in WHY.items() if said.startswith(start)), UNKNOWN)
    return words.t(key, example=EXAMPLES.get(key, ""))


def reason_or_shell(error: Exception, words: Words, command: str) -> str:
    """Say why the instance did not do what it was asked to; where no text says it, by which command the shell does."""
    known = any(str(error).startswith(start) for start in WHY)
    return reason(error, words) if known else words.t(SHELL, command=command)

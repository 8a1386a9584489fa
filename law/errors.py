"""What can be wrong with rules and with what is asked of them."""

from __future__ import annotations


class RulesError(Exception):
    """A file of rules is not as docs/law.md says; the message names file, rule and what to do."""


class UnknownRuleError(LookupError):
    """There is no rule of this id."""


class RulingDateNeededError(ValueError):
    """The rule takes its date from the ruling, and none was given."""


class SignoffTermError(ValueError):
    """A sign-off would be good for no time, or for longer than the law may go unread."""

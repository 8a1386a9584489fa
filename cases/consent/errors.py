"""What can be wrong with what somebody wants to enter about a person; each message says what to do."""

from __future__ import annotations


class ConsentError(Exception):
    """It was not entered. The message repeats nothing of what was to be."""

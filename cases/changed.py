"""Two people change the same thing at once: the second is shown what stands now beside what they wanted, and chooses.

Whoever fills in a form says which version they were shown. What has been changed since is not overwritten: the use-case
refuses, and says which version stands instead.
"""

from __future__ import annotations

from uuid import UUID

Version = UUID | None
"""The row that stood when somebody looked; None where nothing did."""


class ChangedMeanwhileError(Exception):
    """What somebody was shown stands no longer. ``stands``: the row that does; None where nothing does."""

    def __init__(self, stands: Version) -> None:
        super().__init__("somebody has changed it since it was shown")
        self.stands = stands


def refuse_unless_seen(seen: Version, stands: Version) -> None:
    """Raise ChangedMeanwhileError unless what somebody was shown is what stands."""
    if seen != stands:
        raise ChangedMeanwhileError(stands)

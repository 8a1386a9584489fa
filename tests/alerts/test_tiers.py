"""Which words stand for a page on channels that carry a code and no more."""

from __future__ import annotations

from alerts.telling.tiers import SHORT
from texts.catalogue import keys


def test_a_deadline_is_something_due_on_every_channel_whatever_the_page_says_of_it() -> None:
    pages = {key for key in keys() if key.startswith(("page.deadline", "page.hearing"))}
    assert pages >= {"page.deadline", "page.deadline_missed", "page.deadline_over"}
    assert {SHORT.get(page) for page in pages} == {"due"}

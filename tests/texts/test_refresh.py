from dataclasses import replace

import pytest

from texts.catalogue import DRAFT, LANGUAGES, REVIEWED, Entry, entries, read_entries
from texts.refresh import refreshed

READ_BY_A_SPEAKER = {key: replace(entry, marks=(REVIEWED, "short on purpose")) for key, entry in entries("ug").items()}


def rewritten(language: str, own: dict[str, Entry], english: dict[str, Entry]) -> dict[str, Entry]:
    return dict(read_entries(refreshed(language, own, english).encode(), language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_in_step_keeps_every_entry(language: str) -> None:
    assert rewritten(language, dict(entries(language)), dict(entries("en"))) == entries(language)


def test_a_review_survives() -> None:
    assert rewritten("ug", READ_BY_A_SPEAKER, dict(entries("en"))) == READ_BY_A_SPEAKER


def test_a_changed_english_text_makes_a_draft_of_its_translation_only() -> None:
    english = dict(entries("en"))
    english["reply.taken"] = replace(english["reply.taken"], text="A person has {code}.\nWait.")

    own = rewritten("ug", READ_BY_A_SPEAKER, english)

    assert own["reply.taken"].marks == (DRAFT, "short on purpose")
    assert own["reply.taken"].quoted == "A person has {code}.\nWait."
    assert own["reply.taken"].text == entries("ug")["reply.taken"].text
    assert own["reply.added"].marks == (REVIEWED, "short on purpose")


def test_a_new_english_text_waits_in_the_right_place_for_its_translation() -> None:
    own = {key: entry for key, entry in entries("zh").items() if key != "reply.taken"}

    again = rewritten("zh", own, dict(entries("en")))

    assert list(again) == list(entries("zh"))
    assert again["reply.taken"].text == ""
    assert again["reply.taken"].marks == (DRAFT,)


def test_a_translation_whose_key_is_gone_is_kept_for_a_person_to_decide() -> None:
    english = {key: entry for key, entry in entries("en").items() if key != "reply.taken"}

    assert list(rewritten("zh", dict(entries("zh")), english))[-1] == "reply.taken"

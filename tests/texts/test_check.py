from dataclasses import replace

import pytest

from texts import budget, check
from texts.audience import is_button, is_for_staff, required
from texts.catalogue import DRAFT, LANGUAGES, REVIEWED, Entry, entries, keys


def test_the_catalogues_are_in_order() -> None:
    assert check.problems() == ()


def test_relatives_are_spoken_to_in_every_language_and_staff_in_four() -> None:
    for language in LANGUAGES:
        assert {"reply.first", "ask.who", "option.skip", "language.ug"} <= required(language)
        assert ("page.coordinator" in required(language)) == (language in {"en", "ru", "kk", "ug"})
    assert required("kk") == required("ug") == keys()


def test_helpers_are_written_to_in_the_languages_that_have_all_texts() -> None:
    assert [language for language in LANGUAGES if is_for_staff(language)] == ["en", "ru", "kk", "kk-Arab", "ug"]
    assert not is_for_staff("de")


def test_buttons_are_told_from_messages() -> None:
    assert is_button("option.call.yes")
    assert is_button("web.show")
    assert not is_button("web.show_why")
    assert not is_button("ask.call")


ENGLISH = Entry("Take {code}.\nSend /stop", ("Who reads it.",), None, (), fuzzy=False)
KAZAKH = Entry("{code} алыңыз.\n/stop жіберіңіз", ("Who reads it.",), ENGLISH.text, (DRAFT,), fuzzy=False)


def complaints(key: str, language: str, entry: Entry, english: Entry = ENGLISH) -> set[str]:
    found = check.in_catalogue(language, {key: entry}, {key: english})
    return {problem.removeprefix(f"{key} ") for problem in found if problem.startswith(f"{key} ")}


def test_a_good_entry_has_no_complaint() -> None:
    assert complaints("reply.x", "kk", KAZAKH) == set()
    assert complaints("reply.x", "en", ENGLISH) == set()


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (replace(KAZAKH, text=""), "is empty"),
        (replace(KAZAKH, text=" {code} алыңыз.\n/stop жіберіңіз"), "begins or ends with white space"),
        (replace(KAZAKH, text="{cod} алыңыз.\n/stop жіберіңіз"), "has other placeholders than the English"),
        (replace(KAZAKH, text="{code} { алыңыз.\n/stop жіберіңіз"), "has a stray brace"),
        (replace(KAZAKH, text="{code} алыңыз.\n/стоп жіберіңіз"), "has other commands than the English"),
        (replace(KAZAKH, text="{code} алыңыз. /stop жіберіңіз"), "has other lines than the English"),
        (replace(KAZAKH, text="{code} aлыңыз.\n/stop жіберіңіз"), "has letters of another alphabet"),
        (replace(KAZAKH, text="{code}\u200f алыңыз.\n/stop жіберіңіз"), "holds invisible control characters"),
        (replace(KAZAKH, text="{code} алыңыз.\n/stop" + " жіберіңіз" * 500), "is too long for a message"),
        (replace(KAZAKH, marks=()), "says neither or both of review: draft and review: done"),
        (replace(KAZAKH, marks=(DRAFT, REVIEWED)), "says neither or both of review: draft and review: done"),
        (replace(KAZAKH, fuzzy=True), "is fuzzy, so nobody would hear it; use review: draft"),
    ],
)
def test_each_fault_is_found(entry: Entry, complaint: str) -> None:
    assert complaint in complaints("reply.x", "kk", entry)


def test_a_label_longer_than_a_button_is_found() -> None:
    label = replace(ENGLISH, text="x" * 31)

    assert complaints("option.x", "en", label, label) == {"is too long for a button"}


def test_a_first_reply_longer_than_a_lock_screen_is_found() -> None:
    reply = replace(ENGLISH, text="x" * 451)

    assert complaints("reply.first", "en", reply, reply) == {"is too long for a lock screen"}


def test_a_language_must_call_itself_the_same_everywhere() -> None:
    name = replace(ENGLISH, text="Қазақша")

    assert complaints("language.kk", "ug", replace(KAZAKH, text="قازاقچە"), name) == {"differs between languages"}
    assert complaints("language.kk", "ug", replace(KAZAKH, text="Қазақша"), name) == set()


@pytest.mark.parametrize(
    ("language", "looks_right", "is_right"),
    [
        ("ug", "یاردەم", "ياردەم"),  # Persian yeh
        ("ug", "ساقچي خەۋه", "ساقچى خەۋە"),  # Arabic heh
        ("kk-Arab", "کومەك", "كومەك"),  # Persian kaf
        ("kk", "Ciз", "Сіз"),  # two Latin letters
        ("zh", "您 код", "您的编号"),
    ],
)
def test_letters_that_only_look_right_are_found(language: str, looks_right: str, is_right: str) -> None:
    english = replace(ENGLISH, text="You")

    assert "has letters of another alphabet" in complaints(
        "reply.x", language, replace(KAZAKH, text=looks_right), english
    )
    assert complaints("reply.x", language, replace(KAZAKH, text=is_right), english) == set()


def test_a_key_that_english_lacks_is_found() -> None:
    found = check.in_catalogue("zh", dict(entries("zh")) | {"reply.old": KAZAKH}, entries("en"))

    assert list(found) == ["reply.old is not a key of the English catalogue"]


def test_a_missing_translation_is_found() -> None:
    own = {key: entry for key, entry in entries("ug").items() if key != "reply.taken"}

    assert list(check.in_catalogue("ug", own, entries("en"))) == ["reply.taken is missing"]


def test_a_translator_who_left_an_address_is_protected() -> None:
    found = check.in_file("ug", "# Somebody <somebody@example.org>", entries("ug"), entries("en"))

    assert any("e-mail address" in problem for problem in found)


def test_a_text_too_long_for_its_parts_of_an_sms_is_found() -> None:
    short = replace(ENGLISH, text="Panah: " + "x" * 153)
    long = replace(ENGLISH, text="Panah: " + "x" * 154)

    assert complaints("sms.started", "en", short, short) == set()
    assert complaints("sms.started", "en", long, long) == {"is too long for its parts of an SMS"}
    assert complaints("reply.started", "en", long, long) == set(), "it never leaves by SMS"


def test_a_text_for_sms_is_counted_with_what_will_stand_in_it() -> None:
    told = replace(ENGLISH, text="x" * 150 + " {need}")

    assert complaints("sms.yours", "en", told, told) == {"is too long for its parts of an SMS"}


def test_a_budget_of_a_text_that_is_gone_is_found() -> None:
    assert budget.unknown_budgets() == frozenset()
    assert all(budget.leaves_by_sms(key) and key in keys() for key in budget.budgets().parts)


def test_a_code_that_an_sms_would_turn_round_is_found() -> None:
    english = replace(ENGLISH, text="Your code: {code}")
    bare = replace(english, text="كودىڭىز: {code}", quoted=english.text, marks=(DRAFT,))
    named = replace(bare, text="كودىڭىز: Panah {code}")

    assert len(complaints("sms.x", "ug", bare, english)) == 1
    assert complaints("sms.x", "ug", named, english) == complaints("reply.x", "ug", bare, english) == set()


def test_a_relative_is_never_left_with_english() -> None:
    english = replace(ENGLISH, text="Tell us more")
    left = replace(english, quoted=english.text, marks=(DRAFT,))

    assert complaints("reply.x", "tr", left, english) == {"is still in English"}


def test_forms_for_numbers_are_counted() -> None:
    english = replace(ENGLISH, text="{count} people", forms=("{count} person", "{count} people"))
    russian = replace(english, text="{count} человек", quoted=english.whole, marks=(DRAFT,), forms=())
    whole = replace(russian, forms=("{count} человек", "{count} человека", "{count} человек"))
    broken = replace(whole, forms=("{count} человек", "{coun} человека", "{count} человек"))

    assert complaints("web.x", "ru", whole, english) == set()
    assert complaints("web.x", "ru", russian, english) == {"has other forms for numbers than its language"}
    assert complaints("web.x", "ru", replace(whole, forms=whole.forms[:2]), english) == {
        "has other forms for numbers than its language"
    }
    assert complaints("web.x", "ru", broken, english) == {"has other placeholders than the English"}

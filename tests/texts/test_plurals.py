import gettext
import re

import pytest

from texts.catalogue import COUNT, LANGUAGES, entries, say
from texts.plurals import categories, form_of, header


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_catalogue_tells_other_tools_is_how_we_count(language: str) -> None:
    told = re.fullmatch(r"nplurals=(\d+); plural=(.+);", header(language))
    assert told is not None
    assert int(told[1]) == len(categories(language))
    rule = gettext.c2py(told[2])
    assert all(int(rule(number)) == form_of(language, number) for number in (*range(230), 1000, 1_000_000))


def test_forms_are_those_of_cldr() -> None:
    assert categories("ru") == ("one", "few", "many")
    assert categories("zh") == ("other",)
    assert {categories(language) for language in ("en", "kk", "kk-Arab", "ug", "tr", "uz")} == {("one", "other")}


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 человек"), (2, "2 человека"), (5, "5 человек"), (21, "21 человек"), (112, "112 человек")]
)
def test_a_number_takes_its_form(count: int, said: str) -> None:
    assert say("web.contact_count", "ru", count=count).replace("\u2068", "").replace("\u2069", "") == said
    assert say("web.contact_count", "ru", count=str(count)) == say("web.contact_count", "ru", count=count)


def test_where_the_number_is_none_the_general_form_is_said() -> None:
    assert "people" in say("web.contact_count", "en", count="many")


def test_every_text_with_forms_goes_by_the_count() -> None:
    with_forms = [key for key, entry in entries("en").items() if entry.forms]
    assert with_forms
    assert all(COUNT in entries("en")[key].placeholders for key in with_forms)

"""One thing is called by one word, one sentence is said in one way, and what a text names is what its reader sees."""

import re
from collections import defaultdict
from typing import Final

import pytest

from texts.audience import is_for_relatives, required
from texts.bidi import isolate
from texts.catalogue import LANGUAGES, SOURCE, Entry, entries, keys, say
from texts.locale import is_right_to_left

TRANSLATED: Final = tuple(language for language in LANGUAGES if language != SOURCE)
RELATIVES: Final = sorted(filter(is_for_relatives, keys()))
FILLED_IN: Final = re.compile(r"\{[a-z_]+\}|`[^`]*`|/[a-z]+")

NOT_SO: Final = {
    "ru": {
        "Panah": ("voice.", "Панах"),
        "сигналы": ("staff.", "оповещения"),
        "тревоги": ("", "оповещения"),
        "юрист": ("card.", "адвокат"),
    },
    "kk": {
        "атырма": ("", "түйме"),
        "ахмет": ("", "Рақмет"),
        "команданы": ("web.", "топ"),
        "өтініш беруші": ("", "хабарлаушы"),
        "Panah": ("voice.", "Панах"),
    },
    "kk-Arab": {"سۇحبات": ("", "چات"), "Telegram": ("", "تەلەگرام"), "باتىرما": ("", "تۇيمە")},
    "ug": {"Telegram": ("", "تېلېگرام"), "پاراڭ": ("", "سۆھبەت"), "Panah": ("voice.", "پاناھ")},
    "zh": {"对话": ("", "聊天"), "报告": ("", "求助")},
    "tr": {"evap": ("", "yanıt"), "bildirim": ("", "başvuru")},
    "uz": {"uhbat": ("", "chat")},
}
"""What a thing is not called, in texts whose keys begin so, because everywhere else it is called by the other word."""


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_thing_is_called_by_one_word(language: str) -> None:
    found = [
        (key, f"{unwanted}: say {wanted}")
        for unwanted, (beginning, wanted) in NOT_SO[language].items()
        for key, entry in entries(language).items()
        if key.startswith(beginning) and unwanted in entry.whole
    ]
    assert found == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_relatives_are_told_in_one_sentence_of_english_is_one_sentence(language: str) -> None:
    """Who reads it a second time, elsewhere, must not wonder whether it is something else."""
    said: dict[str, set[str]] = defaultdict(set)
    for key in RELATIVES:
        english, own = (entries(one)[key].text.split("\n") for one in (SOURCE, language))
        for line, told in zip(english, own, strict=True):
            if len(line.split()) > 2:
                said[line].add(told)
    assert {line: told for line, told in said.items() if len(told) > 1} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_numbers_are_those_of_the_english(language: str) -> None:
    for key in RELATIVES:
        english, own = (sorted(re.findall(r"\d+", entries(one)[key].text)) for one in (SOURCE, language))
        assert own == english, key


def labels() -> dict[str, list[str]]:
    """Keys of what is a button or a page, by what it says in English."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, entry in entries(SOURCE).items():
        if key.startswith(("button.", "option.", "web.")):
            found[entry.text].append(key)
    return found


def named_in(text: str) -> list[str]:
    """What an English text names that its reader is to look for: in quotes, or after “tap” and “on the page”."""
    pressed = re.findall(r"\b(?:[Tt]ap|page) (Accept|Open|Accounts|Law)\b", text)
    return [*re.findall("“([^”]+)”", text), *pressed]


NAMING: Final = sorted(
    (key, name) for key in keys() for name in named_in(entries(SOURCE)[key].text) if labels().get(name)
)


def test_texts_that_name_a_button_or_a_page_are_found() -> None:
    assert {
        ("page.coordinator", "Accept"),
        ("reply.sealed_cry", "It is happening now"),
        ("staff.surge", "Mass arrests"),
        ("web.by_web", "Safe way and hours"),
    } <= set(NAMING)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_text_names_is_called_so_where_it_stands(language: str) -> None:
    own = entries(language)
    for key, name in NAMING:
        if key in required(language):
            assert any(own[label].text in own[key].text for label in labels()[name] if label in own), (key, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_the_buttons_in_their_order(language: str) -> None:
    own = entries(language)
    if "staff.help" not in own:
        return
    lines = own["staff.help"].text.split("\n")
    accept, decline, opened, made, filed, back = (
        own[f"button.{name}"].text for name in ("accept", "decline", "open", "contact_made", "filed", "give_back")
    )
    assert [line.partition(":")[0] for line in (*lines[1:4], lines[5])] == [accept, decline, opened, back]
    assert made in lines[4]
    assert filed in lines[4]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if is_right_to_left(language)])
def test_a_text_message_to_helpers_begins_with_a_letter_from_right_to_left(language: str) -> None:
    """A telephone lays a text out by its first letter; nobody puts marks into a text message."""
    for key, entry in entries(language).items():
        if key.startswith(("sms.", "duty.")):
            for form in entry.forms or (entry.text,):
                first = next(letter for letter in FILLED_IN.sub("", form) if letter.isalpha())
                assert first >= "\u0600", key


ALWAYS_SEVERAL: Final = frozenset(
    {f"{way}.bundle_other" for way in ("page", "sms", "voice", "email")} | {"web.incident_proposed"}
)
"""Texts of several cases, which are never said of one."""


def test_what_may_be_one_is_said_of_one() -> None:
    """Two reminders of one case are one case by text, call and e-mail, and a list may hold one person."""
    counted = {
        key for key, entry in entries(SOURCE).items() if re.search(r"\{count\} (cases|people|reports)\b", entry.text)
    }
    assert {key for key in counted if not entries(SOURCE)[key].forms} == ALWAYS_SEVERAL
    assert say("button.list_mine", "en", count="1") == f"{isolate('1')} case, I have it"
    assert say("button.list_mine", "ru", count="21") == f"{isolate('21')} дело, беру я"


# --- Kazakh in two scripts ---------------------------------------------------------------------------------------

CYRILLIC: Final = "абвгғдежзийкқлмнңоөпрстуұүфхһшыіэ"
ARABIC: Final = "ابۆگعدەجزييكقلمنڭووپرستۋۇۇفحھشىىە"
LETTERS: Final = dict(zip(CYRILLIC, ARABIC, strict=True)) | {"ә": "ا", "ц": "تس", "ч": "چ", "ю": "يۋ", "я": "يا"}
HIGH_HAMZA: Final = "\u0674"
WORD: Final = re.compile("[а-яёәғқңөұүһі]+")
OTHERWISE: Final = frozenset({"text.first", "text.first_later", "text.ask_where", "text.thanks", "text.asks"})
"""Texts for SMS, where the code has to stand first and “СМС” is not written."""


def in_arabic_letters(word: str) -> str:
    """A Kazakh word as it is written from right to left: soft by a hamza, unless its letters say so themselves."""
    soft = re.search("[әөүі]", word) and not re.search("[аоұықғкгеэ]", word)
    letters = "".join(LETTERS[letter] for letter in word.replace("ия", "я").replace("ию", "ю"))
    return f"{HIGH_HAMZA}{letters}" if soft else letters


def words_of(entry: Entry) -> list[str]:
    """The words of a text as they are in Arabic letters, without what is the same in both scripts."""
    text = FILLED_IN.sub(" ", entry.text).lower().replace("telegram", "телеграм").replace("бұұ", "б ұ ұ")
    written = WORD.sub(lambda word: in_arabic_letters(word.group()), text)
    return re.findall("[\u0621-\u06d5\u0674]+", written)


@pytest.mark.parametrize("key", [key for key in RELATIVES if not key.startswith("language.")])
def test_kazakh_says_the_same_in_both_scripts(key: str) -> None:
    cyrillic, arabic = entries("kk")[key], entries("kk-Arab")[key]
    if key not in OTHERWISE:
        assert words_of(arabic) == words_of(cyrillic)

"""Which language to answer in: the script of the message first, then its letters, then the app's language.

The question is not "what language is this" but "which of ours will this person read most easily". Somebody
who wrote Chinese reads Chinese, whatever their phone is set to. A wrong guess costs one tap on a language
button, so tables of letters and a few frequent words are enough.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Final

from texts.guess_arabic import guess_arabic
from texts.guess_cyrillic import guess_cyrillic
from texts.guess_latin import guess_latin

_RIGHT_TO_LEFT: Final = frozenset({"kk-Arab", "ug"})

# Language codes of chat apps, without script and region. Those not here are answered in English; neighbours
# whose speakers mostly read Russian are answered in Russian until they have texts of their own.
_CLIENTS: Final[Mapping[str, str]] = {
    "en": "en",
    "ru": "ru",
    "kk": "kk",
    "ug": "ug",
    "zh": "zh",
    "tr": "tr",
    "uz": "uz",
    "ky": "ru",
    "tg": "ru",
    "be": "ru",
    "uk": "ru",
}
# Apps in these languages belong to people who write Arabic letters but read neither Uyghur nor Kazakh.
_OTHER_ARABIC_CLIENTS: Final = frozenset({"ar", "ckb", "fa", "ku", "ps", "sd", "ur"})

# Kazakh letters that neighbours have too: from their apps these letters do not say Kazakh.
_SHARED_LETTERS: Final[Mapping[str, str]] = {"be": "іў", "ky": "өүң", "tg": "қғҳў", "uk": "і", "uz": "қғ"}

# Apps whose speakers write Latin letters that look like Turkish, Uzbek or Kazakh: there the app decides.
_NEIGHBOURS_CLIENTS: Final = frozenset({"az", "crh", "kaa", "kk", "ku", "ky", "tk", "tt", "ug"})

# What an app is likely to speak whose number is of a country, for where only a number is known. In Kazakhstan
# everybody reads Russian who reads Kazakh, and not the other way round.
_COUNTRIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("BY", "KG", "KZ", "RU", "TJ", "TM", "UA"), "ru"),
    **dict.fromkeys(("CN", "HK", "MO", "TW"), "zh"),
    "TR": "tr",
    "UZ": "uz",
}

# A script is recognised by the first word of its letters' names. One Chinese character is a syllable or a
# word; Latin is often only a name, a brand or a number plate.
_WEIGHT_OF_SCRIPT: Final[Mapping[str, int]] = {"CJK": 5, "ARABIC": 2, "CYRILLIC": 2, "LATIN": 1}

# Links, addresses, mentions, tags and commands say nothing about the language of the person. (Chinese is written
# without spaces, so it ends a link.)
_NOT_WORDS = re.compile(r"(?:https?://|www\.)[^\s\u2e80-\uffef]+|[a-zA-Z0-9._+-]{1,64}@[a-zA-Z0-9.-]+|(?<!\w)[@/#]\w+")
_LONG_ENOUGH: Final = 4096  # characters that are looked at: a whole Telegram message


def is_right_to_left(language: str) -> bool:
    """Say whether the language is written from right to left."""
    return language in _RIGHT_TO_LEFT


def language_of_country(code: str | None) -> str | None:
    """Return what stands for the language of an app where only a number's country is known (ISO 3166-1 alpha-2)."""
    return _COUNTRIES.get(code or "")


def guess_language(text: str | None, client_language: str | None) -> str:
    """Return the language to answer in, one of `texts.catalogue.LANGUAGES`, for any text and any client code.

    `client_language` is the code a chat app reports ("kk", "zh-hans"); it decides where the text does not.
    """
    normal = unicodedata.normalize("NFKC", (text or "")[:_LONG_ENOUGH])
    said = _NOT_WORDS.sub(" ", normal[:_LONG_ENOUGH])  # one character may normalise to eighteen
    match _main_script(said):
        case "CJK":
            return "zh"
        case "ARABIC":
            return _arabic(said, client_language)
        case "CYRILLIC":
            return _cyrillic(said, client_language)
        case "LATIN":
            return _latin(said, client_language)
        case _:
            return _client(client_language)


def _client(code: str | None) -> str:
    language, *subtags = _subtags(code)
    if language == "kk" and not {"arab", "cn"}.isdisjoint(subtags):
        return "kk-Arab"
    return _CLIENTS.get(language, "en")


def _subtags(code: str | None) -> list[str]:
    return (code or "").strip().lower().replace("_", "-").split("-")


def _main_script(text: str) -> str | None:
    letters = Counter(_script(character) for character in text if character.isalpha())
    weights = {script: letters[script] * weight for script, weight in _WEIGHT_OF_SCRIPT.items()}
    heaviest = max(weights, key=lambda script: weights[script])
    return heaviest if weights[heaviest] else None


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _arabic(text: str, client_code: str | None) -> str:
    client, guess = _client(client_code), guess_arabic(text)
    if guess == "other" or (guess is None and _subtags(client_code)[0] in _OTHER_ARABIC_CLIENTS):
        return client
    if guess is None:
        return "kk-Arab" if client in {"kk", "kk-Arab"} else "ug"
    return guess


def _latin(text: str, client_code: str | None) -> str:
    client, guess = _client(client_code), guess_latin(text)
    if guess is None or (guess != "en" and _subtags(client_code)[0] in _NEIGHBOURS_CLIENTS):
        return client
    return guess


def _cyrillic(text: str, client_code: str | None) -> str:
    shared = frozenset(_SHARED_LETTERS.get(_subtags(client_code)[0], ""))
    guess = guess_cyrillic(text, shared)
    if guess is None:
        client = _client(client_code)
        return {"kk": "kk", "kk-Arab": "kk", "uz": "uz"}.get(client, "ru")
    return guess

"""Telling Turkish, Uzbek, Kazakh and English apart, also where they are typed without the signs of a keyboard."""

import re
import unicodedata
from typing import Final, Literal

# Letters of neighbours: Azerbaijani, Tatar, the Latin alphabets of Kazakh and Uyghur, and Kurdish.
_NEIGHBOURS_LETTERS: Final = frozenset("əñūäē")
_TURKISH_LETTERS: Final = frozenset("ğışİ")

_TURKISH: Final = frozenset(
    {
        "abim", "abimi", "abla", "ablam", "ablami", "agabeyim", "agabeyimi", "aldilar", "almislar", "ama", "annem",
        "annemi", "arkadasim", "arkadasimi", "babam", "babami", "biliyor", "bilmiyorum", "bilmiyoruz", "cok",
        "degil", "disi", "edecekler", "eder", "edin", "esim", "esimi", "evet", "geri", "gitti", "gonderiyorlar",
        "goturduler", "gozaltina", "gozaltinda", "haber", "hala", "havalimaninda", "hayir", "icin", "kardesim",
        "kardesimi", "karim", "karimi", "kayboldu", "kayip", "kizim", "kizimi", "kocam", "kocami", "kotu", "lutfen",
        "merhaba", "nerede", "neredeler", "oglum", "oglumu", "oldu", "polisler", "simdi", "sinir", "sinirda",
        "sinirdisi", "tutukladilar", "tutuklandi", "var", "ve", "veya", "yardim", "yarin", "yok",
    }
)  # fmt: skip
_TURKISH_ENDING = re.compile(r"\w{2,}(?:[iu]yor\w*|(?:[td]u|[td]i|mis)ler|acak\w*|ecek\w*|(?<!m)adik|edik)")

# Uzbek has "-madik" as well, and Turkish "-lari" and "-dilar" without its dots: these tell nothing.
# Without words for relatives that are Uyghur too, which people also write in Latin letters.
_UZBEK: Final = frozenset(
    {
        "amakim", "aytdi", "bedarak", "bering", "beringlar", "bilan", "bilmayman", "bilmaymiz", "bo'ldi", "bolib",
        "bor", "chegarada", "do'stim", "ekan", "emas", "endi", "erim", "erimni", "ertaga", "hibsga", "hozir",
        "iltimos", "kecha", "kechqurun", "kerak", "ketdi", "ketdilar", "ketishdi", "militsiya", "nima", "o'g'lim",
        "o'g'limni", "olib", "onam", "onamni", "opam", "opamni", "otam", "otamni", "politsiya", "qamab", "qamaldi",
        "qamoqda", "qayerda", "qaytarib", "qilishdi", "salom", "turmada", "uchun", "ushlab", "ushladi", "va",
        "xotinim", "xotinimni", "yo'q", "yoq", "yordam", "yuborishdi", "yubormoqchi",
    }
)  # fmt: skip
_UZBEK_ENDING = re.compile(
    r"\w{2,}(?:yapti|yapman|yapmiz|yaptilar|moqchi|moqda|shdi|shgan|shib|ganlar|imizni|ingizni|ganmi)"
)
# "oʻ" and "gʻ" with whatever sign a keyboard has for it, before another letter.
_UZBEK_SIGN = re.compile(r"\b\w*[og][ʻ'](?=[a-z])\w*")
_SIGNS: Final = str.maketrans(dict.fromkeys("ʼ’‘`´′", "'") | {"ʻ": "'"})

# Kazakh as people type it on a keyboard without its letters. Without words that are Uyghur too ("ketti", "kerek").
_KAZAKH: Final = frozenset(
    {
        "alip", "alyp", "bolady", "jardem", "jatyr", "joq", "kaida", "kamady", "kamap", "komek", "komektesiniz",
        "komektesinizder", "komektesinizshi", "qaida", "qamady", "qamaldy", "qamap", "shekarada", "tutqyndady",
        "turmede", "ustadi", "ustady", "ustaldy", "ustap", "zhardem", "zhatyr", "zhok", "zhoq",
    }
)  # fmt: skip
_KAZAKH_ENDING = re.compile(r"\w{2,}md[iy]")  # whom they took: "inimdi", "agamdy", "kuieuimdi"

_ENGLISH: Final = frozenset(
    {
        "about", "afraid", "airport", "an", "and", "are", "arrest", "arrested", "been", "border", "brother", "by",
        "can", "child", "children", "court", "daughter", "deported", "detained", "do", "does", "father", "for",
        "friend", "from", "gave", "has", "hasn't", "have", "he", "held", "hello", "help", "her", "him", "his",
        "how", "husband", "i'm", "is", "it", "jail", "know", "lawyer", "me", "missing", "mother", "my", "need",
        "now", "of", "our", "papers", "please", "police", "prison", "returned", "sent", "she", "sister", "someone",
        "son", "take", "taken", "tell", "that", "the", "their", "them", "there", "they", "this", "to", "today",
        "tomorrow", "took", "us", "want", "was", "we", "were", "what", "when", "where", "who", "why", "wife",
        "will", "with", "yesterday", "you", "your",
    }
)  # fmt: skip
_SHORT: Final = 4  # letters of "nima", "va", "onam"
_ENOUGH_ENGLISH: Final = 2  # "help" and "police" are known everywhere

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_DOTLESS: Final = str.maketrans("ıİ", "ii")


def guess_latin(text: str) -> Literal["en", "kk", "tr", "uz"] | None:
    """Return which of our languages in Latin letters a text is, None when it does not tell."""
    signed = text.translate(_SIGNS)
    if not _NEIGHBOURS_LETTERS.isdisjoint(signed.casefold()):
        return None
    words = [_bare(word) for word in _WORD.findall(signed)]
    said: dict[Literal["en", "kk", "tr", "uz"], int] = {
        "tr": sum(word in _TURKISH or bool(_TURKISH_ENDING.fullmatch(word)) for word in words)
        + sum(letter in _TURKISH_LETTERS for letter in signed),
        "uz": _count_uzbek([word for word in words if word not in _ENGLISH]),
        "kk": sum(word in _KAZAKH or bool(_KAZAKH_ENDING.fullmatch(word)) for word in words if word not in _TURKISH),
        "en": sum(word in _ENGLISH for word in words),
    }
    if said["en"] < _ENOUGH_ENGLISH:
        said["en"] = 0
    most = max(said.values())
    likely = [language for language, count in said.items() if count == most > 0]
    return likely[0] if len(likely) == 1 else None


def _count_uzbek(words: list[str]) -> int:
    """How many words are Uzbek. One that is short, or only ends so, says nothing alone: it may be a name."""
    known = [word for word in words if word in _UZBEK or _UZBEK_SIGN.fullmatch(word)]
    count = len(known) + sum(word not in _UZBEK and bool(_UZBEK_ENDING.fullmatch(word)) for word in words)
    return count if count > 1 or any(len(word) > _SHORT for word in known) else 0


def _bare(word: str) -> str:
    """Return a word in small letters without the dots of letters: as people type it who have no time for them."""
    small = word.translate(_DOTLESS).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFD", small) if not unicodedata.combining(letter))

"""Telling Kazakh, Uzbek and Russian apart, also where they are typed on a Russian keyboard."""

import re
from typing import Final, Literal

KAZAKH_LETTERS: Final = frozenset("әғқңөұүһі")
# Tajik, Ukrainian, Uyghur in Cyrillic: their writers read Russian more easily than Kazakh.
_NEIGHBOURS_LETTERS: Final = frozenset("ҷӣӯїєґҗ")
# Uzbek has ў and ҳ. Belarusian has ў as well, beside і and ы, which Uzbek lacks; ҳ is also Tajik.
_UZBEK_LETTERS: Final = frozenset("ўҳ")
_NOT_UZBEK_LETTERS: Final = frozenset("ыіәңөүұһщ")
_UZBEK_WORD = re.compile(
    r"(?:амаким|бедарак|беринг|билан|бормиз|ёрдам|ердам|илтимос|кетишди|кетди|кечқурун|қамаб|қамал(?!ға)|қаерда"
    r"|каерда|қилишди|қайтариб|онам|олиб|опам|отамни|уйдан|учун|ушла[бгдйнш]|хотиним|эрим|эрта|ўғлим|ўзим"
    r"|чегарада|чикариб|чиқариб|юбор|яқин|қамоқ|камок|ҳозир|ҳибс).*"
)
# One word that only ends so may be a name, or a word of a neighbour.
_UZBEK_ENDING = re.compile(
    r"\w{2,}(?:япти|япман|япмиз|мокда|моқда|мокчи|моқчи|шди|шган|ганлар|лари|дилар|имизни|ингизни)"
)

# Kazakh as it is typed on a Russian keyboard: beginnings and endings that usual Russian words do not have.
_KAZAKH_WORD = re.compile(
    r"(?:агам|айтып|ассалау|балам|барма|бизди|бойынша|болды|деди|екен|емес|жатыр|жибер|жок|иним|казир|кайда|кайтар"
    r"|камап|камауда|кашан|келди|келип|керек|кетти|комек|маган|менин|онын|рахмет|салем|сурай|туралы|турмыз|тутып"
    r"|устад|устап|шекара).*"
    r"|\w{2,}(?:ыныз|иниз|ымыз|имиз|[нтд]ын|[лдт]ар[ыг]?|лер[иг]?|уге|уга|ылды|илди|ыпты|ипти|айды|ейди|ады|еди|ыты"
    r"|ып|ип|сыз|мыз|миз|аты[нр]|етин|ган|ген)"
)
_RUSSIAN_WORDS: Final = frozenset(
    {
        "арестовали", "брат", "брата", "в", "вам", "вас", "вчера", "вы", "где", "границе", "да", "для", "его",
        "её", "забрали", "задержали", "здравствуйте", "и", "из", "как", "ко", "меня", "мне", "мой", "моего",
        "мою", "моя", "муж", "мужа", "мы", "на", "нас", "не", "нет", "но", "он", "она", "они", "по", "помогите",
        "помощь", "пожалуйста", "привет", "с", "сегодня", "сейчас", "сестру", "суд", "у", "уже", "что", "это",
        "я",
    }
)  # fmt: skip
# Russian words that look like one of the others.
_RUSSIAN_ALIKE: Final = frozenset(
    {
        "берингов", "взгляды", "впереди", "доллары", "друга", "другу", "медведи", "наряды", "орган", "отряды",
        "очереди", "подруга", "пощади", "принцип", "санитары", "соседи", "солдаты", "среди", "супруга", "супругу",
        "тип", "ураган", "хулиган",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


def guess_cyrillic(text: str, not_telling: frozenset[str] = frozenset()) -> Literal["kk", "ru", "uz"] | None:
    """Return what a text in Cyrillic is best answered in, None when it does not tell.

    `not_telling` are letters that are Kazakh or Uzbek but also of the language the writer's app speaks. Uzbek is
    answered in Latin letters, as it is written in Uzbekistan.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    letters = frozenset("".join(words))
    if not _NEIGHBOURS_LETTERS.isdisjoint(letters):
        return "ru"
    if _is_uzbek(words, letters, not_telling):
        return "uz"
    if "ў" in letters:
        return "ru"  # Belarusian
    telling = KAZAKH_LETTERS - not_telling
    kazakh = sum(not telling.isdisjoint(word) or _looks_kazakh(word) for word in words)
    russian = _count_russian(words)
    if kazakh == russian == 0:
        return None
    # Spoken Kazakh is full of Russian words, so a draw is Kazakh.
    return "kk" if kazakh >= russian else "ru"


def _is_uzbek(words: list[str], letters: frozenset[str], not_telling: frozenset[str]) -> bool:
    if not _NOT_UZBEK_LETTERS.isdisjoint(letters):
        return False
    known = sum(bool(_UZBEK_WORD.fullmatch(word)) for word in words)
    endings = sum(bool(_UZBEK_ENDING.fullmatch(word)) and not _UZBEK_WORD.fullmatch(word) for word in words)
    uzbek = known + endings if known or endings > 1 else 0
    return uzbek > _count_russian(words) or not (_UZBEK_LETTERS - not_telling).isdisjoint(letters)


def _looks_kazakh(word: str) -> bool:
    return word not in _RUSSIAN_ALIKE and bool(_KAZAKH_WORD.fullmatch(word))


def _count_russian(words: list[str]) -> int:
    return sum(word in _RUSSIAN_WORDS or word in _RUSSIAN_ALIKE for word in words)

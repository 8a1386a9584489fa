"""Telling Kazakh from Russian, also where it is typed without the Kazakh letters."""

import re
from typing import Final, Literal

KAZAKH_LETTERS: Final = frozenset("әғқңөұүһі")
# Uzbek, Tajik, Ukrainian, Uyghur in Cyrillic: their writers read Russian more easily than Kazakh.
_NEIGHBOURS_LETTERS: Final = frozenset("ўҳҷӣӯїєґҗ")

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
_WORD = re.compile(r"[^\W\d_]+")


def guess_cyrillic(text: str, not_telling: frozenset[str] = frozenset()) -> Literal["kk", "ru"] | None:
    """Return what a text in Cyrillic is best answered in, None when it does not tell.

    `not_telling` are letters that are Kazakh but also of the language the writer's app speaks.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    if not _NEIGHBOURS_LETTERS.isdisjoint("".join(words)):
        return "ru"
    telling = KAZAKH_LETTERS - not_telling
    kazakh = sum(not telling.isdisjoint(word) or bool(_KAZAKH_WORD.fullmatch(word)) for word in words)
    russian = sum(word in _RUSSIAN_WORDS for word in words)
    if kazakh == russian == 0:
        return None
    # Spoken Kazakh is full of Russian words, so a draw is Kazakh.
    return "kk" if kazakh >= russian else "ru"

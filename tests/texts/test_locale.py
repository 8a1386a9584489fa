import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.catalogue import LANGUAGES
from texts.locale import guess_language, is_right_to_left, language_of_country

# Nobody here is real. Client codes are those of the app: None where a door has none (SMS, a web form).
MESSAGES: dict[str, list[tuple[str, str | None]]] = {
    "ug": [
        ("ياردەم قىلىڭلار، ئاكامنى تۇتۇپ كەتتى", None),
        ("ئېغىم ئايرودرومدا", "tr"),
        ("ياردەم", "en"),
        ("ئۇكام چېگرادا قولغا ئېلىندى، قازاقىستاندا", "ru"),
        ("ئانامدىن خەۋەر يوق، 3 كۈن بولدى", "zh-hans"),
        ("سالام", "ar"),
        ("مەن ئىستانبۇلدا، ئېرىمنى ساقچى ئېلىپ كەتتى Telegram", "tr"),
    ],
    "kk-Arab": [
        ("كومەك كەرەك، ٴىنىمدى ۇستاپ كەتتى", None),
        ("ءبىزدىڭ بالانى شەكارادا ۇستادى", "zh-hans"),
        ("اعامدى قاماپ قويدى", "ru"),
        ("سالەمەتسىز بە، مەنىڭ كۇيەۋىم حابارسىز كەتتى", "en"),
        ("قىتايعا قايتارىپ جىبەرەيىن دەپ جاتىر", None),
        ("پوليتسيا الىپ كەتتى", "ru"),
    ],
    "kk": [
        ("Көмектесіңіздерші, ағамды ұстап әкетті", None),
        ("Інім шекарада", "ru"),
        ("агамды устап алды, комек керек", "ru"),
        ("Сәлеметсіз бе! Күйеуім хабарсыз кетті", "en"),
        ("полиция алып кетти, кайда екенин билмеймиз", "ru"),
        ("Қазір әуежайда, задержать етті", "ru"),
        ("Жок", "ru"),
        ("Ағам қамалған", "ru"),
    ],
    "ru": [
        ("Помогите, брата задержали на границе", None),
        ("его увезли", "en"),
        ("Моего мужа Ерлана Қабай забрали из дома", "kk"),
        ("Здравствуйте", "kk"),
        ("суд завтра в 10", "kk"),
        ("Брат в аэропорту Алматы, рейс CZ6012", "tr"),
        ("Сестра ушла", "ru"),
        ("Она ушла утром, телефон не отвечает", None),
        ("Супруга задержали", "ru"),
        ("друга увезли", "en"),
        ("Соседи слышали крики", "ru"),
        ("Допоможіть, його затримали на кордоні, є папір", "uk"),
    ],
    "tr": [
        ("yardim edin, abim gözaltında", "tr"),
        ("Kardeşimi havalimanından götürdüler, lütfen yardım edin", None),
        ("abimi tutukladilar", "de"),
        ("kocam geri gonderme merkezinde, bilmiyorum ne olacak", "en"),
        ("EŞİMİ ALDILAR", "ru"),
        ("Nurlan", "tr"),
        ("Cocuklari aldilar", "tr"),
        ("esyalari var, kardesim yok", "en"),
        ("onlari goturduler", "uz"),
    ],
    "uz": [
        ("Акамни ушлаб кетишди, ўзимиз билмаймиз", "uz"),
        ("Акамни ушлаб кетишди, ёрдам беринг", "ru"),  # on a Russian keyboard
        ("Эримни ҳибсга олишди", None),
        ("akamni ushlab ketishdi, yordam bering", "ru"),
        ("O‘g‘limni militsiya olib ketdi", "en"),
        ("ogʻlim chegarada, nima qilishni bilmayman", None),
        ("Нима бўлди", "uz"),
        ("Ёрдам", "ru"),
        ("Yordam", "en"),
        ("Undan xabar ololmadik, onam yoq", "tr"),
        ("Болалари йиғлаяпти", "ru"),
        ("bolalari qo'rqib qoldi", "tr"),
    ],
    "zh": [
        ("我哥哥在边境被抓了", None),
        ("救命", "ug"),
        ("请帮帮我，我妻子失联三天了", "kk"),
        ("他在机场 Almaty", "en"),
        ("被抓了 help", "en"),
        ("我弟弟叫 Nurlan，今天被带走", "ru"),
    ],
    "en": [
        ("Help, my brother was arrested at the border", None),
        ("help", "en"),
        ("My husband is at the airport", "tr"),
        ("They took my brother", "ru"),  # whoever writes English reads it
        ("ayuda", "es"),
        ("mi hermano fue detenido", "es"),
        ("It is seven o'clock and he's not home, we are afraid", None),
        ("ساعدوني، أخي محتجز في المطار", "ar"),
        ("برادرم را در مرز گرفتند، کمک کنید", "fa"),
        ("میرے بھائی کو پکڑ لیا گیا ہے", "ur"),
        ("السلام عليكم", "ar"),
        ("برایەکەم گیراوە، یارمەتیم بدەن", "ckb"),
        ("", None),
        ("12 34", None),
        ("🆘🆘", "fr"),
    ],
}
CASES = [(text, client, language) for language, said in MESSAGES.items() for text, client in said]


@pytest.mark.parametrize(("text", "client", "language"), CASES)
def test_a_message_is_answered_in_its_language(text: str, client: str | None, language: str) -> None:
    assert guess_language(text, client) == language


@pytest.mark.parametrize(
    ("client", "language"),
    [
        ("kk", "kk"),
        ("kk-KZ", "kk"),
        ("kk-Arab", "kk-Arab"),
        ("kk_CN", "kk-Arab"),
        ("ru", "ru"),
        ("zh-hans", "zh"),
        ("zh-Hant-TW", "zh"),
        ("ug", "ug"),
        ("ug-CN", "ug"),
        ("en-GB", "en"),
        ("tr", "tr"),
        ("tr-TR", "tr"),
        ("uz", "uz"),
        ("uz-Cyrl-UZ", "uz"),
        ("ky", "ru"),
        ("xx", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
@pytest.mark.parametrize("text", [None, "", "  \n", "🆘", "12:30, 87", "https://example.org/помогите", "/start"])
def test_without_words_the_app_decides(text: str | None, client: str | None, language: str) -> None:
    assert guess_language(text, client) == language


@pytest.mark.parametrize(
    ("text", "client", "language"),
    [
        ("ATAMDY USTADY", "kk", "kk"),  # Kazakh in Latin letters
        ("agamdy politsiya ustap ketti", "ru", "kk"),
        ("inimdi alyp ketti, shekarada ustady", "en", "kk"),
        ("kómektesińizshi, küıeýimdi ustady", "ru", "kk"),
        ("komektesinizshi", "uz", "kk"),
        ("inimdi alyp ketti", "ky", "ru"),
        ("inimdi alyp ketti", "ug", "ug"),
        ("şimdi kardeşimi aldılar", "en", "tr"),
        ("pomogite", "ru", "ru"),
        ("akamni tutup ketti", "ug", "ug"),
        ("dadamni qolgha aldi", "ug", "ug"),  # Uyghur in Latin letters
        ("ağamdı ustap ketti", "kk", "kk"),
        ("qardaşım yoxdur, kömək edin", "az", "en"),
        ("men bilmayman", "ug", "ug"),
        ("Rushdi", "en", "en"),  # a name may end like a word
        ("Nima", "en", "en"),
        ("Nima", "uz", "uz"),
        ("Хилари", "ru", "ru"),
        ("dostlari keldi", "ug", "ug"),
        ("evlari", "tr", "tr"),
        ("Калі ласка, ён у турме ў Мінску", "be", "ru"),
        ("Бародарамро доштанд, ӯ дар маҳбас аст", "tg", "ru"),
        ("Салом", "uz", "uz"),
        ("Алматы", "kk", "kk"),
        ("Алматы", "en", "ru"),
        ("بالام", "kk", "kk-Arab"),
        ("بالام", "ug", "ug"),
        ("بالام", "fa", "en"),
        ("بالام", "en", "ug"),
        ("السلام عليكم", None, "ug"),
        ("السلام عليكم", "kk", "kk-Arab"),
        ("ساعدوني، أخي محتجز في المطار", "ug", "ug"),
        ("уйғур җәмийити", "ug", "ru"),  # Uyghurs who write Cyrillic read Russian, our Uyghur is in Arabic letters
        ("уйғур җәмийити", "ru", "ru"),
    ],
)
def test_where_letters_are_shared_the_app_decides(text: str, client: str | None, language: str) -> None:
    assert guess_language(text, client) == language


@pytest.mark.parametrize(("country", "language"), [("TR", "tr"), ("UZ", "uz"), ("KZ", "ru"), ("CN", "zh"), ("", "en")])
def test_where_only_a_number_is_known_its_country_decides(country: str, language: str) -> None:
    assert guess_language("???", language_of_country(country)) == language
    assert guess_language("Моего брата забрали", language_of_country(country)) == "ru"


def test_the_two_ways_to_write_the_kazakh_hamza_are_one() -> None:
    assert guess_language("\u0674بىر", None) == guess_language("\u0621بىر", None) == "kk-Arab"
    assert guess_language("\u0678", "ru") == "kk-Arab"  # high hamza and yeh as one character


def test_links_mentions_and_commands_are_not_the_person_speaking() -> None:
    assert guess_language("@panah_example https://example.org/abc /help помогите", "en") == "ru"


def test_words_that_touch_a_link_are_heard() -> None:
    assert guess_language("救命https://example.org/abc我哥哥被抓了", "en") == "zh"


def test_a_very_long_message_is_judged_by_its_beginning() -> None:
    assert guess_language("помогите " * 500 + "救" * 100_000, "en") == "ru"


@given(text=st.none() | st.text(alphabet=st.characters()), client=st.none() | st.text(max_size=12))
def test_any_text_gets_one_of_our_languages(text: str | None, client: str | None) -> None:
    assert guess_language(text, client) in LANGUAGES


@given(
    text=st.text(alphabet="اەبپتجچحخدرزژسشعغفقكگڭلمنھوۇۆۈۋېىيئ\u0674ءکیهة َُ،؟"),
    client=st.sampled_from(["kk", "ug", "ru", "ar", None]),
)
def test_our_arabic_letters_are_never_answered_in_cyrillic(text: str, client: str | None) -> None:
    if not set(text) & set("کیهة"):
        assert guess_language(text, client) != "kk" or not any(letter.isalpha() for letter in text)


def test_only_two_languages_run_from_right_to_left() -> None:
    assert [language for language in LANGUAGES if is_right_to_left(language)] == ["kk-Arab", "ug"]

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialogue.conversation import start, step, word_on
from dialogue.model import (
    CODE,
    AddMessage,
    Answer,
    Command,
    DismissCounsel,
    Effect,
    Input,
    Kind,
    Mute,
    OpenReport,
    Outcome,
    Reply,
    Said,
    Sent,
    SetLanguage,
    ShowStatus,
    State,
    Tapped,
    Unmute,
    WipeChat,
)
from dialogue.questions import NO_LAWYER, QUESTIONS
from texts.catalogue import LANGUAGES, say

NOON = datetime(2024, 2, 15, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def talk(*inputs: Input, state: State | None = None, every: timedelta = MINUTE) -> list[Outcome]:
    """Say things one after the other and hear what follows from each."""
    outcomes = []
    state = state or start()
    for turn, given in enumerate(inputs):
        outcomes.append(step(state, given, NOON + turn * every))
        state = outcomes[-1].state
    return outcomes


def after(*inputs: Input) -> State:
    return talk(*inputs)[-1].state


def keys(outcome: Outcome) -> list[str]:
    return [reply.key for reply in outcome.replies]


def actions(reply: Reply) -> list[list[str]]:
    return [[button.action for button in row] for row in reply.buttons]


def effects(outcomes: Iterable[Outcome]) -> list[Effect]:
    return [effect for outcome in outcomes for effect in outcome.effects]


OPENED = (Said("they took my brother"),)
TO_WHERE = (*OPENED, Tapped("skip.happening"))
TO_WHO = (*TO_WHERE, Said("Zharkent"))
TO_HOW_MANY = (*TO_WHO, Said("Serik"))
TO_SAFE_CONTACT = (*TO_HOW_MANY, Tapped("how_many.one"))
TO_OUTSIDE = (*TO_SAFE_CONTACT, Said("evenings"))
TO_CODE_WORD = (*TO_OUTSIDE, Tapped("outside.yes"))
TO_MORE = (*TO_CODE_WORD, Said("plum"))
TO_THANKS = (*TO_MORE, Tapped("more.done"))


class TestTheFirstWords:
    @pytest.mark.parametrize(
        "given",
        [Said("hello"), Said(""), Said("\u202e\u0000"), Command("unknown"), *(Sent(kind) for kind in Kind)],
    )
    def test_anything_said_first_opens_a_report(self, given: Input) -> None:
        outcome = talk(given)[0]
        assert outcome.effects[:2] == (OpenReport(), AddMessage())
        assert keys(outcome) == ["reply.first", "ask.happening"]

    def test_the_first_reply_gives_the_code_and_asks_whether_we_may_call(self) -> None:
        first = talk(*OPENED)[0].replies[0]
        assert first.values == {"code": CODE}
        assert first.also == "ask.call"
        assert actions(first) == [["call.yes"], ["call.write"], ["call.unsafe"]]

    def test_the_first_question_has_its_options_a_way_past_it_and_every_language(self) -> None:
        asked = talk(*OPENED)[0].replies[1]
        options = [["happening." + option] for option in ("taken", "border", "held", "missing", "paper", "afraid")]
        assert actions(asked)[:7] == [*options, ["skip.happening"]]
        assert actions(asked)[7:] == [
            ["language.en", "language.ru", "language.kk"],
            ["language.kk-Arab", "language.ug", "language.zh"],
            ["language.tr", "language.uz"],
        ]

    @pytest.mark.parametrize("name", ["start", "help", "language", "status", "stop"])
    def test_a_command_said_first_opens_none(self, name: str) -> None:
        outcome = talk(Command(name))[0]
        assert not outcome.state.opened
        assert AddMessage() not in outcome.effects

    def test_what_telegram_puts_behind_start_is_not_words(self) -> None:
        assert keys(talk(Command("start", "from-leaflet_3"))[0]) == ["reply.start"]

    @pytest.mark.parametrize("name", ["start", "help", "language", "status", "stop"])
    def test_words_beside_a_command_are_kept_and_open_a_report(self, name: str) -> None:
        outcome = talk(Command(name, "they took my brother"))[0]
        assert outcome.effects[:2] == (OpenReport(), AddMessage())

    def test_a_pin_sent_first_says_where(self) -> None:
        outcome = talk(Sent(Kind.LOCATION))[0]
        assert outcome.effects == (OpenReport(), AddMessage(), Answer("where", from_message=True))

    def test_a_button_from_a_forgotten_conversation_opens_a_report_and_answers(self) -> None:
        outcome = talk(Tapped("happening.held"))[0]
        assert outcome.effects == (OpenReport(), AddMessage(), Answer("happening", "held"))
        assert keys(outcome) == ["reply.first", "ask.removal_time"]

    def test_choosing_a_language_before_anything_was_told_opens_none(self) -> None:
        outcome = talk(Tapped("language.ug"))[0]
        assert outcome.effects == (SetLanguage("ug"),)
        assert keys(outcome) == ["reply.language", "reply.start"]


class TestTheQuestions:
    def test_come_in_order_and_end_with_thanks(self) -> None:
        outcomes = talk(
            *OPENED,
            Tapped("happening.taken"),
            Said("tonight"),
            Said("Zharkent"),
            Said("Serik"),
            Said("3"),
            Said("evenings, by text"),
            Said("да"),
            Said("plum"),
            Tapped("more.done"),
        )
        assert [keys(outcome)[-1] for outcome in outcomes] == [
            "ask.happening",
            "ask.removal_time",
            "ask.where",
            "ask.who",
            "ask.how_many",
            "ask.safe_contact",
            "ask.outside",
            "ask.code_word",
            "ask.more",
            "reply.thanks",
        ]
        assert [effect for effect in effects(outcomes) if isinstance(effect, Answer)] == [
            Answer("happening", "taken"),
            Answer("removal_time", from_message=True),
            Answer("where", from_message=True),
            Answer("who", from_message=True),
            Answer("how_many", "few", from_message=True),
            Answer("safe_contact", from_message=True),
            Answer("outside", "yes", from_message=True),
            Answer("code_word", from_message=True),
            Answer("more", "done"),
        ]
        assert outcomes[-1].state.finished

    @pytest.mark.parametrize("answer", ["missing", "paper", "afraid"])
    def test_the_time_of_a_removal_is_asked_only_where_there_may_be_one(self, answer: str) -> None:
        offered = ["reply.sealed_offer"] if answer == "afraid" else []
        assert keys(talk(*OPENED, Tapped(f"happening.{answer}"))[-1]) == ["ask.where", *offered]

    def test_what_was_answered_early_is_not_asked(self) -> None:
        assert keys(talk(Sent(Kind.LOCATION), Tapped("skip.happening"))[-1]) == ["ask.who"]

    @pytest.mark.parametrize(
        ("asked", "kind", "question"),
        [
            (TO_WHERE, Kind.LOCATION, "where"),
            (TO_WHERE, Kind.VOICE, "where"),
            (TO_WHO, Kind.PHOTO, "who"),
            (TO_SAFE_CONTACT, Kind.CONTACT, "safe_contact"),
            ((*TO_MORE, Tapped("more.paper")), Kind.PHOTO, "more.paper"),
            ((*TO_MORE, Tapped("more.paper")), Kind.DOCUMENT, "more.paper"),
        ],
    )
    def test_some_are_answered_by_what_is_sent(self, asked: tuple[Input, ...], kind: Kind, question: str) -> None:
        assert talk(*asked, Sent(kind))[-1].effects == (AddMessage(), Answer(question, from_message=True))

    def test_a_voice_note_answers_every_question_and_the_next_one_is_asked(self) -> None:
        outcomes = talk(Said("hello"), *[Sent(Kind.VOICE)] * (len(QUESTIONS) + 3))
        answers = [effect for one in outcomes for effect in one.effects if isinstance(effect, Answer)]
        assert [one.question for one in answers] == [asked.name for asked in QUESTIONS]
        assert all(one.from_message and one.value is None for one in answers), "a person listens to what was meant"
        assert outcomes[-1].state.finished
        assert all(one.effects.count(AddMessage()) == 1 for one in outcomes), "each is kept"

    @pytest.mark.parametrize("detail", ["medical", "child", "dependants", "paper", "lawyer"])
    def test_a_voice_note_answers_what_the_menu_asks_for(self, detail: str) -> None:
        outcome = talk(*TO_MORE, Tapped(f"more.{detail}"), Sent(Kind.VOICE))[-1]
        assert outcome.effects == (AddMessage(), Answer(f"more.{detail}", from_message=True))

    @pytest.mark.parametrize("given", [Said(""), Said("\u200f \u0000"), Said("🙏"), Sent(Kind.STICKER)])
    def test_what_says_nothing_answers_nothing_and_is_kept(self, given: Input) -> None:
        outcome = talk(*TO_WHERE, given)[-1]
        assert outcome.effects == (AddMessage(),)
        assert outcome.state.asked == "where"

    @pytest.mark.parametrize(
        ("text", "option"),
        [
            ("1", "one"),
            ("2", "few"),
            ("５", "few"),
            ("۶", "many"),
            (" 17 ", "many"),
            ("2 to 5 people", "few"),
            ("Больше 5", "many"),
        ],
    )
    def test_a_number_of_people_may_be_typed(self, text: str, option: str) -> None:
        assert talk(*TO_HOW_MANY, Said(text))[-1].effects[1] == Answer("how_many", option, from_message=True)

    @pytest.mark.parametrize("text", ["0", "87000000001", "five or so", "3.5", "²"])
    def test_other_numbers_are_kept_and_answer_nothing(self, text: str) -> None:
        assert talk(*TO_HOW_MANY, Said(text))[-1].effects == (AddMessage(),)

    def test_whoever_writes_a_list_of_many_is_not_asked_how_many(self) -> None:
        names = "\n".join(f"{number}. Serik {letter}." for number, letter in enumerate("ABCDEFG", 1))
        many = Answer("how_many", "many", from_message=True)
        who = talk(*TO_WHO, Said(names))[-1]
        assert who.effects == (AddMessage(), Answer("who", from_message=True), many)
        assert who.state.asked == "safe_contact"
        first = talk(Said(f"they took all of them:\n{names}"))[-1]
        assert first.effects == (OpenReport(), AddMessage(), many)
        assert first.state.asked == "happening"
        assert talk(*TO_HOW_MANY, Said(names))[-1].state.asked == "safe_contact"
        assert talk(*TO_WHO, Said("Serik D\nborn 1991\nAlmaty"))[-1].state.asked == "how_many", "it may be one person"

    @pytest.mark.parametrize(
        ("text", "option"), [("BEING HELD", "held"), ("Забирают сейчас.", "taken"), ("失踪或失联", "missing")]
    )
    def test_the_label_of_a_button_may_be_typed_in_any_language(self, text: str, option: str) -> None:
        assert talk(*OPENED, Said(text))[-1].effects == (AddMessage(), Answer("happening", option, from_message=True))

    def test_a_yes_typed_under_the_first_reply_is_no_leave_to_call(self) -> None:
        assert talk(*OPENED, Said("yes"))[-1].effects == (AddMessage(),)

    def test_skip_may_be_typed(self) -> None:
        outcome = talk(*TO_WHERE, Said("пропустить"))[-1]
        assert outcome.effects == (AddMessage(), Answer("where"))
        assert keys(outcome) == ["ask.who"]


class TestAsking:
    @pytest.mark.parametrize("text", ["is anybody coming?", "???", "ким келе жатыр ?", "كىم كېلىدۇ؟", "有人来吗？"])
    def test_who_asks_is_told_where_it_stands_and_not_that_it_was_added(self, text: str) -> None:
        asked, again = talk(*OPENED, Said(text), Said(text))[-2:]
        assert asked.effects == again.effects == (AddMessage(), ShowStatus())
        assert "reply.added" not in keys(asked) + keys(again)

    def test_an_answer_with_a_question_mark_is_an_answer(self) -> None:
        outcome = talk(*TO_WHERE, Said("Zharkent?"))[-1]
        assert outcome.effects == (AddMessage(), Answer("where", from_message=True))

    def test_the_first_words_open_a_report_whatever_they_ask(self) -> None:
        assert OpenReport() in talk(Said("can you help me?"))[-1].effects
        assert ShowStatus() not in talk(Said("can you help me?"))[-1].effects


class TestTheNumberToCall:
    """Telegram shows no number: who says "yes, call me" and nothing else could not be called."""

    MAY_CALL = (*OPENED, Tapped("call.yes"))
    NUMBER = Answer("number", from_message=True)

    def test_it_is_asked_for_once_and_the_open_question_stays_open(self) -> None:
        first, again = talk(*self.MAY_CALL, Tapped("call.yes"))[-2:]
        assert keys(first) == ["ask.number"]
        assert first.state.asked == "happening"
        assert not again.replies

    def test_it_is_known_when_it_is_seen(self) -> None:
        outcome = talk(*self.MAY_CALL, Said("+7 700 000 00 20"))[-1]
        assert outcome.effects == (AddMessage(), self.NUMBER)
        assert outcome.state.asked == "happening"
        assert keys(outcome) == ["reply.added"]

    def test_beside_a_name_or_a_place_it_answers_both(self) -> None:
        state = after(*TO_WHERE, Tapped("call.yes"))
        outcome = talk(Said("Zharkent, my number is 8 700 000 00 20"), state=state)[-1]
        assert outcome.effects == (AddMessage(), Answer("where", from_message=True), self.NUMBER)

    def test_a_card_is_theirs_unless_a_name_was_asked_for(self) -> None:
        assert talk(*self.MAY_CALL, Sent(Kind.CONTACT))[-1].effects == (AddMessage(), self.NUMBER)
        state = after(*TO_WHO, Tapped("call.yes"))
        assert talk(Sent(Kind.CONTACT), state=state)[-1].effects == (AddMessage(), Answer("who", from_message=True))
        assert talk(Said("+77000000020"), state=state)[-1].effects == (AddMessage(), self.NUMBER)

    def test_who_may_not_be_called_is_asked_for_no_number(self) -> None:
        assert talk(*OPENED, Said("+7 700 000 00 20"))[-1].effects == (AddMessage(),)
        outcome = talk(*self.MAY_CALL, Tapped("call.unsafe"), Said("+7 700 000 00 20"))[-1]
        assert outcome.effects == (AddMessage(),)

    @pytest.mark.parametrize(
        "text", ["900101300123", "on 2026-11-30 10", "at 10:00 on 30.11.2026", "3", "17 people, 2 rooms"]
    )
    def test_not_every_number_is_one_to_call(self, text: str) -> None:
        assert talk(*self.MAY_CALL, Said(text))[-1].effects == (AddMessage(),)


class TestAnsweringInAnyOrder:
    @pytest.mark.parametrize("action", ["call.write", "call.unsafe", "happening.held", "outside.no", "skip.code_word"])
    def test_another_question_does_not_disturb_the_open_one(self, action: str) -> None:
        outcome = talk(*TO_WHO, Tapped(action))[-1]
        assert isinstance(outcome.effects[0], Answer)
        assert not outcome.replies
        assert outcome.state.asked == "who"

    def test_a_later_answer_counts_and_both_are_reported(self) -> None:
        outcomes = talk(*OPENED, Tapped("happening.afraid"), Tapped("happening.taken"), Said("Zharkent"))
        assert [effect for effect in effects(outcomes) if isinstance(effect, Answer)][:2] == [
            Answer("happening", "afraid"),
            Answer("happening", "taken"),
        ]
        assert keys(outcomes[-1]) == ["ask.removal_time"]

    def test_a_question_that_was_skipped_may_still_be_answered(self) -> None:
        outcomes = talk(*TO_WHERE, Tapped("happening.held"))
        assert outcomes[-1].effects == (Answer("happening", "held"),)

    def test_skipping_takes_no_answer_back(self) -> None:
        outcome = talk(*TO_WHO, Tapped("skip.where"))[-1]
        assert not outcome.effects
        assert "where" in outcome.state.answered

    def test_a_pin_says_where_once_and_later_pins_are_kept(self) -> None:
        outcomes = talk(*OPENED, Sent(Kind.LOCATION), Sent(Kind.LOCATION))
        assert outcomes[-2].effects == (AddMessage(), Answer("where", from_message=True))
        assert outcomes[-1].effects == (AddMessage(),)

    def test_a_button_nobody_offered_is_said_to_be_no_longer_valid(self) -> None:
        for action in ("", "accept:1", "language.xx", "happening.", "skip.call", "more.other"):
            outcome = talk(*OPENED, Tapped(action))[-1]
            assert keys(outcome) == ["reply.expired_button"]
            assert not outcome.effects


class TestTheMenu:
    def test_asks_for_what_was_tapped_and_offers_the_rest(self) -> None:
        outcomes = talk(*TO_MORE, Tapped("more.medical"), Said("insulin"), Tapped("more.done"))[-3:]
        assert [keys(outcome) for outcome in outcomes] == [["ask.more.medical"], ["ask.more"], ["reply.thanks"]]
        assert outcomes[0].effects == (Answer("more", "medical"),)
        offered = [row[0] for row in actions(outcomes[1].replies[0])]
        assert offered == ["more.child", "more.dependants", "more.paper", "more.lawyer", "more.done"]

    def test_one_may_choose_another_item_instead_of_answering(self) -> None:
        assert keys(talk(*TO_MORE, Tapped("more.medical"), Tapped("more.child"))[-1]) == ["ask.more.child"]

    def test_ends_by_itself_when_everything_was_told(self) -> None:
        told = [
            given
            for item in ("medical", "child", "dependants", "paper", "lawyer")
            for given in (Tapped(f"more.{item}"), Said("this"))
        ]
        assert keys(talk(*TO_MORE, *told)[-1]) == ["reply.thanks"]

    def test_can_be_opened_again_after_the_thanks(self) -> None:
        outcomes = talk(*TO_THANKS, Tapped("more.paper"), Sent(Kind.PHOTO), Tapped("more.done"))[-3:]
        assert [keys(outcome) for outcome in outcomes] == [["ask.more.paper"], ["ask.more"], ["reply.thanks"]]

    def test_further_pages_of_a_paper_are_kept_without_a_reply_to_each(self) -> None:
        pages = [Sent(Kind.PHOTO)] * 6
        outcomes = talk(*TO_MORE, Tapped("more.paper"), *pages, every=timedelta(seconds=1))[-6:]
        assert [keys(outcome) for outcome in outcomes] == [["ask.more"], ["reply.added", "ask.more"], [], [], [], []]
        assert effects(outcomes).count(AddMessage()) == 6


class TestTelling:
    def test_a_burst_is_kept_and_acknowledged_once(self) -> None:
        outcomes = talk(*OPENED, *(Said(f"and {more}") for more in range(10)), every=timedelta(seconds=1))[1:]
        assert [keys(outcome) for outcome in outcomes] == [["reply.added"], *[[]] * 9]
        assert effects(outcomes) == [AddMessage()] * 10
        assert outcomes[-1].state.asked == "happening"

    def test_after_a_while_it_is_acknowledged_again_and_the_question_repeated_once(self) -> None:
        outcomes = talk(*OPENED, *[Said("more")] * 4, every=timedelta(minutes=11))[1:]
        assert [keys(outcome) for outcome in outcomes] == [
            ["reply.added"],
            ["reply.added", "ask.happening"],
            ["reply.added"],
            ["reply.added"],
        ]

    def test_words_that_are_no_option_have_the_options_shown_again_once(self) -> None:
        outcomes = talk(*TO_HOW_MANY, Said("the whole family"), Said("I said all"), every=timedelta(minutes=11))[-2:]
        assert [keys(outcome) for outcome in outcomes] == [["reply.added", "ask.how_many"], ["reply.added"]]

    def test_a_pin_sent_early_is_acknowledged(self) -> None:
        assert keys(talk(*OPENED, Sent(Kind.LOCATION))[-1]) == ["reply.added"]

    def test_after_the_thanks_everything_is_still_added(self) -> None:
        outcomes = talk(*TO_THANKS, *[Said("news")] * 3, every=timedelta(minutes=6))[-3:]
        assert effects(outcomes) == [AddMessage()] * 3
        assert [keys(outcome) for outcome in outcomes] == [["reply.added"], [], ["reply.added"]]

    def test_a_clock_set_back_does_not_silence_us(self) -> None:
        state = after(*OPENED, Said("more"))
        assert keys(step(state, Said("more"), NOON - timedelta(days=1))) == ["reply.added", "ask.happening"]

    def test_an_unknown_command_is_words(self) -> None:
        outcome = talk(*TO_WHERE, Command("zharkent"))[-1]
        assert outcome.effects == (AddMessage(), Answer("where", from_message=True))


class TestLanguage:
    @pytest.mark.parametrize("tag", LANGUAGES)
    def test_a_tap_changes_it_and_tells_the_first_reply_again(self, tag: str) -> None:
        outcome = talk(*OPENED, Tapped(f"language.{tag}"))[-1]
        assert outcome.effects == (SetLanguage(tag),)
        assert keys(outcome) == ["reply.first", "ask.happening"]

    def test_later_it_asks_the_open_question_again(self) -> None:
        outcome = talk(*TO_HOW_MANY, Tapped("language.zh"))[-1]
        assert keys(outcome) == ["reply.language", "ask.how_many"]
        assert outcome.state.asked == "how_many"

    def test_after_the_thanks_nothing_is_asked(self) -> None:
        assert keys(talk(*TO_THANKS, Command("language", "kk"))[-1]) == ["reply.language"]

    @pytest.mark.parametrize(
        ("argument", "tag"),
        [
            ("ru", "ru"),
            (" KK ", "kk"),
            ("kk_arab", "kk-Arab"),
            ("kk-Arab-CN", "kk-Arab"),
            ("zh-CN", "zh"),
            ("ئۇيغۇرچە", "ug"),
            ("Қазақша", "kk"),
        ],
    )
    def test_a_command_may_name_it(self, argument: str, tag: str) -> None:
        assert talk(Command("language", argument))[0].effects == (SetLanguage(tag),)

    @pytest.mark.parametrize("argument", ["", "xx", "klingon"])
    def test_otherwise_the_command_offers_every_language(self, argument: str) -> None:
        outcome = talk(*TO_WHERE, Command("language", argument))[-1]
        assert not outcome.effects
        assert [action for row in actions(outcome.replies[0]) for action in row] == [f"language.{t}" for t in LANGUAGES]


class TestCommands:
    def test_status_is_for_the_store_to_tell(self) -> None:
        outcome = talk(*OPENED, Command("status"))[-1]
        assert (outcome.effects, outcome.replies) == ((ShowStatus(),), ())

    @pytest.mark.parametrize(("name", "asked"), [("status", ShowStatus()), ("wipe", WipeChat())])
    def test_what_is_asked_for_in_more_words_is_done_and_the_words_answer_nothing(
        self, name: str, asked: Effect
    ) -> None:
        before = after(*TO_WHERE)
        outcome = step(before, Command(name, "please, they are at the door"), NOON)
        assert (outcome.state, outcome.effects, outcome.replies) == (before, (AddMessage(), asked), ())

    def test_help_helps_and_changes_nothing(self) -> None:
        before = after(*TO_WHO)
        outcome = step(before, Command("help"), NOON)
        assert (outcome.state, outcome.effects, keys(outcome)) == (before, (), ["reply.help"])

    def test_start_in_the_middle_shows_the_open_question_again(self) -> None:
        assert keys(talk(*TO_WHO, Command("start"))[-1]) == ["reply.help", "ask.who"]

    def test_stop_silences_and_any_word_goes_on(self) -> None:
        stopped = talk(*TO_WHO, Command("stop"))[-1]
        assert (stopped.effects, keys(stopped)) == ((Mute(),), ["reply.stopped"])
        back = step(stopped.state, Said("Serik"), NOON)
        assert back.effects == (Unmute(), AddMessage(), Answer("who", from_message=True))
        assert not back.state.muted

    @pytest.mark.parametrize("name", ["help", "status", "language"])
    def test_a_question_to_us_does_not_end_the_silence(self, name: str) -> None:
        outcome = talk(*OPENED, Command("stop"), Command(name))[-1]
        assert outcome.state.muted
        assert Unmute() not in outcome.effects

    def test_words_beside_stop_are_kept(self) -> None:
        outcome = talk(*OPENED, Command("stop", "he is free, thank you"))[-1]
        assert outcome.effects == (AddMessage(), Mute())
        assert keys(outcome) == ["reply.stopped"]


class TestALostState:
    @pytest.mark.parametrize("stored", [None, "", "{", "[]", "null", b"\xff\xfe", '{"asked": 5, "answered": "x"}'])
    def test_loses_no_words_and_asks_again_from_the_beginning(self, stored: str | bytes | None) -> None:
        outcome = step(State.from_json(stored, open_report=True), Said("they moved him"), NOON)
        assert outcome.effects == (AddMessage(),)
        assert keys(outcome) == ["reply.added", "ask.happening"]

    def test_takes_a_button_of_any_question_and_asks_the_next(self) -> None:
        outcome = step(State.from_json(None, open_report=True), Tapped("outside.yes"), NOON)
        assert outcome.effects == (Answer("outside", "yes"),)
        assert keys(outcome) == ["ask.happening"]

    def test_of_a_closed_report_opens_a_new_one(self) -> None:
        closed = after(*TO_THANKS).to_json()
        outcome = step(State.from_json(closed, open_report=False), Said("they took him again"), NOON)
        assert outcome.effects == (OpenReport(), AddMessage())

    def test_of_somebody_who_had_us_stop_is_remembered(self) -> None:
        stopped = after(*OPENED, Command("stop")).to_json()
        outcome = step(State.from_json(stopped, open_report=False), Said("again"), NOON)
        assert outcome.effects == (Unmute(), OpenReport(), AddMessage())

    def test_a_question_of_another_release_is_let_go(self) -> None:
        state = State(opened=True, asked="favourite_colour", happening="missing", answered=frozenset({"happening"}))
        assert keys(step(state, Said("blue"), NOON)) == ["reply.added", "ask.where"]


class TestALawyerWhoIsNotWanted:
    """Only who says so in so many words is taken to say so; what they wrote beside it is kept."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_command_and_the_words_of_the_button_say_so(self, language: str) -> None:
        opened = after(*OPENED)
        assert step(opened, Command(NO_LAWYER), NOON).effects == (DismissCounsel(),)
        said = step(opened, Said(say("option.no_lawyer", language)), NOON)
        assert said.effects.count(DismissCounsel()) == 1
        assert AddMessage() in said.effects

    def test_words_beside_the_command_are_kept_and_it_is_heard_all_the_same(self) -> None:
        said = step(after(*OPENED), Command(NO_LAWYER, "she tells them everything"), NOON)
        assert said.effects.count(AddMessage()) == said.effects.count(DismissCounsel()) == 1

    def test_a_report_that_is_opened_by_these_words_has_no_lawyer_to_dismiss(self) -> None:
        first = talk(Command(NO_LAWYER, "they took my brother"))[0]
        assert first.effects[:2] == (OpenReport(), AddMessage())
        assert DismissCounsel() not in first.effects

    @pytest.mark.parametrize("words", ["the lawyer does not call", "we need no lawyer but a doctor", "no lawyer came"])
    def test_whatever_else_is_said_of_a_lawyer_people_read(self, words: str) -> None:
        assert DismissCounsel() not in step(after(*OPENED), Said(words), NOON).effects


def test_while_very_many_write_three_questions_are_asked_and_whatever_is_told_is_kept() -> None:
    story = (*OPENED, Tapped("happening.taken"), Said("Zharkent"), Said("Serik"), Said("and his wife"))
    outcomes = talk(*story, state=replace(start(), brief=True))
    asked = [[reply.also or reply.key for reply in one.replies] for one in outcomes]
    assert [one[-1] for one in asked[:3]] == ["ask.happening", "ask.where", "ask.who"]
    assert asked[3] == ["reply.thanks"]
    assert outcomes[3].state.finished
    assert not any("ask." in key for key in asked[4])
    assert effects(outcomes).count(AddMessage()) == 4


def test_a_press_after_which_nothing_need_be_said_is_noted_on_top_of_the_chat() -> None:
    assert word_on(Tapped("call.yes")) == "reply.noted"
    assert [word_on(Tapped(action)) for action in ("happening.taken", "language.kk", "of nobody", "")] == [""] * 4

"""What a bot may ask for, and the words in which Telegram refuses."""

import json

import pytest

from sandbox import Bot, Phone, Sandbox
from tests.sandbox.client import Client
from tests.sandbox.conftest import Clock

ACCEPT = {"inline_keyboard": [[{"text": "Accept", "callback_data": "a:1"}]]}


@pytest.fixture
def aigerim(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Aigerim", language="kk")


def test_unknown_tokens_and_methods(sandbox: Sandbox, client: Client) -> None:
    with Client(sandbox.url, "999:unknown") as stranger:
        assert stranger.call("getMe") == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    assert client.refused("makeCoffee") == (404, "Not Found")


def test_method_names_ignore_case(client: Client, bot: Bot) -> None:
    assert client.does("getme")["id"] == bot.id


@pytest.mark.parametrize("how", ["call", "form"])
def test_parameters_may_come_as_text(client: Client, aigerim: Phone, how: str) -> None:
    send = getattr(client, how)
    status, _ = send(
        "sendMessage",
        chat_id=str(aigerim.chat_id),
        text="NEW",
        reply_markup=json.dumps(ACCEPT),
        disable_notification="true",
    )
    assert status == 200
    seen = aigerim.sees("NEW")
    assert [button.label for button in seen.buttons] == ["Accept"]
    assert seen.silent


def test_texts_are_measured(client: Client, aigerim: Phone) -> None:
    chat = aigerim.chat_id
    assert client.refused("sendMessage", chat_id=chat, text=" \n") == (400, "Bad Request: message text is empty")
    assert client.refused("sendMessage", chat_id=chat, text="я" * 4097) == (400, "Bad Request: message is too long")
    client.does("sendMessage", chat_id=chat, text="я" * 4096)


def test_html_becomes_entities(client: Client, aigerim: Phone) -> None:
    sent = client.does(
        "sendMessage",
        chat_id=aigerim.chat_id,
        text='🙏 <b>K7M &lt;</b> <a href="https://example.org/">open</a>',
        parse_mode="HTML",
    )
    assert sent["text"] == "🙏 K7M < open"
    assert sent["entities"] == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "text_link", "url": "https://example.org/", "offset": 9, "length": 4},
    ]
    assert client.refused("sendMessage", chat_id=aigerim.chat_id, text="<b>open", parse_mode="HTML")[0] == 400
    assert client.refused("sendMessage", chat_id=aigerim.chat_id, text="<x>a</x>", parse_mode="HTML")[0] == 400


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"text": "A", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "A", "callback_data": "қ" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "A", "url": "javascript:alert(1)"}, "Wrong HTTP URL"),
        ({"text": "A"}, "Text buttons are unallowed"),
        ({"callback_data": "x"}, 'Field "text"'),
    ],
)
def test_buttons_are_checked(client: Client, aigerim: Phone, button: dict[str, str], why: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    status, said = client.refused("sendMessage", chat_id=aigerim.chat_id, text="x", reply_markup=markup)
    assert status == 400
    assert why in said
    assert aigerim.messages == []


def test_chats_that_refuse(sandbox: Sandbox, client: Client, aigerim: Phone) -> None:
    stranger = sandbox.phone("Stranger", started=False)
    assert client.refused("sendMessage", chat_id=1, text="x") == (400, "Bad Request: chat not found")
    assert client.refused("sendMessage", chat_id=stranger.chat_id, text="x") == (400, "Bad Request: chat not found")
    assert client.refused("sendMessage", text="x") == (400, "Bad Request: chat_id is empty")

    aigerim.blocks_the_bot()
    blocked = (403, "Forbidden: bot was blocked by the user")
    assert client.refused("sendMessage", chat_id=aigerim.chat_id, text="x") == blocked
    aigerim.unblocks()
    client.does("sendMessage", chat_id=aigerim.chat_id, text="welcome back")

    aigerim.deletes_account()
    gone = (403, "Forbidden: user is deactivated")
    assert client.refused("sendMessage", chat_id=aigerim.chat_id, text="x") == gone


def test_writing_opens_the_chat(sandbox: Sandbox, client: Client) -> None:
    stranger = sandbox.phone("Stranger", started=False)
    assert client.refused("sendMessage", chat_id=stranger.chat_id, text="too soon")[0] == 400
    stranger.writes("hello")
    client.does("sendMessage", chat_id=stranger.chat_id, text="good evening")
    assert [message.text for message in stranger.messages] == ["good evening"]


def test_editing(client: Client, aigerim: Phone, clock: Clock) -> None:
    chat = aigerim.chat_id
    sent = client.does("sendMessage", chat_id=chat, text="NEW", reply_markup=ACCEPT)
    clock.moves(minutes=1)
    edited = client.does("editMessageText", chat_id=chat, message_id=sent["message_id"], text="Timur took it")
    assert edited["edit_date"] == sent["date"] + 60
    seen = aigerim.sees("Timur took it")
    assert seen.edited
    assert seen.buttons == ()

    same = {"chat_id": chat, "message_id": sent["message_id"]}
    assert "message is not modified" in client.refused("editMessageText", **same, text="Timur took it")[1]
    assert "message is not modified" in client.refused("editMessageReplyMarkup", **same)[1]
    client.does("editMessageReplyMarkup", **same, reply_markup=ACCEPT)
    assert aigerim.sees("Timur took it").buttons != ()
    missing = client.refused("editMessageText", chat_id=chat, message_id=99, text="x")
    assert missing == (400, "Bad Request: message to edit not found")


def test_deleting_within_two_days(client: Client, aigerim: Phone, clock: Clock) -> None:
    chat = aigerim.chat_id
    mine = aigerim.writes("how we crossed")
    sent = client.does("sendMessage", chat_id=chat, text="code")
    client.does("deleteMessage", chat_id=chat, message_id=mine.id)
    assert client.refused("deleteMessage", chat_id=chat, message_id=mine.id)[1].endswith("to delete not found")

    clock.moves(hours=48)
    why = "Bad Request: message can't be deleted for everyone"
    assert client.refused("deleteMessage", chat_id=chat, message_id=sent["message_id"]) == (400, why)
    fresh = client.does("sendMessage", chat_id=chat, text="fresh")
    assert client.does("deleteMessages", chat_id=chat, message_ids=[sent["message_id"], fresh["message_id"], 99])
    assert [message.deleted for message in aigerim.messages] == [False, True]


def test_a_tap_is_answered_once(client: Client, aigerim: Phone) -> None:
    client.does("sendMessage", chat_id=aigerim.chat_id, text="NEW", reply_markup=ACCEPT)
    tap = aigerim.taps("Accept")
    query = client.updates()[0]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tap.query_id, "a:1", aigerim.user_id)
    assert query["message"]["text"] == "NEW"

    client.does("answerCallbackQuery", callback_query_id=tap.query_id, text="You have it")
    assert aigerim.is_told("You have it")
    again = client.refused("answerCallbackQuery", callback_query_id=tap.query_id)
    assert again == (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    )


def test_a_tap_grows_old(client: Client, aigerim: Phone, clock: Clock) -> None:
    client.does("sendMessage", chat_id=aigerim.chat_id, text="NEW", reply_markup=ACCEPT)
    tap = aigerim.taps("Accept")
    clock.moves(hours=1)
    assert "too old" in client.refused("answerCallbackQuery", callback_query_id=tap.query_id)[1]


def test_groups_are_left_and_grow(sandbox: Sandbox, client: Client, aigerim: Phone) -> None:
    group = sandbox.group("Shift", [aigerim])
    client.does("sendMessage", chat_id=group.chat_id, text="hello all")
    grown = group.becomes_supergroup()
    status, body = client.call("sendMessage", chat_id=group.chat_id, text="x")
    assert status == 400
    assert body["parameters"] == {"migrate_to_chat_id": grown.chat_id}

    assert client.does("leaveChat", chat_id=grown.chat_id)
    assert grown.bot_left
    gone = client.refused("sendMessage", chat_id=grown.chat_id, text="x")
    assert gone == (403, "Forbidden: bot is not a member of the group chat")
    assert client.refused("leaveChat", chat_id=aigerim.chat_id)[0] == 400


def test_limits_are_enforced_when_asked(clock: Clock) -> None:
    with Sandbox(now=clock.now, limits=True) as sandbox, Client(sandbox.url, sandbox.bot().token) as client:
        phones = [sandbox.phone(f"Person {number}") for number in range(40)]
        for _ in range(3):
            client.does("sendMessage", chat_id=phones[0].chat_id, text="burst")
        status, body = client.call("sendMessage", chat_id=phones[0].chat_id, text="too much")
        assert (status, body["parameters"]) == (429, {"retry_after": 1})

        passed = [client.call("sendMessage", chat_id=phone.chat_id, text="x")[0] for phone in phones[1:]]
        assert passed.count(200) == 27
        clock.moves(seconds=1)
        client.does("sendMessage", chat_id=phones[0].chat_id, text="later")

"""Sending, editing and deleting messages."""

from datetime import timedelta
from typing import Final

from sandbox.telegram import formatting, media
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup import read_markup
from sandbox.telegram.methods.finding import open_chat, own_message
from sandbox.telegram.parameters import Json, Parameters, Upload
from sandbox.telegram.state import BotAccount, Chat, Message, World

LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
DELETABLE_FOR: Final = timedelta(hours=48)
MOST_DELETED_AT_ONCE: Final = 100


def send_message(world: World, bot: BotAccount, given: Parameters) -> Json:
    """A text, with or without buttons."""
    chat = open_chat(bot, given)
    return _send(world, bot, chat, given, _words(given, "text", LONGEST_TEXT))


def send_document(world: World, bot: BotAccount, given: Parameters) -> Json:
    """A file sent as multipart, or one the bot knows already by its file_id."""
    chat = open_chat(bot, given)
    document = _document(bot, given.upload("document"), given.text("document"))
    caption = _words(given, "caption", LONGEST_CAPTION) if given.text("caption") else {}
    return _send(world, bot, chat, given, {"document": document, **caption})


def send_voice(world: World, bot: BotAccount, given: Parameters) -> Json:
    """A voice message sent as multipart, with words below it."""
    chat = open_chat(bot, given)
    upload = given.upload("voice")
    if upload is None:
        raise bad_request("there is no voice in the request")
    stored = media.keep(bot, "voice/file", "oga", upload.mime_type, upload.content)
    voice = {"duration": 4, "mime_type": upload.mime_type, **media.described(stored)}
    caption = _words(given, "caption", LONGEST_CAPTION) if given.text("caption") else {}
    return _send(world, bot, chat, given, {"voice": voice, **caption})


def edit_text(world: World, bot: BotAccount, given: Parameters) -> Json:
    """New words under the same id; without a markup the buttons go."""
    message = own_message(bot, given, what="edit")
    return _edit(world, message, _words(given, "text", LONGEST_TEXT), read_markup(given.structure("reply_markup")))


def edit_markup(world: World, bot: BotAccount, given: Parameters) -> Json:
    """New buttons or none; the words stay."""
    message = own_message(bot, given, what="edit")
    return _edit(world, message, message.content, read_markup(given.structure("reply_markup")))


def delete_message(world: World, bot: BotAccount, given: Parameters) -> Json:
    """Take one message away on both sides, within 48 hours."""
    chat = open_chat(bot, given)
    message = chat.find(given.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if world.now() - message.sent_at >= DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    _delete(world, message)
    return True


def delete_messages(world: World, bot: BotAccount, given: Parameters) -> Json:
    """Take several away; those that cannot be found or deleted are skipped without a word."""
    chat = open_chat(bot, given)
    ids = given.structure("message_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_DELETED_AT_ONCE:
        raise bad_request("message identifiers are not specified")
    for message in [found for number in ids if (found := chat.find(int(number)))]:
        if world.now() - message.sent_at < DELETABLE_FOR:
            _delete(world, message)
    return True


def _send(world: World, bot: BotAccount, chat: Chat, given: Parameters, content: dict[str, Json]) -> Json:
    markup = read_markup(given.structure("reply_markup"))
    message = chat.add(bot.user, {**content, **_reply(chat, given)}, world.now())
    message.markup = markup
    message.silent = given.flag("disable_notification")
    message.protected = given.flag("protect_content")
    return message.to_json()


def _edit(world: World, message: Message, content: dict[str, Json], markup: dict[str, Json] | None) -> Json:
    kept = {name: value for name, value in message.content.items() if name not in {"text", "entities"}}
    if {**kept, **content} == message.content and markup == message.markup:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    message.content = {**kept, **content}
    message.markup = markup
    message.edited_at = world.now()
    message.chat.revision += 1
    return message.to_json()


def _delete(world: World, message: Message) -> None:
    message.deleted_at = world.now()
    message.chat.revision += 1


def _reply(chat: Chat, given: Parameters) -> dict[str, Json]:
    asked = given.structure("reply_parameters")
    number = asked.get("message_id") if isinstance(asked, dict) else None
    if number is None:
        return {}
    original = chat.find(int(number))
    if original is not None:
        shallow = {name: value for name, value in original.to_json().items() if name != "reply_to_message"}
        return {"reply_to_message": shallow}
    if isinstance(asked, dict) and asked.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _words(given: Parameters, field: str, longest: int) -> dict[str, Json]:
    """The text or caption with its entities, parsed and measured."""
    text, entities = _parse(given, given.text(field), field)
    text = text.rstrip()
    if not text.strip():
        raise bad_request("message text is empty")
    if len(text) > longest:
        raise bad_request("message is too long" if field == "text" else "message caption is too long")
    marks = "entities" if field == "text" else "caption_entities"
    return {field: text, marks: entities} if entities else {field: text}


def _parse(given: Parameters, text: str, field: str) -> tuple[str, list[dict[str, Json]]]:
    mode = given.text("parse_mode").casefold()
    if mode == "html":
        return formatting.read_html(text)
    if mode:
        raise bad_request("unsupported parse_mode")
    entities = given.structure("entities" if field == "text" else "caption_entities")
    return text, [*entities] if isinstance(entities, list) else formatting.commands_in(text)


def _document(bot: BotAccount, upload: Upload | None, file_id: str) -> dict[str, Json]:
    if upload is None:
        stored = bot.files.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return {**media.described(stored), "mime_type": stored.mime_type}
    stored = media.keep(bot, "documents/file", upload.filename.rpartition(".")[2], upload.mime_type, upload.content)
    return {**media.described(stored), "mime_type": upload.mime_type, "file_name": upload.filename}

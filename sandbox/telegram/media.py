"""What a phone can send besides words: the fields Telegram would put into the message, and the file behind them."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.telegram import samples
from sandbox.telegram.parameters import Json
from sandbox.telegram.state import BotAccount, StoredFile

Content = dict[str, Json]


@dataclass(frozen=True)
class _Kind:
    """A kind of file: how its fields look, which sample stands for it, where Telegram would keep it."""

    folder: str
    suffix: str
    mime_type: str
    sample: Callable[[], bytes]
    fields: Content


FILE_KINDS = {
    "voice": _Kind("voice", "oga", "audio/ogg", samples.voice_note, {"duration": 4}),
    "audio": _Kind("music", "oga", "audio/ogg", samples.voice_note, {"duration": 4, "title": "Recording"}),
    "video": _Kind("videos", "mp4", "video/mp4", samples.video, {"width": 640, "height": 360, "duration": 12}),
    "video_note": _Kind("video_notes", "mp4", "video/mp4", samples.video, {"length": 240, "duration": 9}),
    "animation": _Kind("animations", "mp4", "video/mp4", samples.video, {"width": 320, "height": 240, "duration": 3}),
    "document": _Kind("documents", "pdf", "application/pdf", samples.paper, {"file_name": "paper.pdf"}),
    "sticker": _Kind(
        "stickers",
        "webp",
        "image/webp",
        samples.photo,
        {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🙏"},
    ),
}
WITHOUT_MIME = frozenset({"video_note", "sticker"})
KINDS = frozenset({*FILE_KINDS, "photo", "location", "contact"})


def content_of(bot: BotAccount, kind: str, *, file: bytes | None = None, fields: Content | None = None) -> Content:
    """The message fields for one kind, with `fields` laid over them. ValueError for a kind nobody can send."""
    extra = fields or {}
    if kind == "location":
        return location(43.238, 76.945)
    if kind == "contact":
        return {"contact": {"phone_number": "+77000000123", "first_name": "Dana", **extra}}
    if kind == "photo":
        return {"photo": _photo(bot, file)}
    if kind not in FILE_KINDS:
        raise ValueError(f"a phone cannot send {kind!r}: it is one of {', '.join(sorted(KINDS))}")
    return {kind: _file(bot, kind, FILE_KINDS[kind], file, extra)}


def location(latitude: float, longitude: float) -> Content:
    """A place on the map."""
    return {"location": {"latitude": latitude, "longitude": longitude}}


def keep(bot: BotAccount, path_stem: str, suffix: str, mime_type: str, content: bytes) -> StoredFile:
    """Store a file where getFile finds it."""
    number = len(bot.files) + 1
    stored = StoredFile(f"sandbox-file-{number}", f"{path_stem}_{number}.{suffix}", mime_type, content)
    bot.files[stored.id] = stored
    return stored


def described(stored: StoredFile) -> Content:
    """The fields every file has."""
    return {
        "file_id": stored.id,
        "file_unique_id": stored.id.replace("sandbox-file-", "unique"),
        "file_size": len(stored.content),
    }


def _file(bot: BotAccount, name: str, kind: _Kind, file: bytes | None, extra: Content) -> Content:
    stored = keep(bot, f"{kind.folder}/file", kind.suffix, kind.mime_type, kind.sample() if file is None else file)
    mime = {} if name in WITHOUT_MIME else {"mime_type": kind.mime_type}
    return {**described(stored), **mime, **kind.fields, **extra}


def _photo(bot: BotAccount, file: bytes | None) -> list[Content]:
    picture = samples.photo() if file is None else file
    sizes = ((90, 68), (320, 240), (1280, 960))
    return [
        {**described(keep(bot, "photos/file", "jpg", "image/jpeg", picture)), "width": width, "height": height}
        for width, height in sizes
    ]

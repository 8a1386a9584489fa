"""What the value of one setting must look like, as types: each says what would do, and none repeats what was given."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from alerts.sending.paces import read_pace
from app.backup.form import BackupError
from app.backup.identity import read_recipients
from contacts.values import PHONE_NUMBER
from texts.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")
SENDER_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
LAST_PORT: Final = 2**16 - 1
MODES: Final = ("polling", "webhook")

_Said = TypeVar("_Said", str, SecretStr)


def revealed(secret: SecretStr | None) -> str:
    """Return what a secret setting says; nothing where it is not set."""
    return "" if secret is None else secret.get_secret_value()


def split(url: str, schemes: tuple[str, ...] = ("http", "https")) -> SplitResult:
    """Return the parts of an address; raises ValueError if it is none of these schemes, or names no host."""
    try:
        found = urlsplit(url)
        usable = found.scheme in schemes and bool(found.hostname) and found.port != 0 and not re.search(r"\s", url)
    except ValueError as error:
        raise ValueError("is not an address such as https://example.org") from error
    if not usable:
        raise ValueError("is not an address such as https://example.org")
    return found


def is_loopback(url: SplitResult) -> bool:
    """Whether an address is one of this very machine."""
    host = url.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def stays_here(url: str | None) -> bool:
    """Whether there is an address, and it is one of this very machine."""
    return url is not None and is_loopback(urlsplit(url))


def is_postgresql(url: str) -> bool:
    """Whether this is the address of a PostgreSQL database, in the form we take."""
    return _engine_of(url) == "postgresql+psycopg"


def _is_a_file(url: str) -> bool:
    return _engine_of(url) == "sqlite+pysqlite" and make_url(url).database not in {None, "", ":memory:"}


def _engine_of(value: str) -> str:
    """Name the engine of an address, and repeat no part of it: there may be a password in it."""
    try:
        url = make_url(value)
        return f"{url.get_backend_name()}+{url.get_driver_name()}"
    except (ArgumentError, ValueError):
        return "unknown"


# Kinds of checks


def _text(value: str | SecretStr) -> str:
    return value if isinstance(value, str) else value.get_secret_value()


def _that(holds: Callable[[str], object], otherwise: str) -> AfterValidator:
    """Take what holds, as it stands; say what would do otherwise. A ValueError of the question is a no."""

    def check(value: _Said) -> _Said:
        try:
            does = holds(_text(value))
        except ValueError:
            does = False
        if not does:
            raise ValueError(otherwise) from None
        return value

    return AfterValidator(check)


def _address(*schemes: str, otherwise: str) -> AfterValidator:
    return _that(lambda url: split(url, schemes), otherwise)


def _path(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such user's home") from error


# Places and databases


def _home(value: Path) -> Path:
    if "?" in str(value):
        raise ValueError("cannot hold a question mark: it would end the database's address")
    return _from_the_root(value)


def _are_recipients(said: str) -> bool:
    """Whether everybody can be encrypted to: a letter that is wrong is not found when it is locked in a hurry."""
    try:
        read_recipients(said.split())
    except BackupError:
        return False
    return True


def _from_the_root(value: Path) -> Path:
    return _path(value).resolve()


Home = Annotated[Path, AfterValidator(_home)]
File = Annotated[Path, AfterValidator(_path)]
Place = Annotated[Path, AfterValidator(_from_the_root)]
DatabaseUrl = Annotated[
    str,
    _that(
        lambda url: is_postgresql(url) or _is_a_file(url),
        "must be sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
    ),
]
Recipients = Annotated[
    str,
    _that(
        _are_recipients,
        "is one age recipient or several: age1… (`panah key identity FILE` makes one)",
    ),
]


# Time and words


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not an IANA time zone, e.g. Asia/Almaty") from error
    return value


def _pace(value: str) -> str:
    read_pace(value)
    return value


Zone = Annotated[str, AfterValidator(_zone)]
PaceOf = Annotated[str, AfterValidator(_pace)]
"""How often one person may be asked for something, in the words of `alerts.sending.paces`."""
Languages = Annotated[
    str,
    _that(
        lambda said: all(one.strip() in LANGUAGES for one in said.split(",")),
        f"is a list of languages, separated by commas, out of {', '.join(LANGUAGES)}",
    ),
]
Countries = Annotated[
    str,
    _that(
        lambda said: all(COUNTRY.fullmatch(one.strip()) for one in said.split(",")),
        "is a list of countries by their two letters, separated by commas: KZ,KG",
    ),
]


# Addresses


def _bare(value: str) -> str:
    split(value)
    return value.rstrip("/")


def _monitor(value: str) -> str:
    split(value)
    return value


def _site(value: str) -> str:
    url = split(value)
    if url.username is not None or url.path.strip("/") or url.query or url.fragment:
        raise ValueError("is the address of the whole site: https://NAME, nothing behind it")
    if url.scheme == "http" and not (is_loopback(url) or (url.hostname or "").endswith(".onion")):
        raise ValueError("must begin with https://: people's reports are read there")
    return value.rstrip("/")


def _host_and_port(value: str) -> bool:
    host, colon, port = value.rpartition(":")
    return bool(host and colon and port.isascii() and port.isdecimal() and 0 < int(port) <= LAST_PORT)


Api = Annotated[str, AfterValidator(_bare)]
Monitor = Annotated[str, AfterValidator(_monitor)]
Site = Annotated[str, AfterValidator(_site)]
Bind = Annotated[str, _that(_host_and_port, "must be HOST:PORT, e.g. 127.0.0.1:8000")]
Proxy = Annotated[
    str,
    _address(
        "http",
        "https",
        "socks5",
        "socks5h",
        otherwise="is http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
    ),
]
Elsewhere = Annotated[
    str,
    _address("https", otherwise="is https://SITE, a site on which nobody wonders to see somebody"),
    _that(lambda url: url.isascii() and url.isprintable() and " " not in url, "is written in ASCII, without blanks"),
]


# What providers give

BotToken = Annotated[
    SecretStr, _that(TOKEN.fullmatch, "is not a bot's token; @BotFather gives it in the form 123456:ABC-def")
]
Handle = Annotated[
    str,
    _that(
        re.compile(r"@?[A-Za-z][A-Za-z0-9_]{4,31}").fullmatch,
        "is the name of the bot as people see it, e.g. @example_bot",
    ),
    AfterValidator(lambda value: f"@{value.removeprefix('@')}"),
]
Mode = Annotated[str, _that(MODES.__contains__, f"is one of {', '.join(MODES)}")]
WebhookSecret = Annotated[
    SecretStr,
    _that(
        re.compile(r"[A-Za-z0-9_-]{16,256}").fullmatch,
        "is 16 to 256 letters, digits, _ and - (Telegram takes no others)",
    ),
]
AccountSid = Annotated[
    str,
    _that(
        re.compile(r"AC[0-9a-fA-F]{32}").fullmatch,
        "is AC and 32 hexadecimal digits, as on the first page of Twilio's console",
    ),
]
ContentSid = Annotated[
    str,
    _that(
        re.compile(r"HX[0-9a-fA-F]{32}").fullmatch,
        "is HX and 32 hexadecimal digits, as Twilio's console names a content template",
    ),
]
Number = Annotated[str, _that(PHONE_NUMBER.fullmatch, "is a number with + and country code, e.g. +77000000000")]
ReadableNumber = Annotated[
    str,
    _that(
        lambda said: PHONE_NUMBER.fullmatch(re.sub(r"(?<=[0-9)])[ ()-]+(?=[(0-9])", "", said)),
        "is one number with + and country code, with blanks as people read it: +7 700 000 00 00",
    ),
]
Sender = Annotated[
    str,
    _that(
        lambda said: PHONE_NUMBER.fullmatch(said) or SENDER_NAME.fullmatch(said),
        "is a number with + and country code, or a name of up to 11 letters and digits",
    ),
]
MailServer = Annotated[
    SecretStr,
    _address(
        "smtp",
        "smtps",
        otherwise="is smtp://HOST (STARTTLS) or smtps://HOST, with USER:PASSWORD@ before the host",
    ),
]
MailAddress = Annotated[
    str,
    _that(re.compile(r"[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]+").fullmatch, "is one address, e.g. panah@example.org"),
]

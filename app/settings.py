"""Settings: read once from the environment and ``.env``, frozen, refused loudly when they make no sense.

Every NAME may also be given as NAME_FILE: the path of a file that holds the value. An unknown ``PANAH_`` name is an
error, because a mistyped protection must not be silently off. No message repeats a value: any of them may be secret.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from alerts.policy.throttle import PACES
from alerts.sending.paces import read_pace
from app.sources import gather
from contacts.values import PHONE_NUMBER, ChannelName
from texts.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.policy.throttle import Pace

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
HANDLE = re.compile(r"@?[A-Za-z][A-Za-z0-9_]{4,31}")
LAST_PORT = 2**16 - 1
MODES = ("polling", "webhook")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
COUNTRY = re.compile(r"[A-Za-z]{2}")
SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
MAIL_ADDRESS = re.compile(r"[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]+")
AGE_RECIPIENT = re.compile(r"age1[a-z0-9]{58}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class SettingsError(Exception):
    """A setting is wrong; the message says which and what to do, and never repeats a value."""


class Settings(BaseModel):
    """The operator's choices. See ``.env.example`` for each."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Path = Field(default=Path("var"), alias="PANAH_HOME", validate_default=True)
    database_url: str = Field(default="", alias="DATABASE_URL", repr=False)
    key: SecretStr | None = Field(default=None, alias="PANAH_KEY")
    key_command: str | None = Field(default=None, alias="PANAH_KEY_COMMAND", repr=False)
    passphrase: SecretStr | None = Field(default=None, alias="PANAH_PASSPHRASE")
    ring_copy: Path | None = Field(default=None, alias="PANAH_RING_COPY")
    backup_recipient: str | None = Field(default=None, alias="PANAH_BACKUP_RECIPIENT")
    erase_after_days: int = Field(default=365, alias="PANAH_ERASE_AFTER_DAYS", ge=30, le=36500)
    erase_reports_after_days: int = Field(default=30, alias="PANAH_ERASE_REPORTS_AFTER_DAYS", ge=1, le=36500)
    sealed_delay_minutes: int = Field(default=30, alias="PANAH_SEALED_DELAY_MINUTES", ge=5, le=1440)
    bind: str = Field(default="127.0.0.1:8000", alias="PANAH_BIND")
    public_url: str | None = Field(default=None, alias="PANAH_PUBLIC_URL")
    timezone: str = Field(default="Asia/Almaty", alias="PANAH_TIMEZONE")
    calendar_overrides: Path | None = Field(default=None, alias="PANAH_CALENDAR_OVERRIDES")
    fallback_hotlines: str | None = Field(default=None, alias="PANAH_FALLBACK_HOTLINES")
    leave_to: str = Field(default="https://www.wikipedia.org/", alias="PANAH_LEAVE_TO")
    sandbox: bool = Field(default=False, alias="PANAH_SANDBOX")
    telegram_bot_token: SecretStr | None = Field(default=None, alias="TELEGRAM_BOT_TOKEN")
    bot_handle: str | None = Field(default=None, alias="PANAH_BOT_HANDLE")
    telegram_api_url: str = Field(default="https://api.telegram.org", alias="TELEGRAM_API_URL")
    telegram_mode: str = Field(default="polling", alias="TELEGRAM_MODE")
    telegram_webhook_secret: SecretStr | None = Field(default=None, alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_proxy: str | None = Field(default=None, alias="TELEGRAM_PROXY", repr=False)
    twilio_account_sid: str | None = Field(default=None, alias="TWILIO_ACCOUNT_SID", repr=False)
    twilio_auth_token: SecretStr | None = Field(default=None, alias="TWILIO_AUTH_TOKEN")
    twilio_sms_from: str | None = Field(default=None, alias="TWILIO_SMS_FROM", repr=False)
    twilio_voice_from: str | None = Field(default=None, alias="TWILIO_VOICE_FROM", repr=False)
    twilio_whatsapp_from: str | None = Field(default=None, alias="TWILIO_WHATSAPP_FROM", repr=False)
    twilio_whatsapp_template: str | None = Field(default=None, alias="TWILIO_WHATSAPP_TEMPLATE", repr=False)
    twilio_api_url: str | None = Field(default=None, alias="TWILIO_API_URL")
    sms_per_second: float = Field(default=1.0, alias="PANAH_SMS_PER_SECOND", gt=0, le=100)
    calls_per_second: float = Field(default=1.0, alias="PANAH_CALLS_PER_SECOND", gt=0, le=100)
    telegram_pace: str | None = Field(default=None, alias="PANAH_TELEGRAM_PACE")
    sms_pace: str | None = Field(default=None, alias="PANAH_SMS_PACE")
    calls_pace: str | None = Field(default=None, alias="PANAH_CALLS_PACE")
    mail_pace: str | None = Field(default=None, alias="PANAH_MAIL_PACE")
    other_pace: str | None = Field(default=None, alias="PANAH_OTHER_PACE")
    languages_of_calls: str = Field(default="ru,kk,en,ug,zh", alias="PANAH_CALL_LANGUAGES")
    sms_answers: str | None = Field(default=None, alias="PANAH_SMS_ANSWERS_IN")
    smtp_url: SecretStr | None = Field(default=None, alias="SMTP_URL")
    mail_from: str | None = Field(default=None, alias="MAIL_FROM", repr=False)
    other_channels: bool = Field(default=False, alias="PANAH_OTHER_CHANNELS")
    canary: bool = Field(default=True, alias="PANAH_CANARY")
    heartbeat_url: str | None = Field(default=None, alias="HEARTBEAT_URL", repr=False)

    _config_folder: Path = PrivateAttr(default_factory=lambda: _config_folder({}))

    @field_validator("home")
    @classmethod
    def _a_place(cls, value: Path) -> Path:
        if "?" in str(value):
            raise ValueError("cannot hold a question mark: it would end the database's address")
        try:
            return value.expanduser().resolve()
        except RuntimeError as error:
            raise ValueError("there is no such user's home") from error

    @field_validator("ring_copy")
    @classmethod
    def _another_place(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("backup_recipient")
    @classmethod
    def _recipients(cls, value: str) -> str:
        if not all(AGE_RECIPIENT.fullmatch(one) for one in value.split()):
            raise ValueError("is one age recipient or several: age1… (`panah key identity FILE` makes one)")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not is_postgresql(value) and not _is_a_file(value):
            raise ValueError("must be sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not an IANA time zone, e.g. Asia/Almaty") from error
        return value

    @field_validator("calendar_overrides")
    @classmethod
    def _a_file(cls, value: Path) -> Path:
        try:
            return value.expanduser()
        except RuntimeError as error:
            raise ValueError("there is no such user's home") from error

    @field_validator("telegram_mode")
    @classmethod
    def _known_mode(cls, value: str) -> str:
        if value not in MODES:
            raise ValueError(f"is one of {', '.join(MODES)}")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _sayable_secret(cls, value: SecretStr) -> SecretStr:
        if not WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("is 16 to 256 letters, digits, _ and - (Telegram takes no others)")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _monitor(cls, value: str) -> str:
        _split(value)
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _token_of_a_bot(cls, value: SecretStr) -> SecretStr:
        if not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("is not a bot's token; @BotFather gives it in the form 123456:ABC-def")
        return value

    @field_validator("bot_handle")
    @classmethod
    def _name_of_a_bot(cls, value: str) -> str:
        if not HANDLE.fullmatch(value):
            raise ValueError("is the name of the bot as people see it, e.g. @example_bot")
        return f"@{value.removeprefix('@')}"

    @field_validator("telegram_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        _split(value)
        return value.rstrip("/")

    @field_validator("twilio_account_sid")
    @classmethod
    def _account(cls, value: str) -> str:
        if not ACCOUNT_SID.fullmatch(value):
            raise ValueError("is AC and 32 hexadecimal digits, as on the first page of Twilio's console")
        return value

    @field_validator("twilio_whatsapp_template")
    @classmethod
    def _content_sid(cls, value: str) -> str:
        if not CONTENT_SID.fullmatch(value):
            raise ValueError("is HX and 32 hexadecimal digits, as Twilio's console names a content template")
        return value

    @field_validator("twilio_voice_from", "twilio_whatsapp_from")
    @classmethod
    def _number(cls, value: str) -> str:
        if not PHONE_NUMBER.fullmatch(value):
            raise ValueError("is a number with + and country code, e.g. +77000000000")
        return value

    @field_validator("twilio_sms_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not (PHONE_NUMBER.fullmatch(value) or SENDER_NAME.fullmatch(value)):
            raise ValueError("is a number with + and country code, or a name of up to 11 letters and digits")
        return value

    @field_validator("twilio_api_url")
    @classmethod
    def _twilio_address(cls, value: str) -> str:
        _split(value)
        return value.rstrip("/")

    @field_validator("telegram_pace", "sms_pace", "calls_pace", "mail_pace", "other_pace")
    @classmethod
    def _bearable(cls, value: str) -> str:
        read_pace(value)
        return value

    @field_validator("sms_answers")
    @classmethod
    def _countries(cls, value: str) -> str:
        if not all(COUNTRY.fullmatch(one.strip()) for one in value.split(",")):
            raise ValueError("is a list of countries by their two letters, separated by commas: KZ,KG")
        return value

    @field_validator("languages_of_calls")
    @classmethod
    def _spoken(cls, value: str) -> str:
        if not all(one.strip() in LANGUAGES for one in value.split(",")):
            raise ValueError(f"is a list of languages, separated by commas, out of {', '.join(LANGUAGES)}")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        try:
            _split(value.get_secret_value(), ("smtp", "smtps"))
        except ValueError:
            raise ValueError("is smtp://HOST (STARTTLS) or smtps://HOST, with USER:PASSWORD@ before the host") from None
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender_address(cls, value: str) -> str:
        if not MAIL_ADDRESS.fullmatch(value):
            raise ValueError("is one address, e.g. panah@example.org")
        return value

    @field_validator("telegram_proxy")
    @classmethod
    def _spoken_proxy(cls, value: str) -> str:
        try:
            _split(value, ("http", "https", "socks5", "socks5h"))
        except ValueError:
            raise ValueError("is http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _public_address(cls, value: str) -> str:
        url = _split(value)
        if url.username is not None or url.path.strip("/") or url.query or url.fragment:
            raise ValueError("is the address of the whole site: https://NAME, nothing behind it")
        if url.scheme == "http" and not (_is_loopback(url) or (url.hostname or "").endswith(".onion")):
            raise ValueError("must begin with https://: people's reports are read there")
        return value.rstrip("/")

    @field_validator("leave_to")
    @classmethod
    def _elsewhere(cls, value: str) -> str:
        try:
            _split(value, ("https",))
        except ValueError:
            raise ValueError("is https://SITE, a site on which nobody wonders to see somebody") from None
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("is written in ASCII, without blanks")
        return value

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if not (host and colon and port.isascii() and port.isdecimal() and 0 < int(port) <= LAST_PORT):
            raise ValueError("must be HOST:PORT, e.g. 127.0.0.1:8000")
        return value

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.key is not None and self.key_command is not None:
            raise ValueError("PANAH_KEY and PANAH_KEY_COMMAND are both set; keep one of them")
        if self.passphrase is not None and (self.key is not None or self.key_command is not None):
            raise ValueError("PANAH_PASSPHRASE is set beside PANAH_KEY or PANAH_KEY_COMMAND; keep one of them")
        return self

    @model_validator(mode="after")
    def _copy_elsewhere(self) -> Self:
        if self.ring_copy is not None and self.ring_copy.is_relative_to(self.home):
            raise ValueError("PANAH_RING_COPY lies inside PANAH_HOME; it is for the day on which that is lost")
        return self

    @model_validator(mode="after")
    def _reachable_webhook(self) -> Self:
        if self.telegram_mode == "webhook" and (self.telegram_webhook_secret is None or self.public_url is None):
            raise ValueError("TELEGRAM_MODE=webhook needs TELEGRAM_WEBHOOK_SECRET and PANAH_PUBLIC_URL")
        return self

    @model_validator(mode="after")
    def _sandbox_stays_here(self) -> Self:
        if self.sandbox and self.telegram_bot_token is not None and not _is_loopback(urlsplit(self.telegram_api_url)):
            raise ValueError(
                "PANAH_SANDBOX lets the clock be moved and is for demonstrations: with it TELEGRAM_API_URL must be a "
                "stand-in on this machine, never Telegram itself"
            )
        return self

    @model_validator(mode="after")
    def _whole_channels(self) -> Self:
        if (self.twilio_account_sid is None) != (self.twilio_auth_token is None):
            raise ValueError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN go together; set both or neither")
        if (self.twilio_sms_from or self.twilio_voice_from) and self.twilio_account_sid is None:
            raise ValueError("TWILIO_SMS_FROM and TWILIO_VOICE_FROM need TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
        if self.twilio_whatsapp_from and self.twilio_account_sid is None:
            raise ValueError("TWILIO_WHATSAPP_FROM needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError("SMTP_URL and MAIL_FROM go together; set both or neither")
        if self.sandbox and self.twilio_account_sid and not _stays_here(self.twilio_api_url):
            raise ValueError("with PANAH_SANDBOX, TWILIO_API_URL must be a stand-in on this machine")
        return self

    @property
    def channels(self) -> frozenset[str]:
        """The channels that are set up; voice and WhatsApp need an address at which keys and words come in."""
        heard = self.public_url is not None or self.sandbox
        has = {
            "telegram": self.telegram_bot_token is not None,
            "sms": self.twilio_sms_from is not None,
            "voice": self.twilio_voice_from is not None and heard,
            "whatsapp": self.twilio_whatsapp_from is not None and heard,
            "email": self.smtp_url is not None,
            "other": self.other_channels,
        }
        return frozenset(channel for channel, there in has.items() if there)

    @property
    def paces(self) -> dict[str, Pace]:
        """How often one person may be asked for something by each channel; the built-in pace where none is set."""
        stated = {
            ChannelName.TELEGRAM: self.telegram_pace,
            ChannelName.SMS: self.sms_pace,
            ChannelName.VOICE: self.calls_pace,
            ChannelName.EMAIL: self.mail_pace,
            ChannelName.OTHER: self.other_pace,
        }
        return {channel: PACES[channel] if pace is None else read_pace(pace) for channel, pace in stated.items()}

    @property
    def sealed_delay(self) -> timedelta:
        """How long objections are waited for after two people agreed to open a sealed file."""
        return timedelta(minutes=self.sealed_delay_minutes)

    @property
    def sends_canary(self) -> bool:
        """Whether a drill goes through the whole path.

        Not in the sandbox: one that was out while the clock was moved by hand would count as lost.
        """
        return self.canary and not self.sandbox

    @property
    def sms_answers_in(self) -> tuple[str, ...]:
        """Countries whose people can answer our texts, as the team has tried."""
        return tuple(sorted({one.strip().upper() for one in (self.sms_answers or "").split(",") if one.strip()}))

    @property
    def call_languages(self) -> tuple[str, ...]:
        """In which languages callers are spoken to, in the order of their keys."""
        return tuple(dict.fromkeys(one.strip() for one in self.languages_of_calls.split(",")))

    @property
    def voice_path(self) -> Path:
        """Where recordings of what is said by voice lie: a folder for each language."""
        return self.home / "voice"

    @property
    def host(self) -> str:
        """Where the web server listens."""
        return self.bind.rpartition(":")[0].removeprefix("[").removesuffix("]")

    @property
    def port(self) -> int:
        """The web server's port."""
        return int(self.bind.rpartition(":")[2])

    @property
    def database(self) -> str:
        """The database's address; an SQLite file in the home unless another was given."""
        return self.database_url or f"sqlite:///{self.home}/panah.db"

    @property
    def web_address(self) -> str:
        """Where people reach the console, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def ring_path(self) -> Path:
        """The wrapped key ring; it must never be part of a backup."""
        return self.home / "keyring.json"

    @property
    def intake_path(self) -> Path:
        """The public key to which is sealed what comes in while it is locked; anybody may see it."""
        return self.home / "intake.json"

    @property
    def spent_path(self) -> Path:
        """Which codes were given while a backup was put back, and how often it was tried: ids and counts only."""
        return self.home / "restore-spent.json"

    @property
    def seals_path(self) -> Path:
        """The lines of all seals of the log, to be shipped elsewhere."""
        return self.home / "seals.jsonl"

    @property
    def hotlines(self) -> tuple[str, ...]:
        """Numbers that may be called while nobody has accepted."""
        return tuple(one.strip() for one in (self.fallback_hotlines or "").split(",") if one.strip())

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who can open backups, and a locked ring: age recipients."""
        return tuple((self.backup_recipient or "").split())

    @property
    def clock_path(self) -> Path:
        """The sandbox's clock, shared by its processes."""
        return self.home / "clock.json"

    @property
    def key_path(self) -> Path:
        """Where ``init`` keeps the key-encryption key when none was given: in the user's folder of settings.

        Each home has a file of its own there, named after it.
        """
        mark = hashlib.sha256(bytes(self.home)).hexdigest()[:8]
        return self._config_folder / "panah" / f"{self.home.name or 'home'}-{mark}.key"


_NAMES = {str(field.alias) for field in Settings.model_fields.values()}


def _split(url: str, schemes: tuple[str, ...] = ("http", "https")) -> SplitResult:
    try:
        found = urlsplit(url)
        usable = found.scheme in schemes and bool(found.hostname) and found.port != 0 and not re.search(r"\s", url)
    except ValueError as error:
        raise ValueError("is not an address such as https://example.org") from error
    if not usable:
        raise ValueError("is not an address such as https://example.org")
    return found


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


def _stays_here(url: str | None) -> bool:
    return url is not None and _is_loopback(urlsplit(url))


def _is_loopback(url: SplitResult) -> bool:
    host = url.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _config_folder(environment: Mapping[str, str]) -> Path:
    given = Path(environment.get("XDG_CONFIG_HOME") or "")
    return given if given.is_absolute() else Path("~/.config").expanduser()


def read_settings(environment: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Return the settings; raises SettingsError naming every problem at once.

    What stands in the environment, even if it is empty, wins over ``.env``, in whichever form it is given there.
    """
    values, problems = gather(environment, dotenv, _NAMES)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_complaint(one["loc"], one["msg"]) for one in error.errors()]
    if problems:
        raise SettingsError("\n".join(problems))
    settings._config_folder = _config_folder(environment)  # noqa: SLF001  ours: where it was read is not in the file
    return settings


def _complaint(where: tuple[int | str, ...], what: str) -> str:
    what = what.removeprefix("Value error, ")
    return f"{where[0]}: {what}" if where else what


def revealed(secret: SecretStr | None) -> str:
    """Return what a secret setting says; nothing where it is not set."""
    return "" if secret is None else secret.get_secret_value()


OURS: Final = ("PANAH_", "TELEGRAM_", "TWILIO_", "SMTP_", "MAIL_", "DATABASE_", "HEARTBEAT_")
"""How the names of our settings begin."""


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of an environment says nothing of this home, for a program that must not know it."""
    return {name: value for name, value in environment.items() if not name.startswith(OURS)}

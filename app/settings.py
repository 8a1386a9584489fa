"""Settings: read once from the environment and ``.env``, frozen, refused loudly when they make no sense.

Every NAME may also be given as NAME_FILE: the path of a file that holds the value. An unknown ``PANAH_`` name is an
error, because a mistyped protection must not be silently off. No message repeats a value: any of them may be secret.
"""

from __future__ import annotations

import hashlib
import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Self
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

from app.sources import gather

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
LAST_PORT = 2**16 - 1
MODES = ("polling", "webhook")
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
    bind: str = Field(default="127.0.0.1:8000", alias="PANAH_BIND")
    public_url: str | None = Field(default=None, alias="PANAH_PUBLIC_URL")
    timezone: str = Field(default="Asia/Almaty", alias="PANAH_TIMEZONE")
    fallback_hotlines: str | None = Field(default=None, alias="PANAH_FALLBACK_HOTLINES")
    sandbox: bool = Field(default=False, alias="PANAH_SANDBOX")
    telegram_bot_token: SecretStr | None = Field(default=None, alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: str = Field(default="https://api.telegram.org", alias="TELEGRAM_API_URL")
    telegram_mode: str = Field(default="polling", alias="TELEGRAM_MODE")
    telegram_webhook_secret: SecretStr | None = Field(default=None, alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_proxy: str | None = Field(default=None, alias="TELEGRAM_PROXY", repr=False)
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

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            url = make_url(value)
            engine = f"{url.get_backend_name()}+{url.get_driver_name()}"
        except (ArgumentError, ValueError):  # what they say repeats parts of the address, perhaps of the password
            engine = "unknown"
        in_a_file = engine == "sqlite+pysqlite" and url.database not in {None, "", ":memory:"}
        if not in_a_file and engine != "postgresql+psycopg":
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

    @field_validator("telegram_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        _split(value)
        return value.rstrip("/")

    @field_validator("telegram_proxy")
    @classmethod
    def _spoken_proxy(cls, value: str) -> str:
        if _split(value, ("http", "https", "socks5", "socks5h")).scheme.startswith("socks"):
            raise ValueError("only http:// and https:// proxies are built so far")
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
LATER = {
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_SMS_FROM",
    "TWILIO_VOICE_FROM",
    "TWILIO_API_URL",
    "SMTP_URL",
    "MAIL_FROM",
}
"""Names that are reserved for channels that are not built yet; ``doctor`` says so when they are set."""


def _split(url: str, schemes: tuple[str, ...] = ("http", "https")) -> SplitResult:
    try:
        found = urlsplit(url)
        usable = found.scheme in schemes and bool(found.hostname) and found.port != 0 and not re.search(r"\s", url)
    except ValueError as error:
        raise ValueError("is not an address such as https://example.org") from error
    if not usable:
        raise ValueError("is not an address such as https://example.org")
    return found


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

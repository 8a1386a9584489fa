"""Settings: read once from the environment and ``.env``, frozen, refused loudly when they make no sense.

Every NAME may also be given as NAME_FILE: the path of a file that holds the value. An unknown ``PANAH_`` name is an
error, because a mistyped protection must not be silently off. No message repeats a value: any of them may be secret.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, model_validator

from alerts.policy.throttle import PACES
from alerts.sending.paces import read_pace
from app.setting_values import (
    AccountSid,
    Api,
    Bind,
    BotToken,
    ContentSid,
    Countries,
    DatabaseUrl,
    Elsewhere,
    File,
    Handle,
    Home,
    Languages,
    MailAddress,
    MailServer,
    Mode,
    Monitor,
    Number,
    PaceOf,
    Place,
    Proxy,
    ReadableNumber,
    Recipients,
    Sender,
    Site,
    WebhookSecret,
    Zone,
    is_loopback,
    stays_here,
)
from app.sources import gather
from contacts.values import PHONE_NUMBER, ChannelName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.policy.throttle import Pace


class SettingsError(Exception):
    """A setting is wrong; the message says which and what to do, and never repeats a value."""


class Settings(BaseModel):
    """The operator's choices. See ``.env.example`` for each."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Home = Field(default=Path("var"), alias="PANAH_HOME", validate_default=True)
    database_url: DatabaseUrl = Field(default="", alias="DATABASE_URL", repr=False)
    key: SecretStr | None = Field(default=None, alias="PANAH_KEY")
    key_command: str | None = Field(default=None, alias="PANAH_KEY_COMMAND", repr=False)
    passphrase: SecretStr | None = Field(default=None, alias="PANAH_PASSPHRASE")
    ring_copy: Place | None = Field(default=None, alias="PANAH_RING_COPY")
    backup_recipient: Recipients | None = Field(default=None, alias="PANAH_BACKUP_RECIPIENT")
    erase_after_days: int = Field(default=365, alias="PANAH_ERASE_AFTER_DAYS", ge=30, le=36500)
    erase_reports_after_days: int = Field(default=30, alias="PANAH_ERASE_REPORTS_AFTER_DAYS", ge=1, le=36500)
    sealed_delay_minutes: int = Field(default=30, alias="PANAH_SEALED_DELAY_MINUTES", ge=5, le=1440)
    bind: Bind = Field(default="127.0.0.1:8000", alias="PANAH_BIND")
    public_url: Site | None = Field(default=None, alias="PANAH_PUBLIC_URL")
    timezone: Zone = Field(default="Asia/Almaty", alias="PANAH_TIMEZONE")
    calendar_overrides: File | None = Field(default=None, alias="PANAH_CALENDAR_OVERRIDES")
    fallback_hotlines: str | None = Field(default=None, alias="PANAH_FALLBACK_HOTLINES")
    published_number: ReadableNumber | None = Field(default=None, alias="PANAH_PUBLISHED_NUMBER", repr=False)
    leave_to: Elsewhere = Field(default="https://www.wikipedia.org/", alias="PANAH_LEAVE_TO")
    sandbox: bool = Field(default=False, alias="PANAH_SANDBOX")
    telegram_bot_token: BotToken | None = Field(default=None, alias="TELEGRAM_BOT_TOKEN")
    bot_handle: Handle | None = Field(default=None, alias="PANAH_BOT_HANDLE")
    telegram_api_url: Api = Field(default="https://api.telegram.org", alias="TELEGRAM_API_URL")
    telegram_mode: Mode = Field(default="polling", alias="TELEGRAM_MODE")
    telegram_webhook_secret: WebhookSecret | None = Field(default=None, alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_proxy: Proxy | None = Field(default=None, alias="TELEGRAM_PROXY", repr=False)
    twilio_account_sid: AccountSid | None = Field(default=None, alias="TWILIO_ACCOUNT_SID", repr=False)
    twilio_auth_token: SecretStr | None = Field(default=None, alias="TWILIO_AUTH_TOKEN")
    twilio_sms_from: Sender | None = Field(default=None, alias="TWILIO_SMS_FROM", repr=False)
    twilio_voice_from: Number | None = Field(default=None, alias="TWILIO_VOICE_FROM", repr=False)
    twilio_whatsapp_from: Number | None = Field(default=None, alias="TWILIO_WHATSAPP_FROM", repr=False)
    twilio_whatsapp_template: ContentSid | None = Field(default=None, alias="TWILIO_WHATSAPP_TEMPLATE", repr=False)
    twilio_api_url: Api | None = Field(default=None, alias="TWILIO_API_URL")
    sms_per_second: float = Field(default=1.0, alias="PANAH_SMS_PER_SECOND", gt=0, le=100)
    calls_per_second: float = Field(default=1.0, alias="PANAH_CALLS_PER_SECOND", gt=0, le=100)
    telegram_pace: PaceOf | None = Field(default=None, alias="PANAH_TELEGRAM_PACE")
    sms_pace: PaceOf | None = Field(default=None, alias="PANAH_SMS_PACE")
    calls_pace: PaceOf | None = Field(default=None, alias="PANAH_CALLS_PACE")
    mail_pace: PaceOf | None = Field(default=None, alias="PANAH_MAIL_PACE")
    other_pace: PaceOf | None = Field(default=None, alias="PANAH_OTHER_PACE")
    languages_of_calls: Languages = Field(default="ru,kk,en,ug,zh", alias="PANAH_CALL_LANGUAGES")
    sms_answers: Countries | None = Field(default=None, alias="PANAH_SMS_ANSWERS_IN")
    smtp_url: MailServer | None = Field(default=None, alias="SMTP_URL")
    mail_from: MailAddress | None = Field(default=None, alias="MAIL_FROM", repr=False)
    other_channels: bool = Field(default=False, alias="PANAH_OTHER_CHANNELS")
    canary: bool = Field(default=True, alias="PANAH_CANARY")
    heartbeat_url: Monitor | None = Field(default=None, alias="HEARTBEAT_URL", repr=False)

    _config_folder: Path = PrivateAttr(default_factory=lambda: _config_folder({}))

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
        if self.sandbox and self.telegram_bot_token is not None and not is_loopback(urlsplit(self.telegram_api_url)):
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
        if self.sandbox and self.twilio_account_sid and not stays_here(self.twilio_api_url):
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
    def gone_path(self) -> Path:
        """What had been erased when a backup began to be put back, until it is gone again: ids only."""
        return self.home / "restore-gone.json"

    @property
    def seals_path(self) -> Path:
        """The lines of all seals of the log, to be shipped elsewhere."""
        return self.home / "seals.jsonl"

    @property
    def hotlines(self) -> tuple[str, ...]:
        """Numbers that may be called while nobody has accepted."""
        return tuple(one.strip() for one in (self.fallback_hotlines or "").split(",") if one.strip())

    @property
    def number_to_report_by(self) -> str | None:
        """A number at which reports are taken by telephone: calls first, else texts. A sender's name is none."""
        texts = self.twilio_sms_from
        return self.twilio_voice_from or (texts if texts is not None and PHONE_NUMBER.fullmatch(texts) else None)

    @property
    def number_for_families(self) -> str | None:
        """Where a family can call to be told whether somebody is our lawyer: what the team has published.

        Else the number at which calls are taken, where they come in here: a message with the code reaches people.
        """
        takes_calls = ChannelName.VOICE in self.channels
        return self.published_number or (self.twilio_voice_from if takes_calls else None)

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


OURS: Final = ("PANAH_", "TELEGRAM_", "TWILIO_", "SMTP_", "MAIL_", "DATABASE_", "HEARTBEAT_")
"""How the names of our settings begin."""


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of an environment says nothing of this home, for a program that must not know it."""
    return {name: value for name, value in environment.items() if not name.startswith(OURS)}

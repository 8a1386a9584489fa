"""Settings: every form they come in, and every way in which they can be wrong."""

from __future__ import annotations

import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy.throttle import PACES, Rule
from app.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "S3cret-value-nobody-may-see"
NUMBER = "+77000000000"
TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "0" * 32}
MAIL = {"SMTP_URL": "smtps://user:password@mail.example.org", "MAIL_FROM": "panah@example.org"}
NAMES = sorted(str(field.alias) for field in Settings.model_fields.values())


def refused(*dotenv: Path, **environment: str) -> str:
    with pytest.raises(SettingsError) as why:
        read_settings(environment, *dotenv)
    return str(why.value)


def test_without_anything_everything_has_a_working_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert settings.home == tmp_path / "var"
    assert settings.database == f"sqlite:///{tmp_path}/var/panah.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.web_address == "http://localhost:8000"
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.telegram_bot_token is None


def test_the_home_is_a_whole_path_whatever_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings({"PANAH_HOME": "~/panah"}).home == tmp_path / "panah"
    (tmp_path / "here").symlink_to(tmp_path / "there")
    assert read_settings({"PANAH_HOME": str(tmp_path / "here")}).home == tmp_path / "there"


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_also_read_from_a_file(name: str, tmp_path: Path) -> None:
    values = {
        "PANAH_HOME": str(tmp_path),
        "DATABASE_URL": "postgresql+psycopg://panah@localhost/panah",
        "PANAH_BIND": "127.0.0.1:8001",
        "PANAH_CALL_LANGUAGES": "kk,ru",
        "PANAH_PUBLIC_URL": "https://panah.example.org",
        "PANAH_TIMEZONE": "Asia/Almaty",
        "PANAH_SANDBOX": "true",
        "TELEGRAM_BOT_TOKEN": "123:abc",
        "PANAH_BOT_HANDLE": "@example_bot",
        "PANAH_PUBLISHED_NUMBER": "+7 700 000 00 02",
        "TELEGRAM_API_URL": "http://localhost:8081",
        "TELEGRAM_MODE": "polling",
        "TELEGRAM_PROXY": "socks5://localhost:1080",
        "TELEGRAM_WEBHOOK_SECRET": "a-secret-of-sixteen-letters",
        "HEARTBEAT_URL": "https://monitor.example.org/x",
        "PANAH_LEAVE_TO": "https://weather.example.org/",
        **TWILIO,
        **MAIL,
        "TWILIO_API_URL": "http://localhost:8082",
        "TWILIO_SMS_FROM": "+77000000000",
        "TWILIO_VOICE_FROM": "+77000000000",
        "TWILIO_WHATSAPP_FROM": "+77000000000",
        "TWILIO_WHATSAPP_TEMPLATE": "HX" + "0" * 32,
        "PANAH_SMS_PER_SECOND": "2",
        "PANAH_CALLS_PER_SECOND": "0.5",
        "PANAH_SMS_ANSWERS_IN": "kz, KG",
        "PANAH_TELEGRAM_PACE": "20/1m",
        "PANAH_SMS_PACE": "2/1m 10/1h",
        "PANAH_CALLS_PACE": "2/1m",
        "PANAH_MAIL_PACE": "5/1m",
        "PANAH_OTHER_PACE": "5/1m",
        "PANAH_OTHER_CHANNELS": "true",
        "PANAH_CANARY": "false",
        "PANAH_CALENDAR_OVERRIDES": "/etc/panah/days.yaml",
        "PANAH_BACKUP_RECIPIENT": "age1nkhn4tznwfg9y07w6ajavgaxqngh3dhpcwpy3250ugwj3jy46vysua04fj",
        "PANAH_ERASE_AFTER_DAYS": "400",
        "PANAH_ERASE_REPORTS_AFTER_DAYS": "10",
        "PANAH_SEALED_DELAY_MINUTES": "45",
    }
    together = TWILIO if name.startswith("TWILIO_") else MAIL if name in MAIL else {}
    company = {other: value for other, value in together.items() if other != name}
    file = tmp_path / "value"
    file.write_text(values.get(name, "a value") + "\n")
    from_file = read_settings({**company, f"{name}_FILE": str(file)})
    assert from_file == read_settings({**company, name: values.get(name, "a value")})
    assert from_file != read_settings({}) or name in {"PANAH_TIMEZONE", "TELEGRAM_MODE"}


@pytest.mark.parametrize(
    "alone",
    [
        {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32},
        {"TWILIO_AUTH_TOKEN": SECRET},
        {"TWILIO_SMS_FROM": "+77000000000"},
        {"SMTP_URL": f"smtps://user:{SECRET}@mail.example.org"},
        {"MAIL_FROM": "panah@example.org"},
    ],
)
def test_half_a_channel_is_refused(alone: dict[str, str]) -> None:
    why = refused(**alone)
    assert "set both or neither" in why or "need TWILIO_ACCOUNT_SID" in why
    assert SECRET not in why


def test_a_channel_is_on_when_it_is_whole_and_calls_need_an_address_for_their_keys() -> None:
    numbers = {"TWILIO_SMS_FROM": "+77000000000", "TWILIO_VOICE_FROM": "+77000000000"}
    assert read_settings({}).channels == frozenset()
    assert read_settings({**TWILIO, **numbers, **MAIL}).channels == {"sms", "email"}
    public = {"PANAH_PUBLIC_URL": "https://panah.example.org"}
    assert read_settings({**TWILIO, **numbers, **public}).channels == {"sms", "voice"}
    assert read_settings({"PANAH_SMS_ANSWERS_IN": "kz, KG,KZ"}).sms_answers_in == ("KG", "KZ")


def test_how_often_one_person_is_rung_is_stated_for_each_channel_and_kept_where_it_is_not() -> None:
    paces = read_settings({"PANAH_SMS_PACE": "2/1m, 12/1h"}).paces
    assert paces == {**PACES, "sms": (Rule(2, timedelta(minutes=1)), Rule(12, timedelta(hours=1)))}
    assert read_settings({}).paces == PACES


@pytest.mark.parametrize("wrong", [SECRET, "5", "0/1m", "5/0m", "5/1d", "5/25h", "-1/1m", "5/15m 11", "5 / 15m", ","])
@pytest.mark.parametrize("channel", ["TELEGRAM", "SMS", "CALLS", "MAIL", "OTHER"])
def test_a_pace_that_is_none_is_refused_with_the_way_to_write_it(channel: str, wrong: str) -> None:
    why = refused(**{f"PANAH_{channel}_PACE": wrong})
    assert why.startswith(f"PANAH_{channel}_PACE: is COUNT/TIME")
    assert SECRET not in why


def test_a_name_and_its_file_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET)
    why = refused(PANAH_KEY=SECRET, PANAH_KEY_FILE=str(file))
    assert why == "PANAH_KEY and PANAH_KEY_FILE are both set; keep one of them"


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), (b"\xff\xfe\x00", "does not hold text"), (b" \n", "is empty")]
)
def test_a_file_that_gives_no_value_is_named(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    assert f"PANAH_KEY_FILE: the file {why}" in refused(PANAH_KEY_FILE=str(file))


@pytest.mark.parametrize("name", ["PANAH_HOMES", "PANAH_", "PANAH_KEY_FIL", "PANAH_NOTHING_FILE", "PANAH_FILE"])
def test_an_unknown_name_of_ours_is_an_error_that_names_it(name: str) -> None:
    assert refused(**{name: SECRET}) == f"{name}: there is no such setting; see .env.example"


def test_names_of_others_are_none_of_our_business() -> None:
    others = {"PATH": "/bin", "SMTP_SERVER": "x", "TWILIO_EDGE": "nowhere"}
    assert read_settings(others) == read_settings({})


def test_all_problems_are_told_at_once() -> None:
    why = refused(PANAH_BIND="8000", PANAH_TIMEZONE="Almaty", PANAH_NONE="1", TELEGRAM_MODE="pigeon")
    assert [line.partition(":")[0] for line in why.splitlines()] == [
        "PANAH_NONE",
        "PANAH_BIND",
        "PANAH_TIMEZONE",
        "TELEGRAM_MODE",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PANAH_BIND", "8000"),
        ("PANAH_BIND", ":8000"),
        ("PANAH_BIND", "127.0.0.1:"),
        ("PANAH_BIND", "127.0.0.1:0"),
        ("PANAH_BIND", "127.0.0.1:65536"),
        ("PANAH_LEAVE_TO", "http://weather.example.org"),
        ("PANAH_LEAVE_TO", "javascript:alert(1)"),
        ("PANAH_LEAVE_TO", "https://пример.example.org/"),
        ("PANAH_BIND", "127.0.0.1:8²"),
        ("PANAH_TIMEZONE", "Mars/Base"),
        ("PANAH_TIMEZONE", "../../etc/passwd"),
        ("PANAH_HOME", "/srv/what?"),
        ("PANAH_SANDBOX", "maybe"),
        ("PANAH_PUBLIC_URL", "panah.example.org"),
        ("PANAH_PUBLIC_URL", "http://panah.example.org"),
        ("PANAH_PUBLIC_URL", "https://panah.example.org/folder"),
        ("PANAH_PUBLIC_URL", f"https://user:{SECRET}@panah.example.org"),
        ("TELEGRAM_MODE", "pigeon"),
        ("TELEGRAM_API_URL", "ftp://localhost"),
        ("TELEGRAM_API_URL", "http://local host"),
        ("TELEGRAM_API_URL", "http://localhost:99999999"),
        ("TELEGRAM_BOT_TOKEN", SECRET),
        ("PANAH_PUBLISHED_NUMBER", f"call {SECRET}"),
        ("PANAH_PUBLISHED_NUMBER", "8 700 000 00 02"),
        ("PANAH_BOT_HANDLE", f"https://t.me/{SECRET}"),
        ("TELEGRAM_BOT_TOKEN", f"123:{SECRET}/../x"),
        ("TELEGRAM_PROXY", f"socks4://user:{SECRET}@localhost:1080"),
        ("TELEGRAM_PROXY", f"socks5://user:{SECRET}@localhost:port"),
        ("DATABASE_URL", f"mysql://panah:{SECRET}@localhost/panah"),
        ("DATABASE_URL", f"postgresql+psycopg://panah:{SECRET}:x@localhost:port/panah"),
        ("DATABASE_URL", f"postgresql+asyncpg://panah:{SECRET}@localhost/panah"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", SECRET),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_never_repeated(name: str, value: str) -> None:
    why = refused(**{name: value})
    assert why.startswith(f"{name}: ")
    assert SECRET not in why


@given(st.dictionaries(st.sampled_from(NAMES), st.text(), min_size=1))
def test_whatever_is_given_no_refusal_repeats_it(given_values: dict[str, str]) -> None:
    assert SECRET not in traceback_of({name: f"{SECRET}{value}" for name, value in given_values.items()})


def traceback_of(environment: dict[str, str]) -> str:
    try:
        read_settings(environment)
    except SettingsError as error:
        return "".join(traceback.format_exception(error))
    return ""


def test_secrets_are_not_in_the_printed_form() -> None:
    settings = read_settings(
        {
            "PANAH_KEY": SECRET,
            "DATABASE_URL": f"postgresql+psycopg://panah:{SECRET}@localhost/panah",
            "TELEGRAM_BOT_TOKEN": f"123:{SECRET}",
            "TELEGRAM_PROXY": f"http://user:{SECRET}@localhost",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": SECRET,
            "SMTP_URL": f"smtps://user:{SECRET}@mail.example.org",
            "MAIL_FROM": "panah@example.org",
        }
    )
    assert SECRET not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [("[::1]:8000", "::1", 8000), ("10.0.0.1:80", "10.0.0.1", 80), ("localhost:1", "localhost", 1)],
)
def test_addresses_to_listen_on(value: str, host: str, port: int) -> None:
    settings = read_settings({"PANAH_BIND": value})
    assert (settings.host, settings.port) == (host, port)


@pytest.mark.parametrize(
    "value", ["https://panah.example.org", "https://panah.example.org/", "http://localhost:8000", "http://abc.onion"]
)
def test_the_public_address_has_no_slash_at_its_end(value: str) -> None:
    assert read_settings({"PANAH_PUBLIC_URL": value}).web_address == value.rstrip("/")


class TestSandbox:
    def test_its_clock_never_meets_the_real_telegram(self) -> None:
        why = refused(PANAH_SANDBOX="1", TELEGRAM_BOT_TOKEN="123:abc")
        assert "never Telegram itself" in why

    @pytest.mark.parametrize(
        "url",
        ["https://api.telegram.org", "https://149.154.167.220", "http://localhost.example.org", "http://10.0.0.1:8081"],
    )
    def test_nothing_that_is_not_this_machine_will_do(self, url: str) -> None:
        why = refused(PANAH_SANDBOX="1", TELEGRAM_BOT_TOKEN="123:abc", TELEGRAM_API_URL=url)
        assert "never Telegram itself" in why
        assert read_settings({"TELEGRAM_BOT_TOKEN": "123:abc", "TELEGRAM_API_URL": url}).telegram_api_url == url

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8081", "http://localhost:8081/", "http://[::1]:8081"])
    def test_a_stand_in_on_this_machine_does(self, url: str) -> None:
        settings = read_settings({"PANAH_SANDBOX": "1", "TELEGRAM_BOT_TOKEN": "123:abc", "TELEGRAM_API_URL": url})
        assert settings.sandbox


class TestDotenv:
    def write(self, tmp_path: Path, text: str) -> Path:
        file = tmp_path / ".env"
        file.write_text(text, encoding="utf-8")
        return file

    def test_it_is_read_and_the_environment_wins(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, "PANAH_BIND=127.0.0.1:1\nPANAH_TIMEZONE='Asia/Bishkek'\nOTHER=1\n# PANAH_X=1\n")
        settings = read_settings({"PANAH_BIND": "127.0.0.1:2"}, file)
        assert (settings.port, settings.timezone) == (2, "Asia/Bishkek")

    def test_the_environment_wins_in_either_form(self, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_text("from the file")
        file = self.write(tmp_path, "PANAH_KEY=from-dotenv\n")
        settings = read_settings({"PANAH_KEY_FILE": str(key)}, file)
        assert settings.key is not None
        assert settings.key.get_secret_value() == "from the file"

    def test_an_empty_variable_switches_off_what_the_file_says(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, "TELEGRAM_BOT_TOKEN=123:abc\n")
        assert read_settings({"TELEGRAM_BOT_TOKEN": ""}, file).telegram_bot_token is None

    def test_a_secret_is_taken_as_it_stands(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, "PANAH_KEY='a${HOME}$b'\n")
        settings = read_settings({}, file)
        assert settings.key is not None
        assert settings.key.get_secret_value() == "a${HOME}$b"

    @pytest.mark.parametrize("line", [f"PANAH_KEY='{SECRET}", f"PANAH_KEY {SECRET}", SECRET])
    def test_a_line_that_cannot_be_read_is_an_error_with_its_number(self, tmp_path: Path, line: str) -> None:
        file = self.write(tmp_path, f"# fine\n{line}\n")
        why = refused(file)
        assert "line 2" in why
        assert SECRET not in why

    def test_a_mistyped_name_in_it_is_an_error_too(self, tmp_path: Path) -> None:
        assert "PANAH_SANDBOXX" in refused(self.write(tmp_path, "PANAH_SANDBOXX=1\n"))

    def test_a_file_that_is_no_text_is_an_error(self, tmp_path: Path) -> None:
        file = tmp_path / ".env"
        file.write_bytes(b"PANAH_KEY=\xff\xfe\n")
        assert ".env cannot be read" in refused(file)


@pytest.mark.parametrize(
    ("given", "families", "reports"),
    [
        ({}, None, None),
        ({"TWILIO_SMS_FROM": "Panah"}, None, None),
        ({"TWILIO_SMS_FROM": NUMBER}, None, NUMBER),
        ({"TWILIO_VOICE_FROM": NUMBER}, None, NUMBER),
        ({"TWILIO_VOICE_FROM": NUMBER, "PANAH_PUBLIC_URL": "https://panah.example.org"}, NUMBER, NUMBER),
        ({"PANAH_PUBLISHED_NUMBER": "+7 (700) 000-00-02"}, "+7 (700) 000-00-02", None),
    ],
)
def test_a_family_is_told_a_number_only_where_somebody_hears_it(
    given: dict[str, str], families: str | None, reports: str | None
) -> None:
    settings = read_settings({**TWILIO, **given})
    assert (settings.number_for_families, settings.number_to_report_by) == (families, reports)

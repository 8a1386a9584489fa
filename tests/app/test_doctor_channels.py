"""What the doctor finds out about every channel, from real servers here, and about how helpers are reached."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TYPE_CHECKING, TypeVar

import pytest

from alerts.telling.wording import Wording
from app.doctor import channels, incoming, network, reach
from app.doctor.findings import Finding, Level
from app.settings import read_settings
from app.wiring import House
from contacts.directory import find_contact, put_contact
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from tests.alerts.mail_server import HOST, real_server
from tests.alerts.twilio_api import ACCOUNT, TOKEN, twilio_api
from tests.ports import free_port
from web.hotline_words import PROMPTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.settings import Settings
    from store.unit_of_work import Store

Thing = TypeVar("Thing")
FROM = {"TWILIO_SMS_FROM": "+77000000090", "TWILIO_VOICE_FROM": "+77000000091"}
PUBLIC = {"PANAH_PUBLIC_URL": "https://panah.example.org"}


@contextmanager
def beside(server: AbstractAsyncContextManager[Thing]) -> Iterator[Thing]:
    """A server in an event loop of its own, because the doctor has one, too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(_ends(server), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _ends(server: AbstractAsyncContextManager[Thing]) -> None:
    await server.__aexit__(None, None, None)
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


def settings(tmp_path: Path, **given: str) -> Settings:
    return read_settings({"PANAH_HOME": str(tmp_path), "TELEGRAM_BOT_TOKEN": "7000001:invented", **given})


def twilio(tmp_path: Path, url: str, **given: str) -> Settings:
    ours = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_URL": url}
    return settings(tmp_path, **{**ours, **FROM, **PUBLIC, **given})


def said(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {one.name: one for one in findings}


# Providers


def test_one_channel_is_no_channel_on_the_day_it_is_blocked(tmp_path: Path) -> None:
    found = said(channels.check_channels(settings(tmp_path)))["channels"]
    assert found.level is Level.WARN
    assert found.what.startswith("on: telegram; off: sms, voice, email, other.")


def test_an_account_twilio_knows_is_well_and_one_it_refuses_is_not(tmp_path: Path) -> None:
    with beside(twilio_api()) as api:
        ours = twilio(tmp_path, api.url)
        found = said(channels.check_channels(ours))
        assert {name: one.level for name, one in found.items()} == {
            "channels": Level.OK,
            "twilio": Level.OK,
            "calls": Level.OK,
            "calls kk": Level.WARN,  # no voice, and nobody has spoken them
            "calls ug": Level.WARN,
            "incoming texts": Level.WARN,  # the account has no such number
            "incoming calls": Level.WARN,
        }
        api.refuses(401, 20003)
        refused = said(channels.check_channels(ours))["twilio"]
        assert refused.level is Level.FAULT
        assert TOKEN not in repr(refused)
    assert api.messages == api.calls == [], "nothing was sent"
    gone = said(channels.check_channels(twilio(tmp_path, f"http://127.0.0.1:{free_port()}")))["twilio"]
    assert gone.level is Level.FAULT


def test_where_twilio_brings_texts_and_calls_is_asked_and_not_told(tmp_path: Path) -> None:
    ours = "https://panah.example.org/webhooks/twilio"
    with beside(twilio_api()) as api:
        api.numbers = [{"sid": "PN0", "sms_url": f"{ours}/sms", "voice_url": "https://example.net/?key=secret"}]
        found = said(incoming.check_incoming(twilio(tmp_path, api.url)))
    assert found["incoming texts"].level is Level.OK
    assert found["incoming calls"].level is Level.FAULT
    assert f"{ours}/call" in found["incoming calls"].what_to_do
    assert "secret" not in repr(found)
    assert incoming.judge_address("x", f"{ours}#rc=5&rp=all", ours).level is Level.OK, "tried again, and still ours"
    assert incoming.judge_address("x", "", ours).level is Level.FAULT, "where they go nowhere, nobody is heard"


def test_a_language_without_a_voice_is_spoken_when_every_prompt_is_recorded(tmp_path: Path) -> None:
    folder = tmp_path / "voice" / "ug"
    folder.mkdir(parents=True)
    ours = twilio(tmp_path, "https://example.org")
    for name in PROMPTS:
        assert f"call.{name}.mp3" in said(incoming.judge_prompts(ours))["calls ug"].what
        (folder / f"call.{name}.mp3").write_bytes(b"ID3 invented")
    found = said(incoming.judge_prompts(ours))
    assert "calls ug" not in found
    assert found["calls"].what == "callers are spoken to in ru, en, ug, zh"


def test_what_the_settings_of_twilio_leave_out_is_said(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    bare = settings(tmp_path, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_API_URL=nowhere, **FROM)
    assert {name: one.level for name, one in said(channels.judge_twilio(bare)).items()} == {
        "sms": Level.WARN,  # no answer comes in
        "voice": Level.FAULT,  # no key comes in: it is off
    }
    named = said(channels.judge_twilio(twilio(tmp_path, nowhere, TWILIO_SMS_FROM="Panah")))["sms"]
    assert "nobody can answer" in named.what


def test_a_mail_server_that_lets_us_in_is_well_and_one_that_does_not_is_a_fault(tmp_path: Path) -> None:
    with beside(real_server()) as server:
        for user, level in (("", Level.OK), ("canary:canary@", Level.FAULT)):  # it knows no way to log in
            given = {"SMTP_URL": f"smtp://{user}{HOST}:{server.port}", "MAIL_FROM": "panah@example.org"}
            found = said(channels.check_channels(settings(tmp_path, **given)))["email"]
            assert found.level is level
            assert "canary" not in found.what
    assert server.envelopes == []
    gone = {"SMTP_URL": f"smtp://{HOST}:{free_port()}", "MAIL_FROM": "panah@example.org"}
    assert said(channels.check_channels(settings(tmp_path, **gone)))["email"].level is Level.FAULT


def test_other_messengers_cannot_be_asked(tmp_path: Path) -> None:
    assert said(channels.check_channels(settings(tmp_path, PANAH_OTHER_CHANNELS="true")))["other"].level is Level.OK


# Our own doors


def test_twilios_doors_are_tried_from_outside(tmp_path: Path) -> None:
    doors = network._doors(twilio(tmp_path, "https://example.org"))  # noqa: SLF001  what is visited
    assert doors == [f"/webhooks/twilio/{door}" for door in ("status", "voice", "sms", "call")]
    outside = "https://panah.example.org"
    passed = network.Visit(200, 404, dict.fromkeys(doors, 403))
    assert network.judge_pages(outside, passed).level is Level.OK
    kept_out = network.judge_pages(outside, network.Visit(200, 404, dict.fromkeys(doors, 404)))
    assert kept_out.level is Level.FAULT
    assert "Twilio" in kept_out.what


# Helpers


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    ours = twilio(tmp_path, "https://example.org", PANAH_SMS_ANSWERS_IN="KZ")
    return House(ours, store, store.clock, Wording("UTC", "https://example.org"))


def joins(house: House, card: ContactCard, *proved: str, dead: str = "") -> None:
    with house.store.unit("test") as unit:
        put_contact(unit, card)
        contact = find_contact(unit, card.name)
        assert isinstance(contact, Contact)
        for method in unit.session.query(ContactMethod).filter_by(contact_id=contact.id):
            if method.channel in proved:
                method.verified_at = unit.now
                method.chat_id = find_or_open_chat(unit, method.channel, str(method.id)).id
            if method.channel == dead:
                method.dead_at = unit.now


def test_ways_that_are_not_proved_or_dead_are_counted_by_name(house: House) -> None:
    joins(house, ContactCard("Aigerim", Role.COORDINATOR, sms="+77000000001", email="a@example.org"), "sms")
    joins(house, ContactCard("Dana", Role.LAWYER, voice="+77000000002"), "voice", dead="voice")
    found = list(reach.check_reach(house))
    told = "\n".join(one.what for one in found)
    assert "not proved, so nothing is sent there: Aigerim (email)" in told
    assert "nobody can be reached there: Dana (voice)" in told
    assert "only one way rings them: Aigerim (sms)" in told
    assert "+7700" not in told
    assert "a@example.org" not in told


def test_a_team_that_can_be_reached_in_two_ways_is_well(house: House) -> None:
    joins(house, ContactCard("Aigerim", Role.COORDINATOR, sms="+77000000001", email="a@example.org"), "sms", "email")
    found = said(reach.check_reach(house))
    assert {name: one.level for name, one in found.items()} == {"methods": Level.OK, "sms KZ": Level.OK}


def test_an_address_that_is_never_used_is_named_by_its_owner(house: House) -> None:
    card = ContactCard("Timur", Role.COORDINATOR, other="mailto://someone:secret@example.org")
    joins(house, card, "other")
    found = said(reach.check_reach(house))
    assert "Timur" in found["other"].what
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("country", "answers_in", "level", "words"),
    [
        ("GB", (), Level.OK, "texts can be answered (documented"),
        ("RU", (), Level.OK, "cannot be answered"),
        ("KG", (), Level.OK, "second-hand, https://"),
        ("KZ", (), Level.WARN, "is not known"),
        ("KZ", ("KZ",), Level.OK, "as this team has tried"),
        ("XX", (), Level.WARN, "is not known"),
        ("", (), Level.WARN, "is not known"),
    ],
)
def test_what_a_text_can_do_is_said_for_each_country(
    country: str, answers_in: tuple[str, ...], level: Level, words: str
) -> None:
    (found,) = reach.judge_countries({country: 2}, answers_in)
    assert found.level is level
    assert words in found.what


def test_nobodys_word_makes_a_one_way_country_answer() -> None:
    (found,) = reach.judge_countries({}, ("RU",))
    assert "not believed" in found.what


def test_whatsapp_says_what_it_lacks_and_is_no_channel_of_helpers() -> None:
    sender = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_WHATSAPP_FROM": "+77000000092"}
    (off,) = channels.judge_whatsapp(read_settings(sender))
    assert off.level is Level.FAULT
    on, without = channels.judge_whatsapp(read_settings({**sender, **PUBLIC}))
    assert (on.level, without.level) == (Level.OK, Level.WARN)
    assert channels.judge_choice(read_settings({**sender, **PUBLIC})).level is Level.WARN
    whole = read_settings({**sender, **PUBLIC, "TWILIO_WHATSAPP_TEMPLATE": "HX" + "0" * 32})
    assert [one.level for one in channels.judge_whatsapp(whole)] == [Level.OK]
    assert not list(channels.judge_whatsapp(read_settings(PUBLIC)))

"""What relatives tell is found nowhere: not in a log, not in the database, not on a helper's phone."""

from __future__ import annotations

import base64
import json
import signal
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest
from pyrage import decrypt, x25519

from alerts.policy.policies import import_policies
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.docket.reading import case_by_code
from cases.notes import write_note
from cases.sealed.keeping import begin, keep
from cases.sealed.models import EntryKind
from contacts.directory import methods_of, put_contact
from contacts.values import ContactCard, Role
from contacts.verification import begin_check, prove
from store.chats import find_or_open_chat
from tests.bad_days.canary import Canary, look, look_in_files
from tests.bad_days.ground import CODE, POLICY
from tests.bad_days.places import everywhere, in_the_database, plant
from tests.bad_days.storm import wait_for_calm
from tests.web.form import NUMBER as SHOWN
from tests.web.form import TICKET

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.bad_days.canary import Sighting
    from tests.bad_days.ground import Ground

NAME = Canary("name", "Qarlyghash Zhumaqanova")
NATIVE_NAME = Canary("name in its own script", "Қарлығаш Жұмақанова")
ARABIC_NAME = Canary("name in another script", "قارلىعاش جۇماقان")
FIRST_NAME = Canary("reporter's first name", "Botagozcanary")
USER_ID = Canary("reporter's Telegram id", "7000918273")
NUMBER = Canary("phone number", "77000918264")
SPACED_NUMBER = Canary("phone number as people write it", "+7 700 091 82 64")
WORDS = Canary("words", "three men in a grey Lada took her from the bazaar")
CAPTION = Canary("caption", "this is the paper they showed her")
FILE_NAME = Canary("file name", "deportation-order-zhumaqanova.pdf")
LATITUDE, LONGITUDE = Canary("latitude", 43.2389417), Canary("longitude", 76.8897091)
CODE_WORD = Canary("code word", "бүркітқанат")
POISON = Canary("words that could not be read", "unreadable zhumaqanova lines")
CORRECTION = Canary("correction", "four men, the Lada was white")
BY_WEB = Canary("words by the web form", "they drove her to the railway station at dawn")
WEB_CONTACT = Canary("contact by the web form", "ask for Bibigulcanary at the bakery")
WEB_FILE = Canary("file by the web form", "the stamp of the camp is on the second page")

TOLD = (
    NAME, NATIVE_NAME, ARABIC_NAME, FIRST_NAME, USER_ID, NUMBER, SPACED_NUMBER, WORDS, CAPTION, FILE_NAME, LATITUDE,
    LONGITUDE, CODE_WORD, POISON, CORRECTION, BY_WEB, WEB_CONTACT, WEB_FILE,
)  # fmt: skip
FACT = Canary("fact", "the house behind the mosque of Qoramcanary")
SOURCE = Canary("who said so", "her cousin Dinaracanary")
NOTE = Canary("note", "she fears the man called Tamirlancanary")
HEARING = Canary("what a hearing is about", "room nine, judge Serikcanary")
AGREED = Canary("how somebody agreed", "in a call from the prison of Zhetiscanary")
SEALED = Canary("what lies in a sealed file", "tell my sister Ainurcanary where the papers are")
LISTED = Canary("somebody on a list", "Perhatcanary Examplebay")
BY_HAND = (FACT, SOURCE, NOTE, HEARING, AGREED, SEALED, LISTED)
"""What people enter, where nobody reports it."""
CONTROL = Canary("control", "Sholpan Careless")


@pytest.mark.heavy
@pytest.mark.processes
@pytest.mark.timeout(240)
def test_what_is_told_is_found_nowhere_and_what_is_planted_is_found(ground: Ground) -> None:
    timur = reached_by_every_way(ground)
    program = ground.running()
    aigerim, dana = ground.team()
    reporter = ground.sandbox.phone(str(FIRST_NAME.value), role="relative", user_id=int(str(USER_ID.value)))
    tells_everything(ground, reporter)
    timur.gets_text(CODE)
    timur.gets_mail(CODE)
    program.signal(signal.SIGABRT)  # a crash in the middle: what it leaves lying about is looked at too
    program.wait_until_ended(10)
    assert "Fatal Python error: Aborted" in program.log
    assert not [one for one in ground.processes.rglob("core*") if one.is_file()], "an image of its memory was left"
    ground.after_leases()
    program.start().wait_until_ready()
    wait_for_calm(ground)
    number = tells_by_web(ground)
    wait_for_calm(ground)
    code = ground.code_on(reporter)
    for helper in (aigerim, dana):
        helper.taps("Accept", on=helper.sees(code))
    aigerim.taps("Open", on=aigerim.sees(f"You have taken {code}"))
    assert opens_the_page(aigerim) >= {NAME.value, WORDS.value, CODE_WORD.value}, "it was not even kept"
    wait_for_calm(ground)

    entered_by_hand(ground, code)
    wait_for_calm(ground)
    assert program.logged("handling_failed"), "nothing has failed while somebody's words were handled"
    court = ground.home.parent / "court"
    assert ground.command("audit", "export", code, "--to", str(court), "--with-names").returncode == 0
    told = (
        *TOLD,
        *BY_HAND,
        Canary("number to come back with", number),
        Canary("the same in one piece", number.replace(" ", "")),
    )
    assert everywhere(ground, told, (aigerim, dana, timur)) == []
    assert look_in_files((*TOLD, *BY_HAND), court) == []
    assert in_a_backup(ground) == []
    program.terminate()
    assert in_the_database(ground, told) == []

    plant(ground, str(CONTROL.value))
    found = in_the_database(ground, [CONTROL])
    assert found, "the search is blind"
    if ground.house.store.engine.dialect.name == "postgresql":
        places = {one.where for one in found}
        assert "table careless" in places
        assert len(places) > 2, "neither the files nor the write-ahead log were searched"


def in_a_backup(ground: Ground) -> list[Sighting]:
    """What is in a backup, for whoever has the file, and for whoever can open it and has no key."""
    identity, file = x25519.Identity.generate(), ground.home.parent / "backup.age"
    made = ground.command("backup", str(file), "--recipient", str(identity.to_public()))
    assert made.returncode == 0, made.stderr
    inside = bytes(decrypt(file.read_bytes(), [identity]))
    told = (*TOLD, *BY_HAND)
    return [*look(told, "backup", file.read_bytes()), *look(told, "in the backup", inside)]


def entered_by_hand(ground: Ground, code: str) -> None:
    """Everything a coordinator writes down, a file for the day somebody is taken, and a list of documented people."""
    with ground.house.store.unit("test") as unit:
        case = case_by_code(unit, code)
        assert case is not None
        enter_fact(unit, case.id, "place", str(FACT.value), source=str(SOURCE.value))
        write_note(unit, case.id, str(NOTE.value))
        soon = unit.now + timedelta(days=3)
        hearing = Entry("hearing_scheduled", When(unit.now), appointed_at=soon, note=str(HEARING.value))
        enter(unit, case.id, hearing, zone="Asia/Almaty")
        how, everything = str(AGREED.value), list(FieldClass)
        enter_consent(unit, case.id, Audience.UNHCR, everything, granted=True, authority=Authority.PERSON, how=how)
        file = begin(unit, find_or_open_chat(unit, "telegram", "7000918299"))
        keep(unit, file, EntryKind.TEAM, str(SEALED.value))
    table = ground.home.parent / "listed.csv"
    table.write_text(f"id,name\n1,{LISTED.value}\n", encoding="utf-8")
    taken_in = ground.command(
        "registry", "import", str(table), "--source", "a-list", "--set", "basis=public", "--write"
    )
    assert taken_in.returncode == 0, taken_in.stderr
    table.unlink()


def reached_by_every_way(ground: Ground) -> Phone:
    """A coordinator with a number and a mailbox, and a program that has the providers for them."""
    sandbox = ground.sandbox
    ground.environment |= {
        "PYTHONFAULTHANDLER": "1",
        "TWILIO_API_URL": sandbox.twilio_url,
        "TWILIO_ACCOUNT_SID": sandbox.twilio.account,
        "TWILIO_AUTH_TOKEN": sandbox.twilio.token,
        "TWILIO_SMS_FROM": sandbox.twilio.number,
        "SMTP_URL": sandbox.smtp_url,
        "MAIL_FROM": "panah@example.org",
        "PANAH_SMS_ANSWERS_IN": "KZ",
    }
    card = ContactCard("Timur", Role.COORDINATOR, ("KZ",), ("en",), country="KZ", sms=TIMURS[0], email=TIMURS[1])
    with ground.house.store.unit("test") as unit:
        contact_id = put_contact(unit, card)
        for method in methods_of(unit, contact_id):
            begin_check(unit, method)
            prove(unit, method)
        import_policies(unit, POLICY.replace("[telegram]", "[telegram, sms, email]"))
    return sandbox.phone("Timur", role="coordinator", language="en", number=TIMURS[0], email=TIMURS[1])


TIMURS = ("+77000000042", "timur@example.org")


def tells_everything(ground: Ground, reporter: Phone) -> None:
    """One report with everything in it that must stay between the reporter and us."""
    first = reporter.writes(f"{WORDS.value}. {NAME.value}, {NATIVE_NAME.value}, {ARABIC_NAME.value}")
    reporter.sees("We have your message")
    reporter.edits(first, str(CORRECTION.value))
    reporter.sends("photo", caption=str(CAPTION.value))
    reporter.sends("document", file_name=FILE_NAME.value)
    reporter.sends("contact", phone_number=f"+{NUMBER.value}", first_name=NAME.value, last_name=NATIVE_NAME.value)
    reporter.shares_location(float(LATITUDE.value), float(LONGITUDE.value))
    reporter.writes(f"call me on {SPACED_NUMBER.value}")
    answers_until_the_code_word(reporter)
    chat = {"id": reporter.chat_id, "type": "private", "first_name": FIRST_NAME.value}
    ground.sandbox.push_raw_update({"message": {"message_id": 900, "chat": chat, "text": {"quote": POISON.value}}})
    ground.sandbox.wait_until_collected()


def tells_by_web(ground: Ground) -> str:
    """Tell and answer by the form, with a file; return the number to come back with."""
    fields = {"words": str(BY_WEB.value)}
    page = sends_form(ground, "/report", fields, str(WEB_FILE.value).encode())
    number = SHOWN.search(page)
    ticket = TICKET.search(page)
    assert number is not None, page
    assert ticket is not None
    answer = {"form": ticket[1], "question": "safe_contact", "do": "answer", "words": str(WEB_CONTACT.value)}
    assert "It is kept with your report" in sends_form(ground, "/report/more", answer)
    return number[1]


def sends_form(ground: Ground, path: str, fields: dict[str, str], file: bytes | None = None) -> str:
    address = f"http://127.0.0.1:{ground.port}"
    if "form" not in fields:
        with urlopen(f"{address}/report", timeout=10) as shown:  # noqa: S310  our own
            ticket = TICKET.search(shown.read().decode())
        assert ticket is not None
        fields = {"form": ticket[1], **fields}
    about = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(about.format(name, value) for name, value in fields.items()).encode()
    if file is not None:
        body += b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + file + b"\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    with urlopen(Request(f"{address}{path}", body + b"--b--\r\n", kind), timeout=30) as answer:  # noqa: S310  our own
        page: str = answer.read().decode()
    return page


def answers_until_the_code_word(reporter: Phone) -> None:
    """Skip the other questions, and answer the one for a code word."""
    reporter.taps("Skip")
    asked = "Write a word that only you and we will know"
    for _ in range(QUESTIONS_AT_MOST):
        newest = reporter.messages[-1]
        if any(message.says(asked) for message in reporter.messages):
            break
        reporter.sees("", after=newest)
        reporter.taps("Skip")
    reporter.writes(str(CODE_WORD.value))
    reporter.sees("Is any of this true")


QUESTIONS_AT_MOST = 12


def opens_the_page(helper: Phone) -> set[str]:
    """Press the button of the one-time link; return which of the secrets the page shows."""
    address = helper.link("Open the page")
    with urlopen(Request(address, data=b""), timeout=10) as answer:  # noqa: S310  our own
        page = answer.read().decode()
    return {str(canary.value) for canary in TOLD if str(canary.value) in page}


@pytest.mark.parametrize("canary", [*TOLD, *BY_HAND, CONTROL], ids=lambda canary: canary.name)
def test_a_canary_is_recognised_in_every_disguise(canary: Canary) -> None:
    plain = str(canary.value)
    for before in ("", "a", "ab", "abc", '{"text": "'):
        sentence = f"{before}{plain} and so on"
        raw = sentence.encode()
        for disguised in (
            raw,
            sentence.encode("utf-16-le"),
            sentence.encode("utf-16-be"),
            raw.hex().encode(),
            raw.hex().upper().encode(),
            base64.b64encode(raw),
            base64.urlsafe_b64encode(raw),
            json.dumps(sentence).encode(),
            plain.casefold().encode(),
        ):
            if isinstance(canary.value, str) or disguised == raw:
                assert look([canary], "here", disguised), disguised
    assert not look([canary], "here", b"nothing of the kind, 43 times, at a bazaar")

"""``panah demo``: with nothing configured it runs, and leaves nothing behind."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.demo.night import live_through, wait_for_night
from store.clock import SharedClock
from tests.accounts import FORM
from tests.app.test_up import answer
from tests.bad_days.page import PhonesPage
from tests.bad_days.program import Program
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.story import Town

ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def begin(tmp_path: Path, compiled: Path) -> Iterator[Callable[..., Program]]:
    begun: list[Program] = []

    def begin(*options: str) -> Program:
        environment = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
        arguments = ("demo", "--port", str(free_port()), *options)
        begun.append(Program(tmp_path / "processes", "demo", environment, arguments, compiled=compiled))
        return begun[-1]

    yield begin
    for program in begun:
        program.clean_up()


@pytest.fixture
def demo(begin: Callable[..., Program]) -> Program:
    return begin()


@pytest.mark.long  # `tests/bad_days/test_demo.py` begins one, kills it, and looks at what it leaves, each time
def test_it_says_where_to_look_and_cleans_up_when_told_to_end(demo: Program, tmp_path: Path) -> None:
    demo.start().wait_until_says("Ctrl-C ends it", 90)
    said = demo.said.read_text()
    address = re.search(r"Open {2}(http://localhost:\d+/)", said)
    assert address is not None, said
    status, page = answer(address[1])
    assert status == 200
    assert "<title>" in page
    (home,) = tmp_path.glob("panah-demo-*")
    children = [pid for task in Path(f"/proc/{demo.pid}/task").glob("*/children") for pid in task.read_text().split()]

    assert demo.terminate(15) < 15
    assert demo.exit_status == 0
    assert not home.exists()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert demo.log == "", "everything it had to say was said above"


def test_it_begins_in_a_night_in_which_others_have_reported(demo: Program) -> None:
    demo.start().wait_until_says("Ctrl-C ends it", 90)
    assert "three people have reported already" in demo.said.read_text()
    page = the_page(demo)
    alim, marat, zarina = (told(page, name) for name in ("Alim", "Marat", "Zarina"))
    assert "قوبۇل قىلدى" in alim[-1], "somebody has it"
    assert "утром" in marat[0], "nobody is woken for him"
    assert "қабылдады" in zarina[-1], "the coordinator has it"
    alims, zarinas = code_in(alim[0]), code_in(zarina[0])

    assert codes(page, "Aigerim") == [alims, zarinas]
    assert labels(page, "Aigerim", alims) == ["Open", "Give it back"], "she has told that contact is made"
    assert codes(page, "Dana") == [alims, zarinas]
    assert "LAWYER NEEDED" in told(page, "Dana")[-1]
    assert "Accept" in labels(page, "Dana", zarinas)
    assert len(told(page, "Timur")) == 1, "nobody rang him"
    for name in ("Alim", "Marat", "Zarina", "Aigerim", "Dana"):
        assert len(set(told(page, name))) == len(told(page, name)), "nothing was said twice"
    board = signs_in(page, "Aigerim", alims)
    assert zarinas in board
    assert f"{alims}.1" in board, "clocks run in his case"
    hour = datetime.strptime(page.state()["clock"]["time"], "%H:%M:%S").replace(tzinfo=ALMATY).hour
    assert hour >= 22 or hour < 8


@pytest.mark.long  # `tests/bad_days/test_demo.py` begins such a one each time
def test_it_begins_with_phones_nobody_has_used_when_asked_to(begin: Callable[..., Program]) -> None:
    demo = begin("--empty")
    demo.start().wait_until_says("Ctrl-C ends it", 90)
    assert "have reported already" not in demo.said.read_text()
    page = the_page(demo)
    shown = {phone["name"]: len(phone["messages"]) for phone in page.state()["phones"]}
    assert {name for name, count in shown.items() if not count} == {"Gulnar", "Nurbol", "Selin", "Maya"}
    for name in ("Aigerim", "Timur", "Dana"):
        assert codes(page, name) == [], "linked, perhaps told of an account, and of no case"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_night_that_was_cut_short_is_not_told_as_a_whole_one(town: Town, tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock.json", sandbox=True)
    aigerim, dana = (town.sandbox.add_phone(role="helper", name=name) for name in ("Aigerim", "Dana"))
    assert not live_through(town.house.store, town.sandbox, clock, "Asia/Almaty", (aigerim, dana), within=0.0)


@pytest.mark.parametrize(
    ("local", "then"),
    [("10:00", "22:30"), ("22:29", "22:30"), ("22:31", "22:31"), ("02:59", "02:59"), ("03:00", "22:30")],
)
def test_the_clock_goes_on_to_the_night(tmp_path: Path, local: str, then: str) -> None:
    clock = SharedClock(tmp_path / "clock.json", sandbox=True)
    hour, minute = map(int, local.split(":"))
    wanted = datetime.now(ALMATY).replace(hour=hour, minute=minute, second=1) + timedelta(days=1)
    clock.advance(wanted.astimezone(UTC) - clock.now())
    wait_for_night(clock, "Asia/Almaty")
    assert f"{clock.now().astimezone(ALMATY):%H:%M}" == then
    assert clock.now() - wanted < timedelta(days=1)


def the_page(demo: Program) -> PhonesPage:
    found = re.search(r"http://localhost:(\d+)/", demo.said.read_text())
    assert found is not None
    return PhonesPage(int(found[1]))


def codes(page: PhonesPage, owner: str) -> list[str]:
    """The cases somebody was told of, each once, besides that their phone is linked and their account set up."""
    about_cases = [words for words in told(page, owner)[1:] if words and "account" not in words]
    return list(dict.fromkeys(code_in(words) for words in about_cases))


def signs_in(page: PhonesPage, login: str, code: str) -> str:
    """Somebody follows the link beside the phones, and signs in with what it says; their board."""
    links = page.state()["status"]["links"]
    (link,) = (one for one in links if f"{login}, code" in one["label"])
    password = re.search(r"password “([^”]+)”", links[0]["label"])
    code_of_app = re.search(r", code (\d{6})", link["label"])
    assert password is not None
    assert code_of_app is not None
    browser = httpx.Client(follow_redirects=True, base_url=link["url"].removesuffix("/console/sign-in"))
    with browser:
        shown = browser.get("/console/sign-in").text
        shown = sends(browser, "/console/sign-in", shown, name=login, password=password[1])
        board = sends(browser, "/console/code", shown, code=code_of_app[1])
    assert code in board, "the case is on the board"
    return board


def sends(browser: httpx.Client, path: str, shown: str, **fields: str) -> str:
    """Press the button of the form that was shown; what comes of it."""
    form = FORM.search(shown)
    assert form is not None
    return browser.post(path, data={"form": form[1], **fields}).text


def told(page: PhonesPage, owner: str) -> list[str]:
    """What the bot has said to somebody, oldest first."""
    return [message["text"] for message in page.phone(owner)["messages"] if not message["mine"]]


def labels(page: PhonesPage, owner: str, code: str) -> list[str]:
    """The buttons under what was said of a case."""
    messages = [message for message in page.phone(owner)["messages"] if code in message["text"]]
    return [button["label"] for row in messages[-1]["buttons"] for button in row]


def code_in(words: str) -> str:
    found = re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3}", words)
    assert found is not None, words
    return found[0]

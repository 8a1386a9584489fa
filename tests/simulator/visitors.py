"""People at the web form: what they type, send again when no answer came, and see when they come back with a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from store.chats import WEB
from tests.simulator.people import Reporter
from tests.simulator.plan import HOUR
from tests.web.form import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.world import World
    from tests.web.form import Page

AGAIN_AFTER: Final = 20.0
TRIES: Final = 30
"""How often somebody sends a form of which no answer came."""
A_PAGE_IS_GOOD_FOR: Final = 1.5 * HOUR
"""After that they come back with their number before they send anything."""
LEAVES: Final = {"/wipe": "wipe", "/stop": "stop"}
ANSWERS: Final = ("happening.border", "happening.detained", "where.skip", "look", "language.ru")


@dataclass
class AtTheForm(Reporter):
    """Somebody at the form. ``number`` is how they come back."""

    browser: Visitor | None = None
    number: str = ""
    page_at: float = 0.0
    waiting: list[Callable[[], None]] = field(default_factory=list)
    """What they will do when what they have sent is answered."""
    is_sending: bool = False


def visits(world: World, words: str) -> AtTheForm:
    """Have somebody whom nobody knows type a report."""
    place = len(world.reporters) + 1
    who = AtTheForm(WEB, f"203.0.113.{place % 250}")
    world.reporters.append(who)
    says(world, who, words)
    return who


def says(world: World, who: AtTheForm, words: str, *, secret: bool = True) -> None:
    """Type something, or press what stands for a command. What is answered as kept counts as said."""
    if not secret:
        _does(who, partial(_presses, world, who, LEAVES.get(words, "look")))
        return
    word = world.secret()
    _does(who, partial(_types, world, who, f"{words} {word}", word))


def presses_something(world: World, who: AtTheForm, which: int) -> None:
    """Press a button of the page, or come back with the number to look."""
    if which % 3 == 0:
        _does(who, partial(_comes_back, world, who, lambda: None))
    else:
        _does(who, partial(_presses, world, who, ANSWERS[which % len(ANSWERS)]))


def _does(who: AtTheForm, act: Callable[[], None]) -> None:
    """One thing after the other, as one browser does it."""
    who.waiting.append(act)
    _next(who)


def _next(who: AtTheForm) -> None:
    if who.waiting and not who.is_sending:
        who.waiting.pop(0)()


def _types(world: World, who: AtTheForm, words: str, word: str) -> None:
    def kept(page: Page) -> None:
        who.number = who.number or page.number or ""
        if page.status == HTTPStatus.OK:
            who.said.append(word)

    who.may_see.add(word)
    if who.number:
        _on_a_fresh_page(world, who, partial(_sends, world, who, "/report/more", kept, words=words, do="add"))
    else:
        _sends(world, who, "/report", kept, words=words)


def _presses(world: World, who: AtTheForm, do: str) -> None:
    if who.number:
        _on_a_fresh_page(world, who, partial(_sends, world, who, "/report/more", lambda _: None, do=do))


def _on_a_fresh_page(world: World, who: AtTheForm, does: Callable[[], None]) -> None:
    if world.hands.elapsed - who.page_at > A_PAGE_IS_GOOD_FOR:
        _comes_back(world, who, does)
    else:
        does()


def _comes_back(world: World, who: AtTheForm, does: Callable[[], None]) -> None:
    """Type the number on a page of its own; then do something there."""
    if not who.number:
        return

    def looks() -> Page:
        assert who.browser is not None
        return who.browser.looks("/report/back")

    def comes_in(page: Page) -> None:
        if page.status == HTTPStatus.OK:
            does()

    _asks(
        world,
        who,
        looks,
        lambda _: _sends(world, who, "/report/back", comes_in, number=who.number),
        is_theirs=False,
    )


def _sends(world: World, who: AtTheForm, path: str, then: Callable[[Page], None], **fields: str) -> None:
    """Send a form of the page as it stands: the same form once more when no answer came."""

    def sends() -> Page:
        if who.browser is None:
            who.browser = Visitor(world.web, source=who.address)
        return who.browser.sends(path, files=None, **fields)

    _asks(world, who, sends, then)


def _asks(
    world: World,
    who: AtTheForm,
    asks: Callable[[], Page],
    then: Callable[[Page], None],
    *,
    is_theirs: bool = True,
    tries: int = TRIES,
) -> None:
    """Ask until something is answered, and look at it; whoever gets no answer for long gives up."""
    who.is_sending = True
    began = world.hands.now()
    page = world.serves(asks)
    if page is None and tries > 1:
        again: Any = partial(_asks, world, who, asks, then, is_theirs=is_theirs, tries=tries - 1)
        world.later(AGAIN_AFTER, again)
        return
    who.is_sending = False
    if page is not None:
        if is_theirs:
            world.promises.reads(who, page, began)
        who.page_at = world.hands.elapsed
        then(page)
    if not who.is_sending:
        _next(who)

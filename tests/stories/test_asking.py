"""A paper lacks something that the family knows: the team has the bot ask, and the answer comes with the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import Delivery
from cases.consent.events import FamilyAsked
from cases.models import Case
from cases.verification import suspect
from store.eventlog import EventRow
from tests.accounts import Browser, join, quick
from tests.story import ZONE
from tests.web.form import Visitor
from web.factory import make_app

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.stories.conftest import Team
    from tests.story import Town

BORN = "قاچان تۇغۇلغان"


def console(town: Town, name: str) -> Browser:
    """The pages, as a helper of the team sees them."""
    store = town.house.store
    member = join(store, name)
    return Browser(make_app(store, ZONE, passwords=quick(store)).test_client()).comes_in(member)


def taken_by(town: Town, helper: Phone, code: str) -> None:
    helper.taps("Accept", on=helper.sees(code))
    town.rests()


def presses(browser: Browser, code: str, field: str) -> int:
    return browser.sends(f"/console/case/{code}/papers/ask", field=field).status_code


def test_the_phone_is_asked_in_uyghur_and_the_answer_is_in_the_report(town: Town, team: Team) -> None:
    gulnar = town.relative("Gulnar", "ug")
    gulnar.writes("ئىنىمنى تۇتۇپ كەتتى")
    code = town.code_on(gulnar)
    town.later(seconds=5)
    gulnar.taps("ئاتلاپ ئۆتۈش")  # a question of the bot's own is open now, that any words would answer
    town.rests()
    taken_by(town, team.aigerim, code)

    aigerim = console(town, "Aigerim")
    page = aigerim.sees(f"/console/case/{code}/papers")
    assert 'name="field" value="birth_date"' in page
    assert presses(aigerim, code, "birth_date") == 303
    town.later(seconds=5)
    asked = gulnar.sees(BORN)
    assert code in asked.plain
    assert "ئاۋازلىق" in asked.plain, "a voice message is fine"
    assert "asked by \u2068Aigerim\u2069" in aigerim.sees(f"/console/case/{code}/papers")

    with town.silence(gulnar):
        assert presses(aigerim, code, "birth_date") == 303, "it looks as it did"
    gulnar.writes("1987-يىلى 2-ماي")
    town.rests()
    read = aigerim.sees(f"/console/case/{code}")
    assert "1987-يىلى 2-ماي" in read
    with town.house.store.read() as unit:
        asked_events = unit.session.query(EventRow).filter(EventRow.name == FamilyAsked.__name__).all()
        assert [one.payload for one in asked_events] == [{"field": "birth_date"}]
        answered = unit.session.query(EventRow).filter(EventRow.name == "QuestionAnswered").all()
        assert len(answered) == 1, "what answers a person answers no question of the bot's own"
        assert unit.session.query(Delivery).filter(Delivery.template.startswith("reply.asks")).count() == 1


def test_at_the_form_it_stands_among_the_news(town: Town, team: Team) -> None:
    gulnar = Visitor(town.web)
    page = gulnar.tells("they took my brother at the market")
    number, code = page.number, page.code
    assert number is not None
    town.rests()
    taken_by(town, team.aigerim, code)
    assert presses(console(town, "Aigerim"), code, "nationality") == 303
    page = gulnar.comes_back(number)
    assert page.says(f"About your report {code} : a person on our team asks one thing. You need not answer.")
    assert page.says("Of which country is the person a citizen?")
    assert not page.says("voice message is fine"), "nothing is spoken at the form"


def test_a_chat_that_may_be_a_trap_hears_nothing(town: Town, team: Team) -> None:
    stranger = town.relative("Arman")
    stranger.writes("they took my brother")
    code = town.code_on(stranger)
    town.rests()
    taken_by(town, team.aigerim, code)
    with town.house.store.unit("test") as unit:
        suspect(unit, unit.session.query(Case.id).filter(Case.code == code).scalar())
    aigerim = console(town, "Aigerim")
    assert 'name="field"' not in aigerim.sees(f"/console/case/{code}/papers")
    with town.silence(stranger):
        assert presses(aigerim, code, "birth_date") == 400

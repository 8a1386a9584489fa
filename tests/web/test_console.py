"""The console as people use it: come in, take a case, read it, let a colleague in, be thrown out, be forced."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select

from alerts.models import CUSTODY, Alert, Need, NeedState, Page
from alerts.telling.case_list import cases_for, cases_taken_by, works_on
from contacts.accounts.managing import revoke_account
from contacts.accounts.models import Account, Approval
from contacts.accounts.roles import AccountRole
from contacts.directory import put_contact
from contacts.models import Contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.eventlog import EventRow
from tests.accounts import DURESS, PASSWORD, Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.scene import FIRST_WORDS, Scene
from web.backstage import Backstage
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

HOME, CASE = "/console", "/console/case/{}"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    return Browser(client)


def seek(scene: Scene, role: str, asked: Member | None = None) -> Need:
    """A need of the case that nobody has taken yet."""
    with scene.store.unit("test") as unit:
        alert = unit.session.scalars(select(Alert).where(Alert.case_id == scene.case_id)).one_or_none()
        if alert is None:
            alert = Alert(
                id=new_id(),
                case_id=scene.case_id,
                kind=CUSTODY,
                subject_id=scene.case_id,
                cluster_id=new_id(),
                opened_at=unit.now,
            )
            unit.session.add(alert)
            unit.session.flush()
        need = Need(id=new_id(), alert_id=alert.id, case_id=scene.case_id, kind=role, urgency="now", seat=7)
        need.state, need.opened_at, need.began_at = NeedState.PAGING, unit.now, unit.now
        unit.session.add(need)
        unit.session.flush()
        if asked is not None:
            page = Page(id=new_id(), need_id=need.id, contact_id=asked.contact_id, round=1, step=0)
            page.asked_at, page.channels = unit.now, ["telegram"]
            unit.session.add(page)
        return need


def state_of(scene: Scene, need: Need) -> tuple[str, object]:
    with scene.store.read() as unit:
        row = unit.session.get_one(Need, need.id)
        return row.state, row.accepted_by


def test_name_password_code_board_and_out(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    assert browser.client.get("/").location == "/console/sign-in"
    answer = browser.sends("/console/sign-in", shown="/console/sign-in", name="aigerim", password=PASSWORD)
    assert answer.location == "/console/code"
    half = browser.client.get_cookie("panah")
    assert browser.client.get(HOME).location == "/console/sign-in"
    answer = browser.sends("/console/code", shown="/console/code", code=aigerim.code())
    assert answer.location == HOME
    whole = browser.client.get_cookie("panah")
    assert half is not None
    assert whole is not None
    assert half.value != whole.value, "another token once more is proved"
    assert "There is no case here for you now." in browser.sees(HOME)
    answer = browser.sends("/console/sign-out")
    assert answer.location == "/console/sign-in"
    browser.client.set_cookie("panah", whole.value)
    assert browser.client.get(HOME).location == "/console/sign-in", "the old token is worth nothing"


def test_what_went_wrong_is_never_said(quick_store: Store, browser: Browser) -> None:
    join(quick_store, "Aigerim")
    said = {
        re.sub(
            r'value="[^"]*"',
            "",
            browser.sends("/console/sign-in", shown="/console/sign-in", name=name, password=word).text,
        )
        for name in ("Aigerim", "Nobody")
        for word in ["not that one at all"] * 7 + [PASSWORD]
    }
    assert len(said) == 1
    assert "That did not work." in said.pop()


def test_cookies_are_for_this_browser_and_these_pages_alone(quick_store: Store) -> None:
    join(quick_store, "Aigerim")
    for secure in (False, True):
        backstage = Backstage(lambda _: NotImplemented, lambda _: True, is_secure=secure)
        app = make_app(quick_store, ZONE, backstage, passwords=quick(quick_store))
        base = "https://panah.example.org" if secure else "http://localhost"
        browser = Browser(app.test_client())
        form = browser.client.get("/console/sign-in", base_url=base)
        found = re.search(r'name="form" value="([^"]+)"', form.text)
        assert found is not None
        answer = browser.client.post(
            "/console/sign-in", base_url=base, data={"form": found[1], "name": "Aigerim", "password": PASSWORD}
        )
        for cookie in (form.headers["Set-Cookie"], answer.headers["Set-Cookie"]):
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert "Path=/" in cookie
            assert ("Secure" in cookie) == secure
            assert cookie.startswith("__Host-") == secure
            assert "Expires" not in cookie
            assert "Max-Age" not in cookie


def test_a_coordinator_takes_a_case_reads_it_and_the_log_knows(scene: Scene, browser: Browser) -> None:
    aigerim = join(scene.store, "Aigerim")
    need = seek(scene, "coordinator")
    browser.comes_in(aigerim)
    assert "Accept" in browser.sees(HOME)
    assert browser.client.get(CASE.format(scene.code)).status_code == 404, "not before it is theirs"
    answer = browser.sends(f"/console/need/{need.id}", answer="accept")
    assert answer.location == f"{CASE.format(scene.code)}?said=accepted"
    assert state_of(scene, need) == (NeedState.ACCEPTED, aigerim.contact_id)
    page = browser.client.get(answer.location)
    assert page.status_code == 200
    assert "It is yours." in page.text
    assert FIRST_WORDS in page.text
    with scene.store.read() as unit:
        (seen,) = unit.session.scalars(select(EventRow).where(EventRow.name == "CaseViewed"))
        assert seen.payload["contact_id"] == str(aigerim.contact_id)
        assert seen.actor == f"contact:{aigerim.contact_id}"


def test_what_somebody_says_above_a_page_is_one_of_ours(quick_store: Store, browser: Browser) -> None:
    browser.comes_in(join(quick_store, "Aigerim"))
    assert 'role="status"' not in browser.sees(f"{HOME}?said=<b>pwned</b>")
    assert 'role="status"' in browser.sees(f"{HOME}?said=accepted")


def test_an_unknown_case_is_answered_as_a_foreign_one(scene: Scene, browser: Browser) -> None:
    browser.comes_in(join(scene.store, "Dana", "lawyer"))
    texts = {browser.client.get(CASE.format(code)).text for code in (scene.code, "AAA-AA2", "<b>", "x" * 300, "%00")}
    assert len(texts) == 1
    assert "There is no such case for you." in texts.pop()
    assert scene.code not in browser.sees(HOME)


def test_an_administrator_finds_no_case_anywhere(scene: Scene, browser: Browser) -> None:
    scene.helper("Timur")
    browser.comes_in(join(scene.store, "administrator", "admin"))
    for path in (HOME, "/console/accounts", "/console/account", "/console/law"):
        assert scene.code not in browser.sees(path)
    assert browser.client.get(CASE.format(scene.code)).status_code == 403


def test_a_colleague_is_let_in_until_a_day_and_out_again(scene: Scene, browser: Browser, clock: ManualClock) -> None:
    aigerim, dana = join(scene.store, "Aigerim"), join(scene.store, "Dana", "lawyer")
    scene.helper("Aigerim")
    path = f"/console/case/{scene.code}/access"
    browser.comes_in(aigerim)
    assert "Nobody else was let in." in browser.sees(path)
    until = (clock.now() + timedelta(days=2)).date().isoformat()
    assert browser.sends(path, contact=str(dana.contact_id), until=until).status_code == 303
    assert "Dana" in browser.sees(path)

    other = Browser(browser.client.application.test_client()).comes_in(dana)
    assert scene.code in other.sees(HOME)
    page = other.client.get(CASE.format(scene.code))
    assert FIRST_WORDS in page.text
    assert "relayed by a coordinator" in page.text
    assert other.sees(path, 403)
    clock.advance(timedelta(days=3))
    other.comes_in(dana)
    assert other.client.get(CASE.format(scene.code)).status_code == 404, "the day is over"

    browser.comes_in(aigerim)
    until = (clock.now() + timedelta(days=2)).date().isoformat()
    browser.sends(path, contact=str(dana.contact_id), until=until)
    assert other.client.get(CASE.format(scene.code)).status_code == 200
    browser.sends(f"{path}/withdraw", contact=str(dana.contact_id))
    assert other.client.get(CASE.format(scene.code)).status_code == 404


@pytest.mark.parametrize(
    ("contact", "until"),
    [
        ("x", "2026-03-09"),
        ("", ""),
        ("me", "2026-03-09"),
        ("dana", "2020-01-01"),
        ("dana", "2027-01-01"),
        ("dana", "soon"),
        ("dana", "9999-12-31"),
    ],
)
def test_access_is_given_to_somebody_for_a_while_or_not_at_all(
    scene: Scene, browser: Browser, contact: str, until: str
) -> None:
    aigerim, dana = join(scene.store, "Aigerim"), join(scene.store, "Dana", "lawyer")
    scene.helper("Aigerim")
    browser.comes_in(aigerim)
    ids = {"me": str(aigerim.contact_id), "dana": str(dana.contact_id)}
    answer = browser.sends(f"/console/case/{scene.code}/access", contact=ids.get(contact, contact), until=until)
    assert answer.status_code == 400


def test_who_has_not_the_case_lets_nobody_in(scene: Scene, browser: Browser) -> None:
    timur, dana = join(scene.store, "Timur"), join(scene.store, "Dana", "lawyer")
    browser.comes_in(timur)
    path = f"/console/case/{scene.code}/access"
    assert browser.sees(path, 404)
    assert browser.sends(path, contact=str(dana.contact_id), until="2026-03-05").status_code == 404
    assert browser.sends(f"{path}/withdraw", contact=str(dana.contact_id)).status_code == 404


# Forced


def forced(scene: Scene, browser: Browser) -> Member:
    aigerim = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    assert aigerim.gives(DURESS) is not None
    browser.comes_in(aigerim, duress=True)
    return aigerim


def test_who_is_forced_shows_next_to_nothing(scene: Scene, browser: Browser) -> None:
    forced(scene, browser)
    timur = join(scene.store, "Timur")
    assert scene.code not in browser.sees(HOME)
    assert browser.client.get(CASE.format(scene.code)).status_code == 404
    assert "Timur" not in browser.sees("/console/accounts")
    assert browser.sees(f"/console/case/{scene.code}/access", 404)
    Browser(browser.client.application.test_client()).comes_in(timur)


def test_a_yes_of_who_is_forced_looks_like_one_and_is_a_no(scene: Scene, browser: Browser) -> None:
    aigerim = forced(scene, browser)
    other = Scene.begin(scene.store, "another one was taken")
    need = seek(other, "coordinator", asked=aigerim)
    assert other.code in browser.sees(HOME)
    answer = browser.sends(f"/console/need/{need.id}", answer="accept")
    assert answer.location == f"{CASE.format(other.code)}?said=accepted"
    assert state_of(other, need) == (NeedState.PAGING, None)
    with scene.store.read() as unit:
        declined = unit.session.scalars(select(Page.declined_at).where(Page.need_id == need.id)).one()
    assert declined is not None
    board = browser.sees(HOME)
    assert other.code in board
    assert "yours" in board
    page = browser.client.get(CASE.format(other.code))
    assert page.status_code == 200
    assert other.code in page.text
    assert "another one was taken" not in page.text
    again = browser.sends(f"/console/need/{need.id}", answer="accept")
    assert again.location == answer.location


def test_every_other_way_in_is_closed_too(scene: Scene, client: FlaskClient) -> None:
    aigerim = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    link = scene.link(aigerim.contact_id) if aigerim.contact_id else ""
    with scene.store.unit("test") as unit:
        assert aigerim.contact_id is not None
        contact = unit.session.get_one(Contact, aigerim.contact_id)
        assert cases_taken_by(unit, aigerim.contact_id) == cases_for(unit, contact) == [scene.case_id]
    aigerim.gives(DURESS)
    with scene.store.read() as unit:
        contact = unit.session.get_one(Contact, aigerim.contact_id)
        assert cases_taken_by(unit, contact.id) == cases_for(unit, contact) == []
        assert not works_on(unit, contact, scene.case_id)
    assert client.post(link).status_code == 404
    with scene.store.read() as unit:
        assert not unit.session.scalars(select(EventRow.id).where(EventRow.name == "CaseViewed")).all()


def test_what_who_is_forced_changes_changes_nothing_real(scene: Scene, browser: Browser, clock: ManualClock) -> None:
    aigerim = forced(scene, browser)
    new = "a third door in the wall"
    fields = {"password": new, "again": new, "proof": DURESS}
    assert browser.sends("/console/account/duress", **fields).location == "/console/account?said=done"
    assert browser.sends("/console/account/password", **fields).location == "/console/sign-in"
    clock.advance(timedelta(minutes=1))
    assert aigerim.gives(new) is not None
    assert aigerim.gives(PASSWORD) is not None


# One's own account


def test_a_new_password_ends_every_session(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    other = Browser(browser.client.application.test_client()).comes_in(aigerim)
    browser.comes_in(aigerim)
    new = "a third door in the wall"
    wrong = browser.sends("/console/account/password", password=new, again=new, proof="not that one at all")
    assert wrong.status_code == 400
    assert "Nothing was done." in wrong.text
    assert browser.sends("/console/account/password", password=new, again="x", proof=PASSWORD).status_code == 400
    assert browser.sends("/console/account/password", password=new, again=new, proof=PASSWORD).status_code == 303
    assert other.client.get(HOME).location == "/console/sign-in"
    assert aigerim.gives(PASSWORD) is None
    assert aigerim.gives(new) is not None


def test_neither_password_can_be_the_other(quick_store: Store, browser: Browser) -> None:
    """Of one that is both the real one would count, on the day on which it must not."""
    aigerim = join(quick_store, "Aigerim")
    browser.comes_in(aigerim)
    for what, other in (("password", DURESS), ("duress", PASSWORD)):
        answer = browser.sends(f"/console/account/{what}", password=other, again=other, proof=PASSWORD)
        assert answer.status_code == 400
        assert "must be another one" in answer.text
    new = "a third door in the wall"
    answer = browser.sends("/console/account/duress", password=new, again=new, proof=PASSWORD)
    assert answer.location == "/console/account?said=done"
    assert give(quick_store, aigerim, PASSWORD) == (True, False)
    assert give(quick_store, aigerim, new) == (True, True)
    assert give(quick_store, aigerim, DURESS) == (False, False)


def test_who_is_forced_learns_of_no_password_whether_it_is_the_real_one(scene: Scene, browser: Browser) -> None:
    forced(scene, browser)
    for what in ("duress", "password"):
        answer = browser.sends(f"/console/account/{what}", password=PASSWORD, again=PASSWORD, proof=DURESS)
        assert answer.status_code == 303, what
        assert "another one" not in answer.text


def give(store: Store, member: Member, password: str) -> tuple[bool, bool]:
    """Whether a password lets somebody on, and whether it says that they are forced."""
    half = member.gives(password)
    with store.read() as unit:
        coerced = unit.session.get_one(Account, member.account_id).coerced_at is not None
    with store.unit("test") as unit:
        unit.session.get_one(Account, member.account_id).coerced_at = None
    return half is not None, coerced


def test_one_sees_and_ends_ones_sessions(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    other = Browser(browser.client.application.test_client()).comes_in(aigerim)
    browser.comes_in(aigerim)
    found = re.search(r"/console/account/session/[0-9a-f-]+/end", browser.sees("/console/account"))
    assert found is not None
    browser.sends(found[0])
    assert other.client.get(HOME).location == "/console/sign-in"
    other.comes_in(aigerim)
    browser.sends("/console/account/sessions/end")
    assert other.client.get(HOME).location == "/console/sign-in"
    assert browser.sees(HOME)


def test_new_codes_on_paper_end_the_old(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    browser.comes_in(aigerim)
    assert browser.sends("/console/account/codes", proof="x").status_code == 400
    shown = browser.sends("/console/account/codes", proof=aigerim.code()).text
    codes = re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", shown)
    assert len(codes) == 10
    half = aigerim.gives()
    assert half is not None
    assert aigerim.proves(half, aigerim.recovery[0]) is None
    assert aigerim.proves(half, codes[0]) is not None


# Accounts


def test_from_an_invitation_to_the_board(quick_store: Store, browser: Browser) -> None:
    """An administrator wants it, a coordinator agrees, the link is shown once, somebody makes it theirs."""
    admin, aigerim = join(quick_store, "administrator", "admin"), join(quick_store, "Aigerim")
    with quick_store.unit("test") as unit:
        put_contact(unit, ContactCard("Dana", Role.LAWYER))
    browser.comes_in(admin)
    assert "Show the link" not in browser.sees("/console/accounts")
    asked = browser.sends("/console/accounts/invite", name="Dana", role="lawyer")
    assert asked.location == "/console/accounts?said=waits"

    second = Browser(browser.client.application.test_client()).comes_in(aigerim)
    found = re.search(r"/console/approval/[0-9a-f-]+", second.sees("/console/accounts"))
    assert found is not None
    assert found[0] not in browser.sees("/console/accounts"), "not by who asked"
    assert browser.sends(found[0], answer="confirm").status_code == 400
    assert second.sends(found[0], answer="confirm").location == "/console/accounts?said=done"

    link = re.search(r"/console/accounts/[0-9a-f-]+/link", browser.sees("/console/accounts"))
    assert link is not None
    shown = browser.sends(link[0]).text
    address = re.search(r"http://localhost(/console/invitation/[\w-]+)", shown)
    assert address is not None
    assert browser.sends(link[0]).status_code == 400, "one agreement, one link"

    dana = Browser(browser.client.application.test_client())
    assert "Secret" not in dana.sees(address[1]), "a look shows a button"
    form = dana.sends(address[1], shown=address[1]).text
    assert "<svg" in form
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', form)
    assert secret is not None
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    fields = {"password": PASSWORD, "again": PASSWORD}
    accept = f"{address[1]}/accept"
    code = totp.at(quick_store.clock.now())
    for wrong in ({"again": "x"}, {"password": "x", "again": "x"}, {"code": "000000"}):
        assert dana.sends(accept, shown=address[1], **{**fields, "code": code, **wrong}).status_code == 400
    done = dana.sends(accept, shown=address[1], **fields, code=code)
    assert len(re.findall(r"<li><code>", done.text)) == 10
    assert dana.sees(address[1], 404)
    dana.sends("/console/sign-in", shown="/console/sign-in", name="Dana", password=PASSWORD)
    answer = dana.sends("/console/code", shown="/console/code", code=totp.at(quick_store.clock.now(), counter_offset=1))
    assert answer.location == HOME


def test_an_account_is_revoked_by_one(quick_store: Store, browser: Browser) -> None:
    admin, aigerim = join(quick_store, "administrator", "admin"), join(quick_store, "Aigerim")
    other = Browser(browser.client.application.test_client()).comes_in(aigerim)
    browser.comes_in(admin)
    browser.sends(f"/console/accounts/{aigerim.account_id}/revoke")
    assert other.client.get(HOME).location == "/console/sign-in"
    assert "revoked" in browser.sees("/console/accounts")


def test_what_cannot_be_is_refused_in_words(quick_store: Store, browser: Browser) -> None:
    admin, aigerim = join(quick_store, "administrator", "admin"), join(quick_store, "Aigerim")
    browser.comes_in(admin)
    for path, fields in [
        ("/console/accounts/invite", {"name": "Nobody", "role": "lawyer"}),
        ("/console/accounts/invite", {"name": "Aigerim", "role": "root"}),
        ("/console/accounts/invite", {"name": "Aigerim", "role": "admin"}),
        (f"/console/accounts/{aigerim.account_id}/role", {"role": "lawyer"}),
        (f"/console/accounts/{aigerim.account_id}/role", {"role": ""}),
        (f"/console/accounts/{aigerim.account_id}/link", {}),
    ]:
        answer = browser.sends(path, **fields)
        assert answer.status_code == 400, path
        assert "That cannot be done." in answer.text
    with quick_store.unit("test") as unit:
        revoke_account(unit, aigerim.account_id)
        assert unit.session.scalars(select(Contact.role)).one() == AccountRole.COORDINATOR


def test_who_is_forced_changes_no_account_and_it_looks_done(quick_store: Store, browser: Browser) -> None:
    admin, aigerim = join(quick_store, "administrator", "admin"), join(quick_store, "Aigerim")
    timur = join(quick_store, "Timur")
    browser.comes_in(admin)
    with quick_store.unit("test") as unit:
        put_contact(unit, ContactCard("Dana", Role.LAWYER))
    browser.sends("/console/accounts/invite", name="Dana", role="lawyer")
    second = Browser(browser.client.application.test_client()).comes_in(aigerim)
    found = re.search(r"/console/approval/[0-9a-f-]+", second.sees("/console/accounts"))
    assert found is not None
    dana = str(found[0])

    def standing() -> list[object]:
        with quick_store.read() as unit:
            accounts = unit.session.execute(select(Account.id, Account.role, Account.revoked_at, Account.approved_at))
            return [*accounts.all(), *unit.session.execute(select(Approval.id, Approval.settled_at)).all()]

    before = standing()
    second.comes_in(aigerim, duress=True)
    assert second.sends(dana, answer="confirm").location == "/console/accounts?said=done"
    browser.comes_in(admin, duress=True)
    for path, fields, said in [
        ("/console/accounts/invite", {"name": "Nobody Known", "role": "lawyer"}, "waits"),
        (f"/console/accounts/{timur.account_id}/role", {"role": "lawyer"}, "waits"),
        (f"/console/accounts/{timur.account_id}/revoke", {}, "done"),
    ]:
        assert browser.sends(path, **fields).location == f"/console/accounts?said={said}"
    assert browser.sends(f"/console/accounts/{timur.account_id}/link").status_code == 400
    assert standing() == before


def test_where_nobody_else_could_agree_a_role_changes_at_once_and_ends_what_was_open(
    quick_store: Store, browser: Browser
) -> None:
    admin, dana = join(quick_store, "administrator", "admin"), join(quick_store, "Dana", "observer", works_as="lawyer")
    other = Browser(browser.client.application.test_client()).comes_in(dana)
    browser.comes_in(admin)
    path = f"/console/accounts/{dana.account_id}/role"
    assert browser.sends(path, role="lawyer").location == "/console/accounts?said=done"
    assert other.client.get(HOME).location == "/console/sign-in"
    other.comes_in(dana)
    assert browser.sends(path, role="lawyer").location == "/console/accounts?said=done"
    assert other.client.get(HOME).status_code == 200, "it was that already"


def test_what_does_not_fit_any_more_when_a_second_agrees_is_refused(quick_store: Store, browser: Browser) -> None:
    admin, aigerim = join(quick_store, "administrator", "admin"), join(quick_store, "Aigerim")
    alim = join(quick_store, "Alim", "observer", works_as="lawyer")
    browser.comes_in(admin)
    assert browser.sends(f"/console/accounts/{UUID(int=1)}/role", role="lawyer").status_code == 400
    path = f"/console/accounts/{alim.account_id}/role"
    assert browser.sends(path, role="lawyer").location == "/console/accounts?said=waits"
    with quick_store.unit("test") as unit:
        put_contact(unit, ContactCard("Alim", Role.PARTNER, ("KZ",)))
    second = Browser(browser.client.application.test_client()).comes_in(aigerim)
    found = re.search(r"/console/approval/[0-9a-f-]+", second.sees("/console/accounts"))
    assert found is not None
    answer = second.sends(found[0], answer="confirm")
    assert answer.status_code == 400
    assert "That cannot be done." in answer.text
    with quick_store.read() as unit:
        assert unit.session.get_one(Account, alim.account_id).role == AccountRole.OBSERVER
    assert second.sends(found[0], answer="refuse").location == "/console/accounts?said=done"
    assert found[0] not in second.sees("/console/accounts")


def test_pages_speak_the_language_of_who_reads_them(quick_store: Store, browser: Browser) -> None:
    answer = browser.client.get("/console/sign-in", headers={"Accept-Language": "kk-KZ,kk;q=0.9,ru;q=0.5"})
    assert '<html lang="kk"' in answer.text
    aigerim = join(quick_store, "Aigerim")
    with quick_store.unit("test") as unit:
        unit.session.get_one(Contact, aigerim.contact_id).languages = ["ru"]
    browser.comes_in(aigerim)
    assert '<html lang="ru"' in browser.sees(HOME)


def test_a_name_cannot_write_html(quick_store: Store, browser: Browser) -> None:
    join(quick_store, "<b>Aigerim</b>")
    browser.comes_in(join(quick_store, "administrator", "admin"))
    page = browser.sees("/console/accounts")
    assert "&lt;b&gt;Aigerim" in page
    assert "<b>" not in page


@pytest.mark.parametrize("typed", ["", "\0", "\u202eA", "x" * 1000, "'; DROP TABLE account; --", "{{ 7 * 7 }}"])
def test_whatever_is_typed_is_only_wrong(store: Store, typed: str) -> None:
    """On both engines: one of them takes no zero bytes."""
    aigerim = join(store, "Aigerim")
    browser = Browser(make_app(store, ZONE, passwords=quick(store)).test_client())
    answer = browser.sends("/console/sign-in", shown="/console/sign-in", name=typed, password=typed)
    assert answer.status_code == 403
    assert "49" not in re.sub(r'value="[^"]*"', "", answer.text)
    half = aigerim.gives()
    assert half is not None
    browser.client.set_cookie("panah", half)
    assert browser.sends("/console/code", shown="/console/code", code=typed).status_code == 403
    browser.comes_in(aigerim)
    answer = browser.sends("/console/account/password", password=typed, again=typed, proof=typed)
    assert answer.status_code == 400
    browser.client.set_cookie("panah", "\u0410\0" if typed == "\0" else "x")
    assert browser.client.get(HOME).location == "/console/sign-in"

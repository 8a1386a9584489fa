"""The law at the pages: read by everybody, signed by a lawyer of that law, in the words that were shown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from contacts.models import Contact
from law.models import RuleSignoff
from law.shipped import load_rules
from tests.accounts import DURESS, PASSWORD, Browser, Member, join, quick
from tests.web.conftest import ZONE
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

RULE = "kz.coao.motion_3d"
PATH = f"/console/law/{RULE}"
UNTIL = "2026-09-02"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def dana(quick_store: Store) -> Member:
    return join(quick_store, "Dana", "lawyer", regions=("KZ-ALM",))


def signs(browser: Browser, path: str = PATH, **fields: str) -> int:
    fingerprint = load_rules().rule(path.rpartition("/")[2]).text_hash()
    sent = {"fingerprint": fingerprint, "until": UNTIL, "proof": PASSWORD, **fields}
    return browser.sends(f"{path}/sign", **sent).status_code


def signed(store: Store) -> list[RuleSignoff]:
    with store.read() as unit:
        rows = list(unit.session.scalars(select(RuleSignoff).where(RuleSignoff.revoked_at.is_(None))))
        unit.session.expunge_all()
        return rows


def test_everybody_reads_what_is_signed_by_whom(client: FlaskClient, quick_store: Store, dana: Member) -> None:
    signs(Browser(client).comes_in(dana))
    for role in ("admin", "observer", "coordinator"):
        reader = Browser(client).comes_in(join(quick_store, f"A {role}", role))
        page = reader.sees("/console/law")
        assert len(re.findall(r'href="/console/law/[\w.]+"', page)) == len(load_rules().rules)
        assert page.count("Dana") == 1
        rule = load_rules().rule(RULE)
        shown = reader.sees(PATH)
        for said in (rule.text_hash(), rule.source.article, rule.edition):
            assert said in shown.replace("&#39;", "'").replace("&#34;", '"')
        assert f"{PATH}/sign" not in shown, "no button for who cannot press it"
    assert Browser(client).comes_in(dana).sees("/console/law/nothing", 404)


def test_a_lawyer_signs_until_a_day_and_takes_it_back(client: FlaskClient, quick_store: Store, dana: Member) -> None:
    browser = Browser(client).comes_in(dana)
    assert signs(browser) == 303
    (row,) = signed(quick_store)
    rule = load_rules().rule(RULE)
    assert (row.rule_id, row.text_hash, row.contact_id) == (RULE, rule.text_hash(), dana.contact_id)
    assert row.valid_until.date().isoformat() == UNTIL
    assert "Take my signature back" in browser.sees(PATH)
    assert browser.sends(f"{PATH}/revoke").status_code == 303
    assert signed(quick_store) == []


def test_a_code_of_the_app_is_a_proof_too(client: FlaskClient, quick_store: Store, dana: Member) -> None:
    assert signs(Browser(client).comes_in(dana), proof=dana.code()) == 303
    assert len(signed(quick_store)) == 1


def test_a_rule_that_changed_since_it_was_shown_is_not_signed(
    client: FlaskClient, quick_store: Store, dana: Member
) -> None:
    browser = Browser(client).comes_in(dana)
    assert signs(browser, fingerprint="0" * 64) == 409
    assert signs(browser, fingerprint="") == 409
    assert signed(quick_store) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"proof": "not that one at all"}, "Nothing was signed."),
        ({"proof": ""}, "Nothing was signed."),
        ({"proof": "000000"}, "Nothing was signed."),
        ({"until": "2026-09-03"}, "within six months"),
        ({"until": "2026-03-01"}, "within six months"),
        ({"until": "soon"}, "within six months"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_signed(
    client: FlaskClient, quick_store: Store, dana: Member, fields: dict[str, str], said: str
) -> None:
    browser = Browser(client).comes_in(dana)
    fingerprint = load_rules().rule(RULE).text_hash()
    sent = {"fingerprint": fingerprint, "until": UNTIL, "proof": PASSWORD, **fields}
    answer = browser.sends(f"{PATH}/sign", **sent)
    assert answer.status_code == 400
    assert said in answer.text
    assert signed(quick_store) == []


def test_only_a_lawyer_of_that_law_signs_and_any_signs_what_binds_everywhere(
    client: FlaskClient, quick_store: Store, dana: Member
) -> None:
    turkish = join(quick_store, "Elif", "lawyer", regions=("TR-34",))
    browser = Browser(client).comes_in(turkish)
    assert "Only a lawyer who works where this law holds" in browser.sees(PATH)
    assert signs(browser) == 400
    everywhere = next(rule.id for rule in load_rules().rules if rule.jurisdiction == "INTL")
    assert signs(browser, f"/console/law/{everywhere}") == 303
    with quick_store.unit("test") as unit:
        unit.session.get_one(Contact, dana.contact_id).may_act_until = unit.now.date() - timedelta(days=1)
    assert signs(Browser(client).comes_in(dana)) == 400, "nor one whose term is over"
    assert [row.rule_id for row in signed(quick_store)] == [everywhere]


def test_who_is_forced_signs_nothing_and_it_looks_as_if(client: FlaskClient, quick_store: Store, dana: Member) -> None:
    browser = Browser(client).comes_in(dana)
    assert signs(browser, proof=DURESS) == 303, "the second password is heard here too"
    assert signed(quick_store) == []
    assert "Sign" in browser.sees(PATH), "and they seem to be signed in as before"
    browser.comes_in(dana, duress=True)
    assert signs(browser, proof=DURESS) == 303
    assert browser.sends(f"{PATH}/revoke").status_code == 303
    assert signed(quick_store) == []


def test_after_five_wrong_proofs_a_quarter_of_an_hour_passes(
    client: FlaskClient, quick_store: Store, dana: Member, clock: ManualClock
) -> None:
    browser = Browser(client).comes_in(dana)
    for _ in range(5):
        signs(browser, proof="not that one at all")
    assert signs(browser) == 400
    clock.advance(timedelta(minutes=16))
    assert signs(browser) == 303
    assert len(signed(quick_store)) == 1

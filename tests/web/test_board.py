"""The board at three in the morning: what presses comes first, and it costs the same however much there is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import (
    ACCOUNT,
    DEADLINE,
    WATCH,
    Alert,
    ChannelState,
    Delivery,
    DeliveryState,
    Need,
    NeedState,
)
from alerts.occasions.due_alerts import About, ask_about
from alerts.policy.policies import import_policies
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline, DeadlineState, Watch
from cases.models import Case
from cases.retention import close_case
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.directory import put_contact
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from law.shipped import load_rules
from law.signoff import sign_off
from store.base import new_id
from store.chats import find_or_open_chat
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.queries import counted
from tests.web.scene import Scene
from tests.web.test_console import seek
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store

HOME = "/console"
MOST = 8
ROSTERS = """\
policies:
  - name: test
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{roster: night}], channels: [telegram], wait: 2m}
rosters:
  - name: night
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim, Timur]}
"""


@pytest.fixture
def browser(quick_store: Store) -> Browser:
    return Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client())


def happens(scene: Scene, event: str, **given: object) -> None:
    with scene.store.unit("test") as unit:
        unit.session.get_one(Case, scene.case_id).jurisdiction = "KZ"
        enter(unit, scene.case_id, Entry(event, When(unit.now), **given), zone=ZONE)  # type: ignore[arg-type]


def linked(store: Store, contact_id: UUID, address: str) -> None:
    """A Telegram account that alerts reach."""
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", address)
        method = ContactMethod(id=new_id(), contact_id=contact_id, channel="telegram", chat_id=chat.id)
        method.verified_at = unit.now
        unit.session.add(method)


def many(store: Store, count: int) -> None:
    """Cases with everything a board shows: alerts, takers of their own, clocks, watches, what happened."""
    for number in range(count):
        scene = Scene.begin(store, f"they took number {number}")
        scene.helper(f"Helper {number}", "lawyer")
        seek(scene, "coordinator")
        happens(scene, "administrative_arrest")
        happens(scene, "asylum_refusal_known")


def section(page: str, name: str) -> str:
    """What stands under a heading."""
    return page.split(f'aria-labelledby="{name}"', 1)[1].split("</section>", 1)[0]


def plain(words: str) -> str:
    """Without the marks that keep directions apart."""
    return words.replace("\u2068", "").replace("\u2069", "")


def test_a_board_of_twenty_cases_asks_as_often_as_one_of_three(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    with quick_store.unit("test") as unit:
        import_policies(unit, ROSTERS)
    browser.comes_in(aigerim)
    asked = []
    for more in (3, 17):
        many(quick_store, more)
        browser.sees(HOME)
        with counted(quick_store) as found:
            browser.sees(HOME)
        asked.append(found.count)
    assert asked[0] == asked[1] <= MOST


@pytest.mark.parametrize("role", ["lawyer", "observer", "admin"])
def test_others_boards_take_no_more(quick_store: Store, browser: Browser, role: str) -> None:
    many(quick_store, 3)
    browser.comes_in(join(quick_store, "Dana", role))
    with counted(quick_store) as found:
        browser.sees(HOME)
    assert found.count <= MOST


def test_what_nobody_accepted_comes_first_and_counts_up(scene: Scene, browser: Browser, clock: ManualClock) -> None:
    browser.comes_in(join(scene.store, "Aigerim"))
    seek(scene, "lawyer")
    clock.advance(timedelta(minutes=12, seconds=41))
    page = browser.sees(HOME)
    alerts = section(page, "unaccepted")
    assert scene.code in alerts
    assert "A lawyer is missing" in alerts
    assert "0:12:41" in alerts
    assert "Accept" not in alerts, "a coordinator is no lawyer"
    assert page.index('id="unaccepted"') < page.index('id="cases"')


def test_one_key_accepts_and_leads_to_the_case(scene: Scene, browser: Browser) -> None:
    browser.comes_in(join(scene.store, "Aigerim"))
    need = seek(scene, "coordinator")
    happens(scene, "removal_scheduled", appointed_at=scene.store.clock.now() + timedelta(hours=9))
    alerts = section(browser.sees(HOME), "unaccepted")
    assert 'data-key="a"' in alerts
    assert "risk 5" in plain(alerts)
    answer = browser.sends(f"/console/need/{need.id}", answer="accept")
    assert answer.location == f"/console/case/{scene.code}?said=accepted"
    assert "Every alert has been accepted." in browser.sees(HOME)
    assert f'href="/console/case/{scene.code}"' in section(browser.sees(HOME), "cases")


def test_of_several_seats_one_stands_on_the_board(scene: Scene, browser: Browser) -> None:
    browser.comes_in(join(scene.store, "Aigerim"))
    first = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        row = unit.session.get_one(Need, first.id)
        second = Need(id=new_id(), alert_id=row.alert_id, case_id=row.case_id, kind="lawyer", urgency="now", seat=8)
        second.opened_at = unit.now
        unit.session.add(second)
    assert section(browser.sees(HOME), "unaccepted").count("A lawyer is missing") == 1


def test_the_safe_date_comes_first_and_the_arguable_one_only_after_a_miss(
    scene: Scene, browser: Browser, clock: ManualClock
) -> None:
    aigerim = join(scene.store, "Aigerim")
    dana = join(scene.store, "Dana", "lawyer")
    happens(scene, "asylum_refusal_known")
    with scene.store.read() as unit:
        wanted = select(Deadline.rule_id).where(Deadline.safe_at != Deadline.arguable_at).order_by(Deadline.number)
        rule_id = str(unit.session.scalars(wanted.limit(1)).one())
    clocks = section(browser.comes_in(aigerim).sees(HOME), "clocks")
    assert f"{scene.code}.1" in clocks
    assert "UNVERIFIED" in clocks
    assert "arguable until" not in clocks
    with scene.store.unit("test") as unit:
        for one in unit.session.scalars(select(Deadline).where(Deadline.rule_id != rule_id)):
            one.state = DeadlineState.DONE
        row = unit.session.scalars(select(Deadline).where(Deadline.rule_id == rule_id)).one()
        safe_at, arguable_at = row.safe_at, row.arguable_at
        assert dana.contact_id is not None
        sign_off(unit, dana.contact_id, load_rules().rule(rule_id), unit.now + timedelta(days=90))
    clock.advance(safe_at + timedelta(seconds=1) - clock.now())
    clocks = section(browser.comes_in(aigerim).sees(HOME), "clocks")
    assert "safe date missed" in clocks
    assert "arguable until" in clocks
    assert "UNVERIFIED" not in clocks
    clock.advance(arguable_at + timedelta(seconds=1) - clock.now())
    clocks = section(browser.comes_in(aigerim).sees(HOME), "clocks")
    assert ">over<" in clocks
    assert "arguable until" not in clocks


def test_what_rings_says_which_clock_it_is_and_what_has_not_happened(
    scene: Scene, browser: Browser, clock: ManualClock
) -> None:
    """Two hearings of one case may be asked about at once: whoever accepts must know which."""
    aigerim = join(scene.store, "Aigerim")
    for days in (2, 5):
        happens(scene, "hearing_scheduled", appointed_at=clock.now() + timedelta(days=days))
    happens(scene, "transferred")
    with scene.store.unit("test") as unit:
        clocks = select(Deadline).where(Deadline.case_id == scene.case_id, Deadline.rule_id == "hearing")
        hearings = unit.session.scalars(clocks.order_by(Deadline.number)).all()
        watches = select(Watch).where(Watch.case_id == scene.case_id, Watch.kind == "transfer")
        moved = unit.session.scalars(watches).one()
        due = [(DEADLINE, one.id) for one in hearings] + [(WATCH, moved.id)]
        for kind, subject_id in due:
            about = About(scene.case_id, kind, subject_id)
            ask_about(unit, about, [NeedKind.COORDINATOR], Urgency.NOW, zone=ZONE)
        numbers = [one.number for one in hearings]
    ringing = section(browser.comes_in(aigerim).sees(HOME), "unaccepted")
    assert len(set(numbers)) == 2
    assert all(f"{scene.code}.{number}<" in ringing for number in numbers)
    assert ringing.count("A clock is ending: Hearing") == 2
    assert "Something has not happened in time: They were transferred" in ringing


def test_promises_to_families_come_before_other_watches(scene: Scene, browser: Browser, clock: ManualClock) -> None:
    aigerim = join(scene.store, "Aigerim")
    happens(scene, "transferred")
    assert "Call the family back" in section(browser.comes_in(aigerim).sees(HOME), "watches")
    clock.advance(timedelta(hours=4))
    watches = section(browser.comes_in(aigerim).sees(HOME), "watches")
    assert watches.index("Call the family back") < watches.index("They were transferred")
    assert watches.count("overdue by") == 2
    assert "1:00:00" in watches


def test_who_is_on_duty_who_comes_next_and_where_nobody_would_hear(quick_store: Store, browser: Browser) -> None:
    aigerim, timur = join(quick_store, "Aigerim"), join(quick_store, "Timur")
    browser.comes_in(aigerim)
    assert "There is no roster" in section(browser.sees(HOME), "duty")
    with quick_store.unit("test") as unit:
        import_policies(unit, ROSTERS)
    assert "nobody would hear an alert" in section(browser.sees(HOME), "duty"), "no telephone is linked"
    for number, member in enumerate((aigerim, timur)):
        assert member.contact_id is not None
        linked(quick_store, member.contact_id, f"{number}")
    duty = section(browser.sees(HOME), "duty")
    assert "nobody would hear" not in duty
    assert "gap" not in duty
    first, second = sorted(("Aigerim", "Timur"), key=duty.index)
    assert duty.index(first) < duty.index("until") < duty.index("then") < duty.index(second)


def test_a_channel_from_which_nothing_leaves_is_said_to_be_stuck(
    quick_store: Store, browser: Browser, clock: ManualClock
) -> None:
    browser.comes_in(join(quick_store, "Aigerim"))
    assert "Nothing that sends has run here yet" in section(browser.sees(HOME), "channels")
    with quick_store.unit("test") as unit:
        for name, there in {"telegram": True, "sms": True, "voice": False}.items():
            unit.session.add(ChannelState(channel=name, configured=there, since=unit.now, answers_in=[]))
        chat = find_or_open_chat(unit, "telegram", "5")
        row = Delivery(id=new_id(), channel="telegram", chat_id=chat.id, action="send", template="x", values={})
        row.buttons, row.language, row.silent, row.urgent, row.order_key = [], "en", False, True, 1
        row.state, row.created_at, row.due_at = DeliveryState.QUEUED, unit.now, unit.now
        unit.session.add(row)
    channels = section(browser.sees(HOME), "channels")
    assert channels.count("works") == 2
    assert channels.count("not set up") == 1
    clock.advance(timedelta(minutes=5))
    channels = section(browser.sees(HOME), "channels")
    assert "nothing leaves" in channels
    assert channels.count("works") == 1


def test_cases_are_paged_mine_first_closed_last(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    scenes = [Scene.begin(quick_store, f"they took number {number}") for number in range(53)]
    mine, closed = scenes[0], scenes[-1]
    mine.helper("Aigerim")
    with quick_store.unit("test") as unit:
        close_case(unit, closed.case_id, by="test", note="done")
    happens(mine, "transferred")
    first = section(browser.comes_in(aigerim).sees(HOME), "cases")
    assert first.count("data-row") == 50
    assert first.index(mine.code) < first.index(scenes[-2].code)
    assert "Held, moved" in first
    assert closed.code not in first
    assert "1 of 2" in plain(first)
    second = section(browser.sees(f"{HOME}?page=2"), "cases")
    assert second.count("data-row") == 3
    assert closed.code in second
    for nowhere in ("0", "-1", "x", "99999999999999999999"):
        assert section(browser.sees(f"{HOME}?page={nowhere}"), "cases").count("data-row") == 50


def test_who_is_no_coordinator_sees_what_they_may_and_no_more(scene: Scene, browser: Browser) -> None:
    dana = join(scene.store, "Dana", "lawyer")
    happens(scene, "asylum_refusal_known")
    seek(scene, "lawyer")
    page = browser.comes_in(dana).sees(HOME)
    assert scene.code not in page, "nobody has asked her"
    assert 'id="duty"' not in page
    assert 'id="channels"' not in page
    other = Scene.begin(scene.store, "they took my sister")
    seek(other, "lawyer", asked=dana)
    happens(other, "asylum_refusal_known")
    page = browser.sees(HOME)
    assert other.code in section(page, "unaccepted")
    assert f"{other.code}.1" not in page, "what runs is shown to who has taken it"
    other.helper("Dana", "lawyer")
    assert f"{other.code}.1" in section(browser.sees(HOME), "clocks")
    for role in ("observer", "press_officer"):
        assert other.code not in Browser(browser.client.application.test_client()).comes_in(
            join(scene.store, f"Somebody {role}", role)
        ).sees(HOME)


def test_an_alarm_about_an_account_is_for_the_others_alone(quick_store: Store, browser: Browser) -> None:
    aigerim, timur = join(quick_store, "Aigerim"), join(quick_store, "Timur")
    with quick_store.unit("test") as unit:
        alert = Alert(id=new_id(), kind=ACCOUNT, subject_id=timur.account_id, cluster_id=new_id(), opened_at=unit.now)
        unit.session.add(alert)
        unit.session.flush()
        need = Need(id=new_id(), alert_id=alert.id, kind="coordinator", urgency="now", opened_at=unit.now)
        need.began_at = unit.now
        unit.session.add(need)
    his = Browser(browser.client.application.test_client()).comes_in(timur)
    assert "wrong hands" not in his.sees(HOME)
    assert his.sends(f"/console/need/{need.id}", answer="accept").status_code == 404
    hers = browser.comes_in(aigerim)
    assert "An account may be in the wrong hands" in section(hers.sees(HOME), "unaccepted")
    assert hers.sends(f"/console/need/{need.id}", answer="accept").location == f"{HOME}?said=accepted"


def test_who_is_forced_sees_the_board_of_somebody_new(scene: Scene, browser: Browser) -> None:
    aigerim: Member = join(scene.store, "Aigerim")
    timur = join(scene.store, "Timur")
    seek(scene, "lawyer")
    asked = Scene.begin(scene.store, "they took my sister")
    seek(asked, "coordinator", asked=aigerim)
    happens(asked, "asylum_refusal_known")
    with scene.store.unit("test") as unit:
        import_policies(unit, ROSTERS)
    page = browser.comes_in(aigerim, duress=True).sees(HOME)
    assert scene.code not in page
    assert asked.code in section(page, "unaccepted")
    assert timur.login not in page
    assert f"{asked.code}.1" not in page
    with counted(scene.store) as found:
        browser.sees(HOME)
    assert found.count <= MOST


def test_an_empty_board_says_the_next_steps(quick_store: Store, browser: Browser) -> None:
    aigerim = join(quick_store, "Aigerim")
    page = browser.comes_in(aigerim).sees(HOME)
    for step in ("panah contacts import", "panah contacts link-code", "panah policy import", "panah demo"):
        assert step in page
    with quick_store.unit("test") as unit:
        timur = put_contact(unit, ContactCard("Timur", Role.COORDINATOR, ("KZ",), ("en",)))
        import_policies(unit, ROSTERS)
    linked(quick_store, timur, "7")
    assert "Before an alert can reach anybody" not in browser.sees(HOME)


def test_a_need_that_waits_for_the_morning_is_not_red(scene: Scene, browser: Browser) -> None:
    browser.comes_in(join(scene.store, "Aigerim"))
    need = seek(scene, "coordinator")
    with scene.store.unit("test") as unit:
        row = unit.session.get_one(Need, need.id)
        row.urgency, row.began_at, row.state = "later", None, NeedState.PAGING
    alerts = section(browser.sees(HOME), "unaccepted")
    assert "waits for the morning" in alerts
    assert 'class="row case bad"' not in alerts


def test_a_case_whose_hearing_is_set_says_when_that_is_not_when_it_was_entered(
    scene: Scene, browser: Browser, clock: ManualClock
) -> None:
    browser.comes_in(join(scene.store, "Aigerim"))
    happens(scene, "hearing_scheduled", appointed_at=clock.now() + timedelta(days=2))
    line = section(browser.sees(HOME), "cases")
    assert "Hearing <time" in line
    assert (clock.now() + timedelta(days=2)).isoformat() in line

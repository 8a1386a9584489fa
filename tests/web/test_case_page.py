"""The page behind a one-time link: once, for the one who holds the case, in words they read."""

from __future__ import annotations

import html
import re
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from alerts.messages.outbox import enqueue
from alerts.models import Attempt, Delivery, Need, NeedState, Page
from alerts.policy.milestones import Milestone
from alerts.policy.policies import import_policies
from alerts.search.acks import Ack
from alerts.search.following_up import reach
from cases.docket.entering import Entry, When, enter, on_day
from cases.links import LINK_MINUTES
from contacts.accounts.directory import open_account
from contacts.accounts.roles import AccountRole
from contacts.models import Contact
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.eventlog import EventRow
from tests.web.conftest import ZONE
from tests.web.scene import FIRST_WORDS, Scene
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

HURRIED = """\
policies:
  - name: hurried
    needs:
      coordinator:
        contact_within: 10m
        steps:
          - {notify: [{role: coordinator}], channels: [telegram], wait: 5m}
"""
SCRIPT = "<script>alert('x')</script><img src=//evil.example>"


def shown(answer_text: str) -> str:
    """The words of a page, as they are read."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer_text)).split())


def seen_by(store: Store) -> list[str]:
    with store.read() as unit:
        return list(unit.session.scalars(select(EventRow.actor).where(EventRow.name == "CaseViewed")))


class TestOnce:
    def test_looking_shows_nothing_and_uses_nothing_up(
        self, client: FlaskClient, scene: Scene, quick_store: Store
    ) -> None:
        link = scene.link(scene.helper())
        for _ in range(3):
            answer = client.get(link)
            assert answer.status_code == 200
            assert scene.code in answer.text
            assert FIRST_WORDS not in answer.text
        assert seen_by(quick_store) == []

    def test_pressing_shows_the_case_and_is_logged(self, client: FlaskClient, scene: Scene, quick_store: Store) -> None:
        aigerim = scene.helper()
        answer = client.post(scene.link(aigerim))
        assert answer.status_code == 200
        assert FIRST_WORDS in answer.text
        assert seen_by(quick_store) == [f"contact:{aigerim}"]
        assert quick_store.verify_log() == []

    def test_the_second_time_it_is_over(self, client: FlaskClient, scene: Scene, quick_store: Store) -> None:
        link = scene.link(scene.helper())
        client.post(link)
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == 404
            assert "used or has expired" in answer.text
            assert scene.code not in answer.text
        assert len(seen_by(quick_store)) == 1

    def test_of_several_presses_at_once_one_wins(self, store: Store) -> None:
        scene = Scene.begin(store)
        link, together = scene.link(scene.helper()), threading.Barrier(4)
        answers: list[int] = []

        def press() -> None:
            client = make_app(store, ZONE).test_client()
            together.wait()
            answers.append(client.post(link).status_code)

        threads = [threading.Thread(target=press) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 404, 404, 404]
        assert len(seen_by(store)) == 1

    def test_after_ten_minutes_it_is_over(self, client: FlaskClient, scene: Scene, clock: ManualClock) -> None:
        link = scene.link(scene.helper())
        clock.advance(timedelta(minutes=LINK_MINUTES) - timedelta(seconds=1))
        assert client.get(link).status_code == 200
        clock.advance(timedelta(seconds=1))
        assert client.get(link).status_code == client.post(link).status_code == 404

    def test_an_unused_link_says_why_in_its_readers_language(
        self, client: FlaskClient, scene: Scene, clock: ManualClock
    ) -> None:
        link = scene.link(scene.helper(), "ru")
        clock.advance(timedelta(hours=1))
        assert 'lang="ru"' in client.get(link).text
        assert 'lang="en"' in client.get("/open/never-there-was-one").text


class TestWhose:
    def test_who_has_left_sees_nothing(self, client: FlaskClient, scene: Scene, quick_store: Store) -> None:
        aigerim = scene.helper()
        link = scene.link(aigerim)
        with quick_store.unit("test") as unit:
            unit.session.execute(update(Contact).where(Contact.id == aigerim).values(left_at=unit.now))
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == 404
            assert scene.code not in answer.text
        assert seen_by(quick_store) == []

    def test_who_is_forced_sees_nothing_by_a_link_they_were_sent_before(
        self, client: FlaskClient, scene: Scene, quick_store: Store
    ) -> None:
        aigerim = scene.helper()
        link = scene.link(aigerim)
        with quick_store.unit("test") as unit:
            account = open_account(unit, "aigerim", AccountRole.COORDINATOR)
            account.contact_id, account.coerced_at = aigerim, unit.now
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == 404
            assert scene.code not in answer.text
        assert seen_by(quick_store) == []

    def test_who_does_not_hold_the_case_sees_nothing(
        self, client: FlaskClient, scene: Scene, quick_store: Store
    ) -> None:
        answer = client.post(scene.link(scene.helper(accepts=False)))
        assert answer.status_code == 403
        assert "You have not accepted this case" in answer.text
        assert FIRST_WORDS not in answer.text
        assert seen_by(quick_store) == []

    def test_what_was_taken_back_meanwhile_is_not_shown(
        self, client: FlaskClient, scene: Scene, quick_store: Store
    ) -> None:
        link = scene.link(scene.helper())
        with quick_store.unit("test") as unit:
            unit.session.execute(update(Need).values(state=NeedState.PAGING, accepted_by=None))
        assert client.post(link).status_code == 403

    def test_a_lawyer_is_not_shown_the_way_to_the_reporter(self, client: FlaskClient, scene: Scene) -> None:
        scene.answers("call", "yes")
        scene.answers("safe_contact", message=scene.says("+7 700 000 00 77 after ten"))
        scene.answers("where", message=scene.says("at the airport"))
        lawyer = client.post(scene.link(scene.helper("Dana", "lawyer"))).text
        coordinator = client.post(scene.link(scene.helper())).text
        assert "700 000 00 77" not in lawyer
        assert "Yes, call me" not in lawyer
        assert "relayed by a coordinator" in lawyer
        assert "700 000 00 77" in coordinator
        assert "Yes, call me" in coordinator
        assert "relayed by a coordinator" not in coordinator
        assert lawyer.count("at the airport") == coordinator.count("at the airport") == 2


class TestWords:
    def test_what_was_written_is_never_markup(self, client: FlaskClient, scene: Scene) -> None:
        scene.answers("who", message=scene.says(SCRIPT))
        scene.sends("photo", caption=SCRIPT)
        scene.answers("happening", SCRIPT)
        text = client.post(scene.link(scene.helper(SCRIPT))).text
        assert "<script" not in text
        assert "<img" not in text
        assert shown(text).count(SCRIPT) == 5

    def test_what_turns_letters_round_is_left_out_and_lines_stay_lines(self, client: FlaskClient, scene: Scene) -> None:
        scene.says("\u202eEVIL\u202c one\ntwo \u2067ئۇ\u2069\x00\x07 \ud800 end")
        text = client.post(scene.link(scene.helper())).text
        assert "EVIL one\ntwo \u2067ئۇ\u2069   \ufffd end" in text
        assert not re.search("[\u202a-\u202e\x00\x07]", text)

    def test_every_strangers_words_stand_in_a_box_of_their_own(self, client: FlaskClient, scene: Scene) -> None:
        scene.answers("who", message=scene.says("ئاسقەر"))
        text = client.post(scene.link(scene.helper("Aigerim"))).text
        assert text.count('<p class="words" dir="auto">ئاسقەر</p>') == 2
        assert "<bdi>Aigerim</bdi>" in text

    @pytest.mark.parametrize(
        ("language", "spoken"),
        [("en", "en"), ("ru", "ru"), ("kk", "kk"), ("kk-Arab", "kk"), ("ug", "ug"), ("zh", "en"), ("tr", "en")],
    )
    def test_the_page_says_which_language_it_speaks_and_runs_as_that_does(
        self, client: FlaskClient, scene: Scene, language: str, spoken: str
    ) -> None:
        link = scene.link(scene.helper(), language)
        for text in (client.get(link).text, client.post(link).text, client.post(link).text):
            assert f'<html lang="{spoken}" dir="{"rtl" if spoken == "ug" else "ltr"}">' in text

    def test_times_are_the_teams(self, client: FlaskClient, scene: Scene) -> None:
        assert "2 March 2026, 23:00 (Almaty)" in client.post(scene.link(scene.helper())).text

    def test_what_is_not_words_is_said_to_be_there(self, client: FlaskClient, scene: Scene) -> None:
        scene.answers("more.medical", message=scene.sends("voice", voice={"duration": 3}))
        scene.sends("location", location={"latitude": 43.35, "longitude": 77.04})
        scene.sends("sticker", sticker={"emoji": "x"})
        text = shown(client.post(scene.link(scene.helper())).text)
        assert text.count("Voice message") == 2
        assert "43.35, 77.04" in text
        assert "Something else" in text

    def test_answers_are_what_was_tapped(self, client: FlaskClient, scene: Scene) -> None:
        for question, value in (("happening", "border"), ("how_many", "few"), ("more", "medical"), ("more", "paper")):
            scene.answers(question, value)
        scene.answers("outside")
        scene.answers("more", "done")
        text = shown(client.post(scene.link(scene.helper())).text)
        assert "What is happening At a border or airport" in text
        assert "How many people 2 to 5 people" in text
        assert "Reporter is outside the feared country —" in text
        assert "Also Urgent medical need They were given a paper" in text
        assert "That is all" not in text

    def test_a_choice_nobody_knows_any_more_stands_as_it_was_kept(self, client: FlaskClient, scene: Scene) -> None:
        scene.answers("happening", "abducted")
        assert "abducted" in client.post(scene.link(scene.helper())).text


class TestDocket:
    def test_what_was_entered_is_shown_with_its_source_and_what_stands_no_longer(
        self, client: FlaskClient, scene: Scene
    ) -> None:
        with scene.store.unit("contact:1") as unit:
            day = on_day(datetime(2026, 3, 1), ZONE)  # noqa: DTZ001  a wall-clock date
            enter(unit, scene.case_id, Entry("released", day, source=SCRIPT, note="by the district court"), zone=ZONE)
            for event, days in (("hearing_scheduled", 3), ("hearing_moved", 2)):
                at = unit.now + timedelta(days=days)
                enter(unit, scene.case_id, Entry(event, When(unit.now), appointed_at=at), zone=ZONE)
        text = client.post(scene.link(scene.helper())).text
        assert SCRIPT not in text
        assert f"Released 1 March 2026 Source: {SCRIPT} by the district court" in shown(text)
        # West of Greenwich it is still February when the day of the paper begins.
        text = client.post(scene.link(scene.helper("Dana", "lawyer", zone="America/New_York"))).text
        words = shown(text)
        assert "Released 1 March 2026 by the district court" in words, "a source may be whoever reported"
        assert "Hearing · no longer stands" in words
        assert words.count("set for") == 2

    def test_without_an_entry_there_is_no_heading(self, client: FlaskClient, scene: Scene) -> None:
        assert "in law and custody" not in shown(client.post(scene.link(scene.helper())).text)


class TestTrail:
    def page(self, scene: Scene, name: str, *ways: dict[str, Any], declined: bool = False) -> None:
        """Somebody was asked; each way is the channel and how its message stands."""
        dana = scene.helper(name, "lawyer", accepts=False)
        with scene.store.unit("test") as unit:
            need = unit.session.scalars(select(Need).where(Need.kind == "lawyer")).one()
            page = Page(id=new_id(), need_id=need.id, contact_id=dana, round=1, step=0, asked_at=unit.now)
            page.declined_at, page.channels = unit.now if declined else None, ["telegram"]
            unit.session.add(page)
            unit.session.flush()
            for way in ways:
                self.ring(unit, name, page, dict(way))

    def ring(self, unit: UnitOfWork, name: str, page: Page, way: dict[str, Any]) -> None:
        chat = find_or_open_chat(unit, way.pop("channel", "telegram"), name)
        why = way.pop("why", None)
        sent = enqueue(unit, chat, "page.lawyer", language="en", page_id=page.id, need_id=page.need_id, asks=True)
        assert sent is not None
        unit.session.execute(update(Delivery).where(Delivery.id == sent).values(**way))
        if why is not None:
            unit.session.add(Attempt(id=new_id(), delivery_id=sent, began_at=unit.now, code="code", meaning=why))

    @pytest.fixture
    def sought(self, scene: Scene, quick_store: Store) -> UUID:
        """A lawyer who is still sought; the coordinator who looks on."""
        coordinator = scene.helper()
        scene.helper("Dana", "lawyer")
        with quick_store.unit("test") as unit:
            values = {"state": NeedState.PAGING, "accepted_by": None}
            unit.session.execute(update(Need).where(Need.kind == "lawyer").values(**values))
        return coordinator

    def test_a_coordinator_sees_whom_the_search_has_met(self, client: FlaskClient, scene: Scene, sought: UUID) -> None:
        self.page(scene, "Timur", {"state": "sent"})
        self.page(scene, "Marat", {"state": "failed_temporary", "why": "the telephone is switched off"})
        self.page(scene, "Zhanna", {"state": "unknown", "due_at": None})
        self.page(scene, "Serik", {"state": "sent"}, declined=True)
        self.page(scene, "Asel", {"state": "cancelled", "due_at": None})
        text = shown(client.post(scene.link(sought)).text)
        assert "Coordinator accepted · Aigerim" in text
        assert "Lawyer people are being alerted" in text
        assert re.search("Timur · [^·]+ Telegram · sent, no answer yet", text)
        assert re.search("Marat · [^·]+ Telegram · did not get through yet; tried again · .* is switched off", text)
        assert "Telegram · may not have arrived" in text
        assert "Serik · declined" in text
        assert re.search("Asel · [^·]+ Telegram · withdrawn before it left", text)

    def test_every_channel_that_rang_is_shown_with_what_became_of_it(
        self, client: FlaskClient, scene: Scene, sought: UUID
    ) -> None:
        with scene.store.read() as unit:
            at = unit.now
        gone = {"channel": "sms", "state": "failed_permanent", "due_at": None, "why": "this is not a telephone number"}
        read = {"channel": "email", "state": "read", "read_at": at, "due_at": None}
        heard = {"channel": "voice", "state": "delivered", "delivered_at": at, "due_at": None}
        held = {"channel": "other", "throttled": True}
        self.page(scene, "Timur", gone, read, heard, held)
        text = shown(client.post(scene.link(sought)).text)
        for said in (
            "Text message · did not get through · [^·]+ this is not a telephone number",
            "E-mail · read, no answer yet",
            "Call · delivered, no answer yet",
            "Other messenger · held back: many alerts at once",
        ):
            assert re.search(said, text), text

    def test_what_a_bundle_says_came_to_what_the_bundle_did(
        self, client: FlaskClient, scene: Scene, sought: UUID
    ) -> None:
        self.page(scene, "Timur", {"state": "queued", "channel": "sms"})
        with scene.store.unit("test") as unit:
            page = unit.session.scalars(select(Delivery)).one()
            bundle = enqueue(unit, unit.session.get_one(Chat, page.chat_id), "page.bundle", language="en", asks=True)
            page.state, page.bundle_id, page.due_at = "bundled", bundle, None
        assert "Text message · in the queue · told together with other cases" in shown(
            client.post(scene.link(sought)).text
        )

    def test_a_lawyer_sees_who_has_taken_it_and_not_who_was_asked(self, client: FlaskClient, scene: Scene) -> None:
        scene.helper()
        dana = scene.helper("Dana", "lawyer")
        self.page(scene, "Timur", {"state": "sent"}, declined=True)
        text = shown(client.post(scene.link(dana)).text)
        assert "Coordinator accepted · Aigerim" in text
        assert "Lawyer accepted · Dana" in text
        assert "Timur" not in text


class TestMilestones:
    """What follows an acceptance: for those who run the team of everybody, for everybody else of themselves."""

    def reaches(self, scene: Scene, kind: str, milestone: Milestone) -> None:
        with scene.store.unit("test") as unit:
            need = unit.session.scalars(select(Need).where(Need.kind == kind)).one()
            assert need.accepted_by is not None
            assert reach(unit, need.id, need.accepted_by, milestone) is Ack.NOTED

    def test_a_coordinator_sees_what_is_reached_and_what_is_awaited_by_when(
        self, client: FlaskClient, scene: Scene, clock: ManualClock
    ) -> None:
        aigerim = scene.helper()
        scene.helper("Dana", "lawyer")
        clock.advance(timedelta(minutes=20))
        self.reaches(scene, "lawyer", Milestone.CONTACT_MADE)
        clock.advance(timedelta(minutes=30))
        text = shown(client.post(scene.link(aigerim)).text)
        assert "Coordinator accepted · Aigerim contact made · overdue since 2 March 2026, 23:45 (Almaty)" in text
        assert "Lawyer accepted · Dana contact made · noted 2 March 2026, 23:20 (Almaty)" in text
        assert "filed · awaited by 3 March 2026, 23:00 (Almaty)" in text

    def test_a_lawyer_sees_their_own_and_not_how_far_others_have_come(self, client: FlaskClient, scene: Scene) -> None:
        scene.helper()
        dana = scene.helper("Dana", "lawyer")
        text = shown(client.post(scene.link(dana)).text)
        assert "Coordinator accepted · Aigerim Lawyer accepted · Dana contact made · awaited by" in text
        assert text.count("awaited by") == 2

    def test_who_has_filed_is_not_waited_for_to_make_contact(self, client: FlaskClient, scene: Scene) -> None:
        dana = scene.helper("Dana", "lawyer")
        self.reaches(scene, "lawyer", Milestone.FILED)
        text = shown(client.post(scene.link(dana)).text)
        assert "filed · noted" in text
        assert "contact made" not in text
        assert "awaited" not in text

    def test_nothing_is_awaited_of_whom_is_still_sought(self, client: FlaskClient, scene: Scene) -> None:
        aigerim = scene.helper()
        scene.helper("Dana", "lawyer")
        with scene.store.unit("test") as unit:
            values = {"state": NeedState.PAGING, "accepted_by": None, "accepted_at": None}
            unit.session.execute(update(Need).where(Need.kind == "lawyer").values(**values))
        assert "filed" not in shown(client.post(scene.link(aigerim)).text)

    def test_the_policy_says_how_soon(self, client: FlaskClient, scene: Scene) -> None:
        with scene.store.unit("test") as unit:
            import_policies(unit, HURRIED)
        text = shown(client.post(scene.link(scene.helper())).text)
        assert "contact made · awaited by 2 March 2026, 23:10 (Almaty)" in text

    @pytest.mark.parametrize(
        ("zone", "told"),
        [("Europe/Berlin", "19:45 (Berlin)"), (None, "23:45 (Almaty)"), ("Mars/Olympus", "23:45 (Almaty)")],
    )
    def test_times_are_told_by_the_clock_of_whoever_reads(
        self, client: FlaskClient, scene: Scene, zone: str | None, told: str
    ) -> None:
        text = shown(client.post(scene.link(scene.helper(zone=zone))).text)
        assert f"awaited by 2 March 2026, {told}" in text

"""What Twilio brings: believed only when signed, kept once, and a call is answered while somebody listens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from alerts.models import Delivery, DeliveryState, Receipt
from alerts.telling.wording import Wording
from app.inbox import inbox_queue
from cases.models import Report, ReportMessage
from cases.views.responder import view_for_responder
from store.inbox import InboxItem
from store.queues import work_once
from tests.channels.night import Night, newest_attempt
from web.backstage import Backstage
from web.factory import make_app
from web.twilio import LARGEST_FORM, Twilio

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from werkzeug.test import TestResponse

    from store.clock import ManualClock
    from store.unit_of_work import Store

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://panah.example.org"
NUMBER = "+77000000001"
SID = "SM" + "0" * 32


class Provider:
    """Twilio as we hear it, and an alert by SMS and voice to Aigerim."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.code = night.reports("hello")
        night.works()
        self.takes_whatsapp(False)

    def takes_whatsapp(self, taken: bool) -> None:
        twilio = Twilio(TOKEN, PUBLIC, Wording("Asia/Almaty", PUBLIC), takes_whatsapp=taken)
        backstage = Backstage(lambda _: NotImplemented, lambda _: True, twilio=twilio)
        self._client = make_app(self.night.store, "Asia/Almaty", backstage).test_client()

    def attempt(self, channel: str) -> UUID:
        with self.night.store.read() as unit:
            return newest_attempt(unit.session.scalars, self.night.rows(channel, "Aigerim")[0].id)

    def brings(self, path: str, *, signed_for: str = PUBLIC, token: str = TOKEN, **form: str) -> TestResponse:
        signature = RequestValidator(token).compute_signature(f"{signed_for}{path}", form)
        return self._client.post(path, data=form, headers={"X-Twilio-Signature": signature})

    def reports(self, channel: str, **form: str) -> TestResponse:
        answer = self.brings(f"/webhooks/twilio/status?attempt={self.attempt(channel)}", **form)
        self.night.works()
        return answer

    def state(self, channel: str) -> str:
        return self.night.rows(channel, "Aigerim")[0].state

    def count(self, table: type[Receipt | InboxItem]) -> int:
        with self.night.store.read() as unit:
            return unit.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def provider(make_store: Callable[..., Store], clock: ManualClock) -> Provider:
    night = Night(make_store, clock)
    night.policy(coordinator="[sms, voice]")
    night.helper("Aigerim", sms=NUMBER, voice=NUMBER)
    return Provider(night)


@pytest.mark.parametrize("path", ["/webhooks/twilio/sms", "/webhooks/twilio/status", "/webhooks/twilio/voice"])
def test_what_twilio_has_not_signed_is_refused_and_leaves_no_trace(provider: Provider, path: str) -> None:
    form = {"MessageSid": SID, "From": NUMBER, "Body": "100A", "MessageStatus": "delivered", "Digits": "1"}
    address = f"{path}?attempt={provider.attempt('voice')}"
    assert provider.brings(address, token="f" * 32, **form).status_code == 403
    assert provider.brings(address, signed_for="https://evil.example.org", **form).status_code == 403
    assert provider.count(InboxItem) == provider.count(Receipt) == 0
    assert provider.night.need(provider.code).accepted_by is None


def test_a_status_is_kept_once_however_often_it_comes(provider: Provider) -> None:
    for _ in range(3):
        assert provider.reports("sms", MessageSid=SID, MessageStatus="delivered").status_code == 204
    provider.reports("sms", MessageSid=SID, MessageStatus="sent")
    assert provider.state("sms") == DeliveryState.DELIVERED
    assert provider.count(Receipt) == 2


def test_an_undelivered_text_is_no_delivery_and_a_gone_number_is_not_used_again(provider: Provider) -> None:
    provider.reports("sms", MessageSid=SID, MessageStatus="failed", ErrorCode="21610")
    assert provider.state("sms") == DeliveryState.FAILED_PERMANENT
    assert provider.night.is_dead("Aigerim", "sms")
    assert not provider.night.is_dead("Aigerim", "voice")


def test_a_status_of_a_call_nobody_made_or_of_no_call_at_all_changes_nothing(provider: Provider) -> None:
    for attempt in (str(uuid4()), "", "../../etc"):
        answer = provider.brings(
            f"/webhooks/twilio/status?attempt={attempt}", MessageSid=SID, MessageStatus="delivered"
        )
        assert answer.status_code == 204
    assert provider.count(Receipt) == 0


def test_voicemail_is_no_delivery_and_a_key_is(provider: Provider) -> None:
    provider.reports("voice", CallSid="CA" + "0" * 32, CallStatus="completed", AnsweredBy="machine_start")
    assert provider.state("voice") == DeliveryState.FAILED_TEMPORARY
    answer = provider.brings(f"/webhooks/twilio/voice?attempt={provider.attempt('voice')}", Digits="1")
    assert answer.mimetype == "text/xml"
    assert "Thank you" in answer.text
    provider.night.works()
    assert provider.state("voice") == DeliveryState.DELIVERED
    assert provider.night.need(provider.code).accepted_by == provider.night.contact_id("Aigerim")


def test_a_call_asks_again_until_it_understands(provider: Provider) -> None:
    path = f"/webhooks/twilio/voice?attempt={provider.attempt('voice')}"
    for key in ("*", "7", ""):
        answer = provider.brings(path, Digits=key)
        assert "<Gather" in answer.text
        assert f"{PUBLIC}{path}" in answer.text
    assert "Thank you" in provider.brings(path, Digits="2").text
    assert "Thank you" in provider.brings(path, Digits="1").text, "who changes their mind may still take it"


def test_of_pictures_by_text_one_without_a_name_is_told_of_and_the_other_is_to_be_fetched(provider: Provider) -> None:
    night = provider.night
    stranger, picture = "+77000000077", "https://api.example.org/2010-04-01/Accounts/AC0/Messages/MM7/Media/ME8"
    form = {"MessageSid": "MM7", "From": stranger, "Body": "", "NumMedia": "2", "MediaUrl0": picture, "MediaUrl1": "?"}
    form |= {"MediaContentType0": "image/jpeg", "MediaContentType1": "image/jpeg"}
    assert provider.brings("/webhooks/twilio/sms", **form).status_code == 200
    queue = inbox_queue("Asia/Almaty")
    while work_once(night.store, queue):
        pass
    night.works()
    night.later(minutes=1)
    told = [one.text for one in night.sent("sms", stranger)]
    assert len(told) == 2
    assert "Мы не смогли принять то, что вы прислали" in told[1]
    assert "MM7" in night.redacted("sms")
    assert "MM7/ME8" not in night.redacted("sms"), "it is erased there once it lies here"
    with night.store.unit("test") as unit:
        case_id = unit.session.scalars(select(Report.case_id).where(Report.door == "sms")).one()
        (entry,) = view_for_responder(unit, case_id, night.contact_id("Aigerim"), "coordinator").entries
        assert [(one.kind, one.state) for one in entry.files] == [("photo", "waiting"), ("photo", "not_taken")]


def test_a_text_is_kept_before_it_is_answered_and_handled_once(provider: Provider) -> None:
    answer = provider.brings("/webhooks/twilio/sms", MessageSid=SID, From=NUMBER, To="+77000000099", Body="100A")
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert provider.brings("/webhooks/twilio/sms", MessageSid=SID, From=NUMBER, Body="100A").status_code == 200
    with provider.night.store.read() as unit:
        texts = unit.session.scalars(select(InboxItem.id).where(InboxItem.chat_id.is_not(None))).all()
    assert len(texts) == 1, "what is brought again is kept once"
    assert provider.brings("/webhooks/twilio/sms", MessageSid=SID, To=NUMBER, Body="x").status_code == 400
    huge = provider.brings("/webhooks/twilio/sms", MessageSid=SID, From=NUMBER, Body="x" * LARGEST_FORM)
    assert huge.status_code == 413


def by_whatsapp(**form: str) -> dict[str, str]:
    sent = {"MessageSid": SID, "From": "whatsapp:+77000000077", "To": "whatsapp:+77000000099", "Body": "hello"}
    return {**sent, "ProfileName": "CANARY", "WaId": "77000000077", "NumMedia": "0", **form}


def test_whatsapp_is_believed_only_when_signed_and_known_and_unknown_are_answered_alike(provider: Provider) -> None:
    path = "/webhooks/twilio/sms"
    refused = provider.brings(path, token="f" * 32, **by_whatsapp())
    assert (refused.status_code, provider.count(InboxItem)) == (403, 0)
    answers = [
        provider.brings(path, **by_whatsapp(MessageSid=f"SM{number:032}", From=f"whatsapp:{who}"))
        for number, who in enumerate((NUMBER, "+77000000077", "+77000000077", "KZ.1349", ""))
    ]
    assert {(one.status_code, one.text, tuple(sorted(one.headers.items()))) for one in answers[:4]} == {
        (200, "<Response/>", tuple(sorted(answers[0].headers.items())))
    }


@pytest.mark.parametrize(("taken", "door"), [(True, "whatsapp"), (False, "sms")])
def test_whatsapp_has_a_door_of_its_own_where_it_is_set_up(provider: Provider, *, taken: bool, door: str) -> None:
    provider.takes_whatsapp(taken)
    pin = {"Latitude": "43.238", "Longitude": "76.945", "Body": ""}
    assert provider.brings("/webhooks/twilio/sms", **by_whatsapp(**pin)).status_code == 200
    queue = inbox_queue("Asia/Almaty")
    while work_once(provider.night.store, queue):
        pass
    provider.night.works()
    with provider.night.store.read() as unit:
        report = unit.session.scalars(select(Report).where(Report.door == door)).one()
        (message,) = unit.session.scalars(select(ReportMessage).where(ReportMessage.report_id == report.id))
        assert message.kind == "location"
    assert len(provider.night.sent("whatsapp")) == taken
    assert not [one for one in provider.night.sent("sms") if one.address.endswith("77000000077")]


def test_a_text_is_to_be_forgotten_at_its_provider_from_the_commit_that_keeps_it(provider: Provider) -> None:
    """Before any worker has heard it: a worker that is down leaves no words lying there."""
    stranger = "+77000000088"
    assert provider.brings("/webhooks/twilio/sms", MessageSid=SID, From=stranger, Body="they took him").text
    with provider.night.store.read() as unit:
        (ref,) = unit.session.scalars(select(Delivery.values).where(Delivery.action == "redact")).all()
    assert ref == {"ref": SID}
    provider.night.works()
    provider.night.works()
    assert provider.night.redacted("sms") == [SID]

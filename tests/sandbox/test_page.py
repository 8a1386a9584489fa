"""The page's server side: who may use it, and what it lets them do."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.rest import Client as TwilioClient

from sandbox import Phone, Sandbox
from tests.sandbox.client import Client
from tests.sandbox.conftest import Clock


class Visitor:
    """A browser without a screen."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.host = urlsplit(sandbox.page_url).netloc
        self._connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.page_url).port or 0, timeout=60)

    def gets(self, path: str, **headers: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers={"Host": self.host, **headers})
        return self._connection.getresponse()

    def posts(self, path: str, body: object, **headers: str) -> int:
        sent = {"Host": self.host, "Origin": f"http://{self.host}", "Content-Type": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        self._connection.request("POST", f"/sandbox/{path}", json.dumps(body), sent)
        response = self._connection.getresponse()
        response.read()
        return response.status

    def first_state(self) -> dict[str, Any]:
        """The first event of the live stream: everything there is."""
        response = self.gets("/sandbox/events")
        while not (line := response.readline()).startswith(b"data: "):
            assert line
        self.close()
        state: dict[str, Any] = json.loads(line[6:])
        return state

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    visitor = Visitor(sandbox)
    yield visitor
    visitor.close()


@pytest.fixture
def gulnar(sandbox: Sandbox) -> Phone:
    return sandbox.add_phone(role="Relative", name="Gulnar", language="ug", suggestions=("they took my brother",))


def test_the_page_allows_nothing_foreign(visitor: Visitor) -> None:
    response = visitor.gets("/")
    html = response.read().decode()
    policy = response.headers["Content-Security-Policy"]
    assert response.status == 200
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in html.replace("http-equiv", "")
    assert " style=" not in html
    for name in ("main.js", "base.css", "icons.svg"):
        file = visitor.gets(f"/sandbox/static/{name}")
        file.read()
        assert file.status == 200
        assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["panah.example.org", "127.0.0.1.example.org", "10.0.0.7"])
def test_other_names_for_this_machine_are_refused(visitor: Visitor, host: str) -> None:
    assert visitor.gets("/", Host=host).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Content_Type": "text/plain"},
    ],
)
def test_other_pages_cannot_act(visitor: Visitor, gulnar: Phone, headers: dict[str, str]) -> None:
    assert visitor.posts(f"phones/{gulnar.user_id}/text", {"text": "x"}, **headers) in {403, 415}
    assert gulnar.conversation == []


def test_writing_sending_and_tapping(visitor: Visitor, client: Client, gulnar: Phone) -> None:
    at = f"phones/{gulnar.user_id}"
    assert visitor.posts(f"{at}/text", {"text": " they took my brother "}) == 204
    assert visitor.posts(f"{at}/attachment", {"kind": "voice"}) == 204
    button = {"inline_keyboard": [[{"text": "Yes", "callback_data": "call.yes"}]]}
    sent = client.does("sendMessage", chat_id=gulnar.chat_id, text="May we call?", reply_markup=button)
    assert visitor.posts(f"{at}/tap", {"message": sent["message_id"], "data": "call.yes"}) == 204

    words, voice, tap = client.updates()
    assert words["message"]["text"] == "they took my brother"
    assert "voice" in voice["message"]
    assert tap["callback_query"]["data"] == "call.yes"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("text", {"text": " "}, 400),
        ("text", {"text": "x" * 4097}, 400),
        ("text", ["x"], 400),
        ("attachment", {"kind": "smell"}, 400),
        ("tap", {"message": 99, "data": "x"}, 404),
        ("tap", {"message": 1}, 404),
    ],
)
def test_nonsense_is_refused(visitor: Visitor, gulnar: Phone, path: str, body: object, status: int) -> None:
    assert visitor.posts(f"phones/{gulnar.user_id}/{path}", body) == status
    assert visitor.posts("phones/1/text", {"text": "x"}) == 404
    assert gulnar.conversation == []


def test_what_the_page_is_told(visitor: Visitor, client: Client, gulnar: Phone, clock: Clock) -> None:
    gulnar.writes("ئاكامنى تۇتۇپ كەتتى")
    client.updates(offset=client.updates()[-1]["update_id"] + 1)
    gulnar.sends("location")
    clock.moves(hours=20)
    client.does("sendMessage", chat_id=gulnar.chat_id, text="we have it", disable_notification=True)

    state = visitor.first_state()
    assert state["clock"] == {"time": "13:05:00", "day": "Tue 3 Mar", "place": "UTC"}
    (phone,) = state["phones"]
    assert (phone["role"], phone["name"], phone["rings"]) == ("Relative", "Gulnar", False)
    assert phone["language"] == {"tag": "ug", "name": "Uyghur · ئۇيغۇرچە"}
    first, place, answer = phone["messages"]
    assert (first["mine"], first["collected"], first["time"]) == (True, True, "17:05")
    assert (place["collected"], place["attached"]["kind"]) == (False, "location")
    assert (answer["mine"], answer["silent"], answer["day"]) == (False, True, "Tue 3 Mar")


def test_controls_are_the_owners(clock: Clock) -> None:
    moved: list[float] = []
    killed: list[bool] = []
    hooks: dict[str, Callable[..., object]] = {
        "advance": moved.append,
        "kill": lambda: killed.append(True),
        "status": lambda: {"program": "running"},
    }
    with Sandbox(now=clock.now, controls=hooks) as sandbox:
        visitor = Visitor(sandbox)
        assert visitor.posts("controls/advance", {"seconds": 60}) == 204
        assert visitor.posts("controls/advance", {"seconds": -60}) == 400
        assert visitor.posts("controls/advance", {"seconds": "soon"}) == 400
        assert visitor.posts("controls/kill", {}) == 204
        assert visitor.posts("controls/outage", {"on": True}) == 204
        status = visitor.first_state()["status"]
        assert status.pop("bad_answers")
        assert status == {"can": ["advance", "kill"], "outages": {"telegram": True}, "program": "running"}
        assert visitor.posts("controls/outage", {"on": False}) == 204
        assert visitor.first_state()["status"]["outages"] == {"telegram": False}
        visitor.close()
    assert (moved, killed) == ([60], [True])


def test_controls_nobody_offers_are_absent(visitor: Visitor) -> None:
    assert visitor.posts("controls/kill", {}) == 404
    assert visitor.posts("controls/advance", {"seconds": 60}) == 404
    status = visitor.first_state()["status"]
    assert set(status.pop("bad_answers").values()) == {False}
    assert status == {"can": [], "outages": {"telegram": False}}


def test_sms_and_calls_from_the_page(visitor: Visitor, sandbox: Sandbox, twilio: TwilioClient) -> None:
    dana = sandbox.phone("Dana", number="+77000000001", telegram=False)
    at = f"phones/{dana.user_id}"
    assert visitor.posts(f"{at}/sms", {"text": " 7A "}) == 204
    assert [text.body for text in dana.sms] == ["7A"]
    sid = twilio.calls.create(
        to="+77000000001", from_="+77000000900", twiml="<Response><Pause length='9'/></Response>"
    ).sid
    dana.rings()
    assert visitor.posts(f"{at}/call", {"call": sid, "act": "answer"}) == 204
    assert visitor.posts(f"{at}/call", {"call": sid, "keys": "1"}) == 204
    (phone,) = visitor.first_state()["phones"]
    assert (phone["bot"], phone["number"], phone["email"]) == (None, "+77000000001", None)
    assert phone["call"]["talking"]
    assert phone["call"]["said"] == [{"text": "1", "language": "", "key": True, "mine": False}]
    assert visitor.posts(f"{at}/call", {"call": sid, "act": "hang_up"}) == 204
    (phone,) = visitor.first_state()["phones"]
    assert phone["call"] is None
    assert [item["channel"] for item in phone["messages"]] == ["sms", "call"]
    status = visitor.first_state()["status"]
    assert (status["outages"], status["bad_answers"]) == ({"sms": False, "voice": False}, {})


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("sms", {"text": ""}, 400),
        ("sms", {"text": "x" * 1601}, 400),
        ("call", {"call": "CA0", "act": "answer"}, 404),
        ("text", {"text": "there is no Telegram here"}, 404),
    ],
)
def test_more_nonsense_is_refused(visitor: Visitor, sandbox: Sandbox, path: str, body: object, status: int) -> None:
    dana = sandbox.phone("Dana", number="+77000000001", telegram=False)
    nobody = sandbox.phone("Jonas", email="jonas@example.org", telegram=False)
    assert visitor.posts(f"phones/{dana.user_id}/{path}", body) == status
    assert visitor.posts(f"phones/{nobody.user_id}/sms", {"text": "x"}) == 404
    assert visitor.posts("controls/outage", {"service": "fax", "on": True}) == 404
    assert visitor.posts("controls/answer", {"answer": "maybe", "on": True}) == 404
    assert dana.sms == []

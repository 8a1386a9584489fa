"""The demo's phones, used as a visitor's browser uses them: over HTTP, from outside."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import closing
from typing import Any

Shown = dict[str, Any]
PATIENCE = 60.0
LOOK_EVERY = 0.1


class PhonesPage:
    """The page on which the phones lie. Every look opens the live stream anew and reads its first event."""

    def __init__(self, port: int) -> None:
        self._host = f"localhost:{port}"
        self._port = port

    def is_open(self) -> bool:
        try:
            return self._request("GET", "/") == http.client.OK
        except OSError:
            return False

    def writes(self, owner: str, words: str) -> None:
        """Type words on somebody's phone and send them."""
        self._act(f"phones/{self.phone(owner)['id']}/text", {"text": words})

    def taps(self, owner: str, label: str) -> None:
        """Press the newest button of this label."""
        for message in reversed(self.phone(owner)["messages"]):
            for button in (button for row in message["buttons"] for button in row if button["label"] == label):
                return self._act(
                    f"phones/{self.phone(owner)['id']}/tap", {"message": message["id"], "data": button["data"]}
                )
        raise AssertionError(f"there is no button {label!r} on {owner}'s phone")

    def kills(self) -> None:
        """Press "kill"."""
        self._act("controls/kill", {})

    def sees(self, owner: str, words: str) -> None:
        """Wait until somebody's phone shows these words from the bot."""
        deadline = time.monotonic() + PATIENCE
        while not any(words in message["text"] for message in self.phone(owner)["messages"] if not message["mine"]):
            assert time.monotonic() < deadline, f"{owner} did not see {words!r}"
            time.sleep(LOOK_EVERY)

    def phone(self, owner: str) -> Shown:
        return next(phone for phone in self.state()["phones"] if phone["name"] == owner)

    def state(self) -> Shown:
        """Everything the page shows."""
        with closing(self._connect()) as connection:
            connection.request("GET", "/sandbox/events", headers={"Host": self._host})
            answer = connection.getresponse()
            while not (line := answer.readline()).startswith(b"data: "):
                assert line, "the stream ended"
            state: Shown = json.loads(line.removeprefix(b"data: "))
            return state

    def _act(self, what: str, body: object) -> None:
        assert self._request("POST", f"/sandbox/{what}", json.dumps(body)) == http.client.NO_CONTENT

    def _request(self, method: str, path: str, body: str | None = None) -> int:
        headers = {"Host": self._host, "Origin": f"http://{self._host}", "Content-Type": "application/json"}
        with closing(self._connect()) as connection:
            connection.request(method, path, body, headers)
            return connection.getresponse().status

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)

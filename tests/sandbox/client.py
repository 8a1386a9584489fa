"""A bot's side of the Bot API over plain HTTP, so that a test sees exactly what goes over the wire."""

import http.client
import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit


class Client:
    def __init__(self, url: str, token: str, timeout: float = 60.0) -> None:
        self._address = urlsplit(url).netloc
        self._path = f"/bot{token}/"
        self._timeout = timeout
        self._connection = http.client.HTTPConnection(self._address, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def raw(self, method: str, body: bytes, content_type: str) -> tuple[int, dict[str, Any]]:
        """Status and body of one call."""
        headers = {"Content-Type": content_type}
        try:
            self._connection.request("POST", self._path + method, body, headers)
            response = self._connection.getresponse()
            return response.status, json.loads(response.read())
        except BaseException:
            self._connection.close()
            raise

    def call(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """One call with a JSON body."""
        return self.raw(method, json.dumps(params).encode(), "application/json")

    def form(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """One call with a form."""
        return self.raw(method, urlencode(params).encode(), "application/x-www-form-urlencoded")

    def does(self, method: str, **params: Any) -> Any:
        """The result of a call that must be accepted."""
        status, body = self.call(method, **params)
        assert status == 200, body
        return body["result"]

    def refused(self, method: str, **params: Any) -> tuple[int, str]:
        """The code and description of a call that must be refused."""
        status, body = self.call(method, **params)
        assert body["ok"] is False
        assert body["error_code"] == status
        return status, body["description"]

    def updates(self, **params: Any) -> list[dict[str, Any]]:
        """What getUpdates gives."""
        result: list[dict[str, Any]] = self.does("getUpdates", **params)
        return result

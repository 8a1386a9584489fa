"""Brings what Twilio has to say to the program: signed, on this machine only, and as badly as the faults want it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final, Self
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from sandbox.changes import Watch
from sandbox.twilio.addresses import Addresses
from sandbox.twilio.faults import Faults, News
from sandbox.twilio.news import Post
from sandbox.twilio.signing import SIGNATURE_HEADER, signature
from sandbox.twilio.state import Network

PATIENCE: Final = aiohttp.ClientTimeout(total=15)
STRANGERS_TOKEN: Final = "whoever-this-is-does-not-know-the-token"  # noqa: S105 - that is the point of it
AGAIN_AFTER: Final = 0.2  # real seconds; Twilio tries once more when no connection could be made
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


_Parcel = tuple[Post, Callable[[str], None] | None]


class _NoAnswerError(Exception):
    """The program gave no answer that can be used; the message says why."""


class Courier:
    """Requests to the program, for as long as the server runs. Use it as an asynchronous context manager."""

    def __init__(self, network: Network, faults: Faults, addresses: Addresses, watch: Watch) -> None:
        self._network = network
        self._faults = faults
        self._addresses = addresses
        self._watch = watch
        self._queues: dict[str, deque[_Parcel]] = {}
        self._held: dict[str, list[_Parcel]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession(timeout=PATIENCE))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    def post(self, post: Post, then: Callable[[str], None] | None = None) -> None:
        """Bring it soon, after whatever else of its subject there is; `then` gets the body of the answer."""
        queue = self._queues.setdefault(post.subject, deque())
        queue.append((post, then))
        if len(queue) == 1:
            task = asyncio.create_task(self._bring_all(post.subject))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def fetch(self, url: str, fields: Mapping[str, str], *, method: str = "POST") -> str | None:
        """The body of what the program answers now; None when it does not, which is noted as a problem."""
        return await self._send(url, fields, method=method, forged=False)

    async def _bring_all(self, subject: str) -> None:
        queue = self._queues[subject]
        while queue:
            post, then = queue[0]
            news = self._faults.of_news(post.service)
            if news.reordered:
                self._held.setdefault(subject, []).append((post, then))
            else:
                await self._bring(post, then, news)
            if post.is_last:
                for late, afterwards in reversed(self._held.pop(subject, [])):
                    await self._bring(late, afterwards, News())
            queue.popleft()
        del self._queues[subject]

    async def _bring(self, post: Post, then: Callable[[str], None] | None, news: News) -> None:
        if news.dropped:
            return
        if news.late_by:
            late = self._network.now() + timedelta(seconds=news.late_by)
            await self._watch.until(lambda: False, at_latest=late)
        await self._watch.until(lambda: not self._faults.is_out(post.service))
        for _ in range(news.copies):
            body = await self._send(post.url, post.fields, method="POST", forged=news.forged)
            if body is not None and then is not None:
                then(body)

    async def _send(self, url: str, fields: Mapping[str, str], *, method: str, forged: bool) -> str | None:
        try:
            return await self._answer(url, fields, method=method, forged=forged)
        except _NoAnswerError as why:
            self._network.problems.append(f"{method} {url}: {why}")
            return None

    async def _answer(self, url: str, fields: Mapping[str, str], *, method: str, forged: bool) -> str:
        destination = self._addresses.destination(url)
        if destination is None:
            raise _NoAnswerError("not an address on this machine, so nothing was sent")
        try:
            return await self._once(url, destination, fields, method=method, forged=forged)
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(AGAIN_AFTER)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _NoAnswerError(f"11200 {type(error).__name__}") from None
        try:
            return await self._once(url, destination, fields, method=method, forged=forged)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _NoAnswerError(f"11200 {type(error).__name__}") from None

    async def _once(self, url: str, destination: str, fields: Mapping[str, str], *, method: str, forged: bool) -> str:
        token = STRANGERS_TOKEN if forged else self._network.token
        question = ("&" if "?" in url else "?") + urlencode(fields) if method == "GET" else ""
        posted = {} if method == "GET" else fields
        async with self._session.request(
            method,
            URL(destination + question, encoded=True),
            data=None if method == "GET" else urlencode(posted),
            headers={SIGNATURE_HEADER: signature(token, url + question, posted), **FORM},
            allow_redirects=False,
        ) as answer:
            if not answer.ok:
                raise _NoAnswerError(f"11200 answered {answer.status}")
            return await answer.text()

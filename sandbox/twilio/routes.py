"""Twilio's REST API on HTTP: `/2010-04-01/Accounts/<account>/Messages.json` and what stands beside it."""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from aiohttp import web

from sandbox.changes import Changes
from sandbox.server import hang_up
from sandbox.switches import Drop, Silence
from sandbox.twilio import acts
from sandbox.twilio.errors import RefusedError, unauthorized
from sandbox.twilio.faults import ApiFault, Faults, Refuse
from sandbox.twilio.requests import Fields, Request, Requests
from sandbox.twilio.showing import ROOT
from sandbox.twilio.state import Attached, Network, Service
from sandbox.twilio.whatsapp import bare

CREATED: Final = 201
DELETED: Final = 204
Act = Callable[[web.Request, Fields], Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """Answers the program. Requests that are never to be answered wait for the server's end."""

    def __init__(
        self,
        network: Network,
        changes: Changes,
        faults: Faults,
        requests: Requests,
        *,
        urls: Callable[[], tuple[str | None, str | None]],
    ) -> None:
        self._urls = urls
        self._network = network
        self._changes = changes
        self._faults = faults
        self._requests = requests
        self._stopping = asyncio.Event()

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        network, base = self._network, ROOT + "/{account}"
        sms, voice = partial(self._route, Service.SMS), partial(self._route, Service.VOICE)
        router = app.router
        router.add_get(ROOT + "/{account}.json", self._route(None, lambda *_: acts.show_account(network)))
        router.add_post(base + "/Messages.json", sms(lambda _, given: acts.send_message(network, given), CREATED))
        router.add_get(base + "/Messages.json", sms(lambda _, given: acts.list_messages(network, given)))
        router.add_get(base + "/Messages/{sid}.json", sms(lambda asked, _: acts.show_message(network, _sid(asked))))
        router.add_post(
            base + "/Messages/{sid}.json", sms(lambda asked, given: acts.change_message(network, _sid(asked), given))
        )
        router.add_delete(
            base + "/Messages/{sid}.json", sms(lambda asked, _: acts.delete_message(network, _sid(asked)), DELETED)
        )
        media = base + "/Messages/{sid}/Media/{media}"
        router.add_get(media, sms(lambda asked, _: _stored(asked, acts.look_for_file(network, *_named(asked)))))
        router.add_delete(media + ".json", sms(lambda asked, _: acts.delete_file(network, *_named(asked)), DELETED))
        router.add_get("/storage/{sid}/{media}", self._from_storage)
        router.add_post(base + "/Calls.json", voice(lambda _, given: acts.place_call(network, given), CREATED))
        router.add_get(base + "/Calls.json", voice(lambda _, given: acts.list_calls(network, given)))
        router.add_get(base + "/Calls/{sid}.json", voice(lambda asked, _: acts.show_call(network, _sid(asked))))
        router.add_post(
            base + "/Calls/{sid}.json", voice(lambda asked, given: acts.change_call(network, _sid(asked), given))
        )
        router.add_get(
            base + "/IncomingPhoneNumbers.json",
            self._route(None, lambda _, given: acts.list_numbers(network, given, self._urls())),
        )
        router.add_get(base + "/Recordings.json", voice(lambda _, given: acts.list_recordings(network, given)))
        router.add_get(
            base + "/Recordings/{sid}.mp3", voice(lambda asked, _: acts.hear_recording(network, _sid(asked)))
        )
        router.add_delete(
            base + "/Recordings/{sid}.json",
            voice(lambda asked, _: acts.delete_recording(network, _sid(asked)), DELETED),
        )
        app.on_shutdown.append(self._stop)

    async def _stop(self, _app: web.Application) -> None:
        self._stopping.set()

    def _route(self, service: Service | None, act: Act, status: int = 200) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            form = [(name, value) for name, value in (await request.post()).items() if isinstance(value, str)]
            given = Fields((*request.query.items(), *form))
            noted = Request(request.method, request.path, given.as_mapping(), self._network.now())
            self._requests.add(noted)
            response = await self._respond(request, service, partial(act, request, given), status, given)
            if response is None:
                return web.Response(status=504)  # nobody is there to read it
            noted.answered = response.status
            return response

        return handle

    async def _from_storage(self, request: web.Request) -> web.StreamResponse:
        """What the API sends on to: a signed address of another house, which takes no second proof of who asks."""
        if "Authorization" in request.headers:
            return web.Response(status=400, text="Only one auth mechanism allowed")
        try:
            with self._changes.reading():
                found = acts.look_for_file(self._network, *_named(request))
        except RefusedError as refusal:
            return _refused(refusal)
        return web.Response(body=found.content, content_type=found.content_type)

    async def _respond(
        self, request: web.Request, service: Service | None, act: Callable[[], Any], status: int, given: Fields
    ) -> web.Response | None:
        """The answer, or None when this request gets none."""
        fault = await self._fault_of(service, given)
        if isinstance(fault, Refuse):
            return _refused(fault.refusal)
        response = None
        if fault is None or fault.accepted:
            response = self._carry_out(request, act, status)
        if isinstance(fault, Drop):
            hang_up(request)
        elif isinstance(fault, Silence):
            await self._stopping.wait()
        return response if fault is None else None

    async def _fault_of(self, service: Service | None, given: Fields) -> ApiFault | None:
        """What goes wrong; the account itself is out of reach when both halves are."""
        halves = [service] if service is not None else list(Service)
        if delay := max(self._faults.delay_of(half) for half in halves):
            await asyncio.sleep(delay)
        if all(self._faults.is_out(half) for half in halves):
            return Drop(accepted=False)
        return self._faults.of_request(service or "account", bare(given.text("To")) or None)

    def _carry_out(self, request: web.Request, act: Callable[[], Any], status: int) -> web.Response:
        try:
            self._check_credentials(request)
            with self._changes.changing():
                result = act()
        except RefusedError as refusal:
            return _refused(refusal)
        if isinstance(result, web.Response):
            return result
        if isinstance(result, bytes):
            return web.Response(body=result, content_type="audio/mpeg")
        return web.Response(status=status) if result is None else web.json_response(result, status=status)

    def _check_credentials(self, request: web.Request) -> None:
        account, token = self._network.account, self._network.token
        expected = base64.b64encode(f"{account}:{token}".encode()).decode()
        given = request.headers.get("Authorization", "")
        known = hmac.compare_digest(given.encode(), f"Basic {expected}".encode())
        if not known or request.match_info["account"] != account:
            raise unauthorized()


def _stored(request: web.Request, found: Attached) -> web.Response:
    """Send whoever asks for a file to where it is stored."""
    where = f"{request.scheme}://{request.host}/storage/{request.match_info['sid']}/{found.sid}"
    return web.Response(status=307, headers={"Location": where})


def _named(request: web.Request) -> tuple[str, str]:
    return request.match_info["sid"], request.match_info["media"]


def _sid(request: web.Request) -> str:
    return request.match_info["sid"]


def _refused(refusal: RefusedError) -> web.Response:
    return web.json_response(refusal.answer(), status=refusal.status)

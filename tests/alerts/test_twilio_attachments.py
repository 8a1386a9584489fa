"""Files that came with messages: fetched by name, through one redirection to Twilio's storage and to nowhere else."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from alerts.channels.port import PermanentFailure, TemporaryFailure
from alerts.channels.twilio.account import TwilioAccount
from alerts.channels.twilio.attachments import Attachments
from alerts.channels.twilio.http import API_URL, stored_at
from alerts.channels.twilio.recordings import Recordings
from sandbox import Sandbox
from tests.alerts.leaks import closed_port

SAMPLE = b"OggS"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def fetched(sandbox: Sandbox, name: str, token: str | None = None) -> bytes:
    account = TwilioAccount(sandbox.twilio.account, token or sandbox.twilio.token, sandbox.twilio_url)
    async with account:
        told = await Attachments(account).post("getFile", {"file_id": name}, 1.0)
        async with aclosing(Attachments(account).stream(told["file_path"], 5.0)) as pieces:
            return b"".join([piece async for piece in pieces])


@pytest.mark.anyio
async def test_a_file_is_fetched_where_the_api_sends_us_and_the_token_stays_with_the_api() -> None:
    with Sandbox() as sandbox:
        sent = sandbox.phone("Nurbol", telegram=False, number="+77000000777").texts("", files=("voice",))
        (file,) = sandbox.twilio.files()
        # The storage of the stand-in refuses whoever brings the token along, as the real one does.
        assert (await fetched(sandbox, f"{sent.sid}/{file}")).startswith(SAMPLE)
        with pytest.raises(TemporaryFailure, match="not_there"):
            await fetched(sandbox, f"{sent.sid}/ME{'0' * 32}")
        with pytest.raises(PermanentFailure):
            await fetched(sandbox, "../../etc/passwd")


@pytest.mark.anyio
async def test_a_recording_that_is_not_there_yet_and_a_line_that_is_dead_are_bad_moments() -> None:
    """Somebody has spoken: what they said is asked for again, and given up by nobody."""
    name = f"RE{'0' * 32}"
    with Sandbox() as sandbox:
        there = (sandbox.twilio_url, "not_there"), (f"http://127.0.0.1:{closed_port()}", "not_sent")
        for url, code in there:
            async with TwilioAccount(sandbox.twilio.account, sandbox.twilio.token, url) as account:
                with pytest.raises(TemporaryFailure, match=code):
                    async for _ in Recordings(account).stream(name, 5.0):
                        pass


@pytest.mark.parametrize(
    "where",
    [
        "https://mms.twiliocdn.com/AC0/abc?Expires=1&Signature=a%2Fb~c_&Key-Pair-Id=K",
        "https://media.twiliocdn.com/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC0/abc",
        f"{API_URL}/2010-04-01/elsewhere",
    ],
)
def test_twilios_storage_is_followed_to_the_letter_of_its_signed_address(where: str) -> None:
    assert str(stored_at(API_URL, where)) == where


@pytest.mark.parametrize(
    "where",
    [
        "",
        "/relative",
        "http://mms.twiliocdn.com/x",
        "https://mms.twiliocdn.com:8443/x",
        "https://twiliocdn.com.example.org/x",
        "https://example.org/twiliocdn.com",
        "https://eviltwiliocdn.com/x",
        "https://user@mms.twiliocdn.com/x",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8000/console",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
def test_nobody_is_followed_anywhere_else(where: str) -> None:
    with pytest.raises(PermanentFailure, match="stored_elsewhere") as refused:
        stored_at(API_URL, where)
    assert where == "" or where not in str(refused.value)

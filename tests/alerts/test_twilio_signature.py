"""Only Twilio can speak for Twilio."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.twilio.signature import is_signed

TOKEN = "CANARY-auth-token"
PUBLIC = "https://panah.example.org"
PATH = "/webhooks/twilio/status?attempt=a1"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+77000000001", "Body": "қамауда"}


def signed(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Twilio's signature, written down from its description rather than taken from its library."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_what_twilio_signed_is_believed() -> None:
    assert is_signed(TOKEN, PUBLIC, PATH, FORM, signed(PUBLIC + PATH, FORM))
    assert is_signed(TOKEN, f"{PUBLIC}/", PATH, FORM, signed(PUBLIC + PATH, FORM))
    assert is_signed(TOKEN, PUBLIC, PATH, {}, signed(PUBLIC + PATH, {}))


def test_the_port_may_stand_there_or_not() -> None:
    with_port = "https://panah.example.org:443"
    assert is_signed(TOKEN, PUBLIC, PATH, FORM, signed(with_port + PATH, FORM))
    assert is_signed(TOKEN, with_port, PATH, FORM, signed(PUBLIC + PATH, FORM))


@pytest.mark.parametrize(
    ("token", "public", "path", "form"),
    [
        ("another", PUBLIC, PATH, FORM),
        ("", PUBLIC, PATH, FORM),
        (TOKEN, "https://elsewhere.example.org", PATH, FORM),
        (TOKEN, "http://panah.example.org", PATH, FORM),
        (TOKEN, PUBLIC, "/webhooks/twilio/status?attempt=a2", FORM),
        (TOKEN, PUBLIC, "/webhooks/twilio/status", FORM),
        (TOKEN, PUBLIC, PATH, FORM | {"MessageStatus": "failed"}),
        (TOKEN, PUBLIC, PATH, FORM | {"More": ""}),
        (TOKEN, PUBLIC, PATH, {}),
        (TOKEN, PUBLIC, PATH, {"MessageStatus": "\ud800"}),
        (TOKEN, "https://[", PATH, FORM),
        (TOKEN, "https://panah.example.org:port", PATH, FORM),
    ],
)
def test_what_was_changed_on_the_way_is_not(token: str, public: str, path: str, form: dict[str, str]) -> None:
    assert not is_signed(token, public, path, form, signed(PUBLIC + PATH, FORM))


@pytest.mark.parametrize("signature", [None, "", "=", "қ", "\ud800"])
def test_what_is_not_signed_is_not(signature: str | None) -> None:
    assert not is_signed(TOKEN, PUBLIC, PATH, FORM, signature)


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()), st.text())
def test_anything_may_come_in(public: str, path: str, form: dict[str, str], signature: str) -> None:
    assert not is_signed(TOKEN, public, path, form, signature)

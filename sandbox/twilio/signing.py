"""How Twilio signs what it posts: HMAC-SHA1 with the account's token over the address and the sorted fields."""

import base64
import hmac
from collections.abc import Mapping
from typing import Final

SIGNATURE_HEADER: Final = "X-Twilio-Signature"


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """The signature of a request to `url`, exactly as the program's owner wrote it, with these form fields."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()

"""Whether a request really comes from Twilio.

Source: https://www.twilio.com/docs/usage/security (X-Twilio-Signature)
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlparse

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = "X-Twilio-Signature"


def is_signed(
    auth_token: str, public_url: str, path_and_query: str, form: Mapping[str, str], signature: str | None
) -> bool:
    """Say whether Twilio signed this request with our token. Never raises; takes as long for any wrong signature.

    ``public_url`` is PANAH_PUBLIC_URL, never the Host header, which whoever sends the request may choose.
    ``path_and_query`` stands as it came, ``form`` holds what was posted and nothing of the query.
    """
    from twilio.request_validator import (
        RequestValidator,
        add_port,
        remove_port,
    )

    if not auth_token or not signature:
        return False
    validator = RequestValidator(auth_token)
    try:
        address = urlparse(f"{public_url.rstrip('/')}{path_and_query}")
        # Twilio signs with or without the port, depending on its mood.
        expected = [validator.compute_signature(form_of(address), form) for form_of in (add_port, remove_port)]
    except ValueError:  # an address that is none, or text that is not
        return False
    given = signature.encode(errors="replace")
    # Both are compared in any case, and not by the library, whose comparison ends early for a wrong length.
    with_port, without = (hmac.compare_digest(one.encode(), given) for one in expected)
    return with_port or without

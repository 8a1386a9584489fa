"""What the operator's guide says about programs works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tests.api.caller import agrees, token_for

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.accounts import Member
    from tests.web.scene import Scene

GUIDE = Path(__file__).parents[2] / "docs" / "operators-guide.md"


def test_every_curl_of_the_guide_does_what_is_said_beside_it(
    client: FlaskClient, aigerim: Member, scene: Scene
) -> None:
    scene.helper("Aigerim")
    given = {"TOKEN": token_for(aigerim), "PANAH": "", "CODE": scene.code}
    lines = re.findall(r"^    (curl .+)$", GUIDE.read_text(), re.MULTILINE)
    seen = []
    for line in lines:
        _, *words = shlex.split(re.sub(r"\$(\w+)", lambda found: given[found[1]], line))
        headers, body, address = {}, None, ""
        while words:
            match words.pop(0):
                case "-H":
                    name, _, value = words.pop(0).partition(": ")
                    headers[name] = value
                case "-d":
                    body = words.pop(0)
                case word:
                    address = word
        method = "GET" if body is None else "POST"
        answer = client.open(address, method=method, headers=headers, data=body)
        seen.append(agrees(method, address.removeprefix("/api/v1").partition("?")[0], answer))
    assert seen == [
        "GET /board 200",
        "GET /cases/{code} 200",
        "GET /cases/{code}/events 200",
        "POST /cases/{code}/events 201",
    ]


def test_the_guide_counts_as_the_program_does() -> None:
    from contacts.accounts.api_tokens import BEGINS, LONGEST, PER_TOKEN

    text = " ".join(GUIDE.read_text().split())
    assert f"`{BEGINS}`" in text
    assert (LONGEST.days, PER_TOKEN.tries, PER_TOKEN.within.total_seconds()) == (90, 900, 900)
    assert "Fifteen minutes take nine hundred requests" in text
    assert "(ninety at most)" in text

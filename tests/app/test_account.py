"""`panah account`, and the invitation that `panah init` ends with."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from app.settings import read_settings
from app.wiring import build
from tests.accounts import join
from tests.api.caller import token_for
from tests.authenticator import Authenticator
from tests.contacts.test_passkeys import Owner

if TYPE_CHECKING:
    from tests.app.conftest import Panah

LINK = re.compile(r"^http://localhost:8000/console/invitation/[\w-]{24}$")
TEAM = "name,role\nAigerim,coordinator\nДана,lawyer\n"


def listed(panah: Panah) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(panah.does("account", "list", "--json"))}


def test_init_ends_with_a_link_for_the_first_administrator_and_asks_nothing(panah: Panah) -> None:
    *_, who, link = panah.does("init").splitlines()
    assert "administrator" in who
    assert LINK.fullmatch(link)
    *_, again = panah.does("init").splitlines()
    assert LINK.fullmatch(again)
    assert again != link, "nobody has taken the first: it is replaced"
    assert listed(panah)["administrator"]["state"] == "invited"


def test_a_link_alone_is_printed_and_leads_to_the_public_address(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", TEAM))
    link = ready.does("account", "invite", "дана", "--role", "lawyer", PANAH_PUBLIC_URL="https://panah.example.org")
    assert re.fullmatch(r"https://panah\.example\.org/console/invitation/[\w-]{24}\n", link)
    row = listed(ready)["Дана"]
    assert (row["role"], row["state"], row["sessions"], row["under_duress"]) == ("lawyer", "invited", 0, False)


def test_who_cannot_have_an_account_is_refused(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", TEAM))
    assert "no contact of that name" in ready.refuses("account", "invite", "Nobody", "--role", "lawyer")
    assert "cannot come in as lawyer" in ready.refuses("account", "invite", "Aigerim", "--role", "lawyer")
    assert "choose another name" in ready.refuses("account", "invite", "Aigerim", "--role", "admin")
    ready.refuses("account", "invite", "Aigerim", status=2)
    ready.refuses("account", "invite", "Aigerim", "--role", "king", status=2)


def test_passkeys_and_tokens_of_an_account_are_seen_and_ended(ready: Panah) -> None:
    house = build(read_settings(ready.environment))
    member = join(house.store, "Aigerim")
    token_for(member)
    here = Owner(member)
    assert here.adds(Authenticator()) is None
    assert here.adds(Authenticator()) is None
    house.store.engine.dispose()
    assert ", 2 passkeys, 1 tokens" in ready.does("account", "list")
    row = listed(ready)["Aigerim"]
    assert (row["passkeys"], row["tokens"]) == (2, 1)
    assert ready.does("account", "revoke-tokens", "Aigerim") == "Revoked: 1.\n"
    assert ready.does("account", "revoke-tokens", "Aigerim") == "It has no tokens.\n"
    assert "Removed: 2." in ready.does("account", "remove-passkeys", "Aigerim")
    assert ready.does("account", "remove-passkeys", "Aigerim") == "It has no passkeys.\n"
    row = listed(ready)["Aigerim"]
    assert (row["passkeys"], row["tokens"], row["sessions"]) == (0, 0, 0)
    for command in ("remove-passkeys", "revoke-tokens"):
        assert "no account of that name" in ready.refuses("account", command, "Nobody")


def test_an_account_is_revoked(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", TEAM))
    ready.does("account", "invite", "Aigerim", "--role", "coordinator")
    assert "opens nothing" in ready.does("account", "revoke", "Aigerim")
    assert "before" in ready.does("account", "revoke", "Aigerim")
    assert "Aigerim (coordinator): revoked, 0 sessions" in ready.does("account", "list")
    assert "no account of that name" in ready.refuses("account", "revoke", "Nobody")

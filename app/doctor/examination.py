"""The examination: every check in order. One that fails hides none of the others that can still be made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.doctor import accounts, channels, database, home, keys, network, reach, team, work
from app.doctor.findings import Finding, Level, fault, ok
from app.settings import Settings, SettingsError, read_settings
from app.wiring import House, assemble
from store.clock import SystemClock
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ASK_HELP = "see the log and the runbook"
Explain = Callable[[Exception], str]


def examine(environment: Mapping[str, str], dotenv: Path | None, explain: Explain) -> Iterator[Finding]:
    """Yield every finding. ``explain`` says what an unforeseen failure means, without personal data."""
    try:
        settings = read_settings(environment, dotenv)
    except SettingsError as error:
        for line in str(error).splitlines():
            yield fault("settings", line, "mend it in .env or in the environment; see .env.example")
        return
    yield ok("settings", "they can be read")
    yield from _run(_settled(settings, environment), explain)
    yield from _with_house(settings, explain)
    yield from _run(
        {
            "telegram": lambda: network.check_telegram(settings),
            "channels": lambda: channels.check_channels(settings),
            "public_pages": lambda: network.check_public_address(settings),
        },
        explain,
    )


def _settled(settings: Settings, environment: Mapping[str, str]) -> dict[str, Callable[[], Finding]]:
    return {
        "home": lambda: home.check_folder(settings),
        "key": lambda: home.check_key(settings, environment),
        "ring_copy": lambda: keys.check_ring_copy(settings),
        "recipient": lambda: keys.check_recipient(settings),
        "zones": lambda: home.check_zones(SystemClock().now()),
        "packages": lambda: home.check_packages(SystemClock().now()),
        "public_url": lambda: home.check_public_url(settings),
        "heartbeat": lambda: home.check_heartbeat(settings),
        "translations": home.check_translations,
        "fonts": home.check_fonts,
    }


def _with_house(settings: Settings, explain: Explain) -> Iterator[Finding]:
    """Everything that needs the key ring and the database; the later ones need the right schema too."""
    try:
        house = assemble(settings)
    except (SettingsError, StoreError) as error:
        yield fault("key_ring", str(error), "without it nothing can be read; see the operator's guide")
        return
    yield ok("key_ring", "the key opens it")
    try:
        yield from _database(house, explain)
    finally:
        house.store.engine.dispose()


def _database(house: House, explain: Explain) -> Iterator[Finding]:
    (schema,) = _run({"database": lambda: database.check_schema(house)}, explain)
    yield schema
    if schema.level is not Level.OK:
        return
    checks: dict[str, Callable[[], Finding | Iterable[Finding]]] = {
        "engine": lambda: database.check_engine(house),
        "standby": lambda: database.check_standby(house),
        "left_behind": lambda: database.check_left_behind(house),
        "space": lambda: database.check_space(house),
        "clock": lambda: database.check_clock(house),
        "epochs": lambda: keys.check_epochs(house),
        "backup": lambda: keys.check_backups(house),
        "sealed_intake": lambda: keys.check_intake(house),
        "log": lambda: database.check_log(house),
        "seals": lambda: database.check_seals(house),
        "work": lambda: work.check_work(house),
        "team": lambda: team.check_team(house),
        "drill": lambda: team.check_drill(house),
        "methods": lambda: reach.check_reach(house),
        "accounts": lambda: accounts.check_accounts(house),
    }
    yield from _run(checks, explain)


def _run(checks: Mapping[str, Callable[[], Finding | Iterable[Finding]]], explain: Explain) -> Iterator[Finding]:
    for name, check in checks.items():
        try:
            found = check()
            yield from [found] if isinstance(found, Finding) else list(found)
        except Exception as error:  # noqa: BLE001  a check that breaks is a finding, and the others are still made
            yield fault(name, explain(error), ASK_HELP)

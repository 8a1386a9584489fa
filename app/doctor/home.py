"""The home and what the settings say: nothing here needs the database."""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app import LOCKED_ON
from app.doctor.findings import Finding, fault, ok, warn
from app.setup import OTHERS
from store.ring_file import locked_path, passphrase_of
from texts.catalogue import LANGUAGES, SOURCE, drafts
from texts.zones import use_pinned_zones

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from app.settings import Settings

LOCK_AGES = timedelta(days=90)
"""After so long holes may be known in what we use that nobody has looked for."""
KAZAKHSTAN = ("Asia/Almaty", "Asia/Aqtau", "Asia/Qyzylorda")
SINCE_2024 = timedelta(hours=5)


def check_folder(settings: Settings) -> Finding:
    """The home is there and nobody else can look into it or change it."""
    home = settings.home
    if not settings.ring_path.exists():
        if locked_path(settings.ring_path).exists():
            return fault("home", f"{home} is locked: nothing in it can be read", "ask who did it; `panah unlock`")
        return fault("home", f"{home} is not set up", "run `panah init`")
    open_to_others = [path for path in (home, *_files(home)) if path.stat().st_mode & OTHERS]
    if open_to_others:
        return fault(
            "home",
            f"{open_to_others[0]} can be read or changed by other users"
            + (f" (and {len(open_to_others) - 1} more)" if len(open_to_others) > 1 else ""),
            f"chmod -R go-rwx {home}",
        )
    strangers = [path for path in (home, *_files(home)) if path.stat().st_uid != os.getuid()]
    if strangers:
        return warn("home", f"{strangers[0]} belongs to another user", "run every command as the user Panah runs as")
    return ok("home", f"{home}, closed to other users")


def _files(home: Path) -> Iterator[Path]:
    """What lies in the home itself. Deeper down nobody gets past the folder's own mode."""
    yield from (path for path in sorted(home.iterdir()) if not path.is_symlink())


def check_key(settings: Settings, environment: Mapping[str, str]) -> Finding:
    """Where the key-encryption key comes from, and what that means for a seized or copied disk."""
    if settings.key_command is not None:
        return ok("key", "given by PANAH_KEY_COMMAND")
    if settings.key is not None:
        return _given_key(environment)
    if passphrase_of(settings.ring_path) is not None:
        return ok("key", "made from a passphrase")
    path = settings.key_path
    if not path.exists():
        return fault("key", "there is no key", "`panah init` on a new home; else give the old key")
    if path.stat().st_mode & OTHERS:
        return fault("key", f"{path} can be read by other users", f"chmod go-rwx {path}")
    return _key_file(path, same_disk=settings.home.exists() and path.stat().st_dev == settings.home.stat().st_dev)


def _given_key(environment: Mapping[str, str]) -> Finding:
    if environment.get("PANAH_KEY"):
        return warn(
            "key",
            "given in the environment: whoever may look at this process's environment has it",
            "prefer PANAH_KEY_COMMAND, or PANAH_KEY_FILE on a disk that is not this one",
        )
    return ok("key", "given by PANAH_KEY_FILE or .env")


def _key_file(path: Path, *, same_disk: bool) -> Finding:
    if same_disk:
        return warn(
            "key",
            f"{path} is on the disk that holds the data: whoever takes or copies the disk can read everything",
            "encrypt the disk; or keep the key elsewhere and give it in PANAH_KEY_COMMAND or PANAH_KEY_FILE",
        )
    return ok("key", f"{path}, on another disk than the data")


def check_zones(now: datetime) -> Finding:
    """The pinned time zones are new enough to know that Kazakhstan moved to UTC+5 on 1 March 2024."""
    use_pinned_zones()
    wrong = [name for name in KAZAKHSTAN if now.astimezone(ZoneInfo(name)).utcoffset() != SINCE_2024]
    said = f"tzdata {version('tzdata')}"
    if wrong:
        return fault(
            "zones", f"{said} does not have {', '.join(wrong)} at UTC+5", "install Panah's own lock file again"
        )
    return ok("zones", f"{said}; Kazakhstan is at UTC+5")


def check_translations() -> Finding:
    """How many texts of each language no native speaker has read."""
    counted = {language: len(drafts(language)) for language in LANGUAGES if language != SOURCE}
    unread = ", ".join(f"{language} {count}" for language, count in counted.items() if count)
    if unread:
        return warn(
            "translations",
            f"texts that no native speaker has confirmed: {unread}",
            "have them read; until then prefer helpers who answer in person",
        )
    return ok("translations", "every text was confirmed by a native speaker")


def check_heartbeat(settings: Settings) -> Finding:
    """Whether somebody outside would notice that Panah is gone."""
    if settings.heartbeat_url is None:
        return warn(
            "heartbeat",
            "no outside monitor: if this machine fails, nobody is told",
            "set HEARTBEAT_URL to a monitor that raises the alarm when the calls stop",
        )
    return ok("heartbeat", "an outside monitor is called every minute")


def check_public_url(settings: Settings) -> Finding:
    """Whether the one-time links in pages lead anywhere."""
    if settings.public_url is None:
        return warn(
            "public_url",
            "PANAH_PUBLIC_URL is not set: the Open button leads to this machine only",
            "set it to the https:// address of your reverse proxy",
        )
    return ok("public_url", settings.public_url)


def check_packages(now: datetime) -> Finding:
    """How old the versions of the packages we use are."""
    age = now.date() - LOCKED_ON
    said = f"the versions of all packages are those of {LOCKED_ON:%Y-%m-%d}, {age.days} days ago"
    if age > LOCK_AGES:
        return warn("packages", said, "upgrade Panah: holes that became known since are not mended in them")
    return ok("packages", said)


def check_fonts() -> Finding:
    """Whether papers can be drawn as PDF in every script that people's names are written in."""
    from papers.fonts import scripts_without_font

    missing = scripts_without_font()
    if missing:
        return warn(
            "fonts",
            f"PDF papers show boxes instead of letters: {', '.join(missing)}",
            "install fonts-noto-core and fonts-noto-cjk, or what your system calls them; .docx papers need nothing",
        )
    return ok("fonts", "papers can be drawn in Latin, Cyrillic and Arabic letters and in Chinese")

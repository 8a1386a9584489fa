"""Where the rules of time zones come from."""

import zoneinfo
from typing import Final

from babel.core import get_global

ALPHA_2: Final = 2
"""Letters of a country's code; CLDR calls zones of none 001."""


def use_pinned_zones() -> None:
    """Make the whole process take time zones from the installed `tzdata` package only. May be called again.

    Python prefers the zone files of the operating system to the package, and those of an old server are
    wrong for us: Kazakhstan moved to a single zone, UTC+5, on 1 March 2024, and files from before that put
    Almaty one hour late. A lawyer would be told the wrong hour of a hearing. The package is pinned in the
    lock file, so every machine counts the same. Zones that were already loaded are forgotten.
    """
    zoneinfo.reset_tzpath([])
    zoneinfo.ZoneInfo.clear_cache()


def known_zone(name: str | None) -> str | None:
    """Return the name if there is a zone of that name; None for no name, and for one that time cannot be told by."""
    try:
        return None if name is None else zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def territory_of(zone: str) -> str | None:
    """Return the ISO 3166-1 code of the country a zone belongs to, as CLDR has it; None for zones of no country."""
    found = get_global("zone_territories").get(zone)
    return found if isinstance(found, str) and len(found) == ALPHA_2 else None

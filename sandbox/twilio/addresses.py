"""Where the program listens. What it calls itself in public may be another name; nothing else is ever called."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.telegram.state import is_on_this_machine


@dataclass
class Addresses:
    """`public_url` is the program's own name for itself, `deliver_to` the address on this machine behind it."""

    public_url: str | None = None
    deliver_to: str | None = None

    def destination(self, url: str) -> str | None:
        """Where a request to this address goes; None when that would leave this machine."""
        if self.deliver_to is not None and self._is_ours(url):
            return self.deliver_to.rstrip("/") + _path_of(url, self.public_url)
        return url if is_on_this_machine(url) else None

    def of(self, path: str) -> str | None:
        """The program's public address of one of its paths; None while nobody has said where the program is."""
        base = self.public_url or self.deliver_to
        return None if base is None else base.rstrip("/") + path

    def _is_ours(self, url: str) -> bool:
        if self.public_url is None:
            return not is_on_this_machine(url)
        return url.startswith(self.public_url.rstrip("/") + "/") or url == self.public_url


def _path_of(url: str, base: str | None) -> str:
    if base is not None:
        return url.removeprefix(base.rstrip("/"))
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

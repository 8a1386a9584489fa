"""Pages as Jinja has compiled them, for as long as the process lives.

Whoever builds the application a second time, as tests do for each story, compiles no page again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from types import CodeType

    from jinja2.bccache import Bucket


class CompiledOnce(BytecodeCache):
    """Keeps in memory what was compiled, by the page and by what its file says: a changed one is compiled anew."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the page its code, where there is any."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a page."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


PAGES = CompiledOnce()

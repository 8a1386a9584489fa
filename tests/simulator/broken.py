"""What it is called when a promise is broken, and by what the words are known that nobody may see."""

from __future__ import annotations

import re
from typing import Final

SECRET: Final = re.compile(r"zq\d+secret")


class Broken(BaseException):
    """A promise was broken. ``at``: seconds since the beginning. No part of the house can catch it as a failure."""

    at = 0.0

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise}: {what}")
        self.promise = promise
        self.what = what

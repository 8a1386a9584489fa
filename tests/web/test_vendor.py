"""Code of others is what it was when it was taken: nobody has mended or planted anything in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import web

OURS, TESTS = Path(web.__file__).parent / "static" / "vendor", Path(__file__).parent / "vendor"
TAKEN = {
    OURS / "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    OURS / "idiomorph-ext.min.js": "a6437e55b1b6a07bc421f0d230266a39399b6826c6ed19e0ed9c63b707444a5f",
    OURS / "pico.min.css": "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db",
    TESTS / "axe.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
}


@pytest.mark.parametrize("file", TAKEN, ids=lambda file: file.name)
def test_it_is_unchanged(file: Path) -> None:
    assert hashlib.sha256(file.read_bytes()).hexdigest() == TAKEN[file]


def test_nothing_else_lies_there() -> None:
    found = {file for folder in (OURS, TESTS) for file in folder.iterdir()}
    assert {file for file in found if file.suffix not in {".md", ".txt"}} == set(TAKEN)

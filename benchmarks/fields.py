"""Fields: what the vault adds to AES-GCM itself (a fresh nonce, padding, binding to table, column and row)."""

from __future__ import annotations

import os
import statistics
import time
import uuid
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.figures import Row
from store.vault import KEY_BYTES, NONCE_BYTES, Field, decrypt, encrypt

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.home import Options

MICROSECONDS = 1e6
GOAL = 3.0
WORDS = "Інімді алып кетті, қайда екенін білмейміз".encode()


def measure(options: Options) -> list[Row]:
    """Microseconds a field, at the median of several runs, in turn with the bare cipher."""
    times, runs = options.some(20_000, 500), options.some(7, 3)
    key = os.urandom(KEY_BYTES)
    field = str(Field("report_message", "content", uuid.uuid4()))
    sealed = encrypt(key, WORDS, field)
    cipher, bound = AESGCM(key), field.encode()
    nonce = os.urandom(NONCE_BYTES)
    bare = cipher.encrypt(nonce, WORDS, bound)
    return [
        _row(
            "encrypt",
            _contest(
                lambda: encrypt(key, WORDS, field),
                lambda: cipher.encrypt(os.urandom(NONCE_BYTES), WORDS, bound),
                times,
                runs,
            ),
        ),
        _row(
            "decrypt",
            _contest(lambda: decrypt(key, sealed, field), lambda: cipher.decrypt(nonce, bare, bound), times, runs),
        ),
    ]


def _row(what: str, taken: tuple[float, float]) -> Row:
    ours, bare = taken
    return Row("fields", f"{what} one field", ours, "µs", bare, "bare AESGCM", f"≤ {GOAL:g} ×", ours <= GOAL * bare)


def _contest(ours: Callable[[], object], bare: Callable[[], object], times: int, runs: int) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for call, into in zip((ours, bare), taken, strict=True):
            began = time.perf_counter()
            for _ in range(times):
                call()
            into.append((time.perf_counter() - began) / times * MICROSECONDS)
    return statistics.median(taken[0]), statistics.median(taken[1])

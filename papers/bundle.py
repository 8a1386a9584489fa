"""The bundle of a case: its files as numbered exhibits, an index with their hashes, and a list to check them by.

It is written as it is made, piece by piece, so that a large one needs no memory and no plaintext on a disk. Copies that
leave the team are pictures without what they tell about themselves; what cannot be cleaned stays, and the list says so.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from cases.media import suffix_of, suffix_of_copy
from cases.pictures import NotCleanedError, without_metadata
from store.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from papers.record import Exhibit
    from store.unit_of_work import Store

SUMS: Final = "SHA256SUMS"
AT_ONCE: Final = 4
"""Pictures that are cleaned side by side; each is a process of its own."""
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""Every entry bears this date: when it was packed tells nothing."""


class _Sink(io.RawIOBase):
    """What has been written and not been handed on."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        written = bytes(data)  # type: ignore[call-overload]  # whatever zipfile hands over
        self._waiting += written
        return len(written)

    def take(self) -> bytes:
        """Return what waits."""
        found = bytes(self._waiting)
        self._waiting.clear()
        return found


def pack(
    store: Store,
    exhibits: Sequence[Exhibit],
    papers: Mapping[str, bytes],
    *,
    originals: bool,
    done: Callable[[int], None] = lambda _: None,
) -> Iterator[bytes]:
    """Yield a ZIP archive: ``papers`` by name, the exhibits, and the SHA-256 of everything in it.

    ``originals``: the files as they came, evidence for a court; otherwise cleaned copies. ``done`` hears how many
    exhibits are in it after each.
    """
    sink, sums = _Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, content in papers.items():
            _add(archive, name, content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}")
            yield sink.take()
        left_out = []
        for number, (one, found) in enumerate(_contents(store, exhibits, originals=originals), 1):
            if found is None:
                left_out.append(f"# E{one.number:02} stays: it cannot be freed of what it tells about itself")
            else:
                name = name_of(one, is_copy=not originals)
                _add(archive, name, found)
                sums.append(f"{hashlib.sha256(found).hexdigest()}  {name}")
                yield sink.take()
            done(number)
        _add(archive, SUMS, "".join(f"{line}\n" for line in (*sums, *left_out)).encode())
    yield sink.take()


def name_of(one: Exhibit, *, is_copy: bool) -> str:
    """Return what an exhibit is called in the bundle."""
    return f"exhibits/E{one.number:02}.{suffix_of_copy(one.media) if is_copy else suffix_of(one.media)}"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, EPOCH), content)


def _contents(store: Store, exhibits: Sequence[Exhibit], *, originals: bool) -> Iterator[tuple[Exhibit, bytes | None]]:
    """Yield each exhibit with its bytes, in order; None for one that may not leave. A few are held at a time."""

    def whole(one: Exhibit) -> bytes:
        return b"".join(read_file(store, one.file_id))

    if originals:
        yield from ((one, whole(one)) for one in exhibits)
        return

    def cleaned(one: Exhibit) -> bytes | None:
        try:
            return without_metadata(whole(one), one.media)
        except NotCleanedError:
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(exhibits), AT_ONCE):
            part = exhibits[start : start + AT_ONCE]
            yield from zip(part, pool.map(cleaned, part), strict=True)

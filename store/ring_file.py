"""The key ring as a file: what is read from it, added to it, taken out of it, each time all of it or nothing.

The file lies beside the database and outside its backups. Each key in it is wrapped by the key-encryption key. It is
rewritten beside itself and put in place by one rename; the file that was there before is overwritten through the handle
that is still open on it. On a file system that writes in place (ext4, xfs) the old keys are gone then; on one that
copies on write, and on flash, the medium may keep them until it reuses the space.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from store.errors import KeyMissingError, LockedError, StoreError, UnreadableError, WrongKeyError
from store.vault import KEY_BYTES, ROOT, KeyRing, decrypt, encrypt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

log = structlog.get_logger(__name__)
FORMAT = 1
LOOKS = 5
"""How often a file that makes no sense is read again: somebody may be putting another in its place."""


@dataclass(frozen=True)
class Passphrase:
    """How the key-encryption key is made from a passphrase; None of it is secret. See :mod:`app.key.passphrase`."""

    salt: bytes
    log2_n: int

    def as_json(self) -> dict[str, Any]:
        """Plain values for the file."""
        return {"name": "scrypt", "salt": base64.b64encode(self.salt).decode(), "log2_n": self.log2_n}


@dataclass(frozen=True)
class _Content:
    """What stands in the file: wrapped keys by name, and how the key is made if a passphrase makes it."""

    keys: dict[str, bytes]
    passphrase: Passphrase | None


class RingFile:
    """One ring file and the key that opens it. Safe to use from any thread and any number of processes.

    ``copies`` are written whenever the file is; one that cannot be is only logged. ``find_key`` gives the key as it is
    kept now, for a process that runs on while the key is changed.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        copies: tuple[Path, ...] = (),
        find_key: Callable[[], bytes | None] = lambda: None,
    ) -> None:
        self.path = path
        self._key = key
        self._copies = copies
        self._find_key = find_key
        self._seen: tuple[int, int, int] | None = None

    @property
    def key(self) -> bytes:
        """The key-encryption key it is opened with."""
        return self._key

    def open(self) -> KeyRing:
        """Return the ring; raises WrongKeyError, LockedError, or KeyMissingError without one or with a damaged one."""
        if not self.path.exists():
            raise _missing(self.path)
        stamp = self._stamp()
        keys = _opened(_read(self.path), self._key)
        self._seen = stamp
        return KeyRing({name: key for name, key in keys.items() if name != ROOT}, keys[ROOT], self)

    def changed(self) -> Mapping[str, bytes] | None:
        """Return all keys if the file is another than at the last look. Raises LockedError when it is not there.

        A file that does not open with our key, or makes no sense, leaves us with what we have: it was wrapped anew for
        another key, which this process gets when it is started again.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        try:
            keys = self._open_by_any_key(_read(self.path))
        except StoreError as error:
            log.warning("key_ring_not_read", why=type(error).__name__)
            keys = None
        self._seen = stamp
        return keys

    def _open_by_any_key(self, content: _Content) -> dict[str, bytes]:
        try:
            return _opened(content, self._key)
        except WrongKeyError:
            key = self._find_key()
            if key is None:
                raise
            keys = _opened(content, key)
            self._key = key
            return keys

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen = None
            raise LockedError from None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def add(self, epoch: str, key: bytes) -> None:
        """Keep one more epoch; one that is there already stays as it is."""
        with self.writing():
            content = _read(self.path)
            if epoch not in content.keys:
                keys = {**content.keys, epoch: _wrapped(self._key_of(content), epoch, key)}
                self._write(_Content(keys, content.passphrase))

    def drop(self, epochs: Collection[str]) -> None:
        """Destroy epochs: write the ring without them, and overwrite the file that held them."""
        with self.writing():
            content = _read(self.path)
            left = {name: wrapped for name, wrapped in content.keys.items() if name not in epochs}
            if left != content.keys:
                self._write(_Content(left, content.passphrase))

    def wrap_anew(self, key: bytes, passphrase: Passphrase | None) -> None:
        """Wrap every key of the ring by another key-encryption key, which is the one from here on."""
        with self.writing():
            opened = _opened(_read(self.path), self._key)
            self._write(_Content({name: _wrapped(key, name, one) for name, one in opened.items()}, passphrase))
            self._key = key

    def ring_for_others(self) -> None:
        """Give the file another time, so that every process that follows it looks again and forgets what it knew."""
        with suppress(FileNotFoundError):
            newer = max(time.time_ns(), self.path.stat().st_mtime_ns + 1)
            os.utime(self.path, ns=(newer, newer))

    def refresh_copies(self) -> tuple[Path, ...]:
        """Bring every copy up to date; return those that could not be."""
        with self.writing():
            text = self.path.read_text(encoding="ascii")
            return self._copy(text)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only one who changes the ring, among the processes of this home.

        What a killed process left half written may hold keys that are to be destroyed: it goes first.
        """
        with ring_lock(self.path):
            for path in (self.path, *self._copies):
                sweep(path)
            yield

    def _key_of(self, content: _Content) -> bytes:
        self._open_by_any_key(content)  # never put into a ring what its own key does not open
        return self._key

    def _write(self, content: _Content) -> None:
        text = _text(content)
        replace_secret(self.path, text)
        self._copy(text)

    def _copy(self, text: str) -> tuple[Path, ...]:
        failed = []
        for copy in self._copies:
            try:
                if not copy.exists() or copy.read_text(encoding="ascii") != text:
                    replace_secret(copy, text)
            except (OSError, ValueError) as error:
                log.warning("ring_copy_not_written", why=type(error).__name__)
                failed.append(copy)
        return tuple(failed)


@contextmanager
def ring_lock(path: Path) -> Iterator[None]:
    """Hold the lock under which a ring file, its key and its locked form are changed."""
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_ring(path: Path, key: bytes, epoch: str, passphrase: Passphrase | None = None) -> KeyRing:
    """Create the ring file (mode 0600) with a first epoch; raises FileExistsError rather than overwrite one.

    The file is there completely or not at all, whatever happens meanwhile.
    """
    secrets = {ROOT: os.urandom(KEY_BYTES), epoch: os.urandom(KEY_BYTES)}
    wrapped = {name: _wrapped(key, name, secret) for name, secret in secrets.items()}
    write_once(path, _text(_Content(wrapped, passphrase)))
    return RingFile(path, key).open()


def open_ring(path: Path, key: bytes) -> KeyRing:
    """Open the ring file; raises WrongKeyError, or KeyMissingError when there is no ring or it is damaged."""
    return RingFile(path, key).open()


def passphrase_of(path: Path) -> Passphrase | None:
    """How the key of this ring is made from a passphrase; None when it is not, or there is no ring to read."""
    try:
        return _read(path).passphrase
    except StoreError:
        return None


def epochs_in(path: Path) -> frozenset[str] | None:
    """Which epochs a ring file holds; needs no key. None when there is no ring to read."""
    try:
        return frozenset(_read(path).keys) - {ROOT}
    except StoreError:
        return None


def locked_path(path: Path) -> Path:
    """Where a ring lies while it is locked."""
    return path.with_name(f"{path.name}.locked")


def _missing(path: Path) -> StoreError:
    if locked_path(path).exists():
        return LockedError()
    return KeyMissingError("this home has no key ring yet; run `panah init`")


def _wrapped(key: bytes, name: str, secret: bytes) -> bytes:
    return encrypt(key, secret, f"ring:{name}")


def _opened(content: _Content, key: bytes) -> dict[str, bytes]:
    try:
        return {name: decrypt(key, wrapped, f"ring:{name}") for name, wrapped in content.keys.items()}
    except UnreadableError as error:
        raise WrongKeyError("this is not the key this home was set up with; it does not open its key ring") from error


def _text(content: _Content) -> str:
    stored: dict[str, Any] = {
        "format": FORMAT,
        "keys": {name: base64.b64encode(wrapped).decode() for name, wrapped in sorted(content.keys.items())},
    }
    if content.passphrase is not None:
        stored["passphrase"] = content.passphrase.as_json()
    return json.dumps(stored)


def _read(path: Path) -> _Content:
    for look in range(LOOKS):
        try:
            return _parse(path, path.read_bytes())
        except FileNotFoundError as error:
            raise _missing(path) from error
        except OSError as error:
            raise KeyMissingError(f"the key ring {path} cannot be read ({error.strerror})") from error
        except KeyMissingError:
            # It may have been overwritten under our hands, because a newer one stands in its place.
            if look == LOOKS - 1:
                raise
            time.sleep(0.002)
    raise AssertionError("not reached")


def _parse(path: Path, data: bytes) -> _Content:
    try:
        stored = json.loads(data.decode("ascii"))
        ring = {name: base64.b64decode(value, validate=True) for name, value in stored["keys"].items()}
        given = stored.get("passphrase")
        passphrase = None if given is None else Passphrase(base64.b64decode(given["salt"]), int(given["log2_n"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyMissingError(f"the key ring {path} is damaged; put back a copy of it") from error
    if ROOT not in ring or len(ring) < 2:  # noqa: PLR2004  the root key and at least one epoch
        raise KeyMissingError(f"the key ring {path} is damaged; put back a copy of it")
    return _Content(ring, passphrase)


def write_once(path: Path, text: str) -> None:
    """Write a small secret file (mode 0600) durably and all at once; raises FileExistsError and changes nothing."""
    scratch = _scratch(path, text)
    try:
        name_once(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
    _sync_folder(path.parent)


def name_once(scratch: Path, path: Path, *, link: Callable[[Path, Path], None] = os.link) -> None:
    """Give a finished file its name; raises FileExistsError, and changes nothing, where there is one of that name.

    A stick (FAT) takes one name for a file: there the name is taken first, and the file put in its place.
    """
    try:
        link(scratch, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            scratch.replace(path)
        except OSError:
            path.unlink()
            raise


def replace_secret(path: Path, text: str) -> None:
    """Put a secret file (mode 0600) in place of another, durably and all at once; overwrite what was there."""
    scratch = _scratch(path, text)
    try:
        old = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        old = None
    try:
        scratch.replace(path)
        _sync_folder(path.parent)
        if old is not None:
            _overwrite(old)
    finally:
        scratch.unlink(missing_ok=True)
        if old is not None:
            os.close(old)


def destroy_file(path: Path) -> bool:
    """Overwrite a file and remove it; return whether there was one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        _overwrite(handle)
    finally:
        os.close(handle)
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def _overwrite(handle: int) -> None:
    """Overwrite the content of an open file, block by block, and have it on the medium before this returns."""
    left = os.fstat(handle).st_size
    os.lseek(handle, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(handle, os.urandom(min(left, 1 << 20)))
    os.fsync(handle)


def scratch_of(path: Path) -> Path:
    """Name a file beside a ring that whoever writes next destroys, should it be left lying."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}")


def _scratch(path: Path, text: str) -> Path:
    scratch = scratch_of(path)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return scratch


def sweep(path: Path) -> None:
    """Destroy what a process that died has left lying beside a ring, for whoever holds its lock."""
    with suppress(OSError):
        for left in path.parent.glob(f".{path.name}.????????"):
            destroy_file(left)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Personal data is ciphertext in the file: field encryption with a key per case, chat and contact.

Three layers. The key-encryption key (``PANAH_KEY``) opens the *ring*: epoch keys, two a month, and one root key, in a
file beside the database but outside its backups. An epoch key opens *data keys*, one per scope, kept as rows. A data
key opens fields. Destroying a data key, or the epoch that wraps it, makes the fields unreadable wherever a copy of
them lies.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Each ciphertext is bound to its table, column and row, so a
value that is moved elsewhere does not open. Plaintexts are padded to 64 bytes, so that lengths tell little.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import EpochUnknownError, KeyMissingError, LockedError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

KEY_BYTES = 32
NONCE_BYTES = 12
PAD_TO = 64
FORMAT = b"\x01"


def text_bytes(text: str) -> bytes:
    """Encode any text there is; half a surrogate pair, which a provider may hand in, must not make words unstorable."""
    return text.encode("utf-8", "surrogatepass")


def text_of(data: bytes) -> str:
    """Give back exactly the text of :func:`text_bytes`."""
    return data.decode("utf-8", "surrogatepass")


def new_key() -> str:
    """Return a fresh key-encryption key in the form ``PANAH_KEY`` takes: 32 random bytes in base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def read_key(text: str) -> bytes:
    """Decode a key-encryption key; raises KeyMissingError without repeating any of it."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyMissingError("PANAH_KEY is not base64; `panah init` makes a proper one") from error
    if len(key) != KEY_BYTES:
        raise KeyMissingError("PANAH_KEY is not 32 bytes long; `panah init` makes a proper one")
    return key


def encrypt(key: bytes, plaintext: bytes, bound_to: str) -> bytes:
    """Encrypt; the result opens only with the same key and the same ``bound_to``."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, pad(plaintext), bound_to.encode())


def decrypt(key: bytes, ciphertext: bytes, bound_to: str) -> bytes:
    """Open what :func:`encrypt` made; raises UnreadableError."""
    if ciphertext[:1] != FORMAT:
        raise UnreadableError("unknown ciphertext format")
    nonce, body = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
    try:
        return unpad(AESGCM(key).decrypt(nonce, body, bound_to.encode()))
    except (InvalidTag, ValueError) as error:
        raise UnreadableError("ciphertext does not open here") from error


def pad(plaintext: bytes) -> bytes:
    """Fill up to a multiple of PAD_TO, so that the length tells little."""
    framed = len(plaintext).to_bytes(4, "big") + plaintext
    return framed + bytes(-len(framed) % PAD_TO)


def unpad(framed: bytes) -> bytes:
    """Give back what :func:`pad` was given; raises UnreadableError."""
    length = int.from_bytes(framed[:4], "big")
    if length > len(framed) - 4:
        raise UnreadableError("ciphertext is framed wrongly")
    return framed[4 : 4 + length]


@dataclass(frozen=True)
class Field:
    """Where a ciphertext stands: it opens nowhere else."""

    table: str
    column: str
    row: UUID

    def __str__(self) -> str:
        return f"{self.table}:{self.column}:{self.row}"


class RingSource(Protocol):
    """Where a ring comes from, and where its changes go: :class:`store.ring_file.RingFile`."""

    def changed(self) -> Mapping[str, bytes] | None:
        """Return all keys (the root under ROOT) if anything happened since the last look; raises LockedError."""
        ...

    def add(self, epoch: str, key: bytes) -> None:
        """Keep one more epoch; whoever was first to add it stays."""
        ...

    def drop(self, epochs: Collection[str]) -> None:
        """Destroy epochs, as far as what lies beneath lets anything be destroyed."""
        ...

    def ring_for_others(self) -> None:
        """Let every process that reads the same ring look again."""
        ...


ROOT = "root"
"""The name of the root key among the keys of a ring."""


class KeyRing:
    """Epoch keys and the root key, in memory. With a source it follows what happens to that, see :meth:`look`."""

    def __init__(self, epochs: Mapping[str, bytes], root: bytes, source: RingSource | None = None) -> None:
        self._epochs = dict(epochs)
        self._root: bytes | None = root
        self._source = source

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.epochs)})"

    def look(self) -> bool:
        """Take over what the source holds by now; return whether anything happened to it. Costs one ``stat``.

        Raises LockedError when the ring was taken away, and holds no key from then on until it is back.
        """
        if self._source is None:
            return False
        try:
            keys = self._source.changed()
        except LockedError:
            self.forget()
            raise
        if keys is None:
            return False
        self._epochs = {name: key for name, key in keys.items() if name != ROOT}
        self._root = keys[ROOT]
        return True

    def forget(self) -> None:
        """Let go of every key. Python cannot overwrite them in memory: only the end of the process is certain."""
        self._epochs, self._root = {}, None

    @property
    def epochs(self) -> tuple[str, ...]:
        """The epochs it holds, oldest first."""
        return tuple(sorted(self._epochs))

    @property
    def current_epoch(self) -> str:
        """The epoch new data keys are wrapped in, as ``YYYY-MM``; raises LockedError without keys."""
        if not self._epochs:
            raise LockedError
        return max(self._epochs)

    def wrap(self, data_key: bytes, scope: str) -> tuple[str, bytes]:
        """Wrap a data key in the current epoch; return the epoch and the wrapped key."""
        epoch = self.current_epoch
        return epoch, encrypt(self._epochs[epoch], data_key, f"data_key:{scope}")

    def unwrap(self, epoch: str, wrapped: bytes, scope: str) -> bytes:
        """Open a data key; raises UnreadableError when its epoch was destroyed, EpochUnknownError when it is newer."""
        key = self._epochs.get(epoch)
        if key is None and epoch > self.current_epoch:
            raise EpochUnknownError(f"key epoch {epoch} is not in this ring yet")
        if key is None:
            raise UnreadableError(f"key epoch {epoch} was destroyed")
        return decrypt(key, wrapped, f"data_key:{scope}")

    def hand_over(self, epoch: str, key: bytes, under: str) -> bytes:
        """Seal a new epoch's key under one that other holders of this ring have."""
        return encrypt(self._epochs[under], key, f"epoch:{epoch}")

    def take_over(self, epoch: str, sealed: bytes, under: str) -> None:
        """Add the epoch that :meth:`hand_over` sealed; raises UnreadableError when ``under`` is not in this ring."""
        if under not in self._epochs:
            raise UnreadableError(f"key epoch {under} is not in this ring")
        self.add(epoch, decrypt(self._epochs[under], sealed, f"epoch:{epoch}"))

    def add(self, epoch: str, key: bytes) -> None:
        """Keep one more epoch, in the source first; one that is there already stays as it is."""
        if self._source is None:
            self._epochs = {epoch: key, **self._epochs}
            return
        self._source.add(epoch, key)
        self.look()

    def drop(self, epochs: Collection[str]) -> None:
        """Destroy epochs, in the source first: what they wrap can never be read again."""
        if self._source is None:
            self._epochs = {name: key for name, key in self._epochs.items() if name not in epochs}
            return
        self._source.drop(epochs)
        self.look()

    def ring_for_others(self) -> None:
        """Let the other processes that read the same source forget the data keys they remember."""
        if self._source is not None:
            self._source.ring_for_others()

    def subkey(self, purpose: str) -> bytes:
        """Derive a key for one purpose from the root key (HMAC-SHA256 as a one-block HKDF-Expand, RFC 5869)."""
        if self._root is None:
            raise LockedError
        return hmac.digest(self._root, f"panah:{purpose}".encode() + b"\x01", "sha256")

    def epoch_subkey(self, epoch: str, purpose: str) -> bytes:
        """Derive a key for one purpose from an epoch key: it dies with that epoch. Raises as :meth:`unwrap` does."""
        key = self._epochs.get(epoch)
        if key is None and epoch > self.current_epoch:
            raise EpochUnknownError(f"key epoch {epoch} is not in this ring yet")
        if key is None:
            raise UnreadableError(f"key epoch {epoch} was destroyed")
        return hmac.digest(key, f"panah:{purpose}".encode() + b"\x01", "sha256")

    def blind_index(self, purpose: str, value: str) -> bytes:
        """Return a keyed fingerprint for exact look-ups: equal values give equal bytes, nothing can be read back.

        The value is compared after NFKC and case folding, whatever blanks stand in or around it.
        """
        # Folding can undo what NFKC composed, so it is followed by another; blanks are one blank.
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
        return hmac.digest(self.subkey(f"index:{purpose}"), text_bytes(" ".join(folded.split())), "sha256")


def no_keys() -> KeyRing:
    """Return a ring that holds nothing: whatever needs a key raises LockedError."""
    ring = KeyRing({}, b"")
    ring.forget()
    return ring


def fingerprint(data: bytes) -> bytes:
    """SHA-256, for ciphertexts in the event log and for files as received."""
    return sha256(data).digest()

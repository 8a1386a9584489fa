"""Personal data is ciphertext in the file: field encryption with a key per case, chat and contact.

Three layers. The key-encryption key (``PANAH_KEY``) opens the *ring*: monthly epoch keys and one root key, kept in a
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
import json
import os
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import KeyMissingError, UnreadableError, WrongKeyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
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
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, _pad(plaintext), bound_to.encode())


def decrypt(key: bytes, ciphertext: bytes, bound_to: str) -> bytes:
    """Open what :func:`encrypt` made; raises UnreadableError."""
    if ciphertext[:1] != FORMAT:
        raise UnreadableError("unknown ciphertext format")
    nonce, body = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
    try:
        return _unpad(AESGCM(key).decrypt(nonce, body, bound_to.encode()))
    except (InvalidTag, ValueError) as error:
        raise UnreadableError("ciphertext does not open here") from error


def _pad(plaintext: bytes) -> bytes:
    framed = len(plaintext).to_bytes(4, "big") + plaintext
    return framed + bytes(-len(framed) % PAD_TO)


def _unpad(framed: bytes) -> bytes:
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


class KeyRing:
    """Epoch keys and the root key, in memory. Made by :func:`open_ring` or :func:`make_ring`."""

    def __init__(self, epochs: Mapping[str, bytes], root: bytes) -> None:
        self._epochs = dict(epochs)
        self._root = root

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(sorted(self._epochs))})"

    @property
    def current_epoch(self) -> str:
        """The epoch new data keys are wrapped in, as ``YYYY-MM``."""
        return max(self._epochs)

    def wrap(self, data_key: bytes, scope: str) -> tuple[str, bytes]:
        """Wrap a data key in the current epoch; return the epoch and the wrapped key."""
        epoch = self.current_epoch
        return epoch, encrypt(self._epochs[epoch], data_key, f"data_key:{scope}")

    def unwrap(self, epoch: str, wrapped: bytes, scope: str) -> bytes:
        """Open a data key; raises UnreadableError when its epoch was destroyed."""
        if epoch not in self._epochs:
            raise UnreadableError(f"key epoch {epoch} was destroyed")
        return decrypt(self._epochs[epoch], wrapped, f"data_key:{scope}")

    def subkey(self, purpose: str) -> bytes:
        """Derive a key for one purpose from the root key (HMAC-SHA256 as a one-block HKDF-Expand, RFC 5869)."""
        return hmac.digest(self._root, f"panah:{purpose}".encode() + b"\x01", "sha256")

    def blind_index(self, purpose: str, value: str) -> bytes:
        """Return a keyed fingerprint for exact look-ups: equal values give equal bytes, nothing can be read back.

        The value is compared after NFKC and case folding, whatever blanks stand in or around it.
        """
        # Folding can undo what NFKC composed, so it is followed by another; blanks are one blank.
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
        return hmac.digest(self.subkey(f"index:{purpose}"), text_bytes(" ".join(folded.split())), "sha256")


def make_ring(path: Path, key: bytes, epoch: str) -> KeyRing:
    """Create the ring file (mode 0600) with a first epoch; raises FileExistsError rather than overwrite one.

    The file is there completely or not at all, whatever happens meanwhile.
    """
    secrets = {"root": os.urandom(KEY_BYTES), epoch: os.urandom(KEY_BYTES)}
    wrapped = {
        name: base64.b64encode(encrypt(key, secret, f"ring:{name}")).decode() for name, secret in secrets.items()
    }
    write_once(path, json.dumps({"format": 1, "keys": wrapped}))
    return KeyRing({epoch: secrets[epoch]}, secrets["root"])


def write_once(path: Path, text: str) -> None:
    """Write a small secret file (mode 0600) durably and all at once; raises FileExistsError and changes nothing."""
    scratch = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)
    finally:
        scratch.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_ring(path: Path, key: bytes) -> KeyRing:
    """Open the ring file; raises WrongKeyError, or KeyMissingError when there is no ring or it is damaged."""
    stored = _read_ring(path)
    try:
        opened = {name: decrypt(key, value, f"ring:{name}") for name, value in stored.items()}
    except UnreadableError as error:
        raise WrongKeyError("this is not the key this home was set up with; it does not open its key ring") from error
    return KeyRing({name: value for name, value in opened.items() if name != "root"}, opened["root"])


def _read_ring(path: Path) -> dict[str, bytes]:
    try:
        stored = json.loads(path.read_text(encoding="ascii"))["keys"]
        ring = {name: base64.b64decode(value, validate=True) for name, value in stored.items()}
    except FileNotFoundError as error:
        raise KeyMissingError("this home has no key ring yet; run `panah init`") from error
    except OSError as error:
        raise KeyMissingError(f"the key ring {path} cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyMissingError(f"the key ring {path} is damaged; put back a copy of it") from error
    if "root" not in ring or len(ring) < 2:  # noqa: PLR2004  the root key and at least one epoch
        raise KeyMissingError(f"the key ring {path} is damaged; put back a copy of it")
    return ring


def fingerprint(data: bytes) -> bytes:
    """SHA-256, for ciphertexts in the event log and for files as received."""
    return sha256(data).digest()

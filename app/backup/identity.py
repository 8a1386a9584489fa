"""Who can open a backup: age identities, in files as the program `age` writes them, with or without a passphrase."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import pyrage

from app.backup.form import BackupError
from app.paper_files import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HEAD = b"age-encryption.org/v1"


def read_recipients(said: Iterable[str]) -> list[object]:
    """Return whom to encrypt to; raises BackupError for what is nobody's recipient, as one that lost a letter."""
    try:
        return [pyrage.x25519.Recipient.from_str(one) for one in said]
    except pyrage.RecipientError:
        raise BackupError("this is no age recipient: age1… to the letter, as `panah key identity` printed it") from None


def make_identity(path: Path, passphrase: str | None) -> str:
    """Write a fresh identity (mode 0600, encrypted if a passphrase is given) and return its recipient.

    Raises BackupError rather than overwrite a file.
    """
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    content = f"# public key: {recipient}\n{identity}\n".encode()
    if passphrase:
        content = pyrage.passphrase.encrypt(content, passphrase)
    try:
        write_private(path, [content])
    except FileExistsError:
        raise BackupError(f"{path} exists; an identity is never overwritten") from None
    return recipient


def read_identity(path: Path, passphrase: str | None = None) -> object:
    """Return the identity in a file; asks for its passphrase on a terminal. Raises BackupError."""
    content = path.read_bytes()
    if content.startswith(HEAD):
        content = _opened(content, passphrase if passphrase is not None else _asked())
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    found = [line for line in lines if line.startswith("AGE-SECRET-KEY-1")]
    if not found:
        raise BackupError(f"{path} holds no age identity")
    try:
        return pyrage.x25519.Identity.from_str(found[0])
    except pyrage.IdentityError:
        raise BackupError(f"{path} holds no age identity") from None


def _opened(content: bytes, passphrase: str) -> bytes:
    try:
        return bytes(pyrage.passphrase.decrypt(content, passphrase))
    except pyrage.DecryptError:
        raise BackupError("the passphrase does not open this identity") from None


def _asked() -> str:
    if not sys.stdin.isatty():
        raise BackupError("a passphrase protects this identity and there is no terminal to ask for it")
    return str(click.prompt("Passphrase of the identity", hide_input=True, err=True))

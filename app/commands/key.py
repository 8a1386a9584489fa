"""The keys: ``key rotate | renew | split | recover | identity | show``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.shared import FILE, as_data, fail, fails_clearly, house, settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.group()
def key() -> None:
    """The key-encryption key (PANAH_KEY), the key ring and its epochs."""


@key.command()
@as_data
@fails_clearly
def show(*, as_json: bool) -> None:
    """Print which epochs the ring holds and how many data keys each wraps; never a key."""
    from store.epochs import keys_by_epoch

    built = house()
    with built.store.read() as unit:
        wrapped = keys_by_epoch(unit)
    held = built.store.ring.epochs
    lost = sum(count for epoch, count in wrapped.items() if epoch not in held)
    if as_json:
        epochs = [{"epoch": epoch, "data_keys": wrapped.get(epoch, 0)} for epoch in held]
        click.echo(json.dumps({"epochs": epochs, "lost_data_keys": lost}))
        return
    for epoch in held:
        current = "  (wraps new ones)" if epoch == built.store.ring.current_epoch else ""
        click.echo(f"{epoch}  {wrapped.get(epoch, 0)} data keys{current}")
    if lost:
        click.echo(f"{lost} data keys are of epochs this ring does not hold: they open nothing.")


@key.command()
@click.option("--to", type=FILE, help="A file with the new key; made if it is not there.")
@click.option("--passphrase", is_flag=True, help="Let a passphrase open the home from now on.")
@fails_clearly
def rotate(to: Path | None, *, passphrase: bool) -> None:
    """Wrap the key ring by another key. Panah may run meanwhile.

    A key that `panah init` made is replaced in place. One that comes from elsewhere is yours to replace: give the file
    of the new one with --to, then change where it is read from, on every node.
    """
    from app.key.changing import change_own_key, change_to_file, change_to_passphrase, note_changed
    from app.key.finding import is_ours

    chosen = settings()
    built = house()
    if passphrase and to is not None:
        raise click.UsageError("--to and --passphrase exclude each other")
    if passphrase:
        change_to_passphrase(chosen)
        said = ["The passphrase opens the key ring now. Take other sources of a key out of the settings."]
    elif to is not None:
        made = change_to_file(chosen, to)
        said = [f"The key ring is opened by the key in {to}{', which was made' if made else ''}.",
                "Now give this key to Panah (PANAH_KEY_FILE, PANAH_KEY or PANAH_KEY_COMMAND), then restart it:",
                "until then running processes go on with what they have, and commands refuse."]  # fmt: skip
    elif is_ours(chosen):
        said = [f"A new key is in {change_own_key(chosen)}; the old one opens nothing that was not copied before.",
                "Keep a copy of the new one apart from this machine, and split it again."]  # fmt: skip
    else:
        fail(
            "the key comes from PANAH_KEY, PANAH_KEY_COMMAND or a passphrase, which only you can change: "
            "`panah key rotate --to FILE` takes the new key from FILE (and makes one if FILE is not there), "
            "`panah key rotate --passphrase` asks for a new passphrase"
        )
    note_changed(built.store)
    for line in said:
        click.echo(line)


@key.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@fails_clearly
def renew(*, yes: bool) -> None:
    """Begin a key epoch now and destroy all others: EVERY BACKUP MADE BEFORE CAN BE READ BY NOBODY any more."""
    from app.locked.intake import publish
    from store import epochs

    built = house()
    if not yes:
        _confirm("Every backup made before this moment dies", "renew")
    epoch = epochs.renew(built.store)
    publish(built.settings, built.store.ring)  # whoever locks it the next second must not seal to what is gone
    left = [one for one in built.store.ring.epochs if one != epoch]
    click.echo(f"Everything that lives is wrapped in the epoch {epoch}.")
    if left:
        fail(f"the epochs {', '.join(left)} are still in use and were not destroyed; try again")
    click.echo("Every other epoch is destroyed. Make a backup now.")


@key.command()
@as_data
@fails_clearly
def split(*, as_json: bool) -> None:
    """Print three shares of the key, 33 words each; any two of them give it back, one alone says nothing.

    Whoever sees two of them has the key: print where nobody looks, write each on a paper of its own.
    """
    from app.key.changing import key_as_text
    from app.key.shares import split_key

    shares = split_key(key_as_text(settings()))
    if as_json:
        click.echo(json.dumps(shares))
        return
    for number, share in enumerate(shares, start=1):
        click.echo(f"Share {number} of {len(shares)} (two are needed):\n")
        click.echo("\n".join(_in_lines(share)) + "\n")


def _in_lines(share: str) -> Iterator[str]:
    words = share.split()
    for at in range(0, len(words), 6):
        yield "    " + " ".join(words[at : at + 6])


@key.command()
@click.option("--to", type=FILE, help="Where the key goes; where `panah init` keeps one if this is left out.")
@fails_clearly
def recover(to: Path | None) -> None:
    """Put the key together from two shares: asked for on a terminal, else one a line on standard input."""
    from app.key.changing import keep_recovered
    from app.key.shares import ENOUGH, recover_key

    chosen = settings()
    if sys.stdin.isatty():
        shares = [str(click.prompt(f"Share {number}", hide_input=True, err=True)) for number in range(1, ENOUGH + 1)]
    else:
        shares = [line for line in sys.stdin.read(100_000).splitlines() if line.strip()]
    path = keep_recovered(chosen, recover_key(shares), to)
    opens = "It opens the key ring." if chosen.ring_path.exists() else "There is no key ring here to try it on."
    click.echo(f"The key is in {path}. {opens}")


@key.command()
@click.argument("file", type=FILE)
@click.option("--passphrase-file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A file with a passphrase for it; asked for on a terminal if this is left out.")  # fmt: skip
@fails_clearly
def identity(file: Path, passphrase_file: Path | None) -> None:
    """Make an age identity in FILE, which opens backups and a locked instance; print its recipient.

    Keep FILE away from this machine: with it, the key ring and the key, a backup can be read. Without a terminal and
    without --passphrase-file nothing protects it but where it lies.
    """
    from app.backup.identity import make_identity

    if passphrase_file is not None:
        passphrase = passphrase_file.read_text(encoding="utf-8").strip()
    elif sys.stdin.isatty():
        passphrase = str(
            click.prompt("Passphrase for it (empty: none)", default="", hide_input=True, confirmation_prompt=True,
                         show_default=False, err=True)
        )  # fmt: skip
    else:
        passphrase = ""
    click.echo(make_identity(file, passphrase or None))


def _confirm(what: str, word: str) -> None:
    """Ask for a word to be typed; without a terminal nothing is taken for a yes."""
    if not sys.stdin.isatty():
        fail(f"{what}; there is no terminal to ask whether you mean it (--yes)")
    if click.prompt(f"{what}. Type {word} to go on", err=True) != word:
        fail("nothing was done")

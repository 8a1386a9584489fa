"""``python -m supply``: write the licences, the bill of materials, or a wheel."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from supply import licences, sbom, wheel
from supply.lock import FOLDER


@click.group()
def main() -> None:
    """What the program is made of."""


@main.command("licences")
def write_licences() -> None:
    """Write requirements/licences.md."""
    (FOLDER / "licences.md").write_text(licences.document(), encoding="utf-8")


@main.command("sbom")
def write_bill() -> None:
    """Write requirements/sbom.json (CycloneDX)."""
    (FOLDER / "sbom.json").write_text(sbom.document(), encoding="utf-8")


@main.command("wheel")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("dist"), show_default=True)
def write_wheel(out: Path) -> None:
    """Build the wheel and print the SHA-256 that everybody else must get from this commit too."""
    built = wheel.build(out)
    click.echo(f"{hashlib.sha256(built.read_bytes()).hexdigest()}  {built}")


if __name__ == "__main__":
    main()

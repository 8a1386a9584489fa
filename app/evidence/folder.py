"""The folder a court gets: the timeline to be read and printed, the data, how to check it, and what checks it."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from app.paper_files import PRIVATE_FOLDER, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DATA, TIMELINE, README, CHECKER, SUMS = "evidence.json", "timeline.html", "README.txt", "check.py", "SHA256SUMS"


def write_folder(found: Mapping[str, Any], folder: Path) -> None:
    """Write the evidence of a case into a new or empty folder; raises FileExistsError rather than overwrite."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if any(folder.iterdir()):
        raise FileExistsError
    pages = Environment(
        loader=PackageLoader("app.evidence"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    files = {
        DATA: json.dumps(found, ensure_ascii=True, indent=1) + "\n",
        TIMELINE: pages.get_template(TIMELINE).render(found),
        README: pages.get_template(README).render(found),
        CHECKER: resources.files("app.evidence").joinpath(CHECKER).read_text(encoding="utf-8"),
    }
    sums = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in files.items())
    for name, text in {**files, SUMS: sums}.items():
        write_private(folder / name, [text.encode()])

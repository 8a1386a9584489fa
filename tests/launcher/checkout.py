"""A small stand-in for the repository: the real launcher, an empty lock and an `app.cli` that tells how it was run."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]

# The interpreter behind the environment that runs these tests: a launcher started by the environment's own
# would rightly take that environment for the active one, and work in it.
PYTHON = os.path.realpath(sys.executable)

APP = """
import importlib.util, json, os, sys
print(json.dumps({
    "arguments": sys.argv[1:], "folder": os.getcwd(), "prefix": sys.prefix, "app": __file__,
    "greeting": os.environ.get("GREETING"), "parcel": importlib.util.find_spec("parcel") is not None,
}))
sys.exit(int(sys.argv[2]) if sys.argv[1:2] == ["leave"] else 0)
"""

# Takes the place of each checking tool: says its name and arguments, and fails when told to.
TOOL = """
import os, sys
def lint_imports_command():
    print("{tool} ran", *sys.argv[1:], flush=True)
    sys.exit(3 if "{tool}" in os.environ.get("FAILING", "") else 0)
if __name__ == "__main__":
    lint_imports_command()
"""


@dataclass(frozen=True)
class Checkout:
    """A folder with the launcher in it, whose commands run as real processes."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Checkout":
        """Lay out a fresh one, with nothing set up."""
        (folder / "requirements").mkdir(parents=True)
        (folder / "app").mkdir()
        (folder / "importlinter").mkdir()
        shutil.copy(REPOSITORY / "panah", folder / "panah")
        for lock in ("runtime.txt", "development.txt"):
            (folder / "requirements" / lock).write_text("# nothing is needed\n")
        (folder / "app" / "__init__.py").touch()
        (folder / "app" / "cli.py").write_text(APP)
        (folder / "importlinter" / "__init__.py").touch()
        (folder / "importlinter" / "cli.py").write_text(TOOL.format(tool="lint-imports"))
        for tool in ("ruff", "mypy", "pytest"):
            (folder / f"{tool}.py").write_text(TOOL.format(tool=tool))
        return cls(folder)

    def copy_to(self, folder: Path) -> "Checkout":
        """Copy the whole checkout, environment included, as somebody who moves a folder would."""
        return Checkout(shutil.copytree(self.folder, folder, symlinks=True))

    @property
    def environment(self) -> Path:
        """Where the launcher makes an environment when none is active."""
        return self.folder / ".venv"

    @property
    def notes(self) -> str:
        """What the launcher noted in that environment; empty when there is nothing."""
        file = self.environment / "panah-setup.txt"
        return file.read_text() if file.exists() else ""

    def require_parcel(self, *, honest: bool = True, lock: str = "runtime.txt") -> None:
        """Make the lock require a tiny package from a local wheel, with its true hash or a wrong one."""
        wheel = self.folder / "parcel-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("parcel.py", "")
            archive.writestr("parcel-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: parcel\nVersion: 1.0\n")
            archive.writestr("parcel-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr("parcel-1.0.dist-info/RECORD", "")
        digest = hashlib.sha256(wheel.read_bytes() if honest else b"another file").hexdigest()
        line = f"parcel @ {wheel.as_uri()} --hash=sha256:{digest}\n"
        (self.folder / "requirements" / lock).write_text(line)

    def start(
        self, *arguments: str, cwd: Path | None = None, variables: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start the launcher without waiting for it, in a process group of its own."""
        inherited = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
        return subprocess.Popen(
            [PYTHON, self.folder / "panah", *arguments],
            cwd=cwd or self.folder.parent,
            env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None, variables: dict[str, str] | None = None) -> "Ended":
        """Run the launcher to its end."""
        return ended(self.start(*arguments, cwd=cwd, variables=variables))


@dataclass(frozen=True)
class Ended:
    """How one run of the launcher ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """What the stand-in for Panah told about how it was run."""
        told: dict[str, Any] = json.loads(self.out)
        return told


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a launcher that was started."""
    out, err = process.communicate(timeout=100)
    return Ended(process.returncode, out, err)

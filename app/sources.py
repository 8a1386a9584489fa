"""Where settings come from: the environment, ``.env``, and the files that NAME_FILE points at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FILE_SUFFIX = "_FILE"
OURS = "PANAH_"


def gather(
    environment: Mapping[str, str], dotenv: Path | None, names: Collection[str]
) -> tuple[dict[str, str], list[str]]:
    """Return the values of ``names`` and what is wrong, a sentence each; no sentence repeats a value.

    What stands in the environment, even if it is empty, wins over ``.env``, whether as NAME or as NAME_FILE.
    """
    problems: list[str] = []
    kept = _read_dotenv(dotenv, problems)
    beaten = {form for name in environment for form in _forms(name)}
    given = {**{name: value for name, value in kept.items() if name not in beaten}, **environment}
    values: dict[str, str] = {}
    for name, value in sorted(given.items()):
        plain, file_form = _forms(name)
        if plain not in names:
            if name.startswith(OURS):
                problems.append(f"{name}: there is no such setting; see .env.example")
        elif value and name == plain:
            values[name] = value
        elif value and given.get(plain):
            problems.append(f"{plain} and {file_form} are both set; keep one of them")
        elif value:
            values |= _from_file(plain, Path(value), problems)
    return values, problems


def file_behind(environment: Mapping[str, str], dotenv: Path | None, name: str) -> Path | None:
    """Return the file that holds the value of a setting; None where the value itself is given, or nothing is."""
    for given in (environment, _read_dotenv(dotenv, [])):
        if name in given or f"{name}{FILE_SUFFIX}" in given:
            path = given.get(f"{name}{FILE_SUFFIX}")
            return Path(path).expanduser() if path else None
    return None


def _forms(name: str) -> tuple[str, str]:
    plain = name.removesuffix(FILE_SUFFIX)
    return plain, plain + FILE_SUFFIX


def _from_file(name: str, path: Path, problems: list[str]) -> dict[str, str]:
    try:
        text = path.expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        problems.append(f"{name}{FILE_SUFFIX}: the file cannot be read ({error.strerror})")
    except ValueError:
        problems.append(f"{name}{FILE_SUFFIX}: the file does not hold text")
    else:
        if text:
            return {name: text}
        problems.append(f"{name}{FILE_SUFFIX}: the file is empty")
    return {}


def _read_dotenv(path: Path | None, problems: list[str]) -> dict[str, str]:
    """Read ``NAME=value`` lines as they stand, replacing nothing in them."""
    if path is None or not path.exists():
        return {}
    values: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for found in parse_stream(lines):
                if found.error or (found.key is not None and found.value is None):
                    problems.append(f"{path}, line {found.original.line}: this is not NAME=value")
                elif found.key is not None and found.value is not None:
                    values[found.key] = found.value
    except (OSError, ValueError) as error:
        problems.append(f"{path} cannot be read ({type(error).__name__})")
    return values

"""The lock files keep what the launcher takes for granted."""

import re

import pytest

from tests.launcher.checkout import REPOSITORY

PINNED = re.compile(r"^([\w.-]+)==([^\s;]+).*?\\$((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """Package and version of every hashed requirement of a lock."""
    text = (REPOSITORY / "requirements" / name).read_text(encoding="utf-8")
    return {package: version for package, version, _hashes in PINNED.findall(text)}


@pytest.mark.parametrize("name", ["runtime.txt", "development.txt"])
def test_every_requirement_is_pinned_with_hashes_and_no_source_is_named(name: str) -> None:
    lines = (REPOSITORY / "requirements" / name).read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pins(name)) == len(packages) > 0
    assert not [line for line in lines if "://" in line or re.search(r"--(extra-)?index-url|--find-links", line)]


def test_development_holds_all_of_runtime_at_the_same_versions() -> None:
    assert pins("runtime.txt").items() <= pins("development.txt").items()

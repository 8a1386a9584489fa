"""The key: three ways to give it, one place where it is kept otherwise, and what is said when none works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.key.finding import find_key, is_key_given
from app.settings import Settings, SettingsError, read_settings
from store.vault import new_key

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PANAH_HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def settings(environment: dict[str, str], **more: str) -> Settings:
    return read_settings({**environment, **more})


def test_it_is_found_wherever_it_was_given(environment: dict[str, str], tmp_path: Path) -> None:
    key, file = new_key(), tmp_path / "key"
    file.write_text(f"{key}\n")
    for given in ({"PANAH_KEY": key}, {"PANAH_KEY_FILE": str(file)}, {"PANAH_KEY_COMMAND": f"cat '{file}'"}):
        found = settings(environment, **given)
        assert is_key_given(found)
        assert find_key(found) == key
    kept = settings(environment).key_path
    kept.parent.mkdir(parents=True)
    kept.write_text(f"{key}\n")
    assert find_key(settings(environment)) == key


def test_a_key_and_a_command_together_are_refused(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="PANAH_KEY and PANAH_KEY_COMMAND are both set"):
        settings(environment, PANAH_KEY="a", PANAH_KEY_COMMAND="b")


@pytest.mark.parametrize(
    "command", ["false", "/no/such/program", "'unclosed", "sh -c 'echo SECRET; exit 3'", "printf '\\377'"]
)
def test_a_command_that_fails_is_told_without_what_it_said(environment: dict[str, str], command: str) -> None:
    with pytest.raises(SettingsError) as why:
        find_key(settings(environment, PANAH_KEY_COMMAND=command))
    assert "PANAH_KEY_COMMAND failed" in str(why.value)
    assert "SECRET" not in str(why.value)


def test_without_any_the_ways_to_give_one_are_told(environment: dict[str, str], tmp_path: Path) -> None:
    assert not is_key_given(settings(environment))
    with pytest.raises(SettingsError, match=r"PANAH_KEY_FILE.*panah init") as why:
        find_key(settings(environment))
    assert str(tmp_path / "config") in str(why.value)


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xff", "does not hold a key"), (None, "cannot be read")])
def test_a_kept_key_that_cannot_be_read_is_not_taken_for_none(
    environment: dict[str, str], content: bytes | None, said: str
) -> None:
    kept = settings(environment).key_path
    kept.parent.mkdir(parents=True)
    if content is None:
        kept.mkdir()
    else:
        kept.write_bytes(content)
    assert is_key_given(settings(environment))
    with pytest.raises(SettingsError, match=said):
        find_key(settings(environment))


def test_two_homes_never_share_a_kept_key(tmp_path: Path) -> None:
    config = {"XDG_CONFIG_HOME": str(tmp_path)}
    one = settings(config, PANAH_HOME="/srv/a/b-c").key_path
    other = settings(config, PANAH_HOME="/srv/a-b/c").key_path
    twin = settings(config, PANAH_HOME="/srv/other/b-c").key_path
    assert len({one, other, twin}) == 3
    assert settings(config, PANAH_HOME="/srv/" + "/".join("long" * 20 for _ in range(20))).key_path.name < "z"

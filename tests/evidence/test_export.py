"""What a court gets can be checked without Panah, names nobody who was not asked for, and shows what was changed."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from app.evidence.dossier import dossier, note_export
from app.evidence.folder import write_folder
from app.evidence.sealing import append_seals, seal
from cases.models import Case
from store.clock import ManualClock
from tests.conftest import START
from tests.evidence.scene import PICTURE, WORDS, build_scene

if TYPE_CHECKING:
    from pathlib import Path

    from store.unit_of_work import Store
    from tests.evidence.scene import Scene


@pytest.fixture
def scene(store: Store, clock: ManualClock) -> Scene:
    return build_scene(store, clock)


def export(scene: Scene, *, with_names: bool = False) -> dict[str, Any]:
    with scene.store.unit("cli") as unit:
        note_export(unit, scene.case_id, with_names=with_names)
    seal(scene.store)
    with scene.store.read() as unit:
        return dossier(unit, unit.session.get_one(Case, scene.case_id), "Asia/Almaty", with_names=with_names)


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the checker as somebody without Panah does."""
    command = [sys.executable, "-I", str(folder / "check.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")


def test_a_folder_checks_itself_with_nothing_but_python(scene: Scene, tmp_path: Path) -> None:
    folder, seals, photo = tmp_path / "court", tmp_path / "seals.jsonl", tmp_path / "photo.jpg"
    write_folder(export(scene), folder)
    append_seals(scene.store, seals)
    photo.write_bytes(PICTURE)
    done = check(folder, "--list", "--seals", str(seals), str(photo), str(seals))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all of it fits together" in done.stdout
    assert "photo.jpg: received as file " in done.stdout
    assert "seals.jsonl: NOT among the files received" in done.stdout
    assert "EvidenceExported by cli" in done.stdout
    assert sorted(one.name for one in folder.iterdir()) == [
        "README.txt", "SHA256SUMS", "check.py", "evidence.json", "timeline.html",
    ]  # fmt: skip
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert all(one.stat().st_mode & 0o077 == 0 for one in [folder, *folder.iterdir()])


def test_nothing_is_overwritten(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("something")
    with pytest.raises(FileExistsError):
        write_folder(export(scene), tmp_path)


def changed(found: dict[str, Any], kind: str) -> None:
    """Change one thing of a folder."""
    match kind:
        case "an event":
            found["events"][1]["content"] = found["events"][1]["content"].replace("message_id", "message_iD")
        case "the time that is shown":
            found["events"][1]["at"] = found["events"][0]["at"].replace("2026", "2025")
        case "an event is gone":
            del found["events"][1]
        case "a row":
            row = next(one for one in found["rows"] if one["kind"] == "receipt")
            row["content"] = row["content"].replace("delivered", "read")
        case "a row with its digest":
            row = next(one for one in found["rows"] if one["kind"] == "receipt")
            row["content"] = row["content"].replace("delivered", "read")
            row["digest"] = hashlib.sha256(row["content"].encode()).hexdigest()
        case "a file":
            found["files"][0]["sha256"] = "0" * 64
        case "a seal":
            found["seals"][0]["line"] = found["seals"][0]["line"].replace('"root":"', '"root":"00')


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("an event", "event 2 is not what the chain says"),
        ("the time that is shown", "event 2 is not what the chain says"),
        ("an event is gone", "event 2 is not what the chain says"),
        ("a row", "is not what was attested"),
        ("a row with its digest", "are not those of the chain"),
        ("a file", "is not the one of the chain"),
        ("a seal", "does not hold this chain"),
    ],
)
def test_what_was_changed_in_a_folder_is_named(
    folder_to_change: dict[str, Any], tmp_path: Path, kind: str, what: str
) -> None:
    found = json.loads(json.dumps(folder_to_change))
    changed(found, kind)
    write_folder(found, tmp_path / "court")
    done = check(tmp_path / "court")
    assert done.returncode == 1
    assert what in done.stdout
    assert "it does NOT hold" in done.stdout


@pytest.fixture(scope="module")
def folder_to_change(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of one engine: what is in a folder does not depend on where it came from."""
    from app.schema import metadata
    from store.engine import open_engine
    from store.unit_of_work import Store
    from store.vault import KeyRing

    clock, folder = ManualClock(START), tmp_path_factory.mktemp("folder-to-change")
    engine = open_engine(f"sqlite:///{folder}/panah.db")
    metadata().create_all(engine)
    found = export(build_scene(Store(engine, KeyRing({"2026-03": b"e" * 32}, b"r" * 32), clock), clock))
    engine.dispose()
    return found


def test_it_tells_who_by_role_and_by_name_only_where_asked(scene: Scene) -> None:
    plain, named = export(scene), export(scene, with_names=True)
    by = {one["event"]: one["by"] for one in plain["events"]}
    assert by["ReportReceived"] == "the reporter"
    assert by["OccurrenceEntered"].startswith("coordinator ")
    assert by["EvidenceExported"] == "the operator"
    assert "Aigerim" not in json.dumps(plain)
    assert "coordinator Aigerim" in {one["by"] for one in named["events"]}


def test_it_says_what_providers_said_and_never_where_to_or_what_was_told(scene: Scene, tmp_path: Path) -> None:
    found = export(scene)
    text = next(one for one in found["calls"] if one["channel"] == "sms")
    (attempt,) = text["attempts"]
    assert (attempt["outcome"], attempt["reference"]) == ("sent", "SM0001")
    assert [(one["says"], one["meaning"]) for one in attempt["receipts"]] == [("delivered", "it has arrived")]
    assert [one["to"] for one in found["calls"] if one["channel"] == "telegram"] == ["the reporter"]
    assert found["files"][0]["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    write_folder(found, tmp_path / "court")
    everything = "".join(one.read_text(encoding="utf-8") for one in (tmp_path / "court").iterdir())
    for secret in (WORDS, "two men", "+77000000001", "77000000001", '7000000"', "home"):
        assert secret not in everything.replace("PANAH_HOME", ""), secret


def test_the_page_has_no_script_and_escapes_what_it_shows(scene: Scene, tmp_path: Path) -> None:
    found = export(scene)
    found["events"][0]["by"] = "<script>alert(1)</script>"
    write_folder(found, tmp_path / "court")
    page = (tmp_path / "court" / "timeline.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|javascript:|https?://|\bon\w+=", page)
    assert "&lt;script&gt;" in page
    assert "+05:00" in page

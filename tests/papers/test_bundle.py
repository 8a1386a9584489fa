"""The bundle: files as numbered exhibits, originals for a court, cleaned copies for others, hashes that fit."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cases.models import Case
from cases.pictures import told_by
from papers.bundle import SUMS, pack
from papers.composing import compose
from papers.desk import Files, desk_of
from papers.kinds import load_kinds
from tests.cases.test_pictures import picture
from tests.papers.records import record
from tests.quick import quick_store
from tests.web.scene import Scene
from tests.web.test_case_files import PAPER, sends

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from papers.record import Exhibit
    from store.unit_of_work import Store

INDEX = {"index.pdf": b"%PDF-invented"}


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Store]:
    with quick_store(tmp_path) as store:
        yield store


def exhibits(scene: Scene, role: str = "lawyer") -> tuple[Exhibit, ...]:
    with scene.store.read() as unit:
        case = unit.session.get_one(Case, scene.case_id)
        return desk_of(unit, case, role=role, default_zone="UTC", files=Files.AS_THEY_CAME).record.exhibits


def test_originals_are_what_came_and_their_hashes_those_of_the_day(quick: Store) -> None:
    scene = Scene.begin(quick)
    sends(scene, picture())
    sends(scene, PAPER)
    found, done = exhibits(scene), list[int]()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pack(quick, found, INDEX, originals=True, done=done.append))))
    assert archive.namelist() == ["index.pdf", "exhibits/E01.jpg", "exhibits/E02.pdf", SUMS]
    assert archive.read("exhibits/E01.jpg") == picture()
    assert archive.read("exhibits/E02.pdf") == PAPER
    for line in archive.read(SUMS).decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert [one.sha256 for one in found] == [hashlib.sha256(one).hexdigest() for one in (picture(), PAPER)]
    assert done == [1, 2]


def test_a_file_that_was_sent_twice_is_one_exhibit(quick: Store) -> None:
    scene = Scene.begin(quick)
    for content in (picture(), PAPER, picture()):
        sends(scene, content)
    found = exhibits(scene)
    assert [(one.number, one.sha256) for one in found] == [
        (number, hashlib.sha256(content).hexdigest()) for number, content in enumerate((picture(), PAPER), 1)
    ]


def test_the_index_of_copies_does_not_say_that_they_are_what_came() -> None:
    """Their hashes are others than those in the index: whoever compares them would think of tampering."""
    kind = load_kinds()["bundle"]
    for language in kind.lines:
        came = "\n".join(compose(kind, language, record()).lines())
        copied = "\n".join(compose(kind, language, replace(record(), as_copies=True)).lines())
        assert "SHA256SUMS" in copied
        assert "SHA256SUMS" not in came


def test_copies_tell_nothing_of_themselves_and_what_cannot_be_cleaned_stays(quick: Store) -> None:
    scene = Scene.begin(quick)
    sends(scene, picture())
    sends(scene, PAPER)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pack(quick, exhibits(scene), INDEX, originals=False))))
    assert archive.namelist() == ["index.pdf", "exhibits/E01.jpg", SUMS]
    assert told_by(picture(), "image/jpeg")
    assert told_by(archive.read("exhibits/E01.jpg"), "image/jpeg") == {}
    assert "# E02 stays" in archive.read(SUMS).decode()


def test_a_case_without_files_has_an_empty_bundle(quick: Store) -> None:
    scene = Scene.begin(quick)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pack(quick, exhibits(scene), INDEX, originals=True))))
    assert archive.namelist() == ["index.pdf", SUMS]

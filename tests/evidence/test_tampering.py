"""Whoever changes one row of anything that is evidence is found out, and the row is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update

from alerts.models import Attempt, Delivery, Page, Receipt
from app.evidence.checking import examine
from app.evidence.sealing import append_seals, attest_all, seal, tend_seals
from cases import intake
from cases.consent.models import Consent, Fact
from cases.docket.models import Occurrence
from cases.events import CaseViewed
from cases.models import Download, Report, ReportAnswer, ReportMessage
from cases.releases.models import Release
from store.attestation import Attestation
from store.eventlog import ChainHead, Event, EventRow
from store.files import FileChunk, StoredFile
from store.seals import Seal, SealHead, Tree, lines_after
from tests.evidence.scene import build_scene

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.clock import ManualClock
    from store.unit_of_work import Store
    from tests.evidence.scene import Scene


@pytest.fixture
def scene(store: Store, clock: ManualClock) -> Scene:
    return build_scene(store, clock)


def found(scene: Scene, seals: Sequence[str] | None = None) -> list[str]:
    """What is found, without the ids."""
    breaks = [f"event: {one.what}" for one in scene.store.verify_log()]
    return [*breaks, *(f"{one.kind}: {one.what}" for one in examine(scene.store, seals=seals))]


def tampers(scene: Scene, statement: Any) -> None:
    with scene.store.unit("tamper") as unit:
        unit.session.execute(statement)


@pytest.mark.both
def test_what_nobody_touched_holds(scene: Scene) -> None:
    with scene.store.read() as unit:
        kinds = set(unit.session.scalars(select(Attestation.kind)))
    everything = {
        "report_message",
        "report_answer",
        "stored_file",
        "occurrence",
        "occurrence_words",
        "fact",
        "consent",
        "release",
        "page",
        "delivery",
        "attempt",
        "receipt",
    }
    assert kinds == everything
    assert found(scene) == []


CHANGES: tuple[tuple[Any, str], ...] = (
    (update(Receipt).values(arrival="failed_permanent"), "receipt: was changed"),
    (update(Attempt).values(provider_ref="SM0002"), "attempt: was changed"),
    (update(Delivery).where(Delivery.channel == "sms").values(channel="voice"), "delivery: was changed"),
    (update(Page).values(round=2), "page: was changed"),
    (update(Occurrence).values(kind="ruling_issued"), "occurrence: was changed"),
    (update(Occurrence).values(details=None), "occurrence_words: was changed"),
    (update(Fact).values(confidence="low"), "fact: was changed"),
    (update(Consent).values(granted=False), "consent: was changed"),
    (update(Release).values(basis="emergency"), "release: was changed"),
    (update(ReportAnswer).where(ReportAnswer.question == "who").values(question="what"), "report_answer: was changed"),
    (update(ReportMessage).where(ReportMessage.number == 1).values(number=7), "report_message: was changed"),
    (update(StoredFile).values(size=3), "stored_file: was changed"),
    (update(EventRow).where(EventRow.name == "FileStored").values(actor="contact:x"), "event: an event was changed"),
    (update(Attestation).where(Attestation.kind == "page").values(digest=bytes(32)), "attestation: was changed"),
    (update(Seal).values(events=3), "seal: the seal was changed"),
)
WITH_CIPHERTEXT: tuple[tuple[Any, str], ...] = (
    (
        update(ReportAnswer).where(ReportAnswer.question == "where").values(value=b"\x01" * 40),
        "report_answer: was changed",
    ),
    (update(StoredFile).values(sha256=None), "stored_file: was changed"),
    (update(FileChunk).values(ciphertext=b"\x01" * 60), "stored_file: ciphertext does not open here"),
    (update(Fact).values(value=b"\x01" * 40), "fact: was changed"),
    (update(Consent).values(how=b"\x01" * 40), "consent: was changed"),
    (delete(Receipt), "receipt: is missing"),
    (delete(Attestation).where(Attestation.kind == "page"), "attestation: 13 were made, 12 are here"),
    (delete(SealHead), "seal: what it says of the chains was changed"),
)


@pytest.mark.parametrize("done", [CHANGES, WITH_CIPHERTEXT], ids=["what can be read", "what cannot, and what is gone"])
def test_rows_that_were_changed_are_each_named(scene: Scene, done: Sequence[tuple[Any, str]]) -> None:
    assert found(scene) == []
    for statement, _ in done:
        tampers(scene, statement)
    assert {what for _, what in done} - set(found(scene)) == set()


def test_a_piece_of_a_file_that_is_gone_is_missed(scene: Scene) -> None:
    tampers(scene, delete(FileChunk))
    assert found(scene) == ["stored_file: a piece of a file is missing"]


def test_a_row_is_named_by_its_id_and_case(scene: Scene) -> None:
    with scene.store.read() as unit:
        receipt = unit.session.scalars(select(Receipt.id)).one()
    tampers(scene, update(Receipt).values(code="other"))
    (one,) = examine(scene.store)
    assert (one.kind, one.place, one.case) == ("receipt", str(receipt), scene.code)
    assert str(one) == f"receipt {receipt}: was changed (case {scene.code})"


def test_a_message_with_another_fingerprint_or_other_words_is_named(scene: Scene) -> None:
    tampers(scene, update(ReportMessage).where(ReportMessage.number == 1).values(fingerprint=b"\x00" * 32))
    assert set(found(scene)) == {"report_message: was changed", "report_message: is not what its fingerprint says"}


def test_words_that_were_moved_from_another_message_do_not_open(scene: Scene) -> None:
    with scene.store.read() as unit:
        other = unit.session.scalars(select(ReportMessage.content).where(ReportMessage.number == 2)).one()
    tampers(scene, update(ReportMessage).where(ReportMessage.number == 1).values(content=other))
    assert found(scene) == ["report_message: does not open: it was changed or moved"]


def test_a_file_that_is_gone_is_missed(scene: Scene) -> None:
    for statement in (update(Download).values(file_id=None), delete(FileChunk), delete(StoredFile)):
        tampers(scene, statement)
    assert set(found(scene)) == {"stored_file: is missing"}


def test_what_comes_later_is_attested_later_and_once(scene: Scene, clock: ManualClock) -> None:
    assert attest_all(scene.store) == 0
    with scene.store.unit("chat:x") as unit:
        report = unit.session.scalars(select(Report)).one()
        intake.add_message(unit, report, kind="text", content="a third thing", wrapping=intake.Wrapping(number=3))
    assert attest_all(scene.store) == 0, "it may still be completed"
    clock.advance(timedelta(minutes=3))
    assert attest_all(scene.store) == 1
    assert found(scene) == []


def lines(scene: Scene) -> list[str]:
    with scene.store.read() as unit:
        return lines_after(unit, 0)


def test_a_tail_that_was_cut_with_the_end_of_its_chain_is_found_by_the_seal(scene: Scene) -> None:
    kept = lines(scene)
    chain = f"case:{scene.case_id}"
    with scene.store.unit("tamper") as unit:
        events = unit.session.scalars(select(EventRow).where(EventRow.chain == chain).order_by(EventRow.position)).all()
        before = events[-2]
        unit.session.execute(
            update(ChainHead).where(ChainHead.chain == chain).values(position=before.position, mac=before.mac)
        )
        unit.session.delete(events[-1])
    count = len(events)
    assert scene.store.verify_log() == [], "the chain alone cannot show it"
    assert f"seal: {chain}: it was cut: {count} events were sealed, {count - 1} are here" in found(scene)
    with scene.store.unit("tamper") as unit:
        unit.session.execute(delete(SealHead))
        unit.session.execute(delete(Seal))
    assert any("is not here: cut, forged, or an older copy" in one for one in found(scene, kept))


def test_a_log_that_was_forged_whole_with_the_key_contradicts_the_seals_kept_elsewhere(scene: Scene) -> None:
    """Whoever has the key ring makes a new chain, a new seal, everything; but not the line that others hold."""
    kept = lines(scene)
    chain = f"case:{scene.case_id}"
    with scene.store.unit("forger") as unit:
        for model in (SealHead, Seal, Attestation):
            unit.session.execute(delete(model))
        for row in unit.session.scalars(select(EventRow).where(EventRow.chain == chain)).all():
            unit.session.delete(row)
        unit.session.execute(delete(ChainHead).where(ChainHead.chain == chain))
        unit.session.flush()
        unit.record(CaseViewed(case_id=scene.case_id, contact_id=scene.contact_id))
    attest_all(scene.store)
    seal(scene.store)
    assert scene.store.verify_log() == []
    assert [one for one in found(scene) if one.startswith("seal")] == []
    (told,) = [one for one in found(scene, kept) if one.startswith("seal")]
    assert "was another than the one here: forged whole" in told


@pytest.mark.parametrize("gone", [1, 2])
def test_a_seal_that_was_taken_out_from_among_them_is_missed(scene: Scene, clock: ManualClock, gone: int) -> None:
    """Whatever it sealed anew is put to the next one, so that the chains themselves contradict nothing."""
    for _ in range(2):
        clock.advance(timedelta(minutes=61))
        with scene.store.unit("cli") as unit:
            unit.record(CaseViewed(case_id=scene.case_id, contact_id=scene.contact_id))
        seal(scene.store)
    assert found(scene) == []
    tampers(scene, delete(SealHead).where(SealHead.seal_number == gone))
    tampers(scene, delete(Seal).where(Seal.number == gone))
    assert "seal: the seal before it was taken out or changed" in found(scene)


def test_where_the_event_is_gone_at_which_a_chain_was_sealed_it_is_not_sealed_on(
    scene: Scene, clock: ManualClock
) -> None:
    chain = f"case:{scene.case_id}"
    with scene.store.unit("cli") as unit:
        last = unit.session.scalars(select(ChainHead.position).where(ChainHead.chain == chain)).one()
        unit.record(CaseViewed(case_id=scene.case_id, contact_id=scene.contact_id))
    tampers(scene, delete(EventRow).where(EventRow.chain == chain, EventRow.position == last))
    clock.advance(timedelta(minutes=61))
    assert seal(scene.store) is not None
    with scene.store.read() as unit:
        anew = select(SealHead.chain).where(SealHead.seal_number == 2)
        assert chain not in unit.session.scalars(anew).all()


def test_lines_that_are_not_ours_are_told_apart(scene: Scene) -> None:
    (line,) = lines(scene)
    assert found(scene, [line]) == []
    assert found(scene, ["nonsense"]) == ["seal: line 1 of the file is no seal"]
    forged = line.replace('"events":', '"events":1')
    assert any("was not written with the key of this home" in one for one in found(scene, [forged]))


@pytest.mark.both
def test_a_seal_comes_each_hour_and_its_line_is_added_to_a_file_once(
    scene: Scene, clock: ManualClock, tmp_path: Path
) -> None:
    file = tmp_path / "seals.jsonl"
    for _ in range(3):
        tend_seals(scene.store, file)
    assert file.read_text().splitlines() == lines(scene)
    assert file.stat().st_mode & 0o077 == 0
    clock.advance(timedelta(minutes=61))
    tend_seals(scene.store, file)
    assert len(lines(scene)) == 2
    with file.open("a") as half:
        half.write('{"half of')  # a power cut
    clock.advance(timedelta(minutes=61))
    tend_seals(scene.store, file)
    append_seals(scene.store, file)
    assert file.read_text().splitlines() == lines(scene)
    assert found(scene, file.read_text().splitlines()) == []


def test_after_an_older_copy_was_put_back_the_file_goes_on_and_tells(
    scene: Scene, clock: ManualClock, tmp_path: Path
) -> None:
    file = tmp_path / "seals.jsonl"
    append_seals(scene.store, file)
    clock.advance(timedelta(minutes=61))
    tend_seals(scene.store, file)
    before = file.read_text().splitlines()
    assert len(before) == 2
    tampers(scene, delete(SealHead).where(SealHead.seal_number == 2))  # the older copy knows of one
    tampers(scene, delete(Seal).where(Seal.number == 2))
    clock.advance(timedelta(minutes=1))
    tend_seals(scene.store, file)
    clock.advance(timedelta(minutes=61))
    tend_seals(scene.store, file)
    after = file.read_text().splitlines()
    assert after[:2] == before
    assert after[2:] == lines(scene)[1:]
    assert len(after) == 4
    assert any("forged whole" in one for one in found(scene, after))
    assert found(scene, after[2:]) == []


def test_a_broken_chain_does_not_stop_the_others_from_being_sealed(scene: Scene, clock: ManualClock) -> None:
    with scene.store.unit("cli") as unit:
        unit.record(CaseViewed(case_id=scene.case_id, contact_id=scene.contact_id))
        unit.session.execute(
            update(EventRow).where(EventRow.name == "CaseViewed").values(payload={}),
        )
    clock.advance(timedelta(minutes=61))
    before = len(lines(scene))
    assert seal(scene.store) is not None
    assert len(lines(scene)) == before + 1
    assert found(scene) == ["event: an event was changed"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_the_tree_leads_from_each_leaf_to_the_root(size: int) -> None:
    grown, whole = Tree(), Tree()
    for number in range(size):
        grown.put(f"c{number}", 1, bytes(32))
    for number in range(size):
        grown.put(f"c{number}", number + 2, bytes([number] * 32))
        whole.put(f"c{number}", number + 2, bytes([number] * 32))
    assert grown.root == whole.root
    for number in range(size):
        node = sha256(b"\0" + f"c{number} {number + 2} {bytes([number] * 32).hex()}".encode()).digest()
        for side, other in grown.path(f"c{number}"):
            pair = (bytes.fromhex(other), node) if side == "left" else (node, bytes.fromhex(other))
            node = sha256(b"\1" + pair[0] + pair[1]).digest()
        assert node == grown.root


@dataclass(frozen=True)
class CaseErased(Event):
    """The rows of a case are gone, as they were meant to be."""


def test_what_was_erased_is_not_missed(scene: Scene) -> None:
    with scene.store.unit("cli") as unit:
        for statement in (
            delete(Receipt),
            delete(Attestation),
            update(Download).values(file_id=None),
            delete(FileChunk),
            delete(StoredFile),
        ):
            unit.session.execute(statement)
        unit.record(CaseErased(case_id=scene.case_id))
    assert found(scene) == []

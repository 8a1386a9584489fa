"""Papers: all of one case drawn as .docx and PDF, and a bundle of forty exhibits, as they came and cleaned."""

from __future__ import annotations

import io
import os
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import select

from benchmarks.figures import MILLISECONDS, Row
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot
from cases import intake
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.files import LARGEST, SentFile, file_fetched, keep_hold, take_fetches
from cases.intake import Wrapping
from cases.media import media_type
from cases.models import Case, Report
from cases.verification import Basis, bear_out
from papers.bundle import pack
from papers.desk import COUNSEL, Files, desk_of
from papers.docx import draw_docx
from papers.fitting import Fit
from papers.pdf import draw_pdf
from papers.taking import sheet_on
from store.chats import find_or_open_chat
from store.files import FileWriter

if TYPE_CHECKING:
    from uuid import UUID

    from app.wiring import House
    from cases.files import Fetch
    from papers.desk import Desk
    from papers.drawing import Sheet
    from store.unit_of_work import UnitOfWork

NOBODY = 9
"""A port nobody is asked at: nothing is sent here."""
ZONE = "Asia/Almaty"
EXHIBITS, SIDE, TIMES = 40, 1200, 5
"""Files of the case, dots of their sides, and how often all papers are drawn."""
ALL_WITHIN, BUNDLE_WITHIN = 3.0, 10.0
"""Seconds."""
KNOWN = {
    "name_latin": "Qarlygash Examplekyzy",
    "name_native": "Қарлығаш Үлгіқызы",
    "birth_date": "1991-04-17",
    "nationality": "CN",
    "place": "Centre 1",
    "agency": "Migration police",
    "feared_state": "CN",
    "fears_return": "yes",
    "counsel_name": "Dana",
    "counsel_contact": "dana@example.org",
    "asylum_narrative": "What they told their lawyer. " * 40,
}
EVENTS = ("admin_detention_actual_start", "expulsion_ruling_pronounced", "asylum_intent_by_detainee", "transferred")


def measure(options: Options) -> list[Row]:
    """Seconds for all papers of a case, and for a bundle of its files."""
    with throwaway_home(options, Bot(NOBODY)) as home:
        case_id = _case(home.house)
        count = options.some(EXHIBITS, 3)
        _files(home.house, case_id, count)
        first = _all_papers(home.house, case_id)
        again = [_all_papers(home.house, case_id) for _ in range(options.some(TIMES, 1))]
        return [
            _row(again, first),
            _bundle(home.house, case_id, originals=True),
            _bundle(home.house, case_id, originals=False),
        ]


def _row(again: list[Drawn], first: Drawn) -> Row:
    took, drawn = statistics.median(one.took for one in again), first.papers
    worked = statistics.median(one.worked for one in again)
    what = f"all {drawn} papers of one case, each as .docx and PDF"
    note = (
        f"{took / drawn * MILLISECONDS:.0f} ms a paper; {worked:.1f} s of processor time; the first time in a process, "
        f"with fonts read, {first.took:.1f} s"
    )
    return Row("papers", what, took, "s", goal=f"≤ {ALL_WITHIN:g} s", met=took <= ALL_WITHIN, note=note)


def _case(house: House) -> UUID:
    with house.store.unit("bench") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000001")
        case = intake.open_report(unit, chat, language="en", kind="text", content="they took my sister")
        case.jurisdiction, case.timezone, case.threatened_state = "KZ", ZONE, "CN"
        for name, value in KNOWN.items():
            enter_fact(unit, case.id, name, value, source="the family", confidence="high")
        for number, event in enumerate(EVENTS):
            enter(unit, case.id, Entry(event, When(unit.now - timedelta(hours=9 - number))), zone=ZONE)
        bear_out(unit, case.id, Basis.LAWYER, "counsel saw her")
        for audience in Audience:
            _agrees(unit, case.id, audience)
        return case.id


def _agrees(unit: UnitOfWork, case_id: UUID, audience: Audience) -> None:
    enter_consent(unit, case_id, audience, FieldClass, granted=True, authority=Authority.PERSON, how="to counsel")


def _files(house: House, case_id: UUID, count: int) -> None:
    """Have so many photographs sent and fetched."""
    for number in range(count):
        with house.store.unit("bench") as unit:
            report = unit.session.scalars(select(Report).where(Report.case_id == case_id)).one()
            sent = Wrapping(files=(SentFile("photo", f"f{number}", f"u{number}"),))
            intake.add_message(unit, report, kind="photo", content="{}", wrapping=sent)
            (one,) = take_fetches(unit, 1)
        hold = partial(_keep_hold, one)
        writer = FileWriter(house.store, one.file_id, one.scope, media_of=media_type, limit=LARGEST, holds=hold)
        writer.write(_photograph())
        with house.store.unit("bench") as unit:
            file_fetched(unit, one.held, writer)


def _keep_hold(one: Fetch, unit: UnitOfWork) -> None:
    keep_hold(unit, one.held)


def _photograph() -> bytes:
    """Noise, which is as large as a photograph and does not compress."""
    out = io.BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3)).save(out, "JPEG", quality=70)
    return out.getvalue()


def _desk(unit: UnitOfWork, case_id: UUID, *, with_files: bool = False) -> Desk:
    case = unit.session.get_one(Case, case_id)
    return desk_of(unit, case, role=COUNSEL, default_zone=ZONE, files=Files.AS_THEY_CAME if with_files else Files.NONE)


def _sheets(house: House, case_id: UUID) -> list[Sheet]:
    with house.store.read() as unit:
        desk = _desk(unit, case_id)
        return [
            sheet_on(desk, one, draft, draft.current, reader="ru")
            for one in desk.papers
            if one.offer.fit is not Fit.NEVER
            for draft in one.drafts
        ]


@dataclass(frozen=True)
class Drawn:
    """So many papers, in seconds on the clock and of the processor: on a busy machine they differ."""

    took: float
    worked: float
    papers: int


def _all_papers(house: House, case_id: UUID) -> Drawn:
    began, at_work = time.perf_counter(), time.process_time()
    sheets = _sheets(house, case_id)
    for sheet in sheets:
        draw_pdf(sheet)
        draw_docx(sheet)
    return Drawn(time.perf_counter() - began, time.process_time() - at_work, len(sheets))


def _bundle(house: House, case_id: UUID, *, originals: bool) -> Row:
    began = time.perf_counter()
    with house.store.read() as unit:
        desk = _desk(unit, case_id, with_files=True)
        one, draft = desk.draft("bundle", "en")
        sheet = sheet_on(desk, one, draft, None, reader="en")
    index = {"index.pdf": draw_pdf(sheet), "index.docx": draw_docx(sheet)}
    size = sum(len(piece) for piece in pack(house.store, desk.record.exhibits, index, originals=originals))
    took = time.perf_counter() - began
    count = len(desk.record.exhibits)
    what = f"a bundle of {count} exhibits, {'as they came' if originals else 'cleaned'}"
    return Row(
        "papers", what, took, "s", goal=f"≤ {BUNDLE_WITHIN:g} s", met=took <= BUNDLE_WITHIN, note=f"{size / 1e6:.0f} MB"
    )

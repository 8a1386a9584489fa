"""The papers of a story, drawn to be looked at: of its first case, once its invented person has told what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from app.paper_files import write_papers
from app.replay.left_sealed import LATIN, NATIVE
from app.replay.staff import LAWYER
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.models import Case
from cases.verification import Basis, bear_out
from papers.desk import COUNSEL, Files, desk_of
from papers.fitting import Fit
from papers.taking import sheet_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.replay.play import Replay
    from app.replay.story import Story
    from papers.desk import Desk
    from papers.drawing import Sheet
    from store.unit_of_work import Store, UnitOfWork

TOLD: Final[Mapping[str, str]] = {
    "name_latin": LATIN,
    "name_native": NATIVE,
    "birth_date": "1987-04-12",
    "place": "Изолятор временного содержания",
    "agency": "Полиция",
    "court": "Районный суд",
    "fears_return": "yes",
    "asylum_asked": "yes",
    "language": "қазақша, араб жазуы",
    "counsel_name": "Дана Сынақова",
    "counsel_contact": "+7 700 000 00 21, dana@example.org",
    "relation": "әпкесі",
    "instructs": "әпкесі",
    "family_contact": "+7 700 000 00 22",
    "asylum_narrative": "Моих двоюродных братьев забрали. Меня вызывали и требовали отдать паспорт.",
    "dependants": "жена и двое детей",
}
"""What the person and the family would have told by then, as it comes: in several languages, not all of it sure."""
OF_RETURN: Final = frozenset({"fears_return", "asylum_asked", "asylum_narrative"})
"""What nobody tells of whom their own State holds."""
BY_ONE_SOURCE: Final = frozenset({"agency", "place", "dependants"})
READER: Final = "ru"
OUR_NUMBER: Final = "+7 700 000 00 02"


def draw_papers(replay: Replay, folder: Path) -> int:
    """Draw every paper that exists where a story plays, as its lawyer is given them; return how many.

    What was told stays in the throw-away database. Nobody has agreed that anything be sent, and nothing is.
    """
    desk, sheets = lay_out(replay.stage.house.store, replay.staff.actor(LAWYER), replay.story)
    write_papers(folder, desk, sheets)
    return len(sheets)


def lay_out(store: Store, actor: str, story: Story) -> tuple[Desk, list[Sheet]]:
    """Have the person of the first case tell what people tell, and lay out its papers."""
    with store.unit(actor) as unit:
        case = unit.session.scalars(select(Case).order_by(Case.opened_at, Case.id).limit(1)).one()
        _tell(unit, case, story)
        unit.session.flush()
        desk = desk_of(
            unit, case, role=COUNSEL, default_zone=story.zone, our_number=OUR_NUMBER, files=Files.AS_THEY_CAME
        )
        sheets = [
            sheet_on(desk, one, draft, draft.current, reader=READER)
            for one in desk.papers
            if one.offer.fit is not Fit.NEVER
            for draft in one.drafts
        ]
    return desk, sheets


def _tell(unit: UnitOfWork, case: Case, story: Story) -> None:
    case.jurisdiction = story.jurisdiction
    citizen_of = story.threatened_state or story.jurisdiction
    for name, value in {**TOLD, "nationality": citizen_of or ""}.items():
        confidence = "medium" if name in BY_ONE_SOURCE else "high"
        if value and (story.threatened_state or name not in OF_RETURN):
            enter_fact(unit, case.id, name, value, source="the family", confidence=confidence)
    bear_out(unit, case.id, Basis.LAWYER, "counsel saw the person")
    for audience in Audience:
        enter_consent(unit, case.id, audience, FieldClass, granted=True, authority=Authority.PERSON, how="to counsel")

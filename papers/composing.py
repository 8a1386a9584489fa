"""What a paper says: a form filled from the record, with every gap marked and nothing told that may not be. Pure.

Three kinds of words are kept apart to the end: sentences of the form, values that were entered, and gaps. A legal claim
stands only where the law's own data has it, and is marked as unverified while no lawyer vouches for these very words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cases.consent.deciding import Known
from cases.consent.values import FORMS, Form
from cases.docket.custody import LEADS_TO
from cases.docket.vocabulary import FILED
from law.shipped import load_rules
from papers.citing import cited, holds_in
from papers.knowing import NAMES, SURE, is_doubtful, known_of
from papers.markup import PIECE, Sort
from papers.paper import Block, Mark, Paper, Run, Runs
from papers.phrases import clock_name, event_label, field_label, filed_label, phrase, region_name
from papers.record import DECIDED, TELLS
from texts.bidi import plain
from texts.dates import local_date, local_time, territory, written_day
from texts.locale import is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from cases.views.audience import Dated
    from papers.kinds import Kind
    from papers.markup import Line
    from papers.record import Instant, Record, Term

NUMBERED: Final = re.compile(r"\d+\. (?P<words>.+)", re.DOTALL)
EMPTY_BEFORE: Final = frozenset({str(Sort.HEADING), "sign"})
"""What follows a heading that has nothing behind it."""
HEARING: Final = "hearing"
"""The clock of an appointment, which no rule of the law counts."""
BY_THE_HOUR: Final = frozenset(LEADS_TO) - DECIDED
"""What custody is counted from: of all else a filing tells the day, as the hour is often that of whoever entered it."""
TOGETHER: Final = "\u00a0"
"""Between a line to write on and what is to be written there, and in a number: nothing of it stands alone on a line."""
LEFT_TO_RIGHT: Final = "\u200e"
"""A mark, and no isolate: Word and LibreOffice know it in every version."""


def compose(kind: Kind, language: str, record: Record) -> Paper:
    """Fill a form; raises KeyError for a language it is not written in."""
    writer = _Writer(kind, language, record)
    blocks = tuple(_numbered(_with_something_behind(list(writer.blocks(kind.lines[language])))))
    told = [one.name for one in record.views[kind.audience].fields if one.name in writer.told]
    return Paper(
        kind=kind.id,
        language=language,
        title=kind.titles[language],
        to=kind.to.get(language, ()),
        blocks=blocks,
        fields=tuple(told),
        laws=tuple(writer.laws),
        left_out=tuple(writer.left_out),
    )


def _with_something_behind(blocks: list[Block]) -> Iterator[Block]:
    """Leave out headings behind which everything was left out."""
    for one, following in zip(blocks, [*blocks[1:], None], strict=True):
        is_empty = following is None or following.sort in EMPTY_BEFORE
        if not (one.sort == Sort.HEADING and is_empty):
            yield one


def _numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Count numbered headings anew: none is left out without a trace."""
    count = 0
    for one in blocks:
        found = NUMBERED.fullmatch(one.runs[0].text) if one.sort == Sort.HEADING and one.runs else None
        if found is None:
            yield one
        else:
            count += 1
            yield replace(one, runs=(replace(one.runs[0], text=f"{count}. {found['words']}"), *one.runs[1:]))


@dataclass
class _Writer:
    """Writes one paper. ``told`` gathers the fields it has told, the others what it says of the law and leaves out."""

    kind: Kind
    language: str
    record: Record
    told: set[str] = field(default_factory=set)
    laws: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def blocks(self, lines: Iterable[Line]) -> Iterator[Block]:
        """Yield the pieces; rows that follow each other are one table."""
        table: list[tuple[Runs, Runs]] = []
        for line in lines:
            if not self._stands(line):
                continue
            if line.sort is Sort.ROW:
                if self._may_be_left_out(line.name):
                    self.left_out.append(line.name)
                else:
                    table.append(self._row(line))
                continue
            if table:
                yield Block("table", rows=tuple(table))
                table = []
            if line.sort is Sort.MADE:
                yield from self._made(line)
            else:
                yield Block(str(line.sort), tuple(self._runs(line.text)))
        if table:
            yield Block("table", rows=tuple(table))

    def _may_be_left_out(self, name: str) -> bool:
        """Whether a row would be empty that is not needed. The team's own sheets keep theirs, to be filled in."""
        wanted = self.kind.internal or name in self.kind.needs
        return not wanted and known_of(name, self.record, self.kind.audience) is None

    def _stands(self, line: Line) -> bool:
        if line.only_unknown:
            return known_of(line.only_unknown, self.record, self.kind.audience) is None
        return not line.only_if or self._holds(line.only_if)

    def _holds(self, name: str) -> bool:
        """Whether something is known, and is not no."""
        known = known_of(name, self.record, self.kind.audience)
        return known is not None and not (isinstance(known, Known) and known.value == "no")

    def _row(self, line: Line) -> tuple[Runs, Runs]:
        label = line.text or field_label(line.name, self.language)
        gap = phrase("to_fill", self.language)
        return (Run(label[:1].upper() + label[1:]),), tuple(self._value(line.name, gap=gap))

    def _runs(self, text: str) -> Iterator[Run]:
        at, last = 0, ""
        for found in PIECE.finditer(text):
            if between := _after(last, text[at : found.start()]):
                yield Run(between)
            made = list(self._value(found["field"])) if found["field"] else [Run(found["gap"], Mark.GAP)]
            yield from made
            at, last = found.end(), made[-1].text
        if rest := _after(last, text[at:]):
            yield Run(rest)

    def _value(self, name: str, *, gap: str = "") -> Iterator[Run]:
        known = known_of(name, self.record, self.kind.audience, self.language)
        if known is None:
            yield Run(gap or field_label(name, self.language), Mark.GAP)
        elif isinstance(known, str):
            yield Run(self._said(name, known), Mark.VALUE)
        elif isinstance(known, Known):
            self.told |= set(NAMES) if name == "person" else {name}
            sure = known.confidence == SURE
            yield Run(self._told(known.name, known.value), Mark.VALUE if sure else Mark.UNSURE)
            if is_doubtful(known):
                yield from self._to_confirm()
        else:
            yield Run(self._when(known), Mark.VALUE)
            if self._contested() & set(TELLS.get(name, ())):
                yield from self._to_confirm()

    def _contested(self) -> frozenset[str]:
        return self.record.contested(self.kind.audience)

    def _to_confirm(self) -> Iterator[Run]:
        yield from (Run(" "), Run(phrase("to_confirm", self.language), Mark.GAP))

    def _said(self, name: str, value: str) -> str:
        if name == "next_update" and self.record.next_update_at is not None:
            return local_time(self.record.next_update_at, self.record.zone, self.language, with_date=True)
        return self._in_one_piece(value) if name == "our_number" else plain(value)

    def _in_one_piece(self, number: str) -> str:
        """A telephone number whose groups stay together and in their order, also among letters read from the right."""
        whole = plain(number).replace(" ", TOGETHER)
        return f"{LEFT_TO_RIGHT}{whole}{LEFT_TO_RIGHT}" if is_right_to_left(self.language) else whole

    def _told(self, name: str, value: str) -> str:
        match FORMS.get(name):
            case Form.STATE:
                return territory(value, self.language)
            case Form.REGION:
                return region_name(value, self.language)
            case Form.DAY:
                return written_day(value, self.language)
            case Form.YES_OR_NO:
                return phrase(value, self.language)
            case _:
                return plain(value)

    def _when(self, instant: Instant) -> str:
        if instant.day_only:
            return local_date(instant.at, instant.zone, self.language)
        return local_time(instant.at, self.record.zone, self.language, with_date=True)

    # What the docket and the law say

    def _made(self, line: Line) -> Iterator[Block]:
        match line.name:
            case "dates":
                filed = [one for one in self._entered() if one.event in FILED]
                yield self._dates(filed, to_the_hour=BY_THE_HOUR)
            case "docket":
                yield self._dates(self._entered())
            case "law":
                yield from self._law(line.text)
            case "right":
                yield from self._right(line.text)
            case "rights":
                yield from self._rights()
            case "terms":
                yield self._terms()
            case "exhibits":
                yield self._exhibits()
            case "sign":
                yield Block("sign", tuple(self._runs(line.text.replace(" __", f"{TOGETHER}__"))))
            case _:
                raise ValueError("a form asks for what nobody makes")

    def _entered(self) -> Iterable[Dated]:
        return self.record.views[self.kind.audience].dates

    def _dates(self, dates: Iterable[Dated], *, to_the_hour: Collection[str] | None = None) -> Block:
        """What happened and is to happen, by its words alone, in the order of time.

        ``to_the_hour``: of what happened the hour is told; None: of everything of which it is known.
        """
        rows = []
        for one in sorted(dates, key=lambda one: one.at):
            zone = self.record.zone
            by_day = one.day_only or (to_the_hour is not None and one.event not in to_the_hour)
            at = local_date(one.at, one.day_zone(zone), self.language) if by_day else self._at(one.at)
            said = (event_label if self.kind.internal else filed_label)(one.event, self.language)
            if one.for_at is not None:
                said = f"{said}: {phrase('set_for', self.language)} {self._at(one.for_at)}"
            if one.until_at is not None:
                until = local_date(one.until_at, one.zone or zone, self.language)
                said = f"{said}: {phrase('until', self.language)} {until}"
            doubt = tuple(self._to_confirm()) if one.event in self._contested() else ()
            rows.append(((Run(at, Mark.VALUE), *doubt), (Run(said, Mark.VALUE),)))
        if not rows:
            return Block("text", (Run(phrase("no_dates", self.language), Mark.GAP),))
        return Block("table", rows=tuple(rows))

    def _at(self, at: datetime) -> str:
        return local_time(at, self.record.zone, self.language, with_date=True)

    def _law(self, line: str) -> Iterator[Block]:
        """What the law says; in the form's own words where some stand behind the id, always with the law and article.

        Another State's law is left out. Whoever signed a rule vouches for its words, not for ours in another language.
        """
        what, _, words = line.partition(" ")
        one = cited(what)
        if not holds_in(one, self.record.situation.jurisdiction):
            return
        self.laws.append(what)
        mark = Mark.FORM if one.rule_id in self.record.signed_rules and not words else Mark.LAW
        reference = one.reference(self.language)
        said = (words or one.text).removesuffix(".")
        yield Block("point", (Run(f"{said} ({reference})." if reference else f"{said}.", mark),))

    def _right(self, line: str) -> Iterator[Block]:
        """A point of the law's cards, in the form's own words: nobody has signed them. A card needs no article."""
        what, _, words = line.partition(" ")
        if holds_in(cited(what), self.record.situation.jurisdiction):
            self.laws.append(what)
            yield Block("point", (Run(words, Mark.LAW),))

    def _rights(self) -> Iterator[Block]:
        """The points of the law's cards for where the person is held, as they stand in the law's data."""
        for card in load_rules().cards:
            if card.jurisdiction == self.record.situation.jurisdiction:
                yield Block("heading", (Run(card.title),))
                for point in card.points:
                    yield Block("point", (Run(point.point, Mark.LAW),))

    def _terms(self) -> Block:
        rows = []
        for one in self.record.terms:
            if one.is_done:
                continue
            at = local_time(one.safe_at, one.zone, self.language, with_date=True)
            rows.append(((Run(at, Mark.VALUE),), tuple(self._term(one))))
        if not rows:
            return Block("text", (Run(phrase("no_terms", self.language)),))
        return Block("table", rows=tuple(rows))

    def _term(self, one: Term) -> Iterator[Run]:
        """What a clock is called, and that it is over where nobody has said what came of it.

        Who signed a rule vouches for its English words; a hearing needs nobody to.
        """
        if one.rule_id == HEARING:
            label = field_label("hearing_at", self.language)
            yield Run(label[:1].upper() + label[1:], Mark.VALUE)
        else:
            told = _title(one.rule_id, self.language)
            name = clock_name(one.rule_id, told, self.language)
            yield Run(name, Mark.VALUE if one.is_signed and name == told else Mark.LAW)
        if one.is_over:
            yield from (Run(" "), Run(phrase("over", self.language), Mark.GAP))

    def _exhibits(self) -> Block:
        rows = []
        for one in self.record.exhibits:
            about = f"{one.media or '?'}, {one.size:,} B · SHA-256 {one.sha256}"
            at = local_time(one.received_at, self.record.zone, self.language, with_date=True)
            rows.append(((Run(f"E{one.number:02} · {at}", Mark.VALUE),), (Run(about, Mark.VALUE),)))
        if not rows:
            return Block("text", (Run(phrase("no_exhibits", self.language)),))
        return Block("table", rows=tuple(rows))


def _after(last: str, text: str) -> str:
    """Return what stands behind a value; of two full stops that would meet there is one."""
    return text[1:] if last.endswith(".") and text.startswith(".") else text


def _title(rule_id: str, language: str) -> str:
    """What a clock is called; one that no rule counts was entered by hand."""
    rules = load_rules()
    return next((one.title for one in rules.rules if one.id == rule_id), event_label("deadline_by_hand", language))

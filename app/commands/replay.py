"""``replay``: a story goes through the whole real system, and what came of it is held against what should have."""

from __future__ import annotations

import json
import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import structlog

from app.commands.shared import as_data, fail, fails_clearly

if TYPE_CHECKING:
    from app.replay.checks import Finding
    from app.replay.play import Replay

FOUND = 1


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", help="The id of one story.")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), help="A folder for report.json and .html.")
@click.option("--papers", type=click.Path(file_okay=False, path_type=Path), help="Draw its papers into FOLDER/story.")
@as_data
@fails_clearly
def replay(file: Path, only: str | None, report: Path | None, papers: Path | None, *, as_json: bool) -> None:
    """Play the stories of FILE on a throw-away database, with local providers and a clock that is moved.

    Nothing of this home is touched, and nobody outside is written to. Exit status 1 when an expectation is not met.
    """
    from app.replay.checks import Verdict, judge
    from app.replay.play import play
    from app.replay.report import write_report
    from app.replay.story import read_stories
    from texts.zones import use_pinned_zones

    use_pinned_zones()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    stories = [one for one in read_stories(file) if only in (None, one.id)]
    if not stories:
        fail("there is no story of this id" if only else "there is no story in the file")
    results = []
    for story in stories:
        record = play(story, at_end=partial(_draw, papers, story.id))
        findings = judge(story, record)
        results.append((story, record, findings))
        if not as_json:
            click.echo("\n".join(_lines(story.id, findings)))
    if report is not None:
        write_report(report, results)
    if as_json:
        shown = {
            story.id: {**record.as_data(), "expectations": [_plain(one) for one in findings]}
            for story, record, findings in results
        }
        click.echo(json.dumps(shown, ensure_ascii=False))
    if any(one.verdict is Verdict.FAILED for _, _, findings in results for one in findings):
        raise click.exceptions.Exit(FOUND)


def _draw(papers: Path | None, story: str, replay: Replay) -> None:
    """Draw the papers of a story, where somebody wants to look at them."""
    from app.replay.filing import draw_papers

    if papers is not None:
        count = draw_papers(replay, papers / story)
        click.echo(f"{count} papers of {story} are in {papers / story}", err=True)


def _plain(one: Finding) -> dict[str, str]:
    return {"text": one.text, "verdict": str(one.verdict), "why": one.why}


def _lines(story: str, findings: list[Finding]) -> list[str]:
    lines = [story]
    for one in findings:
        lines.append(f"  {one.verdict:<14} {one.text}")
        if one.why:
            lines.append(f"{'':17}{one.why}")
    return lines

"""The report of a replay as files: ``report.json`` for machines, ``report.html`` for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.replay.checks import Finding
    from app.replay.record import Record
    from app.replay.story import Story

TEMPLATE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Replay</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd }
.passed { color: #176b2c } .failed { color: #a40000; font-weight: bold } .quiet { color: #666 }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #111 } th, td { border-color: #333 }
  .passed { color: #7bd88f } .failed { color: #ff8a80 } .quiet { color: #999 }
}
</style>
{% for one in stories %}
<h1>{{ one.id }}</h1>
<p class="quiet">Times are those of {{ one.zone }}.</p>
<h2>What was to be</h2>
<table>
{% for finding in one.findings %}
<tr><td class="{{ {'passed': 'passed', 'FAILED': 'failed'}.get(finding.verdict, 'quiet') }}">{{ finding.verdict }}</td>
<td>{{ finding.text }}{% if finding.why %}<br><span class="quiet">{{ finding.why }}</span>{% endif %}</td></tr>
{% endfor %}
</table>
<h2>Who knew what when</h2>
<table>
<tr><th>when</th><th>what</th></tr>
{% for line in one.lines %}<tr><td>{{ line.at }}</td><td>{{ line.what }}</td></tr>
{% endfor %}
</table>
<h2>Clocks at the end</h2>
<table>
<tr><th>rule</th><th>safe</th><th>arguable</th><th></th></tr>
{% for clock in one.report.clocks %}<tr><td>{{ clock.rule }}</td><td>{{ clock.safe_on }}</td>
<td>{{ clock.arguable_on }}</td><td>{{ 'over' if clock.missed else '' }}</td></tr>
{% endfor %}
</table>
{% endfor %}
</html>
"""


def write_report(folder: Path, results: Sequence[tuple[Story, Record, list[Finding]]]) -> None:
    """Write both files into a folder, made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {story.id: _data(record, findings) for story, record, findings in results}
    (folder / "report.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    shown = [
        {
            "id": story.id,
            "zone": story.zone,
            "findings": [{"text": one.text, "verdict": str(one.verdict), "why": one.why} for one in findings],
            "lines": _lines(data[story.id]),
            "report": data[story.id],
        }
        for story, record, findings in results
    ]
    page = Environment(autoescape=True).from_string(TEMPLATE).render(stories=shown)
    (folder / "report.html").write_text(page, encoding="utf-8")


def _data(record: Record, findings: Sequence[Finding]) -> dict[str, Any]:
    expectations = [{"text": one.text, "verdict": str(one.verdict), "why": one.why} for one in findings]
    return {**record.as_data(), "expectations": expectations}


def _lines(report: dict[str, Any]) -> list[dict[str, str]]:
    """Everything that happened, in the order of time, in words."""
    entered = [{"at": one["entered_at"], "what": f"entered: {one['event']}"} for one in report["history"]]
    paged = [
        {"at": one["at"], "what": f"paged: a {one['role']} by {one['channel']}, {one['code']}"}
        for one in report["pages"]
    ]
    risen = [
        {"at": one["at"], "what": f"risk {one['level']}: {', '.join(one['reasons']) or 'none'}"}
        for one in report["risk"]
    ]
    return sorted([*entered, *paged, *risen], key=lambda line: line["at"])

"""What is tried: the modules that decide about people, and the tests that know them. A table of their fates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.mutants.trying import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.mutants.trying import Trying


@dataclass(frozen=True)
class Area:
    """Modules, by their paths, and the files of tests that are run for them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS: Final[Mapping[str, Area]] = {
    "law": Area(
        (
            "law/counting.py",
            "law/calendars.py",
            "law/spans.py",
            "law/moments.py",
            "law/reasons.py",
            "law/rules.py",
            "law/check.py",
            "law/signoff.py",
            "law/local_days.py",
        ),
        (
            "tests/law/test_calendars.py",
            "tests/law/test_check.py",
            "tests/law/test_counting.py",
            "tests/law/test_counting_always.py",
            "tests/law/test_local_days.py",
            "tests/law/test_moments.py",
            "tests/law/test_reasons.py",
            "tests/law/test_rules.py",
            "tests/law/test_signoff.py",
            "tests/law/test_spans.py",
        ),
    ),
    "escalation": Area(
        (
            "alerts/policy/escalation.py",
            "alerts/progress.py",
            "alerts/policy/ladder.py",
            "alerts/policy/milestones.py",
            "alerts/policy/choosing.py",
            "alerts/policy/ringing.py",
            "alerts/policy/throttle.py",
            "alerts/policy/night.py",
            "alerts/policy/standing_in.py",
            "contacts/roster.py",
            "contacts/matching.py",
            "contacts/duty.py",
            "contacts/duty_week.py",
            "scheduler/reminding.py",
        ),
        (
            "tests/alerts/test_escalation.py",
            "tests/alerts/test_escalation_always.py",
            "tests/alerts/test_milestones.py",
            "tests/alerts/test_night.py",
            "tests/alerts/test_policy.py",
            "tests/alerts/test_ringing.py",
            "tests/alerts/test_throttle.py",
            "tests/launcher/test_env_example.py",
            "tests/contacts/test_roster.py",
            "tests/contacts/test_roster_properties.py",
            "tests/contacts/test_matching.py",
            "tests/contacts/test_duty.py",
            "tests/contacts/test_duty_week.py",
            "tests/scheduler/test_reminding.py",
        ),
    ),
    "views": Area(
        (
            "cases/consent/deciding.py",
            "cases/consent/agreeing.py",
            "cases/consent/people.py",
            "cases/consent/echoes.py",
            "cases/views/audience.py",
            "cases/views/filing.py",
            "cases/views/responder.py",
            "cases/views/rows.py",
            "cases/disclosure.py",
            "cases/sealed/deciding.py",
            "cases/releases/deciding.py",
        ),
        (
            "tests/cases/test_agreeing.py",
            "tests/cases/test_audience_views.py",
            "tests/cases/test_consent.py",
            "tests/cases/test_disclosure.py",
            "tests/cases/test_echoes.py",
            "tests/cases/test_filing_views.py",
            "tests/cases/test_people.py",
            "tests/cases/test_releases.py",
            "tests/cases/test_rows.py",
            "tests/cases/test_sealed_deciding.py",
            "tests/cases/test_views.py",
        ),
    ),
}


def table(tried: Trying) -> str:
    """Return what became of the mistakes of each module, and below it each that nothing noticed."""
    lines = ["| module | mistakes | tried | noticed | survived | no test | score |", "|---|---|---|---|---|---|---|"]
    lines += [_row(module, tried, [module]) for module in tried.modules]
    lines.append(_row("all", tried, list(tried.modules)))
    left = [(str(mutant), fate) for mutant, fate in tried.fates.items() if fate in (Fate.SURVIVED, Fate.NOT_REACHED)]
    lines += ["", *(f"{fate}: {mutant}" for mutant, fate in left)]
    lines += [f"this test fails without any mistake, and was not asked: {one}" for one in tried.broken]
    return "\n".join(lines)


def _row(name: str, tried: Trying, modules: list[str]) -> str:
    fates = [fate for mutant, fate in tried.fates.items() if mutant.module in modules and fate is not Fate.IMPOSSIBLE]
    noticed, survived = fates.count(Fate.NOTICED), fates.count(Fate.SURVIVED)
    score = f"{100 * noticed / len(fates):.1f} %" if fates else "–"
    every = sum(tried.all[one] for one in modules)
    return f"| {name} | {every} | {len(fates)} | {noticed} | {survived} | {fates.count(Fate.NOT_REACHED)} | {score} |"

"""Policies: what people write, what it means, and what they are told when it means nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.policy import (
    NEEDS,
    RISKS,
    OverrideSpec,
    Policies,
    Policy,
    PolicyError,
    RosterSpec,
    choose_policy,
    default_policy,
    overrides_of,
    read_policies,
    to_yaml,
)
from alerts.policy.ladder import Holder, Ladder, Order, Person, Role, Roster, Step
from alerts.policy.policies import ladder_in
from alerts.policy.steps import CHANNELS, ROLES
from cases.models import Case
from contacts.csv_text import visible
from contacts.matching import CRITERIA
from contacts.roster import Override

EXAMPLE = """\
policies:
  - name: detention
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 3
    needs:
      coordinator:
        - {notify: [{roster: duty}], channels: [telegram, sms], wait: 2m}
        - {notify: [{roster: backup}], channels: [telegram, voice], wait: 3m}
      lawyer:
        - {notify: [{role: lawyer, match: [region, language]}], channels: [telegram, sms, voice], wait: 5m}
        - {notify: [{role: lawyer, match: [country]}], channels: [telegram, voice], wait: 10m}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim, Timur]}
"""


FULL = """\
policies:
  - name: appeal
    needs:
      coordinator: {contact_within: 30m, steps: [{notify: [{roster: duty}]}]}
      lawyer:
        accepts: 2
        contact_within: 90m
        filed_within: 12h
        steps:
          - {notify: [{role: lawyer}]}
      doctor:
        - {notify: [{role: doctor}]}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim, Timur]}
    overrides:
      - {member: Timur, from: 2026-03-08 09:00, until: "2026-03-09T21:30"}
      - {member: Dana, from: 2026-03-09 12:00, until: 2026-03-10 12:00}
"""


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_documented_example_means_what_it_says() -> None:
    read = read_policies(EXAMPLE)
    (detention,) = read.policies
    assert (detention.name, detention.jurisdictions, detention.risks) == ("detention", frozenset({"KZ"}), None)
    assert detention.needs["coordinator"] == Ladder(
        (
            Step((Roster("duty"),), ("telegram", "sms"), minutes(2)),
            Step((Roster("backup"),), ("telegram", "voice"), minutes(3)),
        ),
        repeat=3,
    )
    assert detention.needs["lawyer"].steps[0].notify == (Role("lawyer", frozenset({"region", "language"})),)
    assert read.rosters == (RosterSpec("duty", "Asia/Almaty", timedelta(weeks=1), time(9), 0, ("Aigerim", "Timur")),)
    assert read.missing_rosters == {"backup"}


def test_steps_alone_are_short_for_a_coordinator_and_the_rest_has_sensible_values() -> None:
    (short,) = read_policies("policies: [{name: short, steps: [{notify: [{person: Aigerim}]}]}]").policies
    assert short.needs == {"coordinator": Ladder((Step((Person("Aigerim"),), ("telegram",), minutes(3)),), repeat=3)}
    assert (short.jurisdictions, short.risks) == (None, None)


def test_a_need_says_how_many_must_accept_and_how_soon_they_must_act() -> None:
    needs = read_policies(FULL).policies[0].needs
    coordinator, lawyer, doctor = needs["coordinator"], needs["lawyer"], needs["doctor"]
    assert (lawyer.accepts, lawyer.contact_within, lawyer.filed_within) == (2, minutes(90), timedelta(hours=12))
    assert lawyer.steps == (Step((Role("lawyer"),), ("telegram",), minutes(3)),)
    assert (coordinator.accepts, coordinator.contact_within, coordinator.filed_within) == (1, minutes(30), None)
    assert (doctor.accepts, doctor.contact_within, doctor.filed_within) == (1, None, None)
    assert {ladder.repeat for ladder in needs.values()} == {3}


def test_a_roster_says_who_stands_in_by_its_own_clock() -> None:
    (duty,) = read_policies(FULL).rosters
    assert duty.overrides == (
        OverrideSpec("Timur", wall("2026-03-08T09:00"), wall("2026-03-09T21:30")),
        OverrideSpec("Dana", wall("2026-03-09T12:00"), wall("2026-03-10T12:00")),
    )


def test_ways_that_ring_in_turn_are_half_a_minute_apart_where_nothing_is_said() -> None:
    assert Step((), ("telegram", "sms"), minutes(2), Order.IN_TURN).gap == timedelta(seconds=30)


def test_channels_can_ring_in_turn() -> None:
    text = (
        "policies:\n- name: turns\n  steps:\n"
        "  - {notify: [{role: doctor}], channels: [sms, voice], order: in_turn, gap: 45s, wait: 1h30m}\n"
    )
    (step,) = read_policies(text).policies[0].needs["coordinator"].steps
    assert (step.order, step.gap, step.wait) == (Order.IN_TURN, timedelta(seconds=45), minutes(90))


def test_a_country_that_yaml_takes_for_a_word_stays_a_country() -> None:
    text = "policies: [{name: north, applies_to: {jurisdictions: [NO, KZ-75]}, steps: [{notify: [{roster: duty}]}]}]"
    assert read_policies(text).policies[0].jurisdictions == frozenset({"NO", "KZ-75"})


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("channels: [telegram, sms]", "chanels: [telegram]", 7, "do you mean `channels`?"),
        ("telegram, voice], wait: 3m", "telegramm], wait: 3m", 8, "do you mean `telegram`?"),
        ("telegram, voice], wait: 3m", "sms, sms], wait: 3m", 8, "written twice"),
        ("wait: 2m", "wait: two minutes", 7, "90s, 2m or 1h"),
        ("wait: 2m", "wait: 1s", 7, "10s to 24h"),
        ("wait: 2m", "wait: ", 7, "length of time"),
        ("wait: 2m", "wait: [2m]", 7, "length of time"),
        ("wait: 2m", "wait: 2m, gap: 30s", 7, "order: in_turn"),
        ("wait: 2m", "wait: 2m, order: random", 7, "at_once, in_turn"),
        ("wait: 2m", "wait: 30s, order: in_turn", 7, "after the wait is over"),
        ("repeat: 3", "repeat: 0", 4, "1 to 20"),
        ("repeat: 3", "repeat: often", 4, "1 to 20"),
        ("repeat: 3", "repeat: 3\n    repeat: 4", 5, "twice"),
        ("[KZ]", "[Kazakhstan]", 3, "ISO code"),
        ("[KZ]", "[]", 3, "with one at least"),
        ("risk: any", "risk: hgih", 3, "do you mean `high`?"),
        ("      lawyer:", "      laywer:", 9, "do you mean `lawyer`?"),
        ("{role: lawyer, match: [country]}", "{role: lawer}", 11, "do you mean `lawyer`?"),
        ("{role: lawyer, match: [country]}", "{role: lawyer, match: [town]}", 11, "country"),
        ("{roster: backup}", "{roster: backup, role: lawyer}", 8, "name one of these"),
        ("{roster: backup}", "{roster: backup, match: [region]}", 8, "only a `role`"),
        ("[{roster: backup}]", "backup", 8, "list of rosters"),
        ("[{roster: backup}]", "[backup]", 8, "mapping"),
        ("[{roster: backup}]", "[]", 8, "list of rosters"),
        ("notify: [{roster: backup}], ", "", 8, "whom to ask"),
        ("  - name: detention\n", "  - applies_to: any\n", 2, "a `name`"),
        ("    needs:\n", "    steps: []\n    needs:\n", 2, "either `needs` or"),
        ("Asia/Almaty", "Asia/Almati", 14, "IANA"),
        ("Asia/Almaty", "Asia", 14, "IANA"),
        ("    timezone: Asia/Almaty\n", "", 13, "a `timezone`"),
        ("1 week", "fortnight", 15, "1 week, 3 days or 12 hours"),
        ("1 week", "0 days", 15, "a year at most"),
        ("Mon 09:00", "Monday 09:00", 15, "Mon 09:00"),
        ("Mon 09:00", "Mon 9.00", 15, "Mon 09:00"),
        ("Mon 09:00", "09:00", 15, "need a weekday"),
        ("members: [Aigerim, Timur]", "members: []", 15, "one at least"),
        (", members: [Aigerim, Timur]", "", 15, "lacks members"),
        ('{every: 1 week, handoff: "Mon 09:00", members: [Aigerim, Timur]}', "weekly", 15, "mapping"),
        ("    rotation:", "    rotatoin:", 15, "do you mean `rotation`?"),
        ("rosters:", "roster:", 12, "do you mean `rosters`?"),
        ("wait: 10m}", "wait: 10m", 12, "not YAML"),
        ("    repeat: 3", "\trepeat: 3", 4, "not YAML"),
        ("[KZ]", "&here [KZ]", 3, "without & and *"),
        ("[KZ]", "*there", 3, "without & and *"),
        ("[KZ]", "!!python/name:os.system [KZ]", 3, "write a list"),
        ("policies:", "---\n---\npolicies:", 2, "one document"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_to_write(old: str, new: str, line: int, advice: str) -> None:
    check_fault(EXAMPLE, old, new, line, advice)


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("accepts: 2", "accepts: 0", 6, "how many must accept, 1 to 5"),
        ("accepts: 2", "accepts: 6", 6, "1 to 5"),
        ("accepts: 2", "accepts: both", 6, "1 to 5"),
        ("accepts: 2", "accept: 2", 6, "do you mean `accepts`?"),
        ("accepts: 2", "contact_within: 30m\n        accepts: 2", 8, "written twice"),
        ("contact_within: 90m", "contact_within: 1m", 7, "5m to 24h"),
        ("contact_within: 90m", "contact_within: soon", 7, "90s, 2m or 1h"),
        ("contact_within: 90m", "contact_within: 13h", 8, "no shorter than `contact_within`"),
        ("filed_within: 12h", "filed_within: 10m", 8, "1h to 168h"),
        ("filed_within: 12h", "filed_within: 1h", 8, "after the first contact"),
        ("filed_within: 12h", "filed_within: ", 8, "length of time"),
        ("contact_within: 30m", "filed_within: 12h", 4, "only a lawyer files"),
        (", steps: [{notify: [{roster: duty}]}]}", "}", 4, "say whom to ask: `steps`"),
        ("steps: [{notify: [{roster: duty}]}]", "steps: []", 4, "one at least"),
        ("        - {notify: [{role: doctor}]}", "        later", 12, "list of steps"),
        ("        - {notify: [{role: doctor}]}", "        {}", 12, "say whom to ask: `steps`"),
        ("- name: duty", "- name: [duty]", 14, "write a name here"),
        ("- name: duty", f"- name: {'d' * 300}", 14, "one line of at most"),
        ("- name: duty", '- name: "du\\tty"', 14, "one line of at most"),
        ("{roster: duty}", "{roster: [duty]}", 4, "write a name here"),
        ("every: 1 week", "every: [1 week]", 16, "how long a turn lasts"),
        ('handoff: "Mon 09:00"', "handoff: [Mon]", 16, "when turns change"),
        ("member: Timur, ", "", 18, "lacks member"),
        (", until: 2026-03-10 12:00", "", 19, "lacks until"),
        ("{member: Dana, from: 2026-03-09 12:00, until: 2026-03-10 12:00}", "Dana", 19, "mapping"),
        ("from: 2026-03-09", "form: 2026-03-09", 19, "do you mean `from`?"),
        ("from: 2026-03-09 12:00", "from: Monday noon", 19, "a day that exists"),
        ("from: 2026-03-09 12:00", "from: 2026-02-30 12:00", 19, "a day that exists"),
        ("from: 2026-03-09 12:00", "from: 2026-03-09", 19, "local time"),
        ("from: 2026-03-09 12:00", "from: 2026-03-09 12:00:00+05:00", 19, "local time"),
        ("from: 2026-03-09 12:00", "from: 0001-01-01 00:00", 19, "local time"),
        ("from: 2026-03-09 12:00", "from: ", 19, "local time"),
        ("until: 2026-03-10 12:00", "until: 2026-03-09 12:00", 19, "ends after it begins"),
        ("until: 2026-03-10 12:00", "until: 2062-03-10 12:00", 19, "a year later at most"),
        ("    overrides:\n", "    overrides: []\n    more:\n", 17, "list of times"),
    ],
)
def test_a_fault_in_a_fuller_document_is_told_as_well(old: str, new: str, line: int, advice: str) -> None:
    check_fault(FULL, old, new, line, advice)


def test_a_name_is_spelt_as_contacts_are_without_marks_that_turn_a_line_around() -> None:
    turned = FULL.replace("- name: duty", '- name: "\\u202edu\\u2066ty\\u200f"').replace(
        "member: Timur", 'member: "\\u202dTimur"'
    )
    assert read_policies(turned) == read_policies(FULL)
    apart = FULL.replace("member: Timur", 'member: "Timu\\u0301r"')
    (override, *_) = read_policies(apart).rosters[0].overrides
    assert override.member == "Tim\u00far"
    check_fault(FULL, "- name: duty", '- name: "\\u202e\\u200f"', 14, "a name here that can be seen")


def check_fault(document: str, old: str, new: str, line: int, advice: str) -> None:
    assert old in document
    with pytest.raises(PolicyError) as caught:
        read_policies(document.replace(old, new, 1))
    told = [problem for problem in caught.value.problems if problem.line == line]
    assert any(advice in problem.advice for problem in told), str(caught.value)


def test_filing_may_be_due_together_with_the_contact() -> None:
    lawyer = read_policies(FULL.replace("contact_within: 90m", "").replace("12h", "1h")).policies[0].needs["lawyer"]
    assert (lawyer.contact_within, lawyer.filed_within) == (None, timedelta(hours=1))


@pytest.mark.parametrize("text", ["", "# nothing", "[" * 900, "\x00", "word", "x" * 300_000, "policies:"])
def test_what_is_no_policy_at_all_is_refused_kindly(text: str) -> None:
    with pytest.raises(PolicyError, match="line 1: "):
        read_policies(text)


def test_a_policy_for_no_need_is_refused() -> None:
    with pytest.raises(PolicyError, match="line 2: name one need at least"):
        read_policies("policies:\n- {name: a, needs: {}}\n")


def test_no_document_names_whoever_has_the_case() -> None:
    """They are asked before any step: written down, it would read as somebody else."""
    document = read_policies(EXAMPLE)
    ladder = document.policies[0].needs["coordinator"]
    holders = replace(ladder, steps=(replace(ladder.steps[0], notify=(Holder(),)),))
    policy = replace(document.policies[0], needs={"coordinator": holders})
    with pytest.raises(ValueError, match="whoever has the case"):
        to_yaml(replace(document, policies=(policy,)))


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    broken = EXAMPLE.replace("2m", "soon").replace("Asia/Almaty", "Almaty").replace("[KZ]", "[K]")
    with pytest.raises(PolicyError) as caught:
        read_policies(broken)
    assert [problem.line for problem in caught.value.problems] == [3, 7, 14]


def test_two_of_the_same_name_are_refused() -> None:
    step = "steps: [{notify: [{roster: duty}]}]"
    with pytest.raises(PolicyError, match="line 3: this name is taken"):
        read_policies(f"policies:\n- {{name: a, {step}}}\n- {{name: a, {step}}}\n")


@given(st.text(alphabet="policesrn: -[]{}&*!|>'\"\n\t#naeduty0193mk\ud800\x85", max_size=80))
def test_whatever_is_in_the_file_the_answer_is_policies_or_a_policy_error(text: str) -> None:
    with suppress(PolicyError):
        read_policies(text)


def test_no_message_repeats_a_name() -> None:
    name = "Canary Testova"
    for old, new in [
        ("{roster: backup}", f"{{person: {name}, match: [region]}}"),
        ("{roster: backup}", f"{{{name}: person}}"),
        ("[Aigerim, Timur]", f"{{{name}: 1}}"),
        ("1 week", name),
        ("Asia/Almaty", name),
        ("Mon 09:00", name),
        ("name: duty", f"name: {name}\n  - name: {name}"),
        ("wait: 10m}", f"wait: {name}"),
        ("telegram, voice", name),
        ("Timur, from: 2026-03-08", f"{name}, from: 2026-13-08"),
        ("Dana, ", f"{name}, to: "),
        ("accepts: 2", f"accepts: {name}"),
        ("90m", name),
    ]:
        document = EXAMPLE if old in EXAMPLE else FULL
        with pytest.raises(PolicyError) as caught:
            read_policies(document.replace(old, new, 1))
        assert "anary" not in f"{caught.value} {caught.value!r} {caught.value.__context__!r}"


names = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20)
    .map(lambda name: normalize("NFC", visible(name)).strip())
    .filter(bool)
)
"""As they are read: spelt as contacts' are."""
whole_seconds = st.integers(60, 24 * 3600).map(lambda count: timedelta(seconds=count))
targets = st.one_of(
    names.map(Roster),
    names.map(Person),
    st.builds(Role, st.sampled_from(ROLES), st.frozensets(st.sampled_from(list(CRITERIA)))),
)
some_channels = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=4, unique=True).map(tuple)
notified = st.lists(targets, min_size=1, max_size=3).map(tuple)
steps = st.one_of(
    st.builds(Step, notified, some_channels, whole_seconds),
    st.builds(Step, notified, some_channels, whole_seconds, st.just(Order.IN_TURN), st.just(timedelta(seconds=15))),
)
several_steps = st.lists(steps, min_size=1, max_size=3).map(tuple)
places = st.none() | st.frozensets(st.sampled_from(["KZ", "NO", "KZ-ALM", "KZ-75", "TR"]), min_size=1)


def ladders(repeat: int) -> st.SearchStrategy[Ladder]:
    contact = st.integers(300, 24 * 3600).map(lambda count: timedelta(seconds=count))
    filed = st.integers(24, 168).map(lambda count: timedelta(hours=count))
    return st.builds(Ladder, several_steps, st.just(repeat), st.integers(1, 5), st.none() | contact, st.none() | filed)


def only_lawyers_file(needs: dict[str, Ladder]) -> dict[str, Ladder]:
    return {need: ladder if need == "lawyer" else replace(ladder, filed_within=None) for need, ladder in needs.items()}


policies = st.integers(1, 20).flatmap(
    lambda repeat: st.builds(
        Policy,
        names,
        st.dictionaries(st.sampled_from(NEEDS), ladders(repeat), min_size=1).map(only_lawyers_file),
        places,
        st.none() | st.frozensets(st.sampled_from(RISKS), min_size=1),
    )
)
whole_minutes = st.datetimes(wall("2024-01-01"), wall("2045-01-01")).map(lambda at: at.replace(second=0, microsecond=0))
overrides = st.builds(
    lambda member, from_, length: OverrideSpec(member, from_, from_ + minutes(length)),
    names,
    whole_minutes,
    st.integers(1, 52 * 7 * 24 * 60),
)
rosters = st.builds(
    RosterSpec,
    names,
    st.sampled_from(["Asia/Almaty", "UTC", "Europe/Istanbul"]),
    st.integers(1, 500).map(lambda hours: timedelta(hours=hours)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(0, 6),
    st.lists(names, min_size=1, max_size=4).map(tuple),
    st.lists(overrides, max_size=3).map(tuple),
)
documents = st.builds(
    Policies,
    st.lists(policies, max_size=3, unique_by=lambda one: one.name).map(tuple),
    st.lists(rosters, max_size=2, unique_by=lambda one: one.name).map(tuple),
).filter(lambda document: document.policies or document.rosters)


@settings(max_examples=20)
@given(documents)
def test_what_is_written_reads_back_the_same(document: Policies) -> None:
    assert read_policies(to_yaml(document)) == document


def test_what_says_nothing_new_is_written_as_before() -> None:
    written = to_yaml(read_policies(EXAMPLE))
    assert not any(key in written for key in ("accepts", "within", "steps", "overrides"))


WRITTEN_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stand_in(zone: str, *overrides: tuple[str, str, str]) -> tuple[Override, ...]:
    specs = tuple(OverrideSpec(member, wall(from_), wall(until)) for member, from_, until in overrides)
    spec = RosterSpec("duty", zone, timedelta(weeks=1), time(9), 0, ("Aigerim",), specs)
    return overrides_of(spec, str.upper, WRITTEN_AT)


@pytest.mark.parametrize(
    ("zone", "from_", "until", "instants"),
    [
        ("Asia/Almaty", "2026-03-08T09:00", "2026-03-09T21:30", ("2026-03-08T04:00", "2026-03-09T16:30")),
        ("Asia/Almaty", "2024-02-29T09:00", "2024-03-01T09:00", ("2024-02-29T03:00", "2024-03-01T04:00")),
        ("Europe/Berlin", "2026-03-28T09:00", "2026-03-29T09:00", ("2026-03-28T08:00", "2026-03-29T07:00")),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T09:00", ("2026-03-29T01:00", "2026-03-29T07:00")),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T03:30", ("2026-10-25T00:30", "2026-10-25T02:30")),
    ],
)
def test_a_stand_in_begins_and_ends_by_the_clock_on_the_wall(
    zone: str, from_: str, until: str, instants: tuple[str, str]
) -> None:
    (one,) = stand_in(zone, ("Dana", from_, until))
    begins, ends = (wall(instant).replace(tzinfo=UTC) for instant in instants)
    assert one == Override("DANA", begins, ends, WRITTEN_AT)


def test_of_two_stand_ins_the_one_written_later_is_the_stronger() -> None:
    first, second = stand_in(
        "UTC", ("A", "2026-03-08T09:00", "2026-03-10T09:00"), ("B", "2026-03-08T09:00", "2026-03-09T09:00")
    )
    assert first.strength < second.strength


def test_a_stand_in_for_half_an_hour_that_never_was_is_nobodys() -> None:
    assert stand_in("Europe/Berlin", ("Dana", "2026-03-29T02:10", "2026-03-29T02:40")) == ()


def test_the_default_policy_can_be_written_read_and_used() -> None:
    default = default_policy()
    assert read_policies(to_yaml(default)) == default
    assert set(default.policies[0].needs) == {"coordinator", "lawyer"}
    assert default.missing_rosters == {"duty"}


def test_without_a_policy_nobody_is_waited_for_longer_than_ten_minutes() -> None:
    """A team that has set nothing up is rung by these; a minute more would be a minute of somebody's custody."""
    needs = default_policy().policies[0].needs
    waits = {need: [step.wait // timedelta(minutes=1) for step in ladder.steps] for need, ladder in needs.items()}
    assert waits == {"coordinator": [2, 3], "lawyer": [5, 10, 10]}
    assert {need: ladder.rounds for need, ladder in needs.items()} == {"coordinator": 3, "lawyer": 3}
    assert needs["lawyer"].steps[0].notify == (Role("lawyer", frozenset({"region", "language"})),)
    assert needs["lawyer"].steps[1].notify == (Role("lawyer", frozenset({"country"})),)
    assert needs["lawyer"].steps[2].notify == (Role("lawyer"),)


def policy(name: str, jurisdictions: set[str] | None = None, risks: set[str] | None = None) -> Policy:
    return Policy(
        name,
        {},
        None if jurisdictions is None else frozenset(jurisdictions),
        None if risks is None else frozenset(risks),
    )


@pytest.mark.parametrize(
    ("jurisdiction", "risk", "chosen"),
    [
        ("KZ-ALM", "high", "almaty"),
        ("KZ-ALM", None, "almaty"),
        ("KZ", "high", "kazakhstan in danger"),
        ("KZ", "low", "kazakhstan"),
        ("KZ-75", "low", "kazakhstan"),
        ("TR", "critical", "danger"),
        ("TR", "low", "everywhere"),
        (None, None, "everywhere"),
        (None, "critical", "danger"),
    ],
)
def test_the_most_specific_policy_is_chosen(jurisdiction: str | None, risk: str | None, chosen: str) -> None:
    written = (
        policy("everywhere"),
        policy("danger", risks={"high", "critical"}),
        policy("kazakhstan", {"KZ"}),
        policy("kazakhstan in danger", {"KZ", "KG"}, {"high"}),
        policy("almaty", {"KZ-ALM"}),
    )
    assert choose_policy(written, jurisdiction, risk).name == chosen


def test_a_part_of_a_country_goes_before_the_country_whichever_was_written_first() -> None:
    part, whole = policy("almaty", {"KZ-ALM"}), policy("kazakhstan", {"KZ"})
    everywhere, high = policy("everywhere"), policy("danger", risks={"high"})
    for written in ((part, whole, everywhere, high), (high, everywhere, whole, part)):
        assert choose_policy(written, "KZ-ALM", None).name == "almaty"
        assert choose_policy(written, "KZ-SHY", "high").name == "kazakhstan"
        assert choose_policy(written, "TR", "high").name == "danger"
        assert choose_policy(written, "TR", "low").name == "everywhere"


def test_a_case_of_a_part_of_a_country_is_asked_about_by_the_policy_of_that_part() -> None:
    of_part, of_another, of_country = (
        Ladder((Step((Role("coordinator"),), ("telegram",), timedelta(minutes=minutes)),)) for minutes in (1, 2, 3)
    )
    written = Policies(
        (
            Policy("astana", {"coordinator": of_another}, frozenset({"KZ-AST"})),
            Policy("kazakhstan", {"coordinator": of_country}, frozenset({"KZ"})),
            Policy("almaty", {"coordinator": of_part}, frozenset({"KZ-ALM"})),
        )
    )
    chosen = {region: ladder_in(written, "coordinator", Case(region=region)) for region in ("KZ-ALM", "KZ-75", "KZ")}
    assert chosen == {"KZ-ALM": of_part, "KZ-75": of_country, "KZ": of_country}


def test_of_equals_the_first_written_is_chosen() -> None:
    assert choose_policy((policy("first", {"KZ"}), policy("second", {"KZ"})), "KZ", None).name == "first"


def test_a_case_no_policy_is_for_falls_under_the_default() -> None:
    assert choose_policy((policy("kazakhstan", {"KZ"}),), "TR", None).name == "default"
    assert choose_policy((), None, None).name == "default"


def test_a_policy_for_parts_of_several_countries_is_for_each_of_them() -> None:
    written = (policy("the border", {"KZ-ALM", "KG-C"}),)
    assert [choose_policy(written, country, None).name for country in ("KZ", "KG", "TR")] == [
        "the border",
        "the border",
        "default",
    ]


def test_what_is_not_known_excludes_nothing() -> None:
    assert choose_policy((policy("almaty", {"KZ-ALM"}, {"high"}),), None, None).name == "almaty"
    assert choose_policy((policy("almaty", {"KZ-ALM"}),), "KZ", None).name == "almaty"
    assert choose_policy((policy("almaty", {"KZ-ALM"}),), "KG", None).name == "default"

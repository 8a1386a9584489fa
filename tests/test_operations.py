"""What operators copy is true: its commands, ports, pages and metrics are there, and the programs it is for take it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from alerts.occasions.canary import CanaryVitals
from alerts.screens.vitals import ChannelVitals, QueueVitals, Vitals
from app.cli import main
from app.parked import QUEUES
from app.settings import Settings
from bot.webhook import PATH as TELEGRAM
from store.marks import HANGS_AFTER
from tests.quick import quick_store
from web.factory import make_app
from web.hotline import STEPS
from web.metrics import exposition
from web.uploads import READ_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.clock import ManualClock

ROOT = Path(__file__).parent.parent
OPERATIONS = ROOT / "operations"
UNITS = sorted((OPERATIONS / "systemd").iterdir())
SERVICES = [one for one in UNITS if one.suffix == ".service"]
SCRIPTS = sorted((OPERATIONS / "bin").iterdir())
INSTALLED = "/opt/panah/"
BIND = str(Settings.model_fields["bind"].default)
METRIC = re.compile(r"\bpanah_[a-z_]+\b")
INSIDE = {"/healthz", "/readyz", "/metrics"}
"""What no proxy passes on."""
WEBHOOKS = {TELEGRAM, "/webhooks/twilio/sms", *(path for path, _take in STEPS.values())}
RECORDED = "/voice/ug/call.menu.mp3"
"""Routes that are there once the providers are set up, and what Twilio fetches of a team's own recordings."""

by_name = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)


def command_of(words: list[str]) -> click.Command:
    """The command that these words call, parsed as the shell would have it parsed."""
    command: click.Command = main
    with click.Context(main, **main.context_settings) as context:
        while isinstance(command, click.Group):
            name, found, words = command.resolve_command(context, words)
            assert found is not None, name
            command = found
        command.make_context(
            command.name, [word for word in words if word != "%i"] + ["web"] * words.count("%i"), context
        )
    return command


def started_by(unit: Path) -> list[list[str]]:
    return [shlex.split(line) for line in re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_a_unit_starts_what_is_there(unit: Path) -> None:
    (words,) = started_by(unit)
    program, *rest = words
    if program == f"{INSTALLED}panah":
        command_of(rest)
    elif program.startswith(INSTALLED):
        assert ROOT / program.removeprefix(INSTALLED) in SCRIPTS
    else:
        assert program == "/usr/bin/curl", "nothing else is started, or Debian must have it"


@by_name
def test_what_a_unit_names_is_there(unit: Path) -> None:
    text = unit.read_text()
    for name in re.findall(r"^(?:OnFailure|Unit)=([a-z-]+@?)", text, re.MULTILINE):
        assert (unit.parent / f"{name}.service").is_file(), name
    for place in re.findall(rf"{INSTALLED}([\w./-]+)", text):
        assert (ROOT / place).exists(), place
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").is_file()


def test_whatever_runs_is_shut_in() -> None:
    for unit in SERVICES:
        said = set(unit.read_text().splitlines())
        assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "LimitCORE=0"} <= said, unit


def test_one_role_a_process_is_shut_in_like_all_of_them() -> None:
    one, all_of_them = ((OPERATIONS / "systemd" / name).read_text() for name in ("panah@.service", "panah.service"))
    lines = [line for line in zip(one.splitlines(), all_of_them.splitlines(), strict=True) if line[0] != line[1]]
    assert [line[0].partition("=")[0] for line in lines[1:]] == ["Description", "ExecStart"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_calls_commands_that_are_there(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", script], check=True)
    called = re.findall(r"\"\$program\" ([^)\n]*)", script.read_text())
    assert called
    for one in called:
        command = main.commands[one.split()[0]]
        assert set(re.findall(r"--[a-z-]+", one)) <= {form for option in command.params for form in option.opts}


class TestProxies:
    def test_they_pass_every_page_there_is_and_nothing_that_is_for_this_machine(self, paths: set[str]) -> None:
        for passes in (caddy_passes, nginx_passes):
            for path in paths | WEBHOOKS | {RECORDED}:
                assert passes(path), f"{passes.__name__}: {path}"
            for path in INSIDE | {"/console.", "/openly", "/webhooks/other", "/.git/config"}:
                assert not passes(path), f"{passes.__name__}: {path}"

    def test_they_pass_it_to_where_panah_listens(self) -> None:
        for name in ("Caddyfile", "nginx.conf"):
            to = re.findall(r"(?:reverse_proxy|proxy_pass) (?:http://)?([\d.:]+)", text_of("proxy", name))
            assert set(to) == {BIND}, name

    def test_the_onion_leads_to_the_form_alone(self) -> None:
        port = re.search(r"HiddenServicePort 80 127\.0\.0\.1:(\d+)", text_of("proxy", "torrc"))
        assert port is not None
        caddy, nginx = text_of("proxy", "Caddyfile"), text_of("proxy", "nginx.conf")
        assert f"http://:{port[1]} {{\n\tbind 127.0.0.1" in caddy
        assert f"listen 127.0.0.1:{port[1]};" in nginx
        assert "@form path /report /report/* /static/*" in caddy
        assert set(re.findall(r"location (?:~ )?(\S+) \{ proxy", nginx.partition("listen 127.0.0.1:")[2])) == {
            "^/report(/|$)",
            "/static/",
        }

    def test_a_file_that_the_form_takes_gets_through_nginx(self) -> None:
        sizes = [int(one) * 2**20 for one in re.findall(r"client_max_body_size (\d+)m", text_of("proxy", "nginx.conf"))]
        assert sizes
        assert all(size >= READ_AT_MOST for size in sizes)

    @pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
    def test_caddy_takes_its_file(self) -> None:
        checked = run("caddy", "validate", "--adapter", "caddyfile", "--config", OPERATIONS / "proxy" / "Caddyfile")
        assert "Valid configuration" in checked

    @pytest.mark.skipif(shutil.which("tor") is None, reason="Tor is not installed")
    def test_tor_takes_its_file(self, tmp_path: Path) -> None:
        torrc = tmp_path / "torrc"
        torrc.write_text(text_of("proxy", "torrc").replace("/var/lib/tor/panah", str(tmp_path / "service")))
        assert "valid" in run("tor", "--verify-config", "-f", torrc, "--DataDirectory", tmp_path / "data")


@pytest.fixture
def paths(tmp_path: Path, clock: ManualClock) -> set[str]:
    """One path of every route, but for those of this machine alone."""
    with quick_store(tmp_path, clock) as store:
        rules = [str(rule) for rule in make_app(store, "Asia/Almaty").url_map.iter_rules()]
    return {re.sub(r"<[^>]+>", "x", rule) for rule in rules} - INSIDE


def caddy_passes(path: str) -> bool:
    site = text_of("proxy", "Caddyfile").partition("panah.example.org {")[2].partition("\n}\n")[0]
    patterns = [one for line in re.findall(r"@\w+ path (.*)", site) for one in line.split()]
    return any(path.startswith(one[:-1]) if one.endswith("*") else path == one for one in patterns)


def nginx_passes(path: str) -> bool:
    """As nginx chooses: the exact one, else the expression that matches, else the longest beginning."""
    site = text_of("proxy", "nginx.conf").partition("server_name panah.example.org;")[2].partition("\n}\n")[0]
    found = re.findall(r"location (= |~ )?(\S+) \{ (proxy_pass|return)", site)
    for kind, does in (("= ", str.__eq__), ("~ ", lambda path, one: re.search(one, path)), ("", str.startswith)):
        fits: list[tuple[int, str]] = [(len(one), act) for how, one, act in found if how == kind and does(path, one)]
        if fits:
            return max(fits)[1] == "proxy_pass"
    return False


class TestMonitoring:
    def test_every_metric_that_is_named_is_one_that_is_printed(self, printed: set[str]) -> None:
        for file in sorted((OPERATIONS / "monitoring").iterdir()):
            if file.name != "prometheus.yml":
                named = {one for expression in expressions(file) for one in METRIC.findall(expression)}
                assert named, file.name
                assert named <= printed, file.name

    def test_no_metric_is_left_out_of_the_dashboard(self, printed: set[str]) -> None:
        shown = "\n".join(expressions(OPERATIONS / "monitoring" / "dashboard.json"))
        assert {name for name in printed if name not in shown} <= {"panah_canary_age_seconds"}, "rules watch that one"

    def test_labels_that_are_asked_for_have_such_values(self, exposed: str) -> None:
        for file in ("panah-alerts.yml", "dashboard.json"):
            for expression in expressions(OPERATIONS / "monitoring" / file):
                for name, label, _, values in re.findall(r"(panah_\w+)\{(\w+)([!=]~?)\"([^\"]*)\"\}", expression):
                    for value in values.split("|"):
                        assert re.search(rf"^{name}\{{.*{label}=\"{value}\"", exposed, re.MULTILINE), expression

    def test_a_part_hangs_when_we_say_that_it_does(self) -> None:
        assert f"panah_part_idle_seconds > {HANGS_AFTER:g}" in text_of("monitoring", "panah-alerts.yml")

    def test_prometheus_asks_where_panah_listens(self) -> None:
        (job,) = yaml.safe_load(text_of("monitoring", "prometheus.yml"))["scrape_configs"]
        assert job["static_configs"][0]["targets"] == [BIND]

    def test_what_to_do_is_in_the_runbook_or_a_command(self) -> None:
        runbook = (ROOT / "docs" / "runbook.md").read_text()
        (group,) = yaml.safe_load(text_of("monitoring", "panah-alerts.yml"))["groups"]
        for rule in group["rules"]:
            told = rule["annotations"]["what_to_do"]
            for heading in re.findall(r'runbook, "([^"]+)"', told):
                assert f"## {heading}\n" in runbook
            for words in re.findall(r"(?<![\w/-])panah ([a-z]+)", told.replace("status panah", "")):
                assert words in main.commands

    @pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
    def test_prometheus_takes_its_files(self) -> None:
        assert "SUCCESS" in run("promtool", "check", "rules", OPERATIONS / "monitoring" / "panah-alerts.yml")
        config = OPERATIONS / "monitoring" / "prometheus.yml"
        assert "SUCCESS" in run("promtool", "check", "config", "--syntax-only", config)

    @pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
    def test_each_rule_fires_at_its_cause_and_not_a_moment_before(self, tmp_path: Path) -> None:
        (group,) = yaml.safe_load(text_of("monitoring", "panah-alerts.yml"))["groups"]
        rules = {rule["alert"]: rule for rule in group["rules"]}
        assert set(rules) == set(CAUSES)
        tried = tmp_path / "tried.yml"
        tried.write_text(
            yaml.safe_dump(
                {
                    "rule_files": [str(OPERATIONS / "monitoring" / "panah-alerts.yml")],
                    "evaluation_interval": "5m",
                    "tests": [one for name, rule in rules.items() for one in both_ways(rule, CAUSES[name])],
                }
            )
        )
        assert "SUCCESS" in run("promtool", "test", "rules", tried)


Cause = tuple[str, dict[str, str], int, int]
CAUSES: dict[str, Cause] = {
    "PanahIsGone": ("up", {"job": "panah"}, 0, 1),
    "PanahNobodyListens": ("panah_unheard_seconds", {}, 61, 60),
    "PanahCanaryLost": ("panah_canary_missing_seconds", {}, 121, 120),
    "PanahCanarySilent": ("panah_canary_age_seconds", {}, 1021, 1020),
    "PanahNobodyAccepts": ("panah_needs", {"kind": "lawyer", "state": "exhausted"}, 1, 0),
    "PanahParked": ("panah_queue_rows", {"queue": "inbox", "state": "parked"}, 1, 0),
    "PanahWorkIsLate": ("panah_queue_overdue_seconds", {"queue": "timer"}, 61, 60),
    "PanahMessagesDoNotLeave": ("panah_oldest_unsent_seconds", {"channel": "sms"}, 61, 60),
    "PanahPartHangs": ("panah_part_idle_seconds", {"part": "tick"}, 91, 90),
    "PanahBackupIsOld": ("panah_backup_age_seconds", {}, 93_601, 93_600),
    "PanahNoBackup": ("up", {"job": "panah"}, 1, 0),
}
"""What is measured when a rule must fire, and the nearest value at which it must not."""


def both_ways(rule: dict[str, Any], cause: Cause) -> Iterator[dict[str, Any]]:
    """A day and two hours of it, ill and well, in the words of ``promtool test rules``."""
    metric, labels, ill, well = cause
    kept = [one for one in re.findall(r"by \((\w+)\)", rule["expr"]) if one in labels] or list(labels)
    fired = {
        "exp_labels": rule["labels"] | {name: labels[name] for name in kept},
        "exp_annotations": rule["annotations"],
    }
    of_it = ",".join(f'{name}="{value}"' for name, value in labels.items())
    for value, expected in ((ill, [fired]), (well, [])):
        yield {
            "interval": "5m",
            "input_series": [{"series": f"{metric}{{{of_it}}}", "values": f"{value}+0x312"}],
            "alert_rule_test": [{"eval_time": "25h", "alertname": rule["alert"], "exp_alerts": expected}],
        }


@pytest.fixture
def exposed() -> str:
    """What is printed when there is something of everything."""
    from alerts.models import DeliveryState, NeedState

    moment = timedelta(seconds=1)
    channel = ChannelVitals({str(state): 1 for state in DeliveryState}, 1, moment, quiet_for=moment)
    vitals = Vitals(
        queues={name: QueueVitals(1, 1, 1, moment) for name in QUEUES},
        channels={"telegram": channel},
        needs={("coordinator", str(state)): 1 for state in NeedState},
        unheard_for=moment,
        canary=CanaryVitals(took=moment, age=moment, missing=moment),
    )
    return exposition(vitals, {"tick": 1.0}, moment)


@pytest.fixture
def printed(exposed: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\w+)", exposed, re.MULTILINE))


def expressions(file: Path) -> list[str]:
    if file.suffix == ".json":
        return [target["expr"] for panel in json.loads(file.read_text())["panels"] for target in panel["targets"]]
    (group,) = yaml.safe_load(file.read_text())["groups"]
    return [rule["expr"] for rule in group["rules"]]


class TestContainer:
    def test_every_room_is_in_it_and_nothing_else(self) -> None:
        copied = set(re.findall(r"^COPY (\w+) /opt/panah/", text_of("container", "Containerfile"), re.MULTILINE))
        assert copied - {"LICENSE"} == set(rooms())

    def test_it_installs_by_hash_is_nobody_and_runs_what_is_there(self) -> None:
        text = text_of("container", "Containerfile")
        assert "--require-hashes" in text
        assert text.rindex("USER 10001") > text.rindex("RUN ")
        assert f"http://{BIND}/readyz" in text
        command_of(json.loads(re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)[-1]))
        (service,) = yaml.safe_load(text_of("container", "compose.yaml"))["services"].values()
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert (OPERATIONS / "container" / service["env_file"]).parent.resolve() == ROOT


def rooms() -> Iterator[str]:
    """The folders that the distribution holds."""
    import tomllib

    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for pattern in found["tool"]["setuptools"]["packages"]["find"]["include"]:
        yield pattern.removesuffix("*")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Their programs are not installed here; that is all it may complain of."""
    done = subprocess.run(
        ["systemd-analyze", "verify", *[one for one in UNITS if "@" not in one.name]],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_LOG_LEVEL": "warning", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    ours = [line for line in done.stderr.splitlines() if line.startswith("panah") or "operations" in line]
    assert [line for line in ours if "is not executable" not in line] == []


def test_every_file_is_told_of() -> None:
    told = (OPERATIONS / "README.md").read_text()
    for file in OPERATIONS.rglob("*"):
        if file.is_file() and file.name != "README.md":
            assert f"({file.relative_to(OPERATIONS)})" in told, file


def text_of(folder: str, name: str) -> str:
    return (OPERATIONS / folder / name).read_text()


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr

"""The launcher, run as people run it: a real process that makes real environments, without a network."""

import ast
import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.launcher.checkout import PYTHON, REPOSITORY, Checkout, Ended, ended

pytestmark = pytest.mark.processes
SIDE_BY_SIDE = f"-n {(os.cpu_count() or 1) + 1} --dist loadgroup"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Ended]:
    """A checkout in an awkward place, and how its very first command ended."""
    checkout = Checkout.make(tmp_path_factory.mktemp("home") / "Панах, второй этаж")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "app").mkdir()  # the caller's own `app` must not be taken for ours
    (elsewhere / "app" / "__init__.py").touch()
    (elsewhere / "app" / "cli.py").write_text("raise SystemExit('the wrong app')")
    return checkout, checkout.run("leave", "7", "--имя", "a b", cwd=elsewhere, variables={"GREETING": "salem"})


@pytest.fixture
def ready(first: tuple[Checkout, Ended]) -> Checkout:
    """A checkout that is set up; it must be left as it is."""
    return first[0]


@pytest.fixture
def own(ready: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the ready checkout that the test may spoil."""
    return ready.copy_to(tmp_path / "own copy")


def test_the_first_command_sets_up_and_gets_everything_its_caller_gave(first: tuple[Checkout, Ended]) -> None:
    checkout, end = first
    assert end.code == 7
    assert end.told["arguments"] == ["leave", "7", "--имя", "a b"]
    assert Path(end.told["folder"]).name.startswith("elsewhere")
    assert end.told["greeting"] == "salem"
    assert end.told["prefix"] == str(checkout.environment)
    assert end.told["app"] == str(checkout.folder / "app" / "cli.py")
    assert end.err == "Setting up (first time, about a minute)…\n"


def test_the_next_command_sets_nothing_up(ready: Checkout) -> None:
    before = ready.notes, (ready.environment / "pyvenv.cfg").stat().st_mtime_ns
    end = ready.run("version")
    assert (end.code, end.err, end.told["arguments"]) == (0, "", ["version"])
    assert (ready.notes, (ready.environment / "pyvenv.cfg").stat().st_mtime_ns) == before


def test_it_follows_a_symbolic_link_to_itself(ready: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "panah"
    link.symlink_to(ready.folder / "panah")
    assert subprocess.run([PYTHON, link], stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.long
def test_a_checkout_that_was_moved_works_from_its_new_place(own: Checkout) -> None:
    end = own.run()
    assert (end.code, end.told["prefix"]) == (0, str(own.environment))
    assert end.told["app"] == str(own.folder / "app" / "cli.py")
    assert own.run().err == ""


def test_a_changed_lock_is_installed_once_by_two_launchers_at_the_same_time(own: Checkout) -> None:
    own.require_parcel()
    ends = [ended(process) for process in [own.start(), own.start()]]
    assert [(end.code, end.told["parcel"]) for end in ends] == [(0, True), (0, True)]
    assert "".join(end.err for end in ends).count("Installing requirements/runtime.txt") == 1


def test_it_waits_for_a_set_up_that_is_at_work(own: Checkout) -> None:
    turn = os.open(own.folder, os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    process = own.start()
    assert process.stderr is not None
    assert process.stderr.readline() == "Another set-up is at work here; waiting for it to end…\n"
    os.close(turn)
    assert ended(process).code == 0


def test_a_package_that_is_not_what_the_lock_says_stops_it_and_spoils_nothing(own: Checkout) -> None:
    assert own.run().code == 0
    lock = own.folder / "requirements" / "runtime.txt"
    good = lock.read_text()
    own.require_parcel(honest=False)
    end = own.run()
    assert (end.code, end.out) == (1, "")
    assert "pip could not install requirements/runtime.txt" in end.err
    lock.write_text(good)
    assert own.run().err == ""


def test_without_a_network_it_says_what_to_do(own: Checkout) -> None:
    (own.folder / "requirements" / "runtime.txt").write_text(f"parcel==1.0 --hash=sha256:{'0' * 64}\n")
    end = own.run(variables={"PIP_NO_INDEX": "1"})
    assert end.code == 1
    assert "Most often there is no network" in end.err
    assert "Traceback" not in end.err


def test_a_set_up_that_was_killed_is_made_again(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    process = checkout.start()
    waiting_until = time.monotonic() + 60
    while not (checkout.environment / "bin" / "python").exists():
        assert time.monotonic() < waiting_until
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    ended(process)
    assert checkout.notes == "unfinished\n"
    end = checkout.run()
    assert (end.code, end.told["prefix"]) == (0, str(checkout.environment))
    assert end.err.startswith("The environment here is unfinished")


def test_an_active_environment_is_completed_and_used(own: Checkout, tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "second")
    checkout.require_parcel()
    active = {"VIRTUAL_ENV": str(own.environment)}
    end = checkout.run(variables=active)
    assert (end.code, end.told["parcel"], end.told["prefix"]) == (0, True, str(own.environment))
    assert end.err == f"Installing requirements/runtime.txt into {own.environment}…\n"
    assert not checkout.environment.exists()
    assert checkout.run(variables=active).err == ""


@pytest.mark.long
def test_an_active_environment_that_was_interrupted_is_repaired_and_never_removed(own: Checkout) -> None:
    own.require_parcel()
    active = {"VIRTUAL_ENV": str(own.environment)}
    assert own.run(variables=active).code == 0
    (module,) = own.environment.glob("lib/python3*/site-packages/parcel.py")
    module.unlink()
    (own.environment / "panah-setup.txt").write_text("unfinished\n")
    (own.environment / "mine").touch()
    assert own.run(variables=active).told["parcel"]
    assert (own.environment / "mine").exists()


def test_an_active_environment_with_panah_in_it_is_used_as_it_is(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    environment = tmp_path / "theirs"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    (packages / "theirs.pth").write_text(f"{checkout.folder}\n")
    (packages / "panah-0.1.0.dist-info").mkdir()
    (packages / "panah-0.1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: panah\nVersion: 0.1.0\n")
    end = checkout.run("up", variables={"VIRTUAL_ENV": str(environment)})
    assert (end.code, end.err, end.told["prefix"]) == (0, "", str(environment))
    assert not checkout.environment.exists()


def test_an_active_environment_that_is_gone_is_not_insisted_on(ready: Checkout, tmp_path: Path) -> None:
    end = ready.run(variables={"VIRTUAL_ENV": str(tmp_path / "gone")})
    assert (end.code, end.told["prefix"]) == (0, str(ready.environment))
    assert "has no Python any more" in end.err


class BareDebian:
    """A Python without ensurepip, as Debian ships it, beside a package manager that can bring it."""

    def __init__(self, folder: Path) -> None:
        self.shadow = folder / "python" / "ensurepip.py"
        self.shadow.parent.mkdir()
        self.shadow.write_text("raise ModuleNotFoundError('No module named ensurepip')\n")
        self.calls = folder / "calls"
        self.calls.touch()
        self.bin = folder / "bin"
        self.bin.mkdir()
        manager = self.bin / "apt-get"
        manager.write_text(
            f'#!/bin/sh\necho "$@" >>"{self.calls}"\ncase "$*" in *python3-venv) /bin/rm "{self.shadow}";; esac\n'
        )
        manager.chmod(0o755)

    @property
    def variables(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.shadow.parent), "PATH": str(self.bin)}


def test_the_tests_never_install_debian_packages_but_name_the_command(tmp_path: Path) -> None:
    debian = BareDebian(tmp_path)
    checkout = Checkout.make(tmp_path / "checkout")
    end = checkout.run("test", variables=debian.variables)
    assert end.code == 1
    assert "apt-get install python3-venv\n" in end.err
    assert debian.calls.read_text() == ""
    assert not checkout.environment.exists()


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install Debian packages")
def test_a_command_on_a_bare_debian_brings_what_is_missing_and_goes_on(tmp_path: Path) -> None:
    debian = BareDebian(tmp_path)
    checkout = Checkout.make(tmp_path / "checkout")
    end = checkout.run(variables=debian.variables)
    assert end.code == 0, end.err
    assert debian.calls.read_text().splitlines() == [
        "-qq update",
        "-qq install --yes --no-install-recommends python3-venv",
    ]


def test_every_check_runs_and_pytest_has_the_last_word(own: Checkout) -> None:
    end = own.run("test", variables={"FAILING": "mypy"})
    assert end.code == 1
    assert [line for line in end.out.splitlines() if line] == [
        "=== ruff check",
        "ruff ran check .",
        "=== ruff format",
        "ruff ran format --check .",
        "=== mypy",
        "mypy ran",
        "=== import-linter",
        "lint-imports ran --no-logo",
        "FAILED before the tests: mypy",
        "=== pytest",
        f"pytest ran -m not long {SIDE_BY_SIDE}",
    ]
    assert own.run("test").code == 0
    assert own.run("test", "--long", variables={"FAILING": "pytest"}).out.endswith(
        f"=== pytest\npytest ran {SIDE_BY_SIDE}\n"
    )


def test_what_the_tests_import_is_compiled_once_and_kept(own: Checkout) -> None:
    """Otherwise each worker would compile all of it, and each process a test starts."""
    (own.folder / "pytest.py").write_text(
        "import os, sys\nprint(*sys.argv[1:], os.environ.get('PYTHONDONTWRITEBYTECODE'), file=open('noted', 'a'))\n"
    )
    own.run("test", variables={"PYTHONDONTWRITEBYTECODE": "1"})
    assert (own.folder / "noted").read_text().splitlines() == [
        "--collect-only -qq None",
        f"-m not long {SIDE_BY_SIDE} None",
    ]


def test_with_arguments_of_its_own_pytest_runs_alone(own: Checkout) -> None:
    end = own.run("test", "tests/texts", "-k", "two words")
    assert end.out == "\n=== pytest\npytest ran -m not long tests/texts -k two words\n"
    assert own.run("test", "--long", "-x", variables={"FAILING": "pytest"}).code == 1


def test_the_tests_have_their_own_lock(own: Checkout) -> None:
    own.require_parcel(lock="development.txt")
    assert not own.run().told["parcel"]
    assert "Installing requirements/development.txt" in own.run("test").err
    end = own.run()
    assert (end.told["parcel"], end.err) == (True, "")


def test_test_help_sets_nothing_up(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    end = checkout.run("test", "--help")
    assert end.code == 0
    assert "--long" in end.out
    assert not checkout.environment.exists()


def test_an_old_python_is_told_so_in_one_sentence() -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv[1], run_name='__main__')"
    end = subprocess.run(
        [PYTHON, "-c", pretend, REPOSITORY / "panah"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (end.returncode, end.stdout) == (2, "")
    assert end.stderr == f"Panah needs Python 3.11 or newer, and {PYTHON} is 3.9.2.\n"


def test_an_old_python_can_read_that_far() -> None:
    ast.parse((REPOSITORY / "panah").read_text(), feature_version=(3, 6))


def test_it_can_be_started_by_its_name() -> None:
    assert os.access(REPOSITORY / "panah", os.X_OK)

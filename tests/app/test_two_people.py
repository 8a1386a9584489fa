"""What nobody does alone at the machine: putting a backup back, writing many cases out, writing the contacts out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.backup.identity import make_identity
from app.bulk import FEW
from app.cli import main
from app.key.shares import split_key
from app.settings import read_settings
from app.wiring import build
from cases.intake import open_case
from cases.models import Case
from contacts.accounts.coercion import note_coercion
from contacts.accounts.models import Account
from contacts.accounts.two_people import wanted_people
from papers.events import PapersExported
from store.eventlog import EventRow
from store.vault import new_key
from tests.accounts import join
from tests.app.conftest import everything_as_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.wiring import House
    from tests.accounts import Member
    from tests.app.conftest import Panah


@pytest.fixture
def house(ready: Panah) -> Iterator[House]:
    """The same home, opened by this process too."""
    built = build(read_settings(ready.environment))
    yield built
    built.store.engine.dispose()


def agreeing(*members: Member) -> list[str]:
    """Each with one of their codes on paper: one of the app would be good once in half a minute."""
    return [part for member in members for part in ("--agreed", f"{member.login}:{member.recovery.pop()}")]


def last(house: House, name: str) -> dict[str, object]:
    with house.store.read() as unit:
        found = select(EventRow.payload).where(EventRow.name == name).order_by(EventRow.at.desc(), EventRow.id.desc())
        return dict(unit.session.scalars(found.limit(1)).one())


def code_of(house: House, member: Member) -> str:
    with house.store.read() as unit:
        return unit.session.get_one(Account, member.account_id).code


def test_the_contacts_are_written_out_when_two_agree_and_the_log_says_who(ready: Panah, house: House) -> None:
    assert ready.does("contacts", "export").startswith("name,"), "while there is nobody who could agree"
    assert last(house, "ContactsExported") == {"agreed": "nobody could"}
    aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
    join(house.store, "Dana", "lawyer")
    said = ready.refuses("contacts", "export")
    assert "two people have to agree" in said
    assert "Aigerim" not in said
    assert "two people" in ready.refuses("contacts", "export", *agreeing(aigerim))
    assert "may agree" in ready.refuses("contacts", "export", *agreeing(aigerim, aigerim)), "one is not two"
    paper = aigerim.recovery[0]
    by_app = ["--agreed", f"administrator:{admin.code()}"]
    done = ready.does("contacts", "export", *by_app, "--agreed", f"Aigerim:{paper}")
    assert "Aigerim" in done
    assert last(house, "ContactsExported") == {"agreed": f"{code_of(house, admin)},{code_of(house, aigerim)}"}
    assert "may agree" in ready.refuses("contacts", "export", "--agreed", f"Aigerim:{paper}", *agreeing(admin)), (
        "a code on paper is good once"
    )
    assert "may agree" in ready.refuses("contacts", "export", *by_app, *agreeing(aigerim)), "and so is one of the app"


@pytest.mark.parametrize("who", ["lawyer", "observer", "forced", "wrong code", "nobody"])
def test_who_may_not_confirm_is_not_one_of_the_two(ready: Panah, house: House, who: str) -> None:
    admin, _ = join(house.store, "administrator", "admin"), join(house.store, "Timur")
    other = join(house.store, "Dana", who if who in {"lawyer", "observer"} else "coordinator")
    if who == "forced":
        with house.store.unit("test") as unit:
            note_coercion(unit, unit.session.get_one(Account, other.account_id))
    second = {"wrong code": "Dana:000000", "nobody": "Xanthippe:000000"}.get(who, f"Dana:{other.code()}")
    assert "may agree" in ready.refuses("contacts", "export", *agreeing(admin), "--agreed", second)
    with house.store.read() as unit:
        assert unit.session.scalar(select(func.count()).where(EventRow.name == "ContactsExported")) == 0
        assert wanted_people(unit) == 2


def test_a_team_does_not_become_small_by_being_forced(ready: Panah, house: House) -> None:
    admin, aigerim = join(house.store, "administrator", "admin"), join(house.store, "Aigerim")
    with house.store.unit("test") as unit:
        note_coercion(unit, unit.session.get_one(Account, aigerim.account_id))
        assert wanted_people(unit) == 2
    assert "two people have to agree" in ready.refuses("contacts", "export", *agreeing(admin))
    with house.store.unit("test") as unit:
        note_coercion(unit, unit.session.get_one(Account, admin.account_id))
        assert wanted_people(unit) == 2
    assert "two people have to agree" in ready.refuses("contacts", "export"), "nobody left is not nobody asked"


def test_codes_are_not_guessed_here_either(ready: Panah, house: House) -> None:
    admin, aigerim = join(house.store, "administrator", "admin"), join(house.store, "Aigerim")
    for _ in range(5):
        ready.refuses("contacts", "export", "--agreed", "Aigerim:000000", *agreeing(admin))
    assert "may agree" in ready.refuses("contacts", "export", *agreeing(aigerim, admin))


def test_a_few_cases_are_written_out_by_one_and_the_next_needs_two(ready: Panah, house: House) -> None:
    aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
    with house.store.unit("test") as unit:
        codes = [open_case(unit, language="en").code for _ in range(FEW + 1)]
    for number, code in enumerate(codes[:FEW]):
        if number % 2:
            ready.does("audit", "export", code, "--json")
        else:
            ready.does("case", "export", code, "--for", "lawyer")
    ready.does("audit", "export", codes[0], "--json")
    out = ready.folder / "papers"
    papers = ("papers", codes[FEW], "--out", str(out))
    for command in (
        ("audit", "export", codes[FEW], "--json"),
        ("case", "export", codes[FEW], "--for", "unhcr"),
        papers,
    ):
        assert "two people have to agree" in ready.refuses(*command)
    assert not out.exists()
    ready.does("audit", "export", codes[FEW], "--json", *agreeing(aigerim, admin))
    assert last(house, "EvidenceExported")["agreed"] == f"{code_of(house, aigerim)},{code_of(house, admin)}"


def test_the_papers_of_case_after_case_are_no_way_round_that(ready: Panah, house: House) -> None:
    aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
    with house.store.unit("test") as unit:
        codes = [open_case(unit, language="en").code for _ in range(FEW + 1)]
        for code in codes[:FEW]:
            case_id = unit.session.scalars(select(Case.id).where(Case.code == code)).one()
            unit.record(PapersExported(case_id=case_id, papers=9, agreed=""))
    ready.does("papers", codes[FEW], "--json")
    assert "two people have to agree" in ready.refuses("case", "export", codes[FEW], "--for", "unhcr")
    ready.does("papers", codes[FEW], "--out", str(ready.folder / "papers"), *agreeing(aigerim, admin))
    assert last(house, "PapersExported")["agreed"] == f"{code_of(house, aigerim)},{code_of(house, admin)}"


class TestRestore:
    @pytest.fixture
    def identity(self, ready: Panah) -> str:
        path = ready.folder / "identity.age"
        ready.environment["PANAH_BACKUP_RECIPIENT"] = make_identity(path, None)
        return str(path)

    def restoring(self, ready: Panah, identity: str) -> tuple[str, ...]:
        return ("restore", str(ready.folder / "b.age"), "--identity", identity, "--force")

    def test_it_takes_two_who_have_accounts_in_it_or_nothing_is_changed(
        self, ready: Panah, house: House, identity: str
    ) -> None:
        aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
        ready.does("backup", str(ready.folder / "b.age"))
        with house.store.unit("test") as unit:
            later = open_case(unit, language="en").code
        assert "two people have to agree" in ready.refuses(*self.restoring(ready, identity))
        assert "may agree" in ready.refuses(
            *self.restoring(ready, identity), *agreeing(aigerim), "--agreed", "x:000000"
        )
        with_case = json.loads(ready.does("case", "list", "--json"))
        assert [one["code"] for one in with_case] == [later], "nothing was changed"
        ready.does(*self.restoring(ready, identity), "--verify")
        ready.does(*self.restoring(ready, identity), *agreeing(aigerim, admin))
        assert json.loads(ready.does("case", "list", "--json")) == []
        assert last(house, "BackupRestored")["agreed"] == f"{code_of(house, aigerim)},{code_of(house, admin)}"

    def test_a_code_that_was_given_for_nothing_is_used_up_here_and_at_the_pages(
        self, ready: Panah, house: House, identity: str
    ) -> None:
        aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
        ready.does("backup", str(ready.folder / "b.age"))
        paper = f"Aigerim:{aigerim.recovery.pop()}"
        wrong = ("--agreed", "administrator:AAAAA-AAAAA")
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), "--agreed", paper, *wrong)
        assert "may agree" in ready.refuses("contacts", "export", "--agreed", paper, *agreeing(admin))
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), "--agreed", paper, *agreeing(admin))
        house.store.engine.dispose()
        read_settings(ready.environment).spent_path.write_text("nonsense")
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), "--agreed", paper, *agreeing(admin)), (
            "the database that stayed knows it as well"
        )

    def test_it_is_so_too_where_there_was_no_database_to_stay(self, ready: Panah, house: House, identity: str) -> None:
        aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
        ready.does("backup", str(ready.folder / "b.age"))
        house.store.engine.dispose()
        paper = f"Aigerim:{aigerim.recovery.pop()}"
        (ready.home / "panah.db").unlink()
        wrong = ("--agreed", "administrator:AAAAA-AAAAA")
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), "--agreed", paper, *wrong)
        (ready.home / "panah.db").unlink(missing_ok=True)
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), "--agreed", paper, *agreeing(admin))
        ready.does(*self.restoring(ready, identity), *agreeing(aigerim, admin))

    def test_codes_are_not_guessed_by_refused_restores(self, ready: Panah, house: House, identity: str) -> None:
        aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
        ready.does("backup", str(ready.folder / "b.age"))
        for _ in range(5):
            assert "may agree" in ready.refuses(*self.restoring(ready, identity), "--agreed", "Aigerim:AAAAA-AAAAA",
                                                *agreeing(admin))  # fmt: skip
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), *agreeing(aigerim, admin))

    def test_what_was_spent_since_the_backup_was_made_is_not_good_again(
        self, ready: Panah, house: House, identity: str
    ) -> None:
        aigerim, admin = join(house.store, "Aigerim"), join(house.store, "administrator", "admin")
        ready.does("backup", str(ready.folder / "b.age"))
        both = agreeing(aigerim, admin)
        ready.does(*self.restoring(ready, identity), *both)
        assert "may agree" in ready.refuses(*self.restoring(ready, identity), *both)

    def test_two_shares_of_the_key_are_two_people_as_well(self, ready: Panah, house: House, identity: str) -> None:
        join(house.store, "Aigerim")
        join(house.store, "administrator", "admin")
        ready.does("backup", str(ready.folder / "b.age"))
        shares = split_key(ready.environment["PANAH_KEY"])
        others = split_key(new_key())
        assert gives(ready, shares[:1], *self.restoring(ready, identity), "--shares") == 1
        assert gives(ready, others[:2], *self.restoring(ready, identity), "--shares") == 1
        assert gives(ready, shares[1:], *self.restoring(ready, identity), "--shares") == 0
        assert last(house, "BackupRestored")["agreed"] == "shares"

    def test_a_team_of_nobody_gets_its_backup_back(self, ready: Panah, house: House, identity: str) -> None:
        ready.does("backup", str(ready.folder / "b.age"))
        ready.does(*self.restoring(ready, identity))
        assert last(house, "BackupRestored")["agreed"] == "nobody could"


def gives(ready: Panah, lines: list[str], *arguments: str) -> int:
    """With which status a command ends that is given lines on its standard input."""
    with everything_as_before():
        done = CliRunner().invoke(main, arguments, env=ready.environment, input="\n".join(lines), prog_name="panah")
    assert not any(line in done.output for line in lines)
    return done.exit_code

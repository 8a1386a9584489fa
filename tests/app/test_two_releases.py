"""Two releases side by side on one database: what a migration must keep to so that nodes can be replaced one by one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, UniqueConstraint, text

import store as rooms_of_the_store
from app.migration import SINCE, SchemaError, lets_work, needed, upgrade
from app.schema import metadata
from store.engine import open_engine
from tests.bad_days.books import kept_words, read_books
from tests.bad_days.ground import Ground
from tests.bad_days.storm import wait_for_calm

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Table

    Change = Callable[[Operations], None]

VERSIONS = Path(rooms_of_the_store.__file__).parent / "migrations" / "versions"
LATER = '''\
"""What a later release adds."""

import sqlalchemy as sa
from alembic import op

revision = "9001_from_{head}"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("later_thing", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("later", sa.String(length=8), nullable=True))
'''


def script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    return ScriptDirectory.from_config(config)


def newest() -> str:
    return str(script().get_current_head())


@pytest.mark.parametrize(
    ("later", "works"),
    [
        ("9001_from_0038", True),
        ("9001_from_0040", True),
        ("9001_from_0041", False),
        ("9001", False),
        ("9001_from_", False),
        ("later", False),
    ],
)
def test_a_later_schema_says_by_its_name_who_may_go_on_beside_it(later: str, *, works: bool) -> None:
    assert lets_work(later, "0040") is works
    assert lets_work(later, "0040_from_0038") is works


def test_a_database_that_promises_nothing_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/panah.db"
    upgrade(url)
    engine = open_engine(url)
    head = newest().partition("_")[0]
    for said, works in ((f"9001_from_{head}", True), ("9001_from_9000", False), ("9001", False)):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :said"), {"said": said})
            if works:
                assert needed(connection) is None
            else:
                with pytest.raises(SchemaError, match="later release"):
                    needed(connection)
    engine.dispose()


def taken(before: MetaData, after: MetaData) -> set[str]:
    """What a program that knows the schema ``before`` can do no more with the one ``after``."""
    return {wrong for name, old in before.tables.items() for wrong in _taken(old, after.tables.get(name))}


def _taken(old: Table, new: Table | None) -> set[str]:
    if new is None:
        return {f"{old.name} is gone"}
    gone = {f"{old.name}.{one.name} is gone" for one in old.columns if one.name not in new.columns}
    changed = {
        f"{old.name}.{one.name} is another"
        for one in old.columns
        if one.name in new.columns
        and (str(one.type), one.nullable) != (str(new.columns[one.name].type), new.columns[one.name].nullable)
    }
    wanted = {
        f"{old.name}.{one.name} is wanted"
        for one in new.columns
        if one.name not in old.columns and not one.nullable and one.server_default is None
    }
    return gone | changed | wanted | {f"{old.name} refuses more: {rule}" for rule in _rules(new) - _rules(old)}


def _rules(table: Table) -> set[str]:
    """What a row is refused for, but for its pointers."""
    unique = {one for one in table.constraints if isinstance(one, UniqueConstraint)}
    checks = {str(getattr(one, "sqltext", "")) for one in table.constraints} - {""}
    return {str(sorted(one.columns.keys())) for one in unique} | checks | {
        str(sorted(one.columns.keys())) for one in table.indexes if one.unique
    }  # fmt: skip


def schema(connection: Connection) -> MetaData:
    there = MetaData()
    there.reflect(connection)
    return there


def test_a_migration_that_promises_it_takes_nothing_away(tmp_path: Path) -> None:
    promising = [one.revision for one in script().walk_revisions() if SINCE.fullmatch(one.revision)]
    for revision in promising:
        promise = SINCE.fullmatch(revision)
        assert promise is not None
        (since,) = [one.revision for one in script().walk_revisions() if one.revision.startswith(promise["since"])]
        url = f"sqlite:///{tmp_path}/{revision}.db"
        schemas = []
        for goal in (since, revision):
            upgrade(url, revision=goal)
            engine = open_engine(url)
            with engine.connect() as connection:
                schemas.append(schema(connection))
            engine.dispose()
        assert taken(*schemas) == set(), revision


def drops_a_column(op: Operations) -> None:
    with op.batch_alter_table("event") as batch:
        batch.drop_column("actor")


def renames_a_table(op: Operations) -> None:
    op.rename_table("lane", "track")


def wants_a_value(op: Operations) -> None:
    op.execute("ALTER TABLE lane ADD COLUMN width INTEGER NOT NULL DEFAULT 1")
    with op.batch_alter_table("lane") as batch:
        batch.alter_column("width", server_default=None)


def refuses_two_alike(op: Operations) -> None:
    op.create_index("ix_lease_until", "lease", ["until"], unique=True)


def only_adds(op: Operations) -> None:
    op.execute("CREATE TABLE later_thing (id INTEGER PRIMARY KEY)")
    op.execute("ALTER TABLE lane ADD COLUMN width INTEGER")
    op.create_index("ix_lease_until", "lease", ["until"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drops_a_column, {"event.actor is gone"}),
        (renames_a_table, {"lane is gone"}),
        (wants_a_value, {"lane.width is wanted"}),
        (refuses_two_alike, {"lease refuses more: ['until']"}),
        (only_adds, set()),
    ],
)
def test_what_takes_something_away_is_seen(
    tmp_path: Path, change: Callable[[Operations], None], said: set[str]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/panah.db")
    with engine.begin() as connection:
        metadata().create_all(connection, tables=[metadata().tables[name] for name in ("event", "lane", "lease")])
        before = schema(connection)
        change(Operations(MigrationContext.configure(connection)))
        after = schema(connection)
    engine.dispose()
    assert taken(before, after) == said


@pytest.mark.processes
@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_node_of_the_next_release_joins_one_of_this_and_both_work(
    postgresql: str, tmp_path: Path, compiled: Path
) -> None:
    from tests.app.test_moving import database

    with database(postgresql) as url, Ground(tmp_path, url, compiled) as ground:
        old = ground.running(name="old")
        aigerim, dana = ground.team()
        gulnar, zarina, alim, nurlan = (ground.relative(name) for name in ("Gulnar", "Zarina", "Alim", "Nurlan"))
        gulnar.writes("they took my brother")
        aigerim.sees(ground.code_on(gulnar))

        ground.environment["PYTHONPATH"] = str(next_release(tmp_path / "next"))
        assert "up to date" in ground.command("migrate").stdout
        ground.running("bot,worker", "new")
        zarina.writes("they took my sister")
        aigerim.taps("Accept", on=aigerim.sees(ground.code_on(zarina)))
        with urlopen(f"http://127.0.0.1:{ground.port}/readyz", timeout=60) as answer:
            assert answer.read() == b"ready\n"

        old.kill()
        old.start().wait_until_ready()  # it is started again, too
        alim.writes("they took my son")
        dana.sees(ground.code_on(alim))
        old.terminate()
        ground.later(minutes=1)
        nurlan.writes("they took my father")
        dana.sees(ground.code_on(nurlan))
        wait_for_calm(ground)
        read_books(ground).balance()
        assert {words for (words,) in kept_words(ground.house).values()} == {
            f"they took my {one}" for one in ("brother", "sister", "son", "father")
        }
        assert ground.house.store.verify_log() == []


def next_release(folder: Path) -> Path:
    """This release with one migration more, as the next one has it."""
    shutil.copytree(VERSIONS.parent.parent, folder / "store", ignore=shutil.ignore_patterns("__pycache__"))
    head = newest().partition("_")[0]
    later = folder / "store" / "migrations" / "versions" / "9001_later.py"
    later.write_text(LATER.format(head=head, last=newest()))
    return folder

"""What migrations make of an empty SQLite file is remembered: they are applied once a process, then their result is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alembic import command
from sqlalchemy import text

from app import migration

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

TABLES: Final = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
VERSION: Final = "INSERT INTO alembic_version (version_num) VALUES (:version)"
_made: dict[tuple[str | None, str], tuple[list[str], str]] = {}
"""The tables and indexes of each place of migrations and revision asked for, and the revision that is there then."""


class RememberedMigrations:
    """Alembic's commands. What begins with anything in the file, or on PostgreSQL, is migrated step by step."""

    downgrade = staticmethod(command.downgrade)

    @staticmethod
    def upgrade(config: Config, revision: str) -> None:
        """Bring a database to a revision."""
        connection: Connection = config.attributes["connection"]
        if connection.dialect.name != "sqlite" or connection.execute(text(TABLES)).first() is not None:
            command.upgrade(config, revision)
            return
        wanted = (config.get_main_option("script_location"), revision)
        if wanted in _made:
            tables, version = _made[wanted]
            for one in tables:
                connection.exec_driver_sql(one)
            connection.execute(text(VERSION), {"version": version})
            return
        command.upgrade(config, revision)
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        _made[wanted] = [*connection.scalars(text(TABLES))], version


def remember_migrations() -> None:
    """Have every migration of this process done so."""
    migration.command = RememberedMigrations  # type: ignore[attr-defined, assignment]

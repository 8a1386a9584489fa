"""What an exception means, in words for whoever runs Panah. For the terminal and for the log."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.settings import SettingsError
from law.errors import RulesError
from store.errors import StoreError
from store.queues import where_it_failed

DISK_FULL = ("disk is full", "No space left on device")
"""How SQLite and PostgreSQL say it."""


def what_is_wrong(error: Exception) -> str:
    """Say what an exception means to an operator, without anything that may be personal data."""
    match error:
        case SettingsError() | StoreError() | RulesError():
            return str(error)
        case DBAPIError():
            return what_the_database_says(error)
        case SQLAlchemyError():
            return f"the database cannot be used ({where_it_failed()})"
        case OSError():
            return f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}"
        case _:
            return f"something unexpected went wrong ({where_it_failed()})"


def what_the_database_says(error: DBAPIError) -> str:
    """Say what a failure of the database means, without what was being written."""
    said = str(error.orig)
    if any(full in said for full in DISK_FULL):
        return "the disk is full: make room, nothing can be written until then and nothing written is lost"
    if "locked" in said:
        return "the database is busy: another process has been writing to it for more than ten seconds"
    if "unable to open" in said:
        return "the database file cannot be opened; look at DATABASE_URL, PANAH_HOME and their permissions"
    return f"the database does not answer or refuses ({type(error.orig).__name__}); look at DATABASE_URL"

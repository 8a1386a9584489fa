"""Moving a home from SQLite into PostgreSQL: in pieces that stay, so that it can go on where it was interrupted."""

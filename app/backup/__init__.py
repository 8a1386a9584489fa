"""Backups: everything in the database, from one moment, in one file that only its recipients can open."""

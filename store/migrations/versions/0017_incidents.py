"""Incidents: several people taken at once, and which cases are theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("happened_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("day_only", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("unread", sa.LargeBinary(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["taken_by"], ["contact.id"], name="fk_incident_taken_by_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("code", name="uq_incident_code"),
    )
    op.create_table(
        "incident_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("written", sa.LargeBinary(), nullable=True),
        sa.Column("joined_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("joined_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_case_incident_id_incident"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_incident_case_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_case"),
        sa.UniqueConstraint("incident_id", "number", name="uq_incident_case_incident_id_number"),
        sa.UniqueConstraint("case_id", name="uq_incident_case_case_id"),
    )


def downgrade() -> None:
    """Undo the changes; each case stays, and which of them belong together is lost."""
    op.drop_table("incident_case")
    op.drop_table("incident")

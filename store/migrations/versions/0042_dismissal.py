"""A lawyer's dismissal is asked about by the safe contact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0042_from_0039"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "dismissal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("answered_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("counsel_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_dismissal_case_id_case")),
        sa.ForeignKeyConstraint(["counsel_id"], ["contact.id"], name=op.f("fk_dismissal_counsel_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissal")),
    )
    op.create_index(op.f("ix_dismissal_case_id"), "dismissal", ["case_id"])


def downgrade() -> None:
    """Undo the changes."""
    op.drop_index(op.f("ix_dismissal_case_id"), "dismissal")
    op.drop_table("dismissal")

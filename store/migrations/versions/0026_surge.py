"""Surge: times in which so many report that only the first questions are asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "surge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("began_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("until", store.types.UtcDateTime(), nullable=False),
        sa.Column("began_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_surge"),
    )


def downgrade() -> None:
    """Undo the changes."""
    op.drop_table("surge")

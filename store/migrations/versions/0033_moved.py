"""Since when it is known that a hearing is at another time than before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    with op.batch_alter_table("deadline") as batch:
        batch.add_column(sa.Column("moved_at", store.types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo the changes."""
    with op.batch_alter_table("deadline") as batch:
        batch.drop_column("moved_at")

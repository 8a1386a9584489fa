"""What somebody who is being forced believes: how far they have come with what they took, and that they gave it back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = ("contact_made_at", "filed_at", "reminded_at", "given_back_at")


def upgrade() -> None:
    """Make the changes."""
    with op.batch_alter_table("feigned_acceptance") as batch:
        for name in COLUMNS:
            batch.add_column(sa.Column(name, store.types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo the changes."""
    with op.batch_alter_table("feigned_acceptance") as batch:
        for name in reversed(COLUMNS):
            batch.drop_column(name)

"""WhatsApp: when somebody wrote last, because after a day they may not be written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0044_from_0039"
down_revision = "0042_from_0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    with op.batch_alter_table("chat") as batch:
        batch.add_column(sa.Column("heard_at", store.types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Undo the changes."""
    with op.batch_alter_table("chat") as batch:
        batch.drop_column("heard_at")

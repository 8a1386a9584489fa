"""Calendar feeds: a secret address for each helper who takes cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_calendar_feed_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feed"),
        sa.UniqueConstraint("token_index", name="uq_calendar_feed_token_index"),
    )
    op.create_index("ix_calendar_feed_contact_id", "calendar_feed", ["contact_id"])
    op.create_index(
        "uq_calendar_feed_in_use",
        "calendar_feed",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    """Undo the changes; every feed ends."""
    op.drop_table("calendar_feed")

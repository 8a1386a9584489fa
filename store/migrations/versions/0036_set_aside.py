"""What a helper sent in their chat waits for their word what it is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0036"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("is_list", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("due_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("parked_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name="fk_set_aside_chat_id_chat"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_set_aside_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside"),
    )
    op.create_index("ix_set_aside_chat_id", "set_aside", ["chat_id"])
    op.create_index("ix_set_aside_contact_id", "set_aside", ["contact_id"])
    wanting = sa.text("due_at IS NOT NULL")
    op.create_index("ix_set_aside_due_at", "set_aside", ["due_at"], sqlite_where=wanting, postgresql_where=wanting)


def downgrade() -> None:
    """Undo the changes; what nobody has said a word about is lost."""
    op.drop_table("set_aside")

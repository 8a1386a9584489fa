"""Check-ins: at which hours a person at risk is written to, and how long an answer is waited for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "check_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("patience_minutes", sa.Integer(), nullable=False),
        sa.Column("agreed_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("next_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("heard_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("stopped_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_check_in_case_id_case"),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name="fk_check_in_chat_id_chat"),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.UniqueConstraint("case_id", name="uq_check_in_case_id"),
    )
    op.create_index("ix_check_in_chat_id", "check_in", ["chat_id"])


def downgrade() -> None:
    """Undo the changes; agreements on check-ins are lost."""
    op.drop_table("check_in")

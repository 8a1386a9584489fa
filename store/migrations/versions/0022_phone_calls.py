"""Telephone: the calls that come in, and which of them are still to be asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "phone_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("began_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("due_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("parked_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name="fk_phone_call_chat_id_chat"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_phone_call_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_call"),
        sa.UniqueConstraint("sid", name="uq_phone_call_sid"),
    )
    op.create_index("ix_phone_call_chat_id", "phone_call", ["chat_id"])
    op.create_index("ix_phone_call_report_id", "phone_call", ["report_id"])
    op.create_index(
        "ix_phone_call_due_at",
        "phone_call",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Undo them."""
    op.drop_index("ix_phone_call_due_at", table_name="phone_call")
    op.drop_index("ix_phone_call_report_id", table_name="phone_call")
    op.drop_index("ix_phone_call_chat_id", table_name="phone_call")
    op.drop_table("phone_call")

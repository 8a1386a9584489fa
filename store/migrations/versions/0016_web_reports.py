"""Reports by the web form: numbers to come back with, and what a form has sent already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "web_receipt",
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name="fk_web_receipt_chat_id_chat"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_web_receipt"),
        sa.UniqueConstraint("number_index", name="uq_web_receipt_number_index"),
    )
    op.create_table(
        "web_sending",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name="fk_web_sending_chat_id_chat"),
        sa.ForeignKeyConstraint(["message_id"], ["report_message.id"], name="fk_web_sending_message_id_report_message"),
        sa.PrimaryKeyConstraint("id", name="pk_web_sending"),
        sa.UniqueConstraint("name_index", name="uq_web_sending_name_index"),
    )
    op.create_index("ix_web_sending_chat_id", "web_sending", ["chat_id"])


def downgrade() -> None:
    """Undo the changes; nobody comes back to a report any more."""
    op.drop_table("web_sending")
    op.drop_table("web_receipt")

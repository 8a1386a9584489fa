"""Tokens of programs, and what they were answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("used_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_token_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("code", name="uq_api_token_code"),
        sa.UniqueConstraint("token_index", name="uq_api_token_token_index"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("key_index", sa.LargeBinary(), nullable=False),
        sa.Column("asked_index", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name="fk_kept_answer_token_id_api_token"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_answer"),
        sa.UniqueConstraint("token_id", "key_index", name="uq_kept_answer_token_id_key_index"),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])
    op.create_index("ix_kept_answer_case_id", "kept_answer", ["case_id"])
    op.create_index("ix_kept_answer_token_id", "kept_answer", ["token_id"])


def downgrade() -> None:
    """Undo the changes: no program asks in anybody's place any more."""
    op.drop_table("kept_answer")
    op.drop_table("api_token")

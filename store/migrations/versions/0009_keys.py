"""Epochs as rows, longer names for them, the retention of cases, and what is left of erased ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "key_epoch",
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("under", sa.String(length=16), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("destroyed_at", store.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("epoch", name="pk_key_epoch"),
    )
    with op.batch_alter_table("data_key") as batch:
        batch.alter_column("epoch", existing_type=sa.String(length=7), type_=sa.String(length=16))
    op.create_table(
        "retention",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("no_case", sa.Boolean(), nullable=False),
        sa.Column("kept_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("kept_by", sa.String(length=80), nullable=True),
        sa.Column("warned_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_retention_case_id_case"),
        sa.PrimaryKeyConstraint("case_id", name="pk_retention"),
    )
    op.create_table(
        "erased_case",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("jurisdiction", sa.String(length=2), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("no_case", sa.Boolean(), nullable=False),
        sa.Column("opened_in", sa.String(length=7), nullable=False),
        sa.Column("closed_in", sa.String(length=7), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("erased_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("erased_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_erased_case"),
        sa.UniqueConstraint("code", name="uq_erased_case_code"),
    )


def downgrade() -> None:
    """Undo the changes; what was closed or erased is forgotten."""
    op.drop_table("erased_case")
    op.drop_table("retention")
    with op.batch_alter_table("data_key") as batch:
        batch.alter_column("epoch", existing_type=sa.String(length=16), type_=sa.String(length=7))
    op.drop_table("key_epoch")

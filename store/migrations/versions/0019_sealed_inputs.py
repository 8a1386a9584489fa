"""What comes in while the instance is locked: sealed to a public key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "sealed_input",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("refused_at", store.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_input"),
        sa.UniqueConstraint("source", "number", name="uq_sealed_input_source_number"),
    )
    op.create_index("ix_sealed_input_epoch", "sealed_input", ["epoch"])


def downgrade() -> None:
    """Undo the changes; what nobody has opened yet is lost."""
    op.drop_table("sealed_input")

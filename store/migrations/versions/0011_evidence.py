"""Evidence: attested rows, seals of the log, what is told by the metadata of a file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "attestation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attestation"),
        sa.UniqueConstraint("kind", "row_id", name="uq_attestation_kind_row_id"),
    )
    op.create_index("ix_attestation_case_id", "attestation", ["case_id"])
    op.create_index("ix_attestation_batch_id", "attestation", ["batch_id"])
    op.create_index("ix_attestation_at", "attestation", ["at"])
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seal"),
    )
    op.create_table(
        "seal_head",
        sa.Column("seal_number", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seal_number"], ["seal.number"], name="fk_seal_head_seal_number_seal"),
        sa.PrimaryKeyConstraint("seal_number", "chain", name="pk_seal_head"),
    )
    op.add_column("stored_file", sa.Column("about", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Undo the changes; seals and attestations are lost."""
    op.drop_column("stored_file", "about")
    op.drop_table("seal_head")
    op.drop_table("seal")
    op.drop_table("attestation")

"""Papers: versions that were taken or approved, and what left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "paper_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text_mac", sa.LargeBinary(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Uuid(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", store.types.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name="ck_paper_version_approved_by_somebody"
        ),
        sa.CheckConstraint("(based_on IS NULL) = (document IS NULL)", name="ck_paper_version_document_of_something"),
        sa.ForeignKeyConstraint(["based_on"], ["paper_version.id"], name="fk_paper_version_based_on_paper_version"),
        sa.ForeignKeyConstraint(["approved_by"], ["contact.id"], name="fk_paper_version_approved_by_contact"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_paper_version_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_version"),
        sa.UniqueConstraint(
            "case_id", "kind", "language", "number", name="uq_paper_version_case_id_kind_language_number"
        ),
    )
    op.create_index("ix_paper_version_case_id", "paper_version", ["case_id"])
    op.create_table(
        "paper_leaving",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("left_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_paper_leaving_case_id_case"),
        sa.ForeignKeyConstraint(["version_id"], ["paper_version.id"], name="fk_paper_leaving_version_id_paper_version"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_leaving"),
    )
    op.create_index("ix_paper_leaving_case_id", "paper_leaving", ["case_id"])
    op.create_index("ix_paper_leaving_version_id", "paper_leaving", ["version_id"])


def downgrade() -> None:
    """Undo the changes; which papers were taken, approved and sent is lost but for the log."""
    op.drop_table("paper_leaving")
    op.drop_table("paper_version")

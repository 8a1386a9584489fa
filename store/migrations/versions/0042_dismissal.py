"""A lawyer's dismissal is asked about by the safe contact; what was sealed is forgotten by its provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0042_from_0039"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "dismissal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("answered_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("counsel_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_dismissal_case_id_case")),
        sa.ForeignKeyConstraint(["counsel_id"], ["contact.id"], name=op.f("fk_dismissal_counsel_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissal")),
    )
    op.create_index(op.f("ix_dismissal_case_id"), "dismissal", ["case_id"])
    op.create_table(
        "forgetting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("due_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgetting")),
        sa.UniqueConstraint("ref", name=op.f("uq_forgetting_ref")),
    )
    op.create_index(op.f("ix_forgetting_due_at"), "forgetting", ["due_at"])


def downgrade() -> None:
    """Undo the changes."""
    op.drop_index(op.f("ix_forgetting_due_at"), "forgetting")
    op.drop_table("forgetting")
    op.drop_index(op.f("ix_dismissal_case_id"), "dismissal")
    op.drop_table("dismissal")

"""The law: who has signed off which rule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "rule_signoff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=500), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("valid_until", store.types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", store.types.UtcDateTime(), nullable=True),
        sa.CheckConstraint("signed_at < valid_until", name="ck_rule_signoff_valid_for_a_while"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_signoff"),
    )
    op.create_index("ix_rule_signoff_rule_id", "rule_signoff", ["rule_id"])
    op.create_index("ix_rule_signoff_contact_id", "rule_signoff", ["contact_id"])
    op.create_index(
        "uq_rule_signoff_in_force",
        "rule_signoff",
        ["rule_id", "contact_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    """Undo the changes; the sign-offs are lost."""
    op.drop_table("rule_signoff")

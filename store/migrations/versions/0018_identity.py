"""Identity: which cases may be of one person, which are, and where to look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "identity_suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("decided_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name="ck_identity_suggestion_decided_when_not_open"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_identity_suggestion_case_id_case"),
        sa.ForeignKeyConstraint(["other_id"], ["case.id"], name="fk_identity_suggestion_other_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_suggestion"),
        sa.UniqueConstraint("case_id", "other_id", name="uq_identity_suggestion_case_id_other_id"),
    )
    op.create_index("ix_identity_suggestion_other_id", "identity_suggestion", ["other_id"])
    op.create_table(
        "same_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("joined_by", sa.String(length=80), nullable=False),
        sa.Column("parted_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("parted_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("case_id <> leader_id", name="ck_same_person_two_cases"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_same_person_case_id_case"),
        sa.ForeignKeyConstraint(["leader_id"], ["case.id"], name="fk_same_person_leader_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_same_person"),
    )
    op.create_index("ix_same_person_case_id", "same_person", ["case_id"])
    op.create_index("ix_same_person_leader_id", "same_person", ["leader_id"])
    op.create_index(
        "uq_same_person_follows",
        "same_person",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("parted_at IS NULL"),
        postgresql_where=sa.text("parted_at IS NULL"),
    )
    op.create_table(
        "identity_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("parked_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_identity_look_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_look"),
        sa.UniqueConstraint("case_id", name="uq_identity_look_case_id"),
    )
    op.create_index(
        "ix_identity_look_due_at",
        "identity_look",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_event_at", "event", ["at"])


def downgrade() -> None:
    """Undo the changes; what people said of cases that are of one person is lost."""
    op.drop_index("ix_event_at", table_name="event")
    op.drop_table("identity_look")
    op.drop_table("same_person")
    op.drop_table("identity_suggestion")

"""The registry: lists of documented people, their fields with where each is from, what may be one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "registry_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("finished_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("undone_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.Column("compared_at", store.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_registry_import"),
    )
    op.create_index("ix_registry_import_source", "registry_import", ["source"])
    op.create_table(
        "registry_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("own_index", sa.LargeBinary(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("changed_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["registry_import.id"], name="fk_registry_entry_import_id_registry_import"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registry_entry"),
        sa.UniqueConstraint("code", name="uq_registry_entry_code"),
        sa.UniqueConstraint("source", "own_index", name="uq_registry_entry_source_own_index"),
    )
    op.create_index("ix_registry_entry_import_id", "registry_entry", ["import_id"])
    op.create_index("ix_registry_entry_changed_at", "registry_entry", ["changed_at"])
    op.create_table(
        "registry_field",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["registry_entry.id"], name="fk_registry_field_entry_id_registry_entry"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["registry_import.id"], name="fk_registry_field_import_id_registry_import"
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["registry_import.id"], name="fk_registry_field_superseded_by_registry_import"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registry_field"),
    )
    op.create_index("ix_registry_field_entry_id", "registry_field", ["entry_id"])
    op.create_index("ix_registry_field_import_id", "registry_field", ["import_id"])
    op.create_index("ix_registry_field_superseded_by", "registry_field", ["superseded_by"])
    op.create_index(
        "uq_registry_field_stands",
        "registry_field",
        ["entry_id", "field"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "registry_erased",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("own_index", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("erased_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry_erased"),
        sa.UniqueConstraint("own_index", name="uq_registry_erased_own_index"),
    )
    op.create_table(
        "registry_pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("decided_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="ck_registry_pair_decided_when_not_open"),
        sa.ForeignKeyConstraint(["entry_id"], ["registry_entry.id"], name="fk_registry_pair_entry_id_registry_entry"),
        sa.ForeignKeyConstraint(["other_id"], ["registry_entry.id"], name="fk_registry_pair_other_id_registry_entry"),
        sa.PrimaryKeyConstraint("id", name="pk_registry_pair"),
        sa.UniqueConstraint("entry_id", "other_id", name="uq_registry_pair_entry_id_other_id"),
    )
    op.create_index("ix_registry_pair_other_id", "registry_pair", ["other_id"])
    op.create_table(
        "registry_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("decided_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name="ck_registry_proposal_decided_when_not_open"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_registry_proposal_case_id_case"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["registry_entry.id"], name="fk_registry_proposal_entry_id_registry_entry"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registry_proposal"),
        sa.UniqueConstraint("case_id", "entry_id", name="uq_registry_proposal_case_id_entry_id"),
    )
    op.create_index("ix_registry_proposal_entry_id", "registry_proposal", ["entry_id"])


def downgrade() -> None:
    """Undo the changes; the registry is lost."""
    for table in (
        "registry_proposal",
        "registry_pair",
        "registry_erased",
        "registry_field",
        "registry_entry",
        "registry_import",
    ):
        op.drop_table(table)

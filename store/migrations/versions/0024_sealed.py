"""Sealed files: what people leave for the day they are taken, who confirms it, who agrees to open it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "sealed_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=True),
        sa.Column("left_in", sa.Uuid(), nullable=True),
        sa.Column("phrase", sa.LargeBinary(), nullable=True),
        sa.Column("duress_word", sa.LargeBinary(), nullable=True),
        sa.Column("asked", sa.String(length=24), nullable=True),
        sa.Column("talked_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("begun_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("forced_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("approved_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("opens_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("objected_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("objected_by", sa.String(length=80), nullable=True),
        sa.Column("opened_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("traces_at", store.types.UtcDateTime(), nullable=True),
        sa.CheckConstraint("withdrawn_at IS NULL OR opened_at IS NULL", name="ck_sealed_file_one_end"),
        sa.CheckConstraint("(objected_at IS NULL) = (objected_by IS NULL)", name="ck_sealed_file_objected_by_somebody"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_sealed_file_case_id_case"),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name="fk_sealed_file_chat_id_chat"),
        sa.ForeignKeyConstraint(["left_in"], ["chat.id"], name="fk_sealed_file_left_in_chat"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_file"),
        sa.UniqueConstraint("case_id", name="uq_sealed_file_case_id"),
    )
    op.create_index("ix_sealed_file_chat_id", "sealed_file", ["chat_id"])
    op.create_index("ix_sealed_file_left_in", "sealed_file", ["left_in"])
    op.create_table(
        "sealed_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("left_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_sealed_entry_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_entry"),
    )
    op.create_index("ix_sealed_entry_case_id_number", "sealed_entry", ["case_id", "number"])
    op.create_table(
        "sealed_answer",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_sealed_answer_case_id_case"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_sealed_answer"),
    )
    op.create_table(
        "sealed_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("report_case_id", sa.Uuid(), nullable=True),
        sa.Column("watch_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("dropped_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_sealed_source_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_source"),
        sa.UniqueConstraint("case_id", "origin", name="uq_sealed_source_case_id_origin"),
    )
    op.create_index("ix_sealed_source_report_case_id", "sealed_source", ["report_case_id"])
    op.create_table(
        "sealed_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_sealed_approval_case_id_case"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_sealed_approval_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_approval"),
        sa.UniqueConstraint("case_id", "contact_id", name="uq_sealed_approval_case_id_contact_id"),
    )
    with op.batch_alter_table("download") as batch:
        batch.add_column(sa.Column("entry_id", sa.Uuid(), nullable=True))
        batch.alter_column("message_id", existing_type=sa.Uuid(), nullable=True)
        batch.create_foreign_key("fk_download_entry_id_sealed_entry", "sealed_entry", ["entry_id"], ["id"])
        batch.create_check_constraint("of_one_thing", "(message_id IS NULL) <> (entry_id IS NULL)")
        batch.create_index("ix_download_entry_id", ["entry_id"])


def downgrade() -> None:
    """Undo the changes; what was left sealed is lost."""
    op.execute("DELETE FROM download WHERE message_id IS NULL")
    with op.batch_alter_table("download") as batch:
        batch.drop_index("ix_download_entry_id")
        batch.drop_constraint("of_one_thing", type_="check")
        batch.drop_constraint("fk_download_entry_id_sealed_entry", type_="foreignkey")
        batch.alter_column("message_id", existing_type=sa.Uuid(), nullable=False)
        batch.drop_column("entry_id")
    op.drop_table("sealed_approval")
    op.drop_table("sealed_source")
    op.drop_table("sealed_answer")
    op.drop_table("sealed_entry")
    op.drop_table("sealed_file")

"""Consent: what is known of a person, who agreed to whom learning it, and how far a case can be believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


NEW = (
    "release_recipient",
    "release_voice",
    "release",
    "corroboration",
    "emergency_release",
    "counsel_release",
    "freeze",
    "consent",
    "fact",
    "person",
)


def upgrade() -> None:
    """Make the changes."""
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("hostile_at", store.types.UtcDateTime(), nullable=True))
    with op.batch_alter_table("report") as batch:
        batch.add_column(sa.Column("verified_at", store.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("verified_by", sa.String(length=80), nullable=True))
        batch.add_column(sa.Column("duress_word", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("duress_at", store.types.UtcDateTime(), nullable=True))
    with op.batch_alter_table("report_message") as batch:
        batch.add_column(sa.Column("counsel_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("report_message") as batch:
        batch.alter_column("counsel_only", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    _people()
    _agreeing()
    _believing()
    _releases()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("guardian_implicated", sa.Boolean(), nullable=False),
        sa.Column("created_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_person_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("case_id", "number", name="uq_person_case_id_number"),
    )
    op.create_index("ix_person_case_id", "person", ["case_id"])
    op.create_table(
        "fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("confidence", sa.String(length=8), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_fact_case_id_case"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_fact_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
    )
    op.create_index("ix_fact_case_id", "fact", ["case_id"])
    op.create_index(
        "uq_fact_standing",
        "fact",
        ["person_id", "field"],
        unique=True,
        sqlite_where=sa.text("state = 'standing'"),
        postgresql_where=sa.text("state = 'standing'"),
    )


def _agreeing() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("how", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_consent_case_id_case"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_consent_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_case_id", "consent", ["case_id"])
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    op.create_table(
        "freeze",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("began_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="ck_freeze_lifted_by_somebody"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_freeze_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_freeze"),
    )
    op.create_index("ix_freeze_case_id", "freeze", ["case_id"])
    op.create_index(
        "uq_freeze_in_force",
        "freeze",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "counsel_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=False),
        sa.Column("released_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_counsel_release_case_id_case"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_counsel_release_person_id_person"),
        sa.ForeignKeyConstraint(["released_by"], ["contact.id"], name="fk_counsel_release_released_by_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_counsel_release"),
        sa.UniqueConstraint("person_id", "field", "audience", name="uq_counsel_release_person_id_field_audience"),
    )
    op.create_index("ix_counsel_release_case_id", "counsel_release", ["case_id"])
    op.create_table(
        "emergency_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("fired_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("fired_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", store.types.UtcDateTime(), nullable=True),
        sa.CheckConstraint("(fired_at IS NULL) = (fired_by IS NULL)", name="ck_emergency_release_fired_by_somebody"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_emergency_release_case_id_case"),
        sa.ForeignKeyConstraint(["fired_by"], ["contact.id"], name="fk_emergency_release_fired_by_contact"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_emergency_release_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_emergency_release"),
    )
    op.create_index("ix_emergency_release_case_id", "emergency_release", ["case_id"])


def _believing() -> None:
    op.create_table(
        "corroboration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_corroboration_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_corroboration"),
    )
    op.create_index("ix_corroboration_case_id", "corroboration", ["case_id"])


def _releases() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("content_mac", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("not_before", store.types.UtcDateTime(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("approved_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'sent', 'recalled', 'vetoed', 'void')", name="ck_release_state_known"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_release_case_id_case"),
        sa.ForeignKeyConstraint(["proposed_by"], ["contact.id"], name="fk_release_proposed_by_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
    )
    op.create_index("ix_release_case_id", "release", ["case_id"])
    op.create_table(
        "release_voice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("said_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_release_voice_contact_id_contact"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_release_voice_release_id_release"),
        sa.PrimaryKeyConstraint("id", name="pk_release_voice"),
        sa.UniqueConstraint("release_id", "contact_id", name="uq_release_voice_release_id_contact_id"),
    )
    op.create_index("ix_release_voice_release_id", "release_voice", ["release_id"])
    op.create_table(
        "release_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("device_index", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("opened_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("asked_back_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_release_recipient_contact_id_contact"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_release_recipient_release_id_release"),
        sa.PrimaryKeyConstraint("id", name="pk_release_recipient"),
        sa.UniqueConstraint("release_id", "contact_id", name="uq_release_recipient_release_id_contact_id"),
        sa.UniqueConstraint("token_index", name="uq_release_recipient_token_index"),
    )
    op.create_index("ix_release_recipient_release_id", "release_recipient", ["release_id"])


def downgrade() -> None:
    """Take them back. What was entered about people and consent is lost."""
    for table in NEW:
        op.drop_table(table)
    with op.batch_alter_table("report_message") as batch:
        batch.drop_column("counsel_only")
    with op.batch_alter_table("report") as batch:
        batch.drop_column("duress_at")
        batch.drop_column("duress_word")
        batch.drop_column("verified_by")
        batch.drop_column("verified_at")
    with op.batch_alter_table("case") as batch:
        batch.drop_column("hostile_at")

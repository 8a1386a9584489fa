"""Accounts: who may come in at the pages; who was let into which case; who read unusually much."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "feigned_acceptance",
    "case_reading",
    "case_access",
    "approval",
    "tries",
    "account_session",
    "recovery_code",
    "invitation",
    "account",
)


def upgrade() -> None:
    """Make the changes."""
    with op.batch_alter_table("rule_signoff") as batch:
        batch.add_column(sa.Column("reminded_at", store.types.UtcDateTime(), nullable=True))
    _accounts()
    _sessions()
    _approvals()
    _cases()


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("login", sa.LargeBinary(), nullable=False),
        sa.Column("login_index", sa.LargeBinary(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("duress", sa.String(length=200), nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("approved_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("activated_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("coerced_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", store.types.UtcDateTime(), nullable=True),
        sa.CheckConstraint("(role = 'admin') = (contact_id IS NULL)", name="ck_account_admins_are_no_contacts"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_account_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("code", name="uq_account_code"),
        sa.UniqueConstraint("contact_id", name="uq_account_contact_id"),
        sa.UniqueConstraint("login_index", name="uq_account_login_index"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("used_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_invitation_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_index", name="uq_invitation_token_index"),
    )
    op.create_index("ix_invitation_account_id", "invitation", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_recovery_code_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("code_index", name="uq_recovery_code_code_index"),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])


def _sessions() -> None:
    op.create_table(
        "account_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("source_index", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("duress", sa.Boolean(), nullable=False),
        sa.Column("began_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("seen_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_session_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_account_session"),
        sa.UniqueConstraint("token_index", name="uq_account_session_token_index"),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"])
    op.create_index("ix_account_session_source", "account_session", ["account_id", "source_index"])
    op.create_table(
        "tries",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("began_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_tries"),
    )
    op.create_index("ix_tries_began_at", "tries", ["began_at"])


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("settled_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index(
        "uq_approval_waiting",
        "approval",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def _cases() -> None:
    op.create_table(
        "case_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("until", store.types.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_access_case_id_case"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_case_access_contact_id_contact"),
        sa.ForeignKeyConstraint(["granted_by"], ["contact.id"], name="fk_case_access_granted_by_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_case_access"),
    )
    op.create_index("ix_case_access_case_id", "case_access", ["case_id"])
    op.create_index("ix_case_access_contact_id_case_id", "case_access", ["contact_id", "case_id"])
    op.create_table(
        "case_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_reading_case_id_case"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_case_reading_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_case_reading"),
    )
    op.create_index("ix_case_reading_at", "case_reading", ["at"])
    op.create_index("ix_case_reading_contact_id_at", "case_reading", ["contact_id", "at"])
    op.create_table(
        "feigned_acceptance",
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name="fk_feigned_acceptance_need_id_need"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_feigned_acceptance_contact_id_contact"),
        sa.PrimaryKeyConstraint("need_id", "contact_id", name="pk_feigned_acceptance"),
    )


def downgrade() -> None:
    """Undo the changes: every account ends, and whoever was let into a case is not any more."""
    _forget_alarms()
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("rule_signoff") as batch:
        batch.drop_column("reminded_at")


def _forget_alarms() -> None:
    """Alarms about accounts: the schema before knew no such kind, and would take them for faults of its own."""
    alert, need = _table("alert"), _table("need")
    about = sa.select(alert.c.id).where(alert.c.kind == "account")
    still_open = sa.and_(need.c.alert_id.in_(about), need.c.state.in_(("paging", "exhausted")))
    op.execute(sa.update(need).where(still_open).values(state="closed", held_by=None, held_until=None))
    op.execute(sa.update(alert).where(alert.c.kind == "account").values(kind="fault"))


def _table(name: str) -> sa.TableClause:
    return sa.table(
        name, *(sa.column(column) for column in ("id", "kind", "alert_id", "state", "held_by", "held_until"))
    )

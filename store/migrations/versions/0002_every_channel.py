"""Every channel: receipts, bundles, provisional answers, milestones, overrides of rosters."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATES_BEFORE = "'queued', 'sending', 'sent', 'failed_temporary', 'failed_permanent', 'unknown', 'cancelled'"
STATES = (
    "'queued', 'sending', 'sent', 'delivered', 'read', 'failed_temporary', 'failed_permanent', 'unknown', 'expired', "
    "'cancelled', 'bundled'"
)


def upgrade() -> None:
    """Make the changes."""
    _new_tables()
    with op.batch_alter_table("alert") as batch:
        batch.add_column(sa.Column("cluster_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE alert SET cluster_id = id")
    with op.batch_alter_table("alert") as batch:
        batch.alter_column("cluster_id", existing_type=sa.Uuid(), nullable=False)
        batch.create_index("ix_alert_cluster_id", ["cluster_id"])
    with op.batch_alter_table("need") as batch:
        batch.add_column(sa.Column("seat", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("held_by", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("held_until", store.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("contact_made_at", store.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("filed_at", store.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("reminded_at", store.types.UtcDateTime(), nullable=True))
        batch.drop_constraint("uq_need_alert_id_kind", type_="unique")
        batch.create_unique_constraint("uq_need_alert_id_kind_seat", ["alert_id", "kind", "seat"])
        batch.create_foreign_key("fk_need_held_by_contact", "contact", ["held_by"], ["id"])
        batch.create_check_constraint("held_until_an_instant", "(held_by IS NULL) = (held_until IS NULL)")
        batch.create_check_constraint("held_while_open", "held_by IS NULL OR state IN ('paging', 'exhausted')")
    _without_default("need", "seat", sa.Integer())
    with op.batch_alter_table("page") as batch:
        batch.add_column(sa.Column("held_at", store.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("channels", sa.JSON(), nullable=False, server_default='["telegram"]'))
        batch.add_column(sa.Column("gap_seconds", sa.Integer(), nullable=True))
    _without_default("page", "channels", sa.JSON())
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("bundle_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("asks", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("first_of_cluster", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("throttled", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("delivered_at", store.types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("read_at", store.types.UtcDateTime(), nullable=True))
        batch.create_unique_constraint("uq_delivery_number", ["number"])
        batch.create_foreign_key("fk_delivery_bundle_id_delivery", "delivery", ["bundle_id"], ["id"])
        batch.create_index("ix_delivery_bundle_id", ["bundle_id"])
        batch.drop_constraint("state_known", type_="check")
        batch.create_check_constraint("state_known", f"state IN ({STATES})")
        batch.create_check_constraint("bundled_into_another", "(state = 'bundled') = (bundle_id IS NOT NULL)")
    op.execute("UPDATE delivery SET asks = (page_id IS NOT NULL)")
    for column in ("asks", "first_of_cluster", "throttled"):
        _without_default("delivery", column, sa.Boolean())
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("provider_ref", sa.String(length=64), nullable=True))
        batch.create_index("ix_attempt_provider_ref", ["provider_ref"])
    with op.batch_alter_table("contact_method") as batch:
        batch.drop_constraint("uq_contact_method_chat_id", type_="unique")
        batch.create_index("ix_contact_method_chat_id", ["chat_id"])


def _new_tables() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("arrival", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("meaning", sa.String(length=200), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_receipt_attempt_id_attempt"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.UniqueConstraint("attempt_id", "arrival", "code", name="uq_receipt_attempt_id_arrival_code"),
    )
    op.create_index("ix_receipt_attempt_id", "receipt", ["attempt_id"])
    op.create_table(
        "reply_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply_counter"),
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("configured", sa.Boolean(), nullable=False),
        sa.Column("since", store.types.UtcDateTime(), nullable=False),
        sa.Column("answers_in", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_state"),
    )
    op.create_table(
        "roster_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("created_at", store.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_roster_override_ends_after_it_starts"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_roster_override_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_override"),
    )
    op.create_index("ix_roster_override_roster", "roster_override", ["roster"])
    op.create_table(
        "shift_test",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("told_at", store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_shift_test_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_test"),
        sa.UniqueConstraint("roster", "contact_id", "starts_at", name="uq_shift_test_roster_contact_id_starts_at"),
    )
    op.create_table(
        "method_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("link_index", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["method_id"], ["contact_method.id"], name="fk_method_check_method_id_contact_method"),
        sa.PrimaryKeyConstraint("id", name="pk_method_check"),
        sa.UniqueConstraint("link_index", name="uq_method_check_link_index"),
    )
    op.create_index("ix_method_check_method_id", "method_check", ["method_id"])


def _without_default(table: str, column: str, of_type: sa.types.TypeEngine[Any]) -> None:
    """The default was for the rows that were there; new ones say it themselves."""
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column, existing_type=of_type, existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Undo the changes; what only the new columns could hold is lost with them."""
    with op.batch_alter_table("contact_method") as batch:
        batch.drop_index("ix_contact_method_chat_id")
        batch.create_unique_constraint("uq_contact_method_chat_id", ["chat_id"])
    with op.batch_alter_table("attempt") as batch:
        batch.drop_index("ix_attempt_provider_ref")
        batch.drop_column("provider_ref")
    _old_states()
    with op.batch_alter_table("delivery") as batch:
        batch.drop_constraint("bundled_into_another", type_="check")
        batch.drop_constraint("state_known", type_="check")
        batch.create_check_constraint("state_known", f"state IN ({STATES_BEFORE})")
        batch.drop_constraint("fk_delivery_bundle_id_delivery", type_="foreignkey")
        batch.drop_index("ix_delivery_bundle_id")
        batch.drop_constraint("uq_delivery_number", type_="unique")
        for column in ("number", "bundle_id", "asks", "first_of_cluster", "throttled", "delivered_at", "read_at"):
            batch.drop_column(column)
    with op.batch_alter_table("page") as batch:
        for column in ("held_at", "channels", "gap_seconds"):
            batch.drop_column(column)
    with op.batch_alter_table("need") as batch:
        batch.drop_constraint("held_until_an_instant", type_="check")
        batch.drop_constraint("held_while_open", type_="check")
        batch.drop_constraint("fk_need_held_by_contact", type_="foreignkey")
        batch.drop_constraint("uq_need_alert_id_kind_seat", type_="unique")
        batch.create_unique_constraint("uq_need_alert_id_kind", ["alert_id", "kind"])
        for column in ("seat", "held_by", "held_until", "contact_made_at", "filed_at", "reminded_at"):
            batch.drop_column(column)
    with op.batch_alter_table("alert") as batch:
        batch.drop_index("ix_alert_cluster_id")
        batch.drop_column("cluster_id")
    for table in ("method_check", "shift_test", "roster_override", "channel_state", "reply_counter", "receipt"):
        op.drop_table(table)


def _old_states() -> None:
    op.execute("UPDATE delivery SET state = 'sent' WHERE state IN ('delivered', 'read')")
    op.execute("UPDATE delivery SET state = 'cancelled', bundle_id = NULL WHERE state IN ('bundled', 'expired')")
    op.execute("DELETE FROM need WHERE seat > 1")

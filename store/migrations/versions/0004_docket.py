"""The docket: what happened in law and custody, the clocks, watches and risk that follow from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes. Alerts that were there are about their case; those without one, about themselves."""
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("jurisdiction", sa.String(length=2), nullable=True))
        batch.add_column(sa.Column("timezone", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("threatened_state", sa.String(length=2), nullable=True))
        batch.add_column(sa.Column("rules_hash", sa.String(length=64), nullable=True))
        batch.create_index("ix_case_rules_hash", ["rules_hash"])
    with op.batch_alter_table("alert") as batch:
        batch.add_column(sa.Column("subject_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("ordinal", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE alert SET subject_id = COALESCE(case_id, id)")
    with op.batch_alter_table("alert") as batch:
        batch.alter_column("subject_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("ordinal", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch.drop_constraint("uq_alert_case_id_kind", type_="unique")
        batch.create_unique_constraint("uq_alert_kind_subject_id_ordinal", ["kind", "subject_id", "ordinal"])
    _new_tables()


def _new_tables() -> None:
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.Column("day_only", sa.Boolean(), nullable=False),
        sa.Column("for_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("until_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_occurrence_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_occurrence"),
    )
    op.create_index("ix_occurrence_case_id", "occurrence", ["case_id"])
    op.create_index("ix_occurrence_matter_id", "occurrence", ["matter_id"])
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("rule_hash", sa.String(length=64), nullable=True),
        sa.Column("track", sa.String(length=24), nullable=False),
        sa.Column("severity", sa.String(length=24), nullable=False),
        sa.Column("safe_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("arguable_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("safe_on", sa.Date(), nullable=False),
        sa.Column("arguable_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("counted_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("done_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_deadline_case_id_case"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"], name="fk_deadline_occurrence_id_occurrence"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.UniqueConstraint("matter_id", "rule_id", name="uq_deadline_matter_id_rule_id"),
        sa.UniqueConstraint("case_id", "number", name="uq_deadline_case_id_number"),
    )
    op.create_index("ix_deadline_case_id", "deadline", ["case_id"])
    op.create_table(
        "watch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=True),
        sa.Column("pages", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", store.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", store.types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_watch_case_id_case"),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
        sa.UniqueConstraint("matter_id", "kind", "number", name="uq_watch_matter_id_kind_number"),
    )
    op.create_index("ix_watch_case_id", "watch", ["case_id"])
    op.create_table(
        "risk_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=True),
        sa.Column("at", store.types.UtcDateTime(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_risk_reading_case_id_case"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"], name="fk_risk_reading_occurrence_id_occurrence"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_reading"),
    )
    op.create_index("ix_risk_reading_case_id", "risk_reading", ["case_id"])


def downgrade() -> None:
    """Undo the changes; what only the new tables could hold is lost with them."""
    for table in ("risk_reading", "watch", "deadline", "occurrence"):
        op.drop_table(table)
    _forget_alerts()
    with op.batch_alter_table("alert") as batch:
        batch.drop_constraint("uq_alert_kind_subject_id_ordinal", type_="unique")
        batch.create_unique_constraint("uq_alert_case_id_kind", ["case_id", "kind"])
        batch.drop_column("subject_id")
        batch.drop_column("ordinal")
    with op.batch_alter_table("case") as batch:
        batch.drop_index("ix_case_rules_hash")
        for column in ("jurisdiction", "timezone", "threatened_state", "rules_hash"):
            batch.drop_column(column)


def _forget_alerts() -> None:
    """Alerts about what is due can come several times for one case; the schema before knew no such thing."""
    alert, need, delivery, attempt = (_table(name) for name in ("alert", "need", "delivery", "attempt"))
    due = sa.select(alert.c.id).where(alert.c.kind.in_(("deadline", "watch", "entry")))
    needs = sa.select(need.c.id).where(need.c.alert_id.in_(due))
    messages = sa.select(delivery.c.id).where(delivery.c.need_id.in_(needs))
    edits = sa.select(delivery.c.id).where(delivery.c.edits_id.in_(messages))
    for told in (edits, messages):
        attempts = sa.select(attempt.c.id).where(attempt.c.delivery_id.in_(told))
        _delete("receipt", "attempt_id", attempts)
        _delete("attempt", "delivery_id", told)
    _delete("delivery", "edits_id", messages)
    _delete("delivery", "need_id", needs)
    _delete("page", "need_id", needs)
    _delete("need", "alert_id", due)
    op.execute(sa.delete(alert).where(alert.c.kind.in_(("deadline", "watch", "entry"))))


def _table(name: str) -> sa.TableClause:
    columns = ("id", "kind", "alert_id", "need_id", "edits_id", "delivery_id", "attempt_id")
    return sa.table(name, *(sa.column(column) for column in columns))


def _delete(name: str, column: str, which: sa.Select[tuple[object]]) -> None:
    table = _table(name)
    op.execute(sa.delete(table).where(table.c[column].in_(which)))

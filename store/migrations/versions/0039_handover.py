"""A case is offered to a colleague; and when it was taken for the first time stays known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0039"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    op.create_table(
        "handover",
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_to", sa.Uuid(), nullable=False),
        sa.Column("offered_at", store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_handover_need_id_need")),
        sa.ForeignKeyConstraint(["offered_by"], ["contact.id"], name=op.f("fk_handover_offered_by_contact")),
        sa.ForeignKeyConstraint(["offered_to"], ["contact.id"], name=op.f("fk_handover_offered_to_contact")),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("need") as batch:
        batch.add_column(sa.Column("first_accepted_at", store.types.UtcDateTime(), nullable=True))
    op.execute("UPDATE need SET first_accepted_at = accepted_at")


def downgrade() -> None:
    """Undo the changes."""
    with op.batch_alter_table("need") as batch:
        batch.drop_column("first_accepted_at")
    op.drop_table("handover")

"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.types
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changes."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo the changes."""
    ${downgrades if downgrades else "pass"}

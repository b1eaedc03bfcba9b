"""Whether a user's password is good only to choose another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; nobody has to."""
    op.add_column(
        "users",
        sa.Column("must_change", sa.Boolean, nullable=False, server_default=sa.false()),
    )

"""The names that users have at one service provider each (persistent NameIDs)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "name_ids",
        sa.Column("trust", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False, unique=True),
    )
    op.create_index("ix_name_ids_user", "name_ids", ["user"])

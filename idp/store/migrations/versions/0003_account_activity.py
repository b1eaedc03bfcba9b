"""What the smart lock-out knows of each account: two counters, and the familiar addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "account_activity",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("familiar_wrong", sa.Integer, nullable=False, server_default="0"),
        sa.Column("familiar_at", sa.BigInteger, nullable=True),
        sa.Column("unknown_wrong", sa.Integer, nullable=False, server_default="0"),
        sa.Column("unknown_at", sa.BigInteger, nullable=True),
        sa.Column("addresses", sa.Text, nullable=False, server_default="[]"),
    )

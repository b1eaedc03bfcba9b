"""The NT hashes that administrators want kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "nt_hashes",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=True),
        sa.Column("wanted_at", sa.BigInteger, nullable=False),
        sa.Column("wanted_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_nt_hashes"),
    )

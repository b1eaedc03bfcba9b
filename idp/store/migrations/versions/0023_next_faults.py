"""The faults that the next sign-ins to trusts get."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "next_faults",
        sa.Column("entity_id", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("response", sa.Text, nullable=True),
        sa.Column("kept_for", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("entity_id", "occasion", name="pk_next_faults"),
    )

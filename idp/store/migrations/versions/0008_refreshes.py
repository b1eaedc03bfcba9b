"""When the metadata of trusts is fetched again, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "refreshes",
        sa.Column("entity_id", sa.Text, primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.BigInteger, nullable=True),
        sa.Column("fetched_at", sa.BigInteger, nullable=True),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("held_document", sa.LargeBinary, nullable=True),
        sa.Column("held", sa.Text, nullable=False),
    )
    op.create_index("ix_refreshes_due_at", "refreshes", ["due_at"])

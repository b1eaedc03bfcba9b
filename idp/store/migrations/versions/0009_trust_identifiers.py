"""Further entity ids that trusts go by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "trust_identifiers",
        sa.Column("identifier", sa.Text, primary_key=True),
        sa.Column("entity_id", sa.Text, nullable=False),
    )
    op.create_index("ix_trust_identifiers_entity_id", "trust_identifiers", ["entity_id"])

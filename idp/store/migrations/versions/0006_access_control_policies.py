"""Access control policies that administrators make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "access_control_policies",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("policy", sa.Text, nullable=False),
    )

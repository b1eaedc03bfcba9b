"""What the use of a trust's metadata is bound to: its validity, and who must have signed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("trusts", sa.Column("terms", sa.Text, nullable=False, server_default="{}"))

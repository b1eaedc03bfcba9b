"""The attributes of users, and the security identifier that a renamed user keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("users", sa.Column("attributes", sa.Text, nullable=False, server_default="{}"))
    op.add_column("users", sa.Column("security_id", sa.Text, nullable=True))

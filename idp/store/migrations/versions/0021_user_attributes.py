"""The attributes of users, and what a renamed user keeps: identifier, passkeys and passes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("users", sa.Column("attributes", sa.Text, nullable=False, server_default="{}"))
    op.add_column("users", sa.Column("security_id", sa.Text, nullable=True))
    op.create_index("ix_users_security_id", "users", ["security_id"])
    op.create_index("ix_session_participants_user", "session_participants", ["user", "trust"])
    op.add_column("passkeys", sa.Column("registered_for", sa.Text, nullable=True))
    op.add_column("access_passes", sa.Column("issued_for", sa.Text, nullable=True))

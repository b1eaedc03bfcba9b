"""Devices on which the sign-in page and the app are the same phone (iOS broker flow)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column; no device that is there already is one."""
    op.add_column(
        "devices", sa.Column("broker", sa.Boolean, nullable=False, server_default=sa.false())
    )

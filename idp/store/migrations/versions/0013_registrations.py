"""Phones that are registered only after a test notification, and what users said when asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns; every device that is there already is registered."""
    op.add_column("devices", sa.Column("registration", sa.Text, nullable=True))
    op.create_index("ix_devices_registration", "devices", ["registration"])
    op.add_column("devices", sa.Column("new_seed", sa.Text, nullable=True))
    for name in ("methods_confirmed_at", "campaign_snoozed_until"):
        op.add_column("mfa_users", sa.Column(name, sa.BigInteger, nullable=True))
    op.add_column("challenges", sa.Column("device", sa.Text, nullable=True))
    op.add_column(
        "activations",
        sa.Column("tested", sa.Boolean, nullable=False, server_default=sa.false()),
    )

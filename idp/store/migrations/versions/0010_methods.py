"""When a user's methods were made and last used, and links that activate a phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; of what is there already, it is not known."""
    op.add_column("devices", sa.Column("last_used_at", sa.BigInteger, nullable=True))
    op.add_column("mfa_users", sa.Column("seed_created_at", sa.BigInteger, nullable=True))
    op.add_column("mfa_users", sa.Column("code_used_at", sa.BigInteger, nullable=True))
    op.add_column("activations", sa.Column("link_digest", sa.LargeBinary, nullable=True))
    op.create_index("ix_activations_link_digest", "activations", ["link_digest"])

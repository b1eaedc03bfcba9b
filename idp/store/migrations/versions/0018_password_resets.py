"""Password resets, and the counters of proofs that failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

TEXTS = ("account", "stand_in", "name")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        sa.Column("user", sa.Text, nullable=True),
        sa.Column("valid_from", sa.BigInteger, nullable=True),
        sa.Column("required", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("proved", "asked", "state")),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_password_resets"),
    )
    op.create_index("ix_password_resets_user", "password_resets", ["user"])
    op.create_index("ix_password_resets_ends_at", "password_resets", ["ends_at"])
    op.create_table(
        "reset_limits",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_reset_limits"),
    )
    op.create_index("ix_reset_limits_last_at", "reset_limits", ["last_at"])

"""The timelines of the flight recorder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "timelines",
        sa.Column("activity_id", sa.Text, nullable=False),
        sa.Column("last_part", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("node", "user", "trust", "outcome", "code", "problem", "remedy")
        ),
        sa.PrimaryKeyConstraint("activity_id", name="pk_timelines"),
    )
    for name in ("last_part", "changed_at", "user", "trust", "code"):
        op.create_index(f"ix_timelines_{name}", "timelines", [name])
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "recorded_parts",
        sa.Column("serial", number, nullable=False, autoincrement=True),
        sa.Column("activity_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("steps", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_recorded_parts"),
    )
    op.create_index("ix_recorded_parts_activity_id", "recorded_parts", ["activity_id"])

"""Hardware tokens, whose codes count once they are activated, and names that users choose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the table, and add the column of names by a method's id."""
    op.add_column("mfa_users", sa.Column("method_names", sa.Text, nullable=True))
    op.create_table(
        "hardware_tokens",
        sa.Column(
            "serial",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("id", "user", "serial_number", "name", "manufacturer", "model", "seed")
        ),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("activated_at", sa.BigInteger, nullable=True),
        sa.Column("last_used_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("serial", name="pk_hardware_tokens"),
        sa.UniqueConstraint("id", name="uq_hardware_tokens_id"),
        sa.UniqueConstraint("serial_number", name="uq_hardware_tokens_serial_number"),
    )
    op.create_index("ix_hardware_tokens_user", "hardware_tokens", ["user"])

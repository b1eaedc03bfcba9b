"""Users who are blocked or at risk, and temporary access passes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mfa_blocks",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_mfa_blocks"),
    )
    op.create_table(
        "user_risks",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("client_ip", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_user_risks"),
    )
    op.create_table(
        "access_passes",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked_until", sa.BigInteger, nullable=True),
        sa.Column("id", sa.Text, nullable=True),
        sa.Column("digest", sa.LargeBinary, nullable=True),
        sa.Column("once", sa.Boolean, nullable=True),
        *(
            sa.Column(f"{name}_at", sa.BigInteger, nullable=True)
            for name in ("issued", "starts", "expires", "used")
        ),
        sa.PrimaryKeyConstraint("user", name="pk_access_passes"),
    )

"""Several sources of codes for a user, the app that each is of, and the user's default method."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns and the table; a seed that is there already is of Authenticator."""
    for name in ("seed_app", "seed_name", "default_method"):
        op.add_column("mfa_users", sa.Column(name, sa.Text, nullable=True))
    op.create_table(
        "code_apps",
        sa.Column(
            "serial",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("app", sa.Text, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("serial", name="pk_code_apps"),
        sa.UniqueConstraint("id", name="uq_code_apps_id"),
    )
    op.create_index("ix_code_apps_user", "code_apps", ["user"])

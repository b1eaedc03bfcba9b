"""Indexes for the filters of the sign-in log: a trust, an outcome, and any code."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the indexes; without them, each filter reads the whole log."""
    for column in ("trust", "outcome"):
        op.create_index(f"ix_sign_ins_{column}", "sign_ins", [column, "serial"])
    for column in ("reason", "detail"):
        is_there = sa.text(f"{column} != ''")
        op.create_index(
            f"ix_sign_ins_{column}",
            "sign_ins",
            [column, "serial"],
            sqlite_where=is_there,
            postgresql_where=is_there,
        )

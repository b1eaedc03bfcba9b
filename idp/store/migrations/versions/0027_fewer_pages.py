"""Less to write in each sign-in: no indexes for purges, and two tables without row numbers."""

from alembic import op

revision = "0027"
down_revision = "0026"

OF_PURGES = {
    "used_once": "expires_at",
    "session_participants": "expires_at",
    "challenges": "created_at",
}


def upgrade() -> None:
    """Drop the indexes, and make the tables of counters again on SQLite, with their rows."""
    for table, column in OF_PURGES.items():
        op.drop_index(f"ix_{table}_{column}", table)
    if op.get_context().dialect.name == "sqlite":
        for table in ("password_limits", "account_activity"):
            _remove_row_numbers(table)


def _remove_row_numbers(table: str) -> None:
    """Let the primary key be the table, where it was an index beside it."""
    options = {"sqlite_with_rowid": False}
    with op.batch_alter_table(table, recreate="always", table_kwargs=options):
        pass

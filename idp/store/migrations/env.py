"""Run by Alembic: applies the steps on the connection, and in the transaction, that it was lent."""

from __future__ import annotations

from alembic import context

from idp.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()

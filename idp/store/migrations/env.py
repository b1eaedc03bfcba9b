"""Alembic runs this module: it migrates on the connection of :mod:`idp.store.upgrade`."""

from __future__ import annotations

from alembic import context

from idp.store.all_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()

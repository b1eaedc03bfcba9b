"""Alembic's migrations, from an empty database to the tables of this version.

``env`` is what Alembic runs; ``versions`` has a module for each migration.
"""

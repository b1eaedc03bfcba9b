"""Alembic's migrations, from an empty database to the tables of this version."""

from __future__ import annotations

from databases import clock, database, database_file, empty_file, open_database

__all__ = ["clock", "database", "database_file", "empty_file", "open_database"]

"""The row of the policies, for statements that read it together with something else."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import policies

ROW = "authentication_methods"
READ = Prepared(select(policies.c.value).where(policies.c.name == bindparam("name")))
TEXT = select(policies.c.value).where(policies.c.name == ROW).scalar_subquery()
"""The stored text as one column of another statement; NULL if nothing was stored."""


def know(database: Database, text: str | None) -> None:
    """Remember the *text* that was just read, so that this request does not read it again."""
    database.know(READ, {"name": ROW}, [] if text is None else [(text,)])

"""What all tables are made of: their metadata, and the usual kinds of columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData

from idp.store.column_types import Instant, StorableText

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

ONLY_WHERE = "where"
"""The key in ``Index.info`` of the condition on which a row is in the index.

SQLAlchemy's own options for it load the dialects of both databases, which takes a while.
"""


def text(name: str, **options: Any) -> Column[str]:
    """Return a column of text; *options* are those of a column, ``nullable`` false by default."""
    return Column(name, StorableText, nullable=options.pop("nullable", False), **options)


def instant(name: str, **options: Any) -> Column[datetime]:
    """Return a column of times, in the same way."""
    return Column(name, Instant, nullable=options.pop("nullable", False), **options)


def serial() -> Column[int]:
    """Return a column that numbers the rows in the order of their creation."""
    return Column(
        "serial", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )

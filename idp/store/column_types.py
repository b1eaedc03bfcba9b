"""Types of columns that behave the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime in Python; in the database the microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> int | None:
        """Return the number to store; raises ``TypeError`` for a naive datetime."""
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: object) -> datetime | None:
        """Return the datetime of a stored number, in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class StorableText(TypeDecorator[str]):
    """Any text: NUL and lone surrogates, which PostgreSQL refuses, are stored as escapes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        """Return the text to store or to look for."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")

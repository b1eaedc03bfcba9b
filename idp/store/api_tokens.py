"""The API tokens of administration in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from idp.session.api_tokens import ApiToken
from idp.store.admin_schema import admin_tokens
from idp.store.engine import Database

_TOKENS = select(*(admin_tokens.c[field.name] for field in fields(ApiToken)))


class SqlApiTokens:
    """The :class:`~idp.session.api_tokens.ApiTokenStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token: ApiToken, digest: str) -> bool:
        """Store a token, unless there is one of that name."""
        named = select(admin_tokens.c.name).where(admin_tokens.c.name == token.name)
        with self._database.write(alone=admin_tokens) as connection:
            if connection.execute(named).first() is not None:
                return False
            connection.execute(insert(admin_tokens).values(**asdict(token), digest=digest))
        return True

    def tokens(self) -> Sequence[ApiToken]:
        """Return all tokens, sorted by name."""
        with self._database.read() as connection:
            rows = connection.execute(_TOKENS.order_by(admin_tokens.c.name))
            return tuple(ApiToken(*row) for row in rows)

    def find(self, digest: str) -> tuple[ApiToken, str] | None:
        """Return the token with this digest, and the digest."""
        wanted = _TOKENS.add_columns(admin_tokens.c.digest).where(admin_tokens.c.digest == digest)
        with self._database.read() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else (ApiToken(*row[:-1]), row[-1])

    def remove(self, name: str) -> bool:
        """Remove a token."""
        gone = delete(admin_tokens).where(admin_tokens.c.name == name)
        with self._database.write() as connection:
            return connection.execute(gone.returning(admin_tokens.c.name)).first() is not None

    def note_use(self, name: str, at: datetime) -> None:
        """Store when a token was used."""
        used = update(admin_tokens).where(admin_tokens.c.name == name).values(last_used_at=at)
        with self._database.write(durable=False) as connection:
            connection.execute(used)

"""Reads what the second factor will ask for at one time: :mod:`adapter.mfa.read_ahead`."""

from __future__ import annotations

from idp.store.engine import Database
from idp.store.mfa import access_passes, code_sources, devices, passkeys, user_row
from idp.store.mfa.policies_row import READ, ROW
from idp.store.prepared import Question
from idp.store.user_rows import BY_UPN


class SqlReadAhead:
    """The :class:`~adapter.mfa.read_ahead.ReadAhead` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def methods(self, user: str) -> None:
        """Read the methods of the user, and what the policies allow."""
        self._database.read_ahead(lambda: [*_asked(user), *_beside(user), *_permissions(user)])

    def asked(self, user: str) -> None:
        """Read the phones and sources of codes of the user, and what the policies allow."""
        self._database.read_ahead(lambda: [*_asked(user), *_permissions(user)])

    def permissions(self, user: str) -> None:
        """Read what the policies allow the user."""
        self._database.read_ahead(lambda: _permissions(user))


def _asked(user: str) -> list[Question]:
    return [(devices.OF_USER, {"user": user}), (code_sources.FURTHER, {"user": user})]


def _beside(user: str) -> list[Question]:
    return [(passkeys.OF_USER, {"user": user}), (access_passes.PASS, {"of_user": user})]


def _permissions(user: str) -> list[Question]:
    return [(READ, {"name": ROW}), (BY_UPN, {"name": user}), (user_row.OF_USER, {"user": user})]

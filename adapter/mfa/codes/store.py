"""The storage that the code factor needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from adapter.mfa.codes.code import PERIOD
from adapter.mfa.codes.hardware import HardwareToken, NewToken
from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.policy import AUTHENTICATOR_CODE
from adapter.mfa.protection.block import Block

FIRST_ID = "totp"
"""The id of the user's first source of codes; further ones have random ids."""


@dataclass(frozen=True, slots=True)
class CodeSource:
    """One of a user's sources of codes.

    ``app`` is the method that a policy allows: ``authenticator_code``, ``code_app`` for any other
    app, or ``hardware_token``, which has a ``serial_number``. ``created`` is None for one made
    before that was stored.
    """

    id: str
    created: datetime | None
    last_used: datetime | None
    app: str = AUTHENTICATOR_CODE
    name: str = ""
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class Seed:
    """The secret of a source, Base32, with the source's ``id``, ``app`` and period in seconds."""

    id: str
    app: str
    secret: str
    period: int = PERIOD


class TokenRefusal(StrEnum):
    """Why a hardware token cannot be registered."""

    TAKEN = "another token has this serial number"
    FULL = "the user has as many apps and tokens as a user may have"


class CodeTransaction(Protocol):
    """One user's codes, while no other thread or node can change them."""

    def limits(self) -> CodeLimits:
        """Return the user's wrong codes."""

    def save_limits(self, limits: CodeLimits) -> None:
        """Store the user's wrong codes."""

    def seeds(self) -> Sequence[Seed]:
        """Return the seeds of all of the user's sources, oldest first.

        A token that was not activated is none of them.
        """

    def add_seed(self, seed: str, now: datetime, *, app: str, name: str) -> str:
        """Store one more seed and return the source's id; the user is told.

        Raises :class:`~adapter.mfa.methods.TooManyMethods`.
        """

    def waiting_seed(self, token_id: str) -> Seed | None:
        """Return the seed of a token that waits for its activation, None if none does."""

    def activate(self, token_id: str, now: datetime) -> None:
        """Make the codes of a waiting token count from now on, and tell the user."""

    def mark_used(self, source_id: str, now: datetime) -> None:
        """Store that a code of this source was right at *now*.

        A report of the user then no longer pauses requests to the user's phones.
        """

    def remove_seed(self, source_id: str, now: datetime) -> bool:
        """Remove a source, and tell the user; return False if the user has none of this id.

        A token that was not activated is removed too, without a word.
        """

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; return False if it was used before (one unique insert)."""


class CodeStore(Protocol):
    """The seeds and wrong codes of all users."""

    def transaction(self, user: str) -> AbstractContextManager[CodeTransaction]:
        """Open a transaction that excludes all others of this user, on every node.

        It is committed durably when left, and changes nothing when left by an exception.
        """

    def sources_of(self, user: str) -> Sequence[CodeSource]:
        """Return the user's sources of codes, oldest first."""

    def save_seed(self, user: str, seed: str, now: datetime, *, app: str, name: str = "") -> None:
        """Store the seed (Base32), sealed, as the user's first source; it replaces that one.

        The user is told, in the same transaction.
        """

    def add_seed(self, user: str, seed: str, now: datetime, *, app: str, name: str = "") -> None:
        """Store the seed (Base32), sealed, as one more source, and tell the user.

        Raises :class:`~adapter.mfa.methods.TooManyMethods` for one of another app.
        """

    def tokens(self, user: str | None = None) -> Sequence[HardwareToken]:
        """Return the hardware tokens of all users, or of one, oldest first; also waiting ones."""

    def page_of_tokens(self, after: int, limit: int) -> tuple[Sequence[HardwareToken], int | None]:
        """Return a page of the tokens of all users, and where the next one goes on, if any.

        *after* is 0 for the first page.
        """

    def add_tokens(
        self, tokens: Sequence[NewToken], now: datetime, *, only_check: bool = False
    ) -> Mapping[int, TokenRefusal]:
        """Store tokens that wait for their activation, all or none; seeds are sealed.

        Returns why not, by the place in *tokens*; nothing is stored then, nor if *only_check*.
        """

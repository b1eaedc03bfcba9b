"""The users of a test: their names, passwords, phones and codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from idp.embedded.phones import PHONE_KINDS

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.authenticator.client import Phone
    from idp.services import Services
    from idp.testing.phones import Phones

DEFAULT_NAME = "user@example.test"
DEFAULT_PASSWORD = "correct horse"  # noqa: S105 - of sample users


@dataclass(frozen=True, slots=True)
class User:
    """A user who can sign in: ``phone`` answers pushes, ``totp_secret`` is Base32."""

    name: str
    password: str = DEFAULT_PASSWORD
    phone: Phone | None = None
    totp_secret: str | None = None
    clock: Clock | None = field(default=None, repr=False, compare=False)

    def code(self, steps: int = 0) -> str:
        """Return the current one-time password, or that of *steps* times 30 seconds later."""
        if self.totp_secret is None or self.clock is None:
            raise ValueError(f"{self.name} has no codes: use add_user(..., totp=True)")
        import pyotp

        at = self.clock.now() + timedelta(seconds=30 * steps)
        return str(pyotp.TOTP(self.totp_secret).at(at))


class Users:
    """The users of a federation server that a test knows, by name."""

    def __init__(self, services: Services, phones: Phones, default: User) -> None:
        self._services = services
        self._phones = phones
        self._names = (f"user{number}@example.test" for number in count(2))
        self._default = default
        self._users = {default.name: default}

    def find(self, user: User | str | None) -> User:
        """Return a user by name, by None the default one.

        One that the test did not add has the usual password and no phone.
        """
        if user is None:
            return self._default
        return self._users.get(user, User(user)) if isinstance(user, str) else user

    def add(
        self,
        name: str | None,
        password: str,
        *,
        phone: str | None,
        totp: bool,
        nt_hash: bool,
        **attributes: Any,
    ) -> User:
        """Create a user with what :meth:`idp.testing.federation.Federation.add_user` says."""
        services = self._services
        if phone and phone not in PHONE_KINDS:
            raise ValueError(f"There is no phone {phone!r}: there are {', '.join(PHONE_KINDS)}")
        added = services.directory.add(name or next(self._names), password, **attributes)
        if nt_hash:
            services.nt_hashes.want(added.upn, "pytest", services.clock.now())
            services.directory.check_password(added.upn, password)  # now the hash is kept
        secret = self._phones.give_codes(added.upn) if totp else None
        device = self._phones.give(added.upn, PHONE_KINDS[phone]) if phone else None
        user = User(added.upn, password, device, secret, services.clock)
        self._users[user.name] = user
        return user

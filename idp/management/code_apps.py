"""Adding a code app: a seed and its ``otpauth`` address first, stored only once a code is right.

Nothing is stored in between: the seed travels sealed, bound to the user and for a short time.
``tallystick user methods add`` and ``/admin/api/users/NAME/code-apps`` are built on this.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyotp

from adapter.errors import TallystickError
from adapter.mfa.codes.factor import CodeOutcome
from adapter.mfa.methods import MAX_APPS, TooManyMethods, read_name
from adapter.mfa.policy import CODE_APP
from adapter.mfa.policy_registration import may_register
from adapter.sentences import sentence
from idp.management.hardware_tokens import CodeRefused
from idp.management.user_audit import changes_user
from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from adapter.mfa.methods import RegisteredMethod
    from adapter.mfa.policy import Permission
    from idp.directory import User
    from idp.services import Services

LIFETIME = timedelta(minutes=15)
"""How long a seed that was shown can be confirmed."""

DEFAULT_NAME = "Code app"
_PURPOSE = "code-app"


class RegistrationNotAllowed(TallystickError):
    """Raised when no policy lets the user register a method."""

    code = "registration_not_allowed"

    def __init__(self, user: str, permission: Permission) -> None:
        super().__init__(
            sentence(
                "{user} may not register {method}. {explanation}",
                user=user,
                method=permission.method,
                explanation=permission.explanation,
            ),
            sentence("See tallystick policy show"),
        )


@dataclass(frozen=True, slots=True)
class CodeAppOffer:
    """What a user adds to an app: the seed (Base32), also in ``address``, which the QR code holds.

    ``sealed`` is given back with the app's code.
    """

    user: str
    secret: str
    address: str
    sealed: str

    def as_json(self) -> dict[str, Any]:
        """Return the offer for scripts."""
        return {
            "user": self.user,
            "secret": self.secret,
            "address": self.address,
            "sealed": self.sealed,
        }


def begin_code_app(services: Services, name: str) -> CodeAppOffer:
    """Make a seed for a user's code app; it is worth nothing until it is confirmed.

    Raises :class:`RegistrationNotAllowed` and :class:`~adapter.mfa.methods.TooManyMethods`.
    """
    user = find_user(services, name)
    _must_be_allowed(services, user)
    if services.mfa.methods_of(user.upn).apps >= MAX_APPS:
        raise TooManyMethods(user.upn)
    seed = str(pyotp.random_base32())
    sealed = services.sealer.purpose(_PURPOSE).seal(
        {"seed": seed, "id": secrets.token_urlsafe(16)}, bound_to=user.upn, lifetime=LIFETIME
    )
    return _offer(services, user.upn, seed, sealed)


def reopen_offer(services: Services, upn: str, sealed: str) -> CodeAppOffer:
    """Return the offer in *sealed* once more, to be shown after a wrong code.

    Raises :class:`~idp.session.seal.SealBroken`.
    """
    seed, _ = services.sealer.purpose(_PURPOSE).open_as(_read_seed, sealed, bound_to=upn)
    return _offer(services, upn, seed, sealed)


@changes_user("user.code_app_add", together=False)
def confirm_code_app(
    services: Services, name: str, sealed: str, code: str, app_name: str = ""
) -> RegisteredMethod:
    """Store a code app if *code* is right, once; the code's time step is used up by that.

    Raises :class:`~idp.session.seal.SealBroken` for what was not sealed for this user, or too long
    ago, :class:`~idp.management.hardware_tokens.CodeRefused`, :class:`RegistrationNotAllowed`,
    :class:`~adapter.mfa.methods.BadMethodName` and :class:`~adapter.mfa.methods.TooManyMethods`.
    """
    user = find_user(services, name)
    called = read_name(app_name) if app_name else DEFAULT_NAME
    seed, once = services.sealer.purpose(_PURPOSE).open_as(_read_seed, sealed, bound_to=user.upn)
    _must_be_allowed(services, user)
    outcome, added = services.mfa.codes.confirm(user.upn, seed, code, name=called, once=once)
    if outcome is not CodeOutcome.RIGHT:
        raise CodeRefused(outcome)
    registered = services.mfa.methods_of(user.upn).registered
    return next(method for method in registered if method.id == added)


def _offer(services: Services, upn: str, seed: str, sealed: str) -> CodeAppOffer:
    issuer = urlsplit(services.config.server.base_url).netloc
    address = pyotp.TOTP(seed).provisioning_uri(name=upn, issuer_name=issuer)
    return CodeAppOffer(upn, seed, str(address), sealed)


def _read_seed(payload: dict[str, Any]) -> tuple[str, str]:
    return str(payload["seed"]), str(payload["id"])


def _must_be_allowed(services: Services, user: User) -> None:
    policies = services.mfa.policies.read().policies
    permission = may_register(policies, user.upn, user.groups, CODE_APP)
    if not permission.is_allowed:
        raise RegistrationNotAllowed(user.upn, permission)

"""What a user is asked for first: the default method if it is allowed, else another, or none."""

from __future__ import annotations

import pytest

from adapter.mfa.methods import Methods, RegisteredMethod
from adapter.mfa.permissions import Permissions, Way, way_of
from adapter.mfa.policy import AUTHENTICATOR_CODE, CODE_APP, METHODS, PUSH, Permission

PHONE = RegisteredMethod("d1", "push")
CODES = RegisteredMethod("totp", "totp", details={"app": AUTHENTICATOR_CODE})
PASSKEY = RegisteredMethod("p1", "passkey")
TOKEN = RegisteredMethod("t1", "totp", details={"app": CODE_APP})


def permissions(*allowed: str) -> Permissions:
    return Permissions(
        {
            method: Permission(method, "methods", "methods_policy")
            if method in allowed
            else Permission(method, "none", "method_off")
            for method in METHODS
        },
        shows_application=True,
        shows_location=True,
    )


ALL = permissions(*METHODS)


@pytest.mark.parametrize(
    ("registered", "chosen", "allowed", "way"),
    [
        # Everything allowed: the default method.
        ((), None, ALL, ("totp", False, False, "")),
        ((PHONE,), None, ALL, ("push", True, False, "")),
        ((CODES,), None, ALL, ("totp", False, True, "")),
        ((PHONE, CODES), None, ALL, ("push", True, True, "")),
        ((PHONE, CODES), "totp", ALL, ("totp", True, True, "")),
        ((PHONE, CODES), "d1", ALL, ("push", True, True, "")),
        ((PHONE, CODES), "gone", ALL, ("push", True, True, "")),
        # Passkeys are never asked for.
        ((PASSKEY,), None, ALL, ("totp", False, False, "")),
        ((PASSKEY, PHONE), "p1", ALL, ("push", True, False, "")),
        ((PHONE, CODES, PASSKEY), "totp", ALL, ("totp", True, True, "")),
        # Push not allowed.
        ((PHONE,), None, permissions(CODE_APP), (None, False, False, "push_not_enabled")),
        (
            (PHONE, CODES),
            None,
            permissions(AUTHENTICATOR_CODE),
            ("totp", False, True, "push_not_enabled"),
        ),
        ((PHONE, CODES), "totp", permissions(AUTHENTICATOR_CODE), ("totp", False, True, "")),
        # Codes not allowed, or not of this app.
        ((CODES,), None, permissions(PUSH, CODE_APP), (None, False, False, "code_not_enabled")),
        ((PHONE, CODES), "totp", permissions(PUSH), ("push", True, False, "code_not_enabled")),
        ((CODES, TOKEN), "totp", permissions(CODE_APP), ("totp", False, True, "")),
        # None allowed.
        ((PHONE, CODES), None, permissions(CODE_APP), (None, False, False, "no_method_allowed")),
    ],
)
def test_what_is_asked_first(registered, chosen, allowed, way):
    asks, may_push, may_use_codes, reason = way

    assert way_of(Methods(registered, chosen), allowed) == Way(
        asks, allowed.push_policy, may_push, may_use_codes, reason
    )

"""What a user is asked for first: the default method if it is allowed, else another, or none."""

from __future__ import annotations

import pytest

from adapter.mfa.methods import Methods, RegisteredMethod
from adapter.mfa.permissions import Permissions, Way, way_of
from adapter.mfa.policy import (
    AUTHENTICATOR_CODE,
    CODE_APP,
    HARDWARE_TOKEN,
    METHODS,
    PASSKEY,
    PUSH,
    Permission,
)

PHONE = RegisteredMethod("d1", "push")
CODES = RegisteredMethod("totp", "totp", details={"app": AUTHENTICATOR_CODE})
APP = RegisteredMethod("a1", "totp", details={"app": CODE_APP})
TOKEN = RegisteredMethod("t1", "totp", details={"app": HARDWARE_TOKEN})
KEY = RegisteredMethod("k1", "passkey")


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
        ((CODES, APP), "totp", permissions(CODE_APP), ("totp", False, True, "")),
        ((TOKEN,), None, permissions(HARDWARE_TOKEN), ("totp", False, True, "")),
        ((TOKEN,), None, permissions(CODE_APP), (None, False, False, "code_not_enabled")),
        # A passkey is no answer to the page of a second factor.
        ((KEY,), None, ALL, ("totp", False, False, "")),
        ((PHONE, KEY), "k1", ALL, ("push", True, False, "")),
        ((CODES, KEY), "k1", permissions(PASSKEY), (None, False, False, "code_not_enabled")),
        # None allowed.
        ((PHONE, CODES), None, permissions(CODE_APP), (None, False, False, "no_method_allowed")),
    ],
)
def test_what_is_asked_first(registered, chosen, allowed, way):
    asks, may_push, may_use_codes, reason = way

    assert way_of(Methods(registered, chosen), allowed) == Way(
        asks, allowed.push_policy, may_push, may_use_codes, reason
    )


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (PHONE, PUSH),
        (CODES, AUTHENTICATOR_CODE),
        (APP, CODE_APP),
        (TOKEN, HARDWARE_TOKEN),
        (KEY, PASSKEY),
    ],
)
def test_each_registered_method_has_its_permission(method, name):
    assert permissions(name).of(method).is_allowed
    assert not permissions(*set(METHODS) - {name}).of(method).is_allowed


@pytest.mark.parametrize(
    "method",
    [
        RegisteredMethod("x", "totp", details={"app": "watch"}),
        RegisteredMethod("x", "totp"),
        RegisteredMethod("x", "voice"),
    ],
)
def test_a_method_that_only_a_newer_version_knows_is_not_allowed(method):
    assert ALL.of(method).reason == "unknown_method"
    assert not ALL.of(method).is_allowed
    assert "newer version" in ALL.of(method).explanation


def test_the_apps_whose_codes_are_allowed_are_no_other_methods():
    assert permissions(PUSH, HARDWARE_TOKEN, PASSKEY).code_apps == (HARDWARE_TOKEN,)

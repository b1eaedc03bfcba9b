"""The MFA service over the real store: registered methods, and an administrator's unlock."""

from __future__ import annotations

from dataclasses import replace

from support.adapters.mfa_node import OLD_PHONE
from support.users import ALICE

from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.methods import Methods, RegisteredMethod

PUSH = RegisteredMethod("d1", "push")
CODES = RegisteredMethod("totp", "totp", details={"app": "code_app"})


def test_methods_are_listed_factor_by_factor_with_what_is_stored_of_each(mfa):
    old = mfa.give_phone(name="Old", **OLD_PHONE)
    mfa.clock.advance(seconds=1)
    current = mfa.give_phone(name="New")
    mfa.give_codes()

    phones = [
        RegisteredMethod(
            device.id,
            "push",
            device.name,
            created=device.activated_at,
            details={
                "platform": "android",
                "app_version": device.app_version,
                "device": kind,
                "decides": decides,
            },
        )
        for device, kind, decides in (
            (old, "phone-old", False),
            (current, "phone-current", True),
        )
    ]
    codes = replace(CODES, created=mfa.clock.now())
    assert mfa.service.methods_of(ALICE) == Methods((*phones, codes))


def test_an_unlock_forgets_wrong_codes_and_unanswered_requests_and_nothing_else(mfa):
    mfa.give_codes()
    mfa.give_phone()
    before = mfa.service.methods_of(ALICE)
    with mfa.stores.codes.transaction(ALICE) as mine:
        mine.save_limits(CodeLimits(10, mfa.clock.now()))

    mfa.service.unlock(ALICE)

    with mfa.stores.codes.transaction(ALICE) as mine:
        assert mine.limits() == CodeLimits()
    with mfa.stores.push.transaction(ALICE) as mine:
        assert mine.cleared_at() == mfa.clock.now()
    assert mfa.service.methods_of(ALICE) == before


def test_methods_are_found_by_their_kind():
    methods = Methods((PUSH, CODES))

    assert methods.of_kind("push") == (PUSH,)
    assert methods.of_kind("passkey") == ()
    assert methods.has("passkey", "totp")
    assert not methods.has("passkey")
    assert not methods.has()

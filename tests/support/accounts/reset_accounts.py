"""Accounts of each kind that a stranger may name at a password reset."""

from __future__ import annotations

from support.users import ALICE


def make(kind: str, federation) -> str:
    """Make an account of a kind, and return the name to type."""
    federation.policy({"legacyResetPolicy.includeTargets": "Staff"})
    devices = {"no method": None, "only codes": None, "old app": "phone-old", "watch": "wearable"}
    typed = {"unknown": "nobody@example.test", "not a name": "no name at all!"}
    if kind in typed:
        return typed[kind]
    user = federation.add_user(
        ALICE,
        phone=devices.get(kind, "phone-current"),
        totp=kind not in ("no method", "only a phone"),
        groups=() if kind == "not in scope" else ("Staff",),
    )
    if kind == "disabled":
        federation.services.directory.disable(ALICE)
    if kind == "locked":
        lock(federation, user)
    if kind == "pushes paused":
        for _ in range(5):
            send(federation, ALICE)
    if kind == "pushes reported":
        send(federation, ALICE)
        user.phone.deny(report=True)
    if kind == "codes locked":
        for number in range(10):
            federation.services.mfa.codes.check(ALICE, f"00000{number}", attempt="another")
    if kind == "blocked":
        federation.services.mfa.protection.block(ALICE)
    if kind == "password locked":
        for _ in range(10):
            federation.services.directory.check_password(ALICE, "wrong")
    return "EXAMPLE\\alice" if kind == "by account name" else user.name


def send(federation, user: str) -> None:
    push = federation.services.mfa.push
    push.start(user, "number_match", application="Wiki", client_ip="")


def lock(federation, user) -> None:
    reset = federation.reset(user)
    for number in range(5):
        reset.enter_code(f"00000{number}")

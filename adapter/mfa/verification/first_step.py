"""What a user is asked for first: the policies and methods, the host and the device, weighed.

Pure: :class:`~adapter.mfa.verification.verifier.Verifier` begins with it, and administrators see
the same ahead of a sign-in.
"""

from __future__ import annotations

from dataclasses import replace

from adapter.decision import Decision, decide
from adapter.errors import TallystickError
from adapter.mfa.codes.factor import CodeFactor
from adapter.mfa.permissions import Way
from adapter.mfa.verification.state import CODE, PUSH, UNAVAILABLE, Verification
from adapter.windows import Build


class Undecided(TallystickError):
    """Raised when the build of the host tells too little to decide; the code is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The build of this node tells too little: {reason}",
            "Set it with its revision: tallystick server set NODE BUILD",
            code=reason,
        )


def decide_push(
    scenario: str, host: str | Build, way: Way, device: str | None, products_after_table: str
) -> Decision:
    """Return what a push would show on *device*, the kind of the user's best one.

    None stands for a user without a device: then it is the decision on a code.
    """
    return decide(
        scenario=scenario,
        host=host,
        push_policy=way.push_policy,
        requested_method=PUSH if device else "totp",
        device=device or "phone-current",
        products_after_table=products_after_table,
    )


def first_step(user: str, way: Way, decision: Decision) -> Verification:
    """Return the state in which the second factor of *user* begins; raises :class:`Undecided`."""
    if decision.experience is None:
        raise Undecided(decision.reason)
    state = Verification(
        user=user,
        experience=decision.experience,
        reason=decision.reason,
        way=CODE if way.asks == CodeFactor.kind else PUSH,
        has_totp=way.may_use_codes,
    )
    if way.asks is None:
        return replace(state, experience=UNAVAILABLE, reason=way.reason)
    is_default = state.way == CODE and not way.reason
    if is_default and not way.may_push:  # a code would be asked for in any case
        return replace(state, reason="method_unchanged")
    return state

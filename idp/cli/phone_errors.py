"""The errors of ``tallystick phone``, and what to do about those of the phone in a terminal."""

from __future__ import annotations

from adapter.errors import TallystickError

REMEDIES = {
    # code               what to do in a terminal
    "number_required":   "Give it: --number NN. The request stays open",
    "no_request":        "Start a sign-in, or wait for one: --timeout 60",
    "several_requests":  "Name one: --request ID",
    "no_code":           "Activate with a code from tallystick user activate NAME --totp",
}  # fmt: skip
"""The phone itself names its methods, for those who call it from Python."""


class NoPhone(TallystickError):
    """Raised when the file of the phone was not named."""

    code = "no_phone"


class WrongNumber(TallystickError):
    """Raised when the number was wrong, which ends the request, so that scripts notice."""

    code = "wrong_number"

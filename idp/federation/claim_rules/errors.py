"""What can be wrong with a claim rule, and what ends an evaluation."""

from __future__ import annotations

from adapter.errors import TallystickError


class BadRule(TallystickError):
    """Raised for a rule that says nothing that can be done."""

    code = "bad_claim_rule"


class TooMuchWork(TallystickError):
    """Raised when rules make more of one user than any service provider could want."""

    code = "claim_rules_too_much"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Make the rules simpler: tallystick sp claims test shows them")

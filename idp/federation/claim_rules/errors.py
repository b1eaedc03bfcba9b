"""Errors of claim rules: rules with a fault, and evaluations that make too much."""

from __future__ import annotations

from adapter.errors import TallystickError


class BadRule(TallystickError):
    """Raised for a rule that has a fault or cannot be understood."""

    code = "bad_claim_rule"


class TooMuchWork(TallystickError):
    """Raised if rules make too many claims of one user, or too long ones."""

    code = "claim_rules_too_much"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Make the rules simpler: tallystick sp claims test shows them")

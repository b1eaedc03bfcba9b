"""What a second factor is: the decision on what a user sees, the adapters, the MFA service."""

from adapter.decision import Decision, decide

__all__ = ["Decision", "decide"]

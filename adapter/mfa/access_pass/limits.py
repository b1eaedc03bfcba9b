"""How often a pass may be wrong: the rule of codes, counted apart from them (docs/security.md)."""

from __future__ import annotations

from adapter.mfa.codes.limits import CodeLimits as PassLimits
from adapter.mfa.codes.limits import debit, is_locked

__all__ = ["PassLimits", "debit", "is_locked"]

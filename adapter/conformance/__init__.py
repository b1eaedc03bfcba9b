"""The kit that proves an adapter keeps the contract: ``assert check(MyAdapter) == []``."""

from adapter.conformance.kit import check
from adapter.conformance.rules import RULES, Finding

__all__ = ["RULES", "Finding", "check"]

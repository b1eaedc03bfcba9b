"""What every shared store takes: the limits of ``adapter.contract.SharedStore``."""

from __future__ import annotations

from adapter.contract import MAX_SHARED_LIMIT, MAX_SHARED_SECONDS


def must_be_allowed(key: str, seconds: float, limit: int = 1) -> None:
    """Raise TypeError or ValueError for an argument that the contract does not allow."""
    if not isinstance(key, str):
        raise TypeError("a key is a text")
    if not 0 < seconds <= MAX_SHARED_SECONDS:
        raise ValueError(f"seconds is {seconds}; give more than 0, at most {MAX_SHARED_SECONDS}")
    if not 1 <= limit <= MAX_SHARED_LIMIT:
        raise ValueError(f"limit is {limit}; give 1 to {MAX_SHARED_LIMIT}")

"""What administrators decide about the second factor of all users."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MfaPolicy:
    """The settings of the whole farm, in the words of :func:`adapter.decide`.

    ``push_policy`` says which policy allows push notifications: ``methods``, ``legacy``, ``both``
    or ``none``. ``products_after_table`` is what a Windows Server newer than Microsoft's table
    shows: ``approve_deny`` or ``number_match``.
    """

    push_policy: str = "methods"
    products_after_table: str = "approve_deny"

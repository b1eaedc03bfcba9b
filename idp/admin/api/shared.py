"""What several groups of addresses have in common: variable parts of an address, error codes."""

from __future__ import annotations

USER_NAME = {"name": "The name of a user, such as alice@example.test"}
ENTITY_ID = {"entity_id": "The entity ID of a trust, percent-encoded"}

NO_USER = ("unknown_user",)
NO_TRUST = ("unknown_trust", "unreadable_trust")

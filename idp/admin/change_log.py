"""The log lines of administration: each change, and each request that was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.logs import get_logger
from idp.management.nodes import Change
from idp.web import activity
from idp.web.activity import activity_id, client_ip

if TYPE_CHECKING:
    from idp.federation.token_signing.ring import Ring


def log_change(change: Change) -> None:
    """Write one line for a node whose build was set."""
    node = change.view.node
    get_logger().info(
        "node_set",
        node=node.name,
        build=node.build,
        changed_by=node.changed_by,
        client_ip=client_ip(),
        activity_id=activity_id(),
    )


def log_trust(event: str, entity_id: str) -> None:
    """Write one line for what an administrator did to a trust."""
    get_logger().info(event, trust=entity_id, client_ip=client_ip(), activity_id=activity_id())


def log_keys(event: str, ring: Ring) -> None:
    """Write one line for what an administrator did to the token-signing keys."""
    get_logger().info(
        event,
        keys=[key.facts.thumbprint for key in ring.keys],
        client_ip=client_ip(),
        activity_id=activity_id(),
    )


def log_refusal(error: TallystickError) -> None:
    """Write one line for a refusal: its code alone, since its sentence may quote what was sent.

    Only the store's own trouble is told whole.
    """
    activity.log_refusal(error.code, error.problem if error.code == "store_unavailable" else "")

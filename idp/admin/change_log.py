"""The log lines of administration: one for each change, one for each request that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError, Unavailable
from idp.logs import get_logger
from idp.web import activity
from idp.web.activity import activity_id, client_ip

if TYPE_CHECKING:
    from idp.federation.farm import Node
    from idp.federation.token_signing.ring import Ring
    from idp.nps.hosts import NpsHost

MAX_VALUE_LENGTH = 100


def log_node(node: Node) -> None:
    """Log that an administrator has set the build of a node."""
    _log("node_set", node=node.name, build=node.build, changed_by=node.changed_by)


def log_nps_host(event: str, host: NpsHost) -> None:
    """Log a change of an NPS host, with its version and the override that is set."""
    _log(
        event,
        nps_host=host.name,
        version=host.version,
        override=host.registry.override[:MAX_VALUE_LENGTH],
        changed_by=host.changed_by,
    )


def log_nps(event: str, name: str, network: str | None = None) -> None:
    """Log that an NPS host was removed, or that its client in *network* has changed."""
    _log(event, nps_host=name, **({} if network is None else {"network": network}))


def log_trust(event: str, entity_id: str) -> None:
    """Log a change of a trust; *event* is ``trust_added``, ``trust_set`` or the like."""
    _log(event, trust=entity_id)


def log_keys(event: str, ring: Ring) -> None:
    """Log a change of the token-signing keys, with the thumbprints of those there are now."""
    _log(event, keys=[key.facts.thumbprint for key in ring.keys])


def log_user(event: str, upn: str) -> None:
    """Log that an administrator has removed methods of a user, reset or unlocked the account."""
    _log(event, user=upn)


def log_policy(version: int) -> None:
    """Log that an administrator has changed the MFA policies, with their new version."""
    _log("mfa_policy_set", version=version)


def log_refusal(error: TallystickError) -> None:
    """Log that this request was refused, and count it.

    The error's sentence may quote what was sent, such as a token in the wrong field, so the line
    has its code only. The sentence of an outage quotes nothing and is logged.
    """
    activity.log_refusal(error.code, error.problem if isinstance(error, Unavailable) else "")


def _log(event: str, **fields: object) -> None:
    get_logger().info(event, **fields, client_ip=client_ip(), activity_id=activity_id())

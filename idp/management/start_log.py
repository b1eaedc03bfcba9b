"""What the log says when a server starts and stops, and which trusts are weak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.events import Event
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS
from idp.logs import get_logger

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.services import Services

MAX_WARNINGS = 20
FAULTS_ALLOWED = "this server is for testing: it sends faulty responses where it is asked to"


def log_start(config: Config, services: Services) -> None:
    """Log that a process of the server starts; log its stop when it stops."""
    get_logger().info("started", event_id=Event.STARTED, base_url=config.server.base_url)
    if config.testing.allow_faults:
        get_logger().warning("faults_allowed", problem=FAULTS_ALLOWED)
    services.closing.callback(lambda: get_logger().info("stopped", event_id=Event.STOPPED))


def log_weak_trusts(services: Services) -> None:
    """Log the trusts of each weak setting, up to MAX_WARNINGS of them: once for all processes."""
    for setting in WEAK_SETTINGS:
        weak, problem = services.trusts.weakened_by(setting), setting.warning
        for entity_id in weak[:MAX_WARNINGS]:
            get_logger().warning("weak_trust", trust=entity_id, problem=problem)
        if len(weak) > MAX_WARNINGS:
            get_logger().warning("weak_trusts", more=len(weak) - MAX_WARNINGS, problem=problem)

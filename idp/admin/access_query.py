"""Reads from the parameters of an address which sign-in is to be tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from idp.management.access_simulation import SimulatedRequest, simulate_access

if TYPE_CHECKING:
    from idp.management.access_simulation import AccessSimulation
    from idp.services import Services

TESTED = ("user", "trust", "address", "network", "agent", "primary", "second")
EXTRANET = "extranet"
"""The value of ``network`` for a user outside; any other is inside."""


def simulation_of(services: Services, wanted: Mapping[str, str]) -> AccessSimulation:
    """Return the test for these values; raises what :func:`simulate_access` raises."""
    given = {name: wanted.get(name, "").strip() for name in TESTED}
    request = SimulatedRequest(
        address=given["address"],
        extranet=given["network"] == EXTRANET,
        user_agent=given["agent"],
        primary=given["primary"] or "password",
        second=given["second"] or "push",
    )
    return simulate_access(services, given["trust"], user=given["user"], request=request)

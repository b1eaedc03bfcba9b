"""Why a fault is not sent."""

from __future__ import annotations

from adapter.errors import TallystickError


class FaultsNotAllowed(TallystickError):
    """Raised by a server that was not started for testing."""

    code = "faults_not_allowed"

    def __init__(self) -> None:
        super().__init__(
            "This server sends no faulty responses: it was not started for testing",
            "Start one with tallystick serve --allow-faults, or use tallystick demo",
        )


class FaultNotPossible(TallystickError):
    """Raised for a fault that this trust cannot have."""

    code = "fault_not_possible"

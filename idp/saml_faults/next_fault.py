"""The fault that the next sign-in to a trust gets, and the storage protocol for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from idp.saml_faults.catalogue import find_fault

if TYPE_CHECKING:
    from idp.saml_faults.fault import Fault


class Occasion(StrEnum):
    """When a fault is due. A trust has at most one for each."""

    SIGN_IN = "sign-in"
    LOG_OUT = "log-out"


@dataclass(frozen=True, slots=True)
class NextFault:
    """A fault that is due at a trust; ``set_by`` has asked for it.

    ``response`` is the response of the sign-in before, in base64, for a fault that repeats it:
    None until there was one. It is sent again to the user ``kept_for`` alone.
    """

    entity_id: str
    code: str
    set_by: str
    set_at: datetime
    response: str | None = None
    kept_for: str | None = None

    @property
    def fault(self) -> Fault:
        """The fault; raises :class:`~idp.saml_faults.catalogue.UnknownFault`."""
        return find_fault(self.code)

    def as_json(self) -> dict[str, Any]:
        """Return what the command and the REST API show."""
        return {
            "entity_id": self.entity_id,
            "fault": self.code,
            "set_by": self.set_by,
            "set_at": self.set_at.isoformat(),
        }


def occasion_of(fault: Fault) -> Occasion:
    """Return when a fault is due."""
    return Occasion.LOG_OUT if fault.is_of_log_out else Occasion.SIGN_IN


class NextFaultStore(Protocol):
    """Where the faults that are due are stored."""

    def save(self, due: NextFault, occasion: Occasion) -> None:
        """Store a fault, in place of the one that was due at this trust and occasion."""

    def take(self, entity_id: str, occasion: Occasion) -> NextFault | None:
        """Delete and return the fault that is due; of parallel calls, one gets it."""

    def clear(self, entity_id: str) -> bool:
        """Delete what is due at a trust; return False if nothing was."""

    def due(self) -> Sequence[NextFault]:
        """Return every fault that is due, by entity ID."""

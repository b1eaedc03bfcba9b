"""``federation.faults``: faulty responses, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from idp.audit.changes import SERVER, Actor
from idp.management import faults
from idp.saml_faults.catalogue import FAULTS

if TYPE_CHECKING:
    from idp.saml_faults.fault import Fault
    from idp.services import Services


PYTEST = Actor("pytest", "", SERVER)


class HasEntityId(Protocol):
    """The fixture ``service_provider``, or a trust."""

    @property
    def entity_id(self) -> str:
        """Its entity ID."""


class Faults:
    """The faults of a federation server; ``all`` are those that there are."""

    all: tuple[Fault, ...] = FAULTS

    def __init__(self, services: Services) -> None:
        self._services = services.acting(lambda: PYTEST)

    def next(self, service_provider: HasEntityId | str, code: str) -> Fault:
        """Let the next sign-in to *service_provider*, or its next log-out, have a fault, once.

        That is the fixture, a trust, or an entity ID. Returns the fault, whose ``correct`` and
        ``expectation`` say what a correct service provider does.
        """
        return faults.set_next(self._services, entity_id_of(service_provider), code).fault

    def clear(self, service_provider: HasEntityId | str) -> None:
        """Let the next sign-in be as usual."""
        faults.clear_next(self._services, entity_id_of(service_provider))


def entity_id_of(service_provider: HasEntityId | str) -> str:
    """Return the entity ID of the fixture ``service_provider``, of a trust, or as it is given."""
    return service_provider if isinstance(service_provider, str) else service_provider.entity_id

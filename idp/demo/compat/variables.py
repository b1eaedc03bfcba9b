"""The environment variables of the image ``test-saml-idp``, which describe one service provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapter.errors import TallystickError
from idp.federation.metadata.entered import (
    BadServiceProvider,
    EnteredServiceProvider,
    write_entered,
)

PREFIX = "SIMPLESAMLPHP_"
ENTITY_ID = f"{PREFIX}SP_ENTITY_ID"
ACS = f"{PREFIX}SP_ASSERTION_CONSUMER_SERVICE"
SLO = f"{PREFIX}SP_SINGLE_LOGOUT_SERVICE"
VARIABLES = {"entity_id": ENTITY_ID, "acs": ACS, "slo": SLO}
"""The variable of each field of a service provider; the image starts without the last one, too."""


class BadCompatVariables(TallystickError):
    """Raised if the image's variables are missing, or describe no service provider."""

    code = "bad_compat_variables"


@dataclass(frozen=True, slots=True)
class ImageVariables:
    """What the variables say; *ignored* are the names of those that mean nothing here."""

    service_provider: EnteredServiceProvider
    ignored: tuple[str, ...] = ()


def read_variables(environment: Mapping[str, str]) -> ImageVariables:
    """Return what the image's variables say; raises :class:`BadCompatVariables` with each fault."""
    given = {field: environment.get(name, "").strip() for field, name in VARIABLES.items()}
    acs = (given["acs"],) if given["acs"] else ()
    service_provider = EnteredServiceProvider(given["entity_id"], acs, given["slo"])
    try:
        write_entered(service_provider, allow_http=True)
    except BadServiceProvider as error:
        told = "; ".join(f"{VARIABLES[field]}: {fault}" for field, fault in error.faults.items())
        raise BadCompatVariables(
            f"No service provider can be made of the environment: {told}",
            f"Set {ENTITY_ID} and {ACS} as for the image",
        ) from None
    others = (name for name in environment if name.startswith(PREFIX))
    return ImageVariables(service_provider, tuple(sorted({*others} - {*VARIABLES.values()})))

"""Writes metadata for a service provider that has none, from what an administrator enters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.saml.certificates import BadCertificate, read_certificate
from idp.saml.endpoints import address_fault
from idp.saml.metadata import write_sp_metadata
from idp.saml.sp_metadata import MAX_ENTITY_ID_LENGTH
from idp.saml.usable_keys import MIN_RSA_BITS_OF_OLD_TRUSTS

MAX_ADDRESSES = 50
MAX_SHOWN = 200
"""Characters of an address that a fault repeats."""


class BadServiceProvider(TallystickError):
    """Raised for entered values that make no service provider.

    ``faults`` has a sentence without a full stop for each field that is wrong.
    """

    code = "bad_service_provider"

    def __init__(self, faults: Mapping[str, str]) -> None:
        told = "; ".join(f"{field}: {fault}" for field, fault in faults.items())
        super().__init__(
            sentence("No trust can be made of these values: {told}", told=told),
            sentence("Correct them"),
        )
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class EnteredServiceProvider:
    """What is known of a service provider without metadata.

    ``acs`` are its assertion consumer services by HTTP-POST, the default first; ``slo`` is its
    address for log-out messages, empty if it takes none. ``certificate`` (PEM, DER or base64) is
    that of the key which signs its requests, empty if it signs none.
    """

    entity_id: str
    acs: tuple[str, ...]
    slo: str = ""
    certificate: bytes = b""


def write_entered(entered: EnteredServiceProvider, *, allow_http: bool = False) -> bytes:
    """Return the metadata of a service provider; addresses may be http if *allow_http*.

    Raises :class:`BadServiceProvider` with the fault of each field.
    """
    acs = tuple(dict.fromkeys(entered.acs))
    certificate, fault_of_certificate = _read_certificate(entered.certificate)
    faults = {
        "entity_id": _fault_of_entity_id(entered.entity_id),
        "acs": _fault_of_addresses(acs, allow_http) if acs else "an address is missing",
        "slo": _fault_of_addresses((entered.slo,), allow_http) if entered.slo else "",
        "certificate": fault_of_certificate,
    }
    if any(faults.values()):
        raise BadServiceProvider({field: fault for field, fault in faults.items() if fault})
    return write_sp_metadata(
        entity_id=entered.entity_id,
        acs_urls=acs,
        slo_url=entered.slo or None,
        certificate=certificate,
    )


def _fault_of_entity_id(entity_id: str) -> str:
    if not entity_id:
        return "it is missing"
    if len(entity_id) > MAX_ENTITY_ID_LENGTH:
        return f"it is longer than {MAX_ENTITY_ID_LENGTH} characters"
    if not entity_id.isprintable() or " " in entity_id:
        return "it holds a space or a character that cannot be seen"
    return ""


def _fault_of_addresses(addresses: tuple[str, ...], allow_http: bool) -> str:
    if len(addresses) > MAX_ADDRESSES:
        return f"there are more than {MAX_ADDRESSES}"
    return "; ".join(_faults(addresses, allow_http))


def _faults(addresses: Iterable[str], allow_http: bool) -> Iterator[str]:
    for address in addresses:
        fault = address_fault(address, allow_http=allow_http)
        if fault is not None:
            yield f"{address[:MAX_SHOWN]!r} {fault}"


def _read_certificate(content: bytes) -> tuple[str | None, str]:
    """Return a certificate in base64, None for an empty *content*; and what is wrong with it."""
    if not content.strip():
        return None, ""
    try:
        # Which keys may be used, the settings of the trust decide.
        return read_certificate(content, MIN_RSA_BITS_OF_OLD_TRUSTS), ""
    except BadCertificate as error:
        return None, error.problem

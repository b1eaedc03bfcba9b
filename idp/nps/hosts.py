"""An NPS host: a RADIUS server that runs the NPS extension of some version."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapter.decision import VALUES
from adapter.errors import TallystickError
from adapter.nps_extension import CODE_SINCE, KNOWN_VERSIONS, NpsVersion, parse_version
from adapter.sentences import sentence
from idp.nps.registry import RegistryValues

PROTOCOLS: Final = tuple(filter(None, VALUES["protocol"]))
"""The protocols that a host may allow: PAP, MSCHAPv2, CHAP, EAP."""

DEFAULT_PROTOCOLS: Final = ("PAP", "MSCHAPv2")
EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 -- as NPS does by default
DEFAULT_PORT: Final = 1812
LEGACY_PORT: Final = 1645
MAX_PORT: Final = 65_535
MAX_ADDRESSES: Final = 16

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class BadNpsHost(TallystickError):
    """Raised for a host that does not exist, or whose name or settings are not valid."""

    code = "bad_nps_host"


@dataclass(frozen=True, slots=True)
class NpsHost:
    """A host: the version of its NPS extension, where it listens, and its registry values.

    ``addresses`` are IP addresses of this machine; ``legacy_port`` says whether it listens on
    :data:`LEGACY_PORT` too. A request by another protocol than ``protocols`` is rejected.
    ``registry`` has the values as they are set, ``in_force`` those that the NPS service read when
    it started last, at ``restarted_at``.
    """

    name: str
    version: str
    addresses: tuple[str, ...]
    port: int
    legacy_port: bool
    protocols: tuple[str, ...]
    registry: RegistryValues
    in_force: RegistryValues
    restarted_at: datetime
    changed_at: datetime
    changed_by: str

    @property
    def pending(self) -> bool:
        """Whether the registry values differ from those in force: the service must restart."""
        return self.registry != self.in_force

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that the host listens on."""
        ports = (self.port, LEGACY_PORT) if self.legacy_port else (self.port,)
        return tuple(dict.fromkeys(ports))

    def warnings(self) -> tuple[str, ...]:
        """Return sentences about an early or unlisted version, and about registry values."""
        return (*_version_warnings(parse_version(self.version)), *self.registry.warnings())


def new_host(name: str, version: str, now: datetime, by: str) -> NpsHost:
    """Return a host as NPS is after its installation: no registry value is set."""
    return NpsHost(
        name,
        version,
        addresses=EVERY_ADDRESS,
        port=DEFAULT_PORT,
        legacy_port=False,
        protocols=DEFAULT_PROTOCOLS,
        registry=RegistryValues(),
        in_force=RegistryValues(),
        restarted_at=now,
        changed_at=now,
        changed_by=by,
    )


def check_name(name: str) -> None:
    """Raise :class:`BadNpsHost` for a name that a host cannot have."""
    if not _NAME.fullmatch(name):
        raise BadNpsHost(
            sentence("{name} is no name for an NPS host", name=repr(name[:100])),
            sentence("Use up to 63 letters, digits, dots, dashes and underscores"),
        )


def read_addresses(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses to listen on in canonical spelling, each once.

    Raises :class:`BadNpsHost` for none, for too many, and for what is not an IP address.
    """
    addresses = tuple(dict.fromkeys(map(_address, texts)))
    if not 0 < len(addresses) <= MAX_ADDRESSES:
        raise BadNpsHost(
            sentence("The host has {addresses} addresses to listen on", addresses=len(addresses)),
            sentence("Give 1 to {max_addresses}", max_addresses=MAX_ADDRESSES),
        )
    return addresses


def read_port(port: int) -> int:
    """Return *port* if it is a number of a UDP port; raises :class:`BadNpsHost`."""
    if not 0 < port <= MAX_PORT:
        raise BadNpsHost(
            sentence("{port} is no port", port=port),
            sentence("Give a number from 1 to {max_port}", max_port=MAX_PORT),
        )
    return port


def read_protocols(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the protocols in their usual order and spelling; raises :class:`BadNpsHost`."""
    known = {each.lower(): each for each in PROTOCOLS}
    for text in texts:
        if text.lower() not in known:
            raise BadNpsHost(
                sentence("{text} is no protocol of an NPS host", text=repr(text[:40])),
                sentence("Give {protocols}", protocols=", ".join(PROTOCOLS)),
            )
    if not texts:
        raise BadNpsHost(
            sentence("The host allows no protocol"),
            sentence("Give some of {protocols}", protocols=", ".join(PROTOCOLS)),
        )
    given = {known[text.lower()] for text in texts}
    return tuple(each for each in PROTOCOLS if each in given)


def overlaps(host: NpsHost, others: Iterable[NpsHost]) -> Iterator[str]:
    """Yield a warning for each other host that listens on an address and port of *host*."""
    for other in others:
        if other.name == host.name:
            continue
        ports = set(host.ports).intersection(other.ports)
        shared = [address for address in host.addresses if _meets(address, other.addresses)]
        if ports and shared:
            yield (
                sentence(
                    "{name} listens on {shared}, port {ports}, too: one process cannot run "
                    "both. Give each host its own address or port.",
                    name=other.name,
                    shared=shared[0],
                    ports=min(ports),
                )
            )


def _address(text: str) -> str:
    try:
        if "%" in text:  # the zone of a link may hold any character
            raise ValueError(text)
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise BadNpsHost(
            sentence("{text} is no IP address", text=repr(text[:60])),
            sentence("Give addresses of this machine, or 0.0.0.0 and ::"),
        ) from None


def _meets(address: str, others: Sequence[str]) -> bool:
    """Say whether *address* is one of *others*, or either stands for all of its family."""
    every = "::" if ":" in address else "0.0.0.0"  # noqa: S104 -- compared, not bound
    same_family = [other for other in others if (":" in other) == (":" in address)]
    return any(address == other or every in (address, other) for other in same_family)


def _version_warnings(version: NpsVersion) -> Iterator[str]:
    if version < CODE_SINCE:
        yield (
            sentence(
                "Version {version} is earlier than {code_since}, the first that asks "
                "for a code without the override. Install a later one.",
                version=version,
                code_since=CODE_SINCE,
            )
        )
    if version not in KNOWN_VERSIONS:
        yield sentence(
            "No released version {version} is known; it counts by its place between the others.",
            version=version,
        )

"""A RADIUS client of an NPS host: a VPN server, a gateway or a proxy that sends requests."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapter.errors import TallystickError

PRESETS: Final[Mapping[str, Mapping[str, bool]]] = {
    "rd-gateway": {"can_answer_challenge": False},
}
"""What clients of a kind can do: a Remote Desktop Gateway has no place to type a code."""

MAX_SECRET_LENGTH: Final = 128
SHORT_SECRET_LENGTH: Final = 16
"""Below this length, there is a warning: whoever sees packets can try secrets offline."""

_WELL_KNOWN: Final = frozenset({"testing123", "secret", "radius"})
MIN_TIMEOUT: Final = 3
MAX_TIMEOUT: Final = 120
DEFAULT_TIMEOUT: Final = 60
"""In seconds: a user needs about that long to approve a request."""

MAX_LABEL_LENGTH: Final = 100
_NEW_SECRET_BYTES: Final = 24


class BadNpsClient(TallystickError):
    """Raised for a client that does not exist, or whose settings are not valid."""

    code = "bad_nps_client"


@dataclass(frozen=True, slots=True)
class NpsClient:
    """A client of the host ``host``: all that sends from ``network`` with the shared ``secret``.

    ``network`` is an address or a network in canonical spelling. ``timeout`` is in seconds, after
    which the client gives up. Only a client that ``can_answer_challenge`` can ask its user for a
    code. With ``needs_message_authenticator``, its requests without that attribute are dropped.
    """

    host: str
    network: str
    secret: str = field(repr=False)
    can_answer_challenge: bool
    needs_message_authenticator: bool
    timeout: int
    label: str
    changed_at: datetime
    changed_by: str

    def warnings(self) -> tuple[str, ...]:
        """Return sentences about settings that are weak, or too short for a user to answer."""
        return tuple(_warnings(self))


def read_network(text: str) -> str:
    """Return an address or a network in canonical spelling; raises :class:`BadNpsClient`."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
        if "%" in text:  # the zone of a link: clients are not told apart by it
            raise ValueError(text)
    except ValueError:
        raise BadNpsClient(
            f"{text[:60]!r} is neither an IP address nor a network",
            "Give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64",
        ) from None
    address = ipaddress.ip_address(text.partition("/")[0].strip())
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        raise BadNpsClient(
            f"{text[:60]!r} is an IPv4 address in IPv6", f"Give {address.ipv4_mapped}"
        )
    if address != network.network_address:
        raise BadNpsClient(f"{text[:60]!r} is an address within a network", f"Give {network}")
    return str(address) if network.num_addresses == 1 else str(network)


def check_secret(secret: str) -> None:
    """Raise :class:`BadNpsClient` for a shared secret that clients could not be given."""
    if not 0 < len(secret) <= MAX_SECRET_LENGTH or not secret.isprintable():
        raise BadNpsClient(
            "The shared secret is empty or too long, or has characters that cannot be typed",
            f"Give 1 to {MAX_SECRET_LENGTH} printable characters",
        )


def new_secret() -> str:
    """Return a new shared secret of 32 letters, digits, dashes and underscores."""
    return secrets.token_urlsafe(_NEW_SECRET_BYTES)


def check_timeout(timeout: int) -> None:
    """Raise :class:`BadNpsClient` for a number of seconds that a client cannot wait."""
    if not MIN_TIMEOUT <= timeout <= MAX_TIMEOUT:
        raise BadNpsClient(
            f"{timeout} is no time-out of a client",
            f"Give {MIN_TIMEOUT} to {MAX_TIMEOUT} seconds",
        )


def check_label(label: str) -> None:
    """Raise :class:`BadNpsClient` for a label that a list could not show."""
    if len(label) > MAX_LABEL_LENGTH or not label.isprintable():
        raise BadNpsClient(
            "The label is too long, or has characters that cannot be printed",
            f"Give up to {MAX_LABEL_LENGTH} printable characters",
        )


def check_settings(*, secret: str | None, timeout: int, label: str) -> None:
    """Raise :class:`BadNpsClient` if a client cannot have these; no secret is right."""
    if secret is not None:
        check_secret(secret)
    check_timeout(timeout)
    check_label(label)


def preset_of(name: str) -> Mapping[str, bool]:
    """Return what clients of the kind *name* can do; raises :class:`BadNpsClient`."""
    if name not in PRESETS:
        raise BadNpsClient(f"There is no preset {name[:40]!r}", f"Give {', '.join(PRESETS)}")
    return PRESETS[name]


def _warnings(client: NpsClient) -> Iterator[str]:
    if not client.needs_message_authenticator:
        yield (
            "Requests without Message-Authenticator are taken: whoever can change packets on their "
            "way can turn a rejection into an acceptance (BlastRADIUS, CVE-2024-3596)."
        )
    if client.secret.lower() in _WELL_KNOWN:
        yield "The shared secret is one of those that attackers try first."
    elif len(client.secret) < SHORT_SECRET_LENGTH:
        yield (
            f"The shared secret has fewer than {SHORT_SECRET_LENGTH} characters: "
            "whoever sees packets can guess it."
        )
    if client.timeout < DEFAULT_TIMEOUT:
        yield (
            f"The time-out of {client.timeout} seconds is less than the {DEFAULT_TIMEOUT} "
            "that users need to answer a push."
        )
    if client.network in ("0.0.0.0/0", "::/0"):
        yield f"{client.network} is every address: anyone who knows the secret is this client."

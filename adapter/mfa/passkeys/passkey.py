"""A passkey, the server that it is for, and the refusal of one."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from adapter.errors import TallystickError

_DEFAULT_PORTS = {"http": 80, "https": 443}


class PasskeyRefused(TallystickError):
    """Raised when a passkey is not taken; the code says why.

    ``user`` is the owner's UPN if the signature was right all the same, else empty.
    """

    def __init__(self, problem: str, remedy: str, *, code: str, user: str = "") -> None:
        super().__init__(problem, remedy, code=code)
        self.user = user


@dataclass(frozen=True, slots=True)
class Passkey:
    """One registered passkey.

    ``credential_id`` is what the browser calls it, ``public_key`` a COSE_Key (RFC 9052 §7).
    ``sign_count`` is the signature counter of its last use. ``transports`` say how browsers reach
    the device that has it, in the words of WebAuthn §5.8.4. ``is_synced`` means that the key may
    be copied to the user's other devices by the user's key manager (its flag BE).
    ``registered_for`` is the user's name at the registration, if the user was renamed since: the
    key knows the user by it.
    """

    id: str
    user: str
    name: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None = None
    registered_for: str | None = None


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This server, as browsers and passkeys know it.

    ``id`` is the host name for which passkeys are made and kept, ``origin`` is the only address at
    which they are used, without path and without a default port. ``name`` is what browsers may
    show.
    """

    id: str
    origin: str
    name: str


def relying_party_of(base_url: str) -> RelyingParty | None:
    """Return the relying party of a server's configured base URL.

    Returns None where browsers have no passkeys: at an IP address (WebAuthn §5.1.2 wants a domain),
    and over http, except on ``localhost``.
    """
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return None
    is_local = host == "localhost" or host.endswith(".localhost")
    if not host or (parts.scheme != "https" and not is_local):
        return None
    shown_port = "" if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{shown_port}", host)


def not_offered() -> PasskeyRefused:
    """Return the refusal where this server's address allows no passkeys."""
    return PasskeyRefused(
        "Browsers have no passkeys for this server's address",
        "Give it a host name and https, or localhost: see docs/passkeys.md",
        code="passkeys_not_offered",
    )


def invalid(problem: str) -> PasskeyRefused:
    """Return the refusal of an answer that does not prove a passkey."""
    return PasskeyRefused(
        f"The passkey's answer is not valid: {problem[:200]}",
        "Try again on a page of this server",
        code="passkey_invalid",
    )

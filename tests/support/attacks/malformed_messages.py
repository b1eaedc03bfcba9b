"""A hundred thousand malformed messages, no two alike; run as a program, it tells what they cost.

    python tests/support/attacks/malformed_messages.py MESSAGES

It prints by how many KiB the process has grown after each tenth of them.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from idp.saml import uris
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect
from idp.saml.logout import is_logout, read_logout
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.session.seal import SealBroken, Sealer

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEAL = Sealer(bytes(32)).purpose("second-factor-context")

Make = Callable[[int], object]


def request(n: int, *, name: str = "AuthnRequest", more: str = "", inner: str = "") -> bytes:
    return (
        f'<samlp:{name} xmlns:samlp="{uris.PROTOCOL}" xmlns:saml="{uris.ASSERTION}" ID="_{n}" '
        f'Version="2.0" IssueInstant="2026-11-24T12:00:00Z"{more}>'
        f"<saml:Issuer>urn:stranger:{n}</saml:Issuer>{inner}</samlp:{name}>"
    ).encode()


def read(xml: bytes, relay_state: str | None = None) -> object:
    """Read a message as the server does."""
    message = decode_post(base64.b64encode(xml).decode(), relay_state)
    return read_message(message)


def read_message(message: SamlMessage) -> object:
    arguments = {
        "find_trust": lambda _: None,
        "destinations": ("https://idp.example.test/adfs/ls/",),
        "now": NOW,
    }
    read = read_logout if is_logout(message) else read_authn_request
    return read(message, **arguments)


def by_redirect(query: str) -> object:
    return read_message(decode_redirect(query.encode()))


def deflated(xml: bytes) -> str:
    packed = zlib.compress(xml, wbits=-15)
    return quote(base64.b64encode(packed), safe="")


MAKERS: dict[str, Make] = {
    "no XML":                 lambda n: read(f"no XML {n}".encode()),
    "cut off":                lambda n: read(request(n)[: 40 + n % 200]),
    "an unknown issuer":      lambda n: read(request(n)),
    "an unknown RelayState":  lambda n: read(request(n), f"state {n}"),
    "a log-out":              lambda n: read(request(n, name="LogoutRequest")),
    "an unknown element":     lambda n: read(request(n, inner=f"<n{n:x}/>")),
    "an unknown attribute":   lambda n: read(request(n, more=f' n{n:x}="{n}"')),
    "an unknown namespace":   lambda n: read(request(n, more=f' xmlns:saml2="urn:n{n:x}"')),
    "a bad value":            lambda n: read(request(n, more=f' ForceAuthn="{n}"')),
    "a document type":        lambda n: read(f"<!DOCTYPE n{n:x}>".encode() + request(n)),
    "no base64":              lambda n: decode_post(f"%{n}"),
    "an unknown parameter":   lambda n: by_redirect(f"n{n:x}={n}"),
    "no DEFLATE":             lambda n: by_redirect(f"SAMLRequest={n:08d}"),
    "an unknown algorithm":   lambda n: by_redirect(
        f"SAMLRequest={deflated(request(n))}&SigAlg=urn:n{n}&Signature=AAAA"
    ),
    "an unknown Context":     lambda n: SEAL.open(f"00000000.{n}", bound_to=f"{n}"),
}  # fmt: skip


def growth(messages: int) -> list[int]:
    """Send so many *messages*, and return the size in KiB, over that at first, after each tenth."""
    makers = list(MAKERS.values())
    sizes = []
    for n in range(10**6, 10**6 + messages):
        try:
            makers[n % len(makers)](n)
        except (Refused, SealBroken):
            pass
        else:
            raise AssertionError(f"a malformed message was accepted: number {n}")
        if (n + 1) % (messages // 10) == 0:
            sizes.append(peak())
    return [size - sizes[0] for size in sizes]


def peak() -> int:
    """Return the most memory that this process ever had, in KiB.

    On Linux, getrusage would give the peak of whoever started this process.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    print(json.dumps(growth(int(sys.argv[1]))))

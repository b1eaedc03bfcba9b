"""What the tests with Debian's own clients share: a key, assertions, and an NPS host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from support.ports import free_udp_port
from support.radius.programs import Run, running_client
from support.tools.toolbox import debian_program

from adapter.nps_extension import CODE_SINCE
from idp.embedded.radius import radius_in_thread
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.signing import SigningKey
from idp.saml.values import Assertion, Attribute, NameID
from idp.sockets import has_ipv6
from idp.testing.federation import Federation
from idp.testing.radius import HOST, SECRET, Radius

IDP = "http://idp.example.test/adfs/services/trust"
SP = "https://sp.example.test/metadata"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
ACS = "https://sp.example.test/acs"
ADDRESSES = ("127.0.0.1", "::1")


@pytest.fixture(scope="session")
def xmlsec1() -> str:
    """The command of Debian's package ``xmlsec1``."""
    return debian_program("xmlsec1")


@pytest.fixture(scope="session")
def rsa_pair() -> PemPair:
    """An RSA key and its certificate."""
    return new_signing_certificate("idp.example.test", datetime.now(UTC))


@pytest.fixture(scope="session")
def ecdsa_pair() -> PemPair:
    """A P-256 key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    return new_signing_certificate("idp.example.test", datetime.now(UTC), key=key)


@pytest.fixture(params=["rsa", "ecdsa"])
def pair(request: pytest.FixtureRequest) -> PemPair:
    """Each kind of key in turn."""
    chosen: PemPair = request.getfixturevalue(f"{request.param}_pair")
    return chosen


@pytest.fixture
def key(pair: PemPair) -> SigningKey:
    """The pair as what assertions are signed with."""
    return SigningKey.from_pem(*pair)


@pytest.fixture(scope="session")
def assertion() -> Callable[..., Assertion]:
    """Make an assertion of the usual shape as of *now*, with changes."""

    def make(now: datetime, **changes: object) -> Assertion:
        usual = {
            "id": "_assertion",
            "issuer": IDP,
            "audience": SP,
            "recipient": ACS,
            "in_response_to": "_request",
            "issue_instant": now,
            "not_before": now,
            "not_on_or_after": now + timedelta(hours=1),
            "confirmation_not_on_or_after": now + timedelta(minutes=5),
            "authn_instant": now,
            "session_index": "_session",
            "session_not_on_or_after": None,
            "authn_context_class": PASSWORD,
            "name_id": NameID("anna@example.test"),
            "attributes": (Attribute("urn:oid:0.9.2342.19200300.100.1.3", ("anna@example.test",)),),
        }
        return Assertion(**(usual | changes))

    return make


@pytest.fixture(scope="session")
def radius_port() -> int:
    """The port of the NPS host in all tests: servers of Debian's are told it once."""
    return free_udp_port()


@pytest.fixture
def radius(federation: Federation, radius_port: int) -> Iterator[Radius]:
    """The NPS host of the plugin, at a port that is known before, by IPv4 and by IPv6."""
    nps = federation.services.nps
    addresses = ADDRESSES if has_ipv6() else ADDRESSES[:1]
    nps.set_host(HOST, "pytest", version=str(CODE_SINCE), addresses=addresses, port=radius_port)
    for address in addresses:
        nps.add_client(HOST, address, "pytest", secret=SECRET)
    with radius_in_thread(federation.services, reject_delay=0) as running:
        yield Radius(federation.services, running)


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    """Run clients of Debian's until the test ends; see ``running_client``."""
    with ExitStack() as clients:
        yield lambda *command, **options: clients.enter_context(running_client(*command, **options))

"""The test service provider without its web: it asks, and judges what is answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree

from idp.embedded.test_sp.memory import Memory
from idp.embedded.test_sp.received import Received, ReceivedAssertion, read_response
from idp.embedded.test_sp.requesting import Asked, Wish, ask
from idp.saml import uris
from idp.saml.bindings import decode_post
from idp.saml.keys import PemPair
from idp.saml.metadata import write_sp_metadata
from idp.saml.signing import SigningKey
from idp.saml.values import POST
from idp.saml.xml import parse

if TYPE_CHECKING:
    from saml2.client import Saml2Client

    from adapter.clock import Clock

ENTITY_ID = "urn:tallystick:test-sp"
DISPLAY_NAME = "Test service provider"
ACS_PATH = "/acs"
SLO_PATH = "/slo"
SKEW = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A response, its RelayState, and all that speaks against it: accepted when nothing does."""

    received: Received
    relay_state: str
    objections: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether the user is signed in now."""
        return self.received.is_success and not self.objections


class Provider:
    """A service provider at *base_url* that trusts the federation server of *idp_metadata*.

    *key* signs its requests, and its metadata promises so unless *sign_requests* is false. It
    opens what is encrypted for it; its metadata offers it for that where *encrypts*.
    """

    def __init__(
        self,
        *,
        base_url: str,
        idp_metadata: Callable[[], bytes],
        key: PemPair,
        clock: Clock,
        entity_id: str = ENTITY_ID,
        sign_requests: bool = True,
        encrypts: bool = False,
    ) -> None:
        self.base_url = base_url
        self.entity_id = entity_id
        self.sign_requests = sign_requests
        self.encrypts = encrypts
        self.idp_metadata = idp_metadata
        self._pair = key
        self.key = SigningKey.from_pem(*key)
        self._client = _Remembered(self._make_client)
        self.begin_again(clock)

    def begin_again(self, clock: Clock) -> None:
        """Forget what was asked and answered, and go by another clock."""
        self.clock = clock
        self._outstanding: Memory[datetime] = Memory()
        self._seen: Memory[datetime] = Memory()

    @property
    def private_key(self) -> bytes:
        """The key that signs, and opens what is encrypted for it, as PEM."""
        return self._pair.private_key

    @property
    def acs_url(self) -> str:
        """The address that responses are posted to."""
        return self.base_url + ACS_PATH

    @property
    def slo_url(self) -> str:
        """The address that takes log-out messages."""
        return self.base_url + SLO_PATH

    def idp_certificates(self) -> tuple[str, ...]:
        """Return the federation server's signing certificates, as base64."""
        return idp_certificates(self.idp_metadata())

    def metadata(self) -> bytes:
        """Return the service provider's own metadata."""
        return write_sp_metadata(
            entity_id=self.entity_id,
            acs_urls=[self.acs_url],
            slo_url=self.slo_url,
            certificate=self.key.certificate,
            encryption_certificate=self.key.certificate if self.encrypts else None,
            authn_requests_signed=self.sign_requests,
            display_name=DISPLAY_NAME,
        )

    def ask(self, wish: Wish) -> Asked:
        """Make a request and remember that its answer is awaited."""
        now = self.clock.now()
        asked = ask(self._client.of(self.idp_metadata()), wish, now)
        self._outstanding.put(asked.request_id, now)
        return asked

    def judge(self, saml_response: str, relay_state: str = "") -> Judgement:
        """Read a response from a posted form and say what speaks against it.

        A request is answered once, and an assertion counts once. Raises
        :class:`~idp.saml.refusal.Refused` for what is no response at all.
        """
        idp_metadata = self.idp_metadata()
        xml = decode_post(saml_response, parameter="SAMLResponse").xml
        received = read_response(xml, idp_certificates(idp_metadata), [self.private_key])
        objections = list(self._objections(received))
        if received.is_success:
            client = self._client.of(idp_metadata)
            objections += _refusals(client, saml_response, self._slack())
        return Judgement(received, relay_state, tuple(objections))

    def _objections(self, received: Received) -> Iterator[str]:
        now = self.clock.now()
        if received.in_response_to and not self._outstanding.take(received.in_response_to):
            yield "It answers a request that is not outstanding: never made, or answered already."
        if received.destination != self.acs_url:
            yield f"Its destination is {received.destination or 'not said'}, not {self.acs_url}."
        if not self._seen.put(f"response {received.id}", now):
            yield "It was used before."
        if received.unopened:
            yield "It is encrypted for another service provider."
        elif received.is_success and received.assertion is None:
            yield f"It holds {len(received.assertions)} assertions, not one."
        for assertion in received.assertions:
            yield from self._objections_to(assertion, received, now)

    def _objections_to(
        self, assertion: ReceivedAssertion, received: Received, now: datetime
    ) -> Iterator[str]:
        if not self._seen.put(f"assertion {assertion.id}", now):
            yield "Its assertion was used before."
        if assertion.in_response_to != received.in_response_to:
            yield "Its assertion answers another request."
        if assertion.recipient != self.acs_url:
            yield f"Its assertion is for {assertion.recipient or 'nobody'}."
        if self.entity_id not in assertion.audiences:
            yield "Its audience is another service provider."
        if assertion.not_before is None or now < assertion.not_before - SKEW:
            yield "It is not valid yet."
        ends = (assertion.not_on_or_after, assertion.confirmation_not_on_or_after)
        if any(end is None or now >= end + SKEW for end in ends):
            yield "It is not valid any more."

    def _slack(self) -> int:
        """Return seconds: pysaml2 reads the machine's clock, which a test's may have left."""
        shift = abs(self.clock.now() - datetime.now(UTC))
        return int((SKEW + shift).total_seconds()) + 1

    def _make_client(self, idp_metadata: bytes) -> Saml2Client:
        # Imported at the first request: it takes a while, and the start page does not need it.
        from idp.embedded.test_sp.pysaml2_client import make_service_provider

        service_provider = {
            "endpoints": {"assertion_consumer_service": [(self.acs_url, POST)]},
            "authn_requests_signed": self.sign_requests,
            "want_assertions_signed": False,
            "want_response_signed": False,
            "want_assertions_or_response_signed": True,
            "allow_unsolicited": True,
        }
        config = {
            "entityid": self.entity_id,
            "metadata": {"inline": [idp_metadata.decode()]},
            "service": {"sp": service_provider},
            # AD FS names attributes by claim types, which pysaml2 has no friendly names for.
            "allow_unknown_attributes": True,
        }
        key_pem, cert_pem = self._pair
        return make_service_provider(config, key_pem=key_pem, cert_pem=cert_pem)


class _Remembered:
    """pysaml2's client, made anew only when the federation server's metadata is another."""

    def __init__(self, make: Callable[[bytes], Any]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._last: tuple[bytes, Any] | None = None

    def of(self, idp_metadata: bytes) -> Any:
        with self._lock:
            if self._last is None or self._last[0] != idp_metadata:
                self._last = (idp_metadata, self._make(idp_metadata))
            return self._last[1]


def idp_certificates(idp_metadata: bytes) -> tuple[str, ...]:
    """Return the signing certificates in a federation server's metadata, as base64."""
    role = parse(idp_metadata, limit=1024 * 1024).find(f"{{{uris.METADATA}}}IDPSSODescriptor")
    if role is None:
        return ()
    keys = (
        key
        for key in role.iter(f"{{{uris.METADATA}}}KeyDescriptor")
        if key.get("use") != "encryption"
    )
    return tuple(
        "".join(etree.tostring(certificate, method="text", encoding="unicode").split())
        for key in keys
        if key.get("use") != "encryption"
        for certificate in key.iter(f"{{{uris.XMLDSIG}}}X509Certificate")
    )


def _refusals(client: Saml2Client, saml_response: str, slack: int) -> Iterator[str]:
    """Yield what pysaml2 has against a response; it says so by exceptions of every kind."""
    client.config.accepted_time_diff = slack
    try:
        answer = client.parse_authn_request_response(saml_response, POST, outstanding={})
    except Exception as error:
        yield f"pysaml2 refuses it: {type(error).__name__}: {error}"
        return
    if answer is None:
        yield "pysaml2 cannot read it."

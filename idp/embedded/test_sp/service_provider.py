"""The test service provider without its pages: it creates requests and checks responses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lxml import etree

from idp.embedded.test_sp.authn_request import OutgoingRequest, RequestOptions
from idp.embedded.test_sp.received_response import (
    Confirmation,
    ReceivedAssertion,
    ReceivedResponse,
    read_response,
)
from idp.embedded.test_sp.recent_values import RecentValues
from idp.saml import uris
from idp.saml.bindings import decode_post
from idp.saml.keys import PemPair
from idp.saml.metadata import write_sp_metadata
from idp.saml.signing import SigningKey
from idp.saml.xml import parse

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.embedded.test_sp.pysaml2_client import Pysaml2ServiceProvider

ENTITY_ID = "urn:tallystick:test-sp"
DISPLAY_NAME = "Test service provider"
ACS_PATH = "/acs"
SLO_PATH = "/slo"
MAX_SKEW = timedelta(minutes=3)
"""How much the clock of the federation server may differ from ours."""


@dataclass(frozen=True, slots=True)
class CheckedResponse:
    """A response, its RelayState, and the reasons to refuse it, as sentences."""

    received: ReceivedResponse
    relay_state: str
    objections: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether it signs the user in."""
        return self.received.is_success and not self.objections


class SimulatedServiceProvider:
    """A service provider at *base_url* that trusts the federation server with *idp_metadata*.

    *key* signs its requests and decrypts assertions. Its metadata announces signed requests if
    *sign_requests*, and offers the key for encryption if *encrypts*.
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
        self._lock = threading.Lock()
        self._pysaml2: tuple[bytes, Pysaml2ServiceProvider] | None = None
        self.reset(clock)

    def reset(self, clock: Clock) -> None:
        """Forget all requests and responses, and use another clock from now on."""
        self.clock = clock
        self._outstanding: RecentValues[datetime] = RecentValues()
        self._seen: RecentValues[datetime] = RecentValues()

    @property
    def private_key(self) -> bytes:
        """The key that signs and decrypts, as PEM."""
        return self._pair.private_key

    @property
    def acs_url(self) -> str:
        """The address of the assertion consumer service."""
        return self.base_url + ACS_PATH

    @property
    def slo_url(self) -> str:
        """The address of the single log-out service."""
        return self.base_url + SLO_PATH

    def idp_entity_id(self) -> str:
        """Return the federation server's entity ID."""
        return str(parse(self.idp_metadata(), limit=1024 * 1024).get("entityID", ""))

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

    def create_request(self, options: RequestOptions) -> OutgoingRequest:
        """Create a request and remember its id until it is answered."""
        now = self.clock.now()
        sent = self._pysaml2_for(self.idp_metadata()).create_request(options, now)
        self._outstanding.put(sent.request_id, now)
        return sent

    def check_response(self, saml_response: str, relay_state: str = "") -> CheckedResponse:
        """Read a response from the fields of a posted form, and collect reasons to refuse it.

        Each request is answered once, and each assertion accepted once. Raises
        :class:`~idp.saml.refusal.Refused` if *saml_response* is not a response.
        """
        idp_metadata = self.idp_metadata()
        xml = decode_post(saml_response, parameter="SAMLResponse").xml
        received = read_response(xml, idp_certificates(idp_metadata), [self.private_key])
        objections = list(self._objections(received))
        if received.is_success:
            pysaml2 = self._pysaml2_for(idp_metadata)
            objection = pysaml2.objection_to(saml_response, self._accepted_seconds())
            objections += [objection] if objection else []
        return CheckedResponse(received, relay_state, tuple(objections))

    def _objections(self, received: ReceivedResponse) -> Iterator[str]:
        now = self.clock.now()
        if received.in_response_to and not self._outstanding.take(received.in_response_to):
            yield "It answers a request that is not outstanding: never sent, or already answered."
        if received.issuer not in ("", self.idp_entity_id()):
            yield f"Its issuer is {received.issuer}."
        if received.destination != self.acs_url:
            yield f"Its destination is {received.destination or 'missing'}, not {self.acs_url}."
        if not self._seen.put(f"response {received.id}", now):
            yield "It was used before."
        if received.unopened:
            yield "It is encrypted for another service provider."
        elif received.is_success and received.assertion is None:
            yield f"It contains {len(received.assertions)} assertions instead of one."
        for assertion in received.assertions:
            yield from self._objections_to(assertion, received, now)

    def _objections_to(
        self, assertion: ReceivedAssertion, received: ReceivedResponse, now: datetime
    ) -> Iterator[str]:
        if not self._seen.put(f"assertion {assertion.id}", now):
            yield "Its assertion was used before."
        if assertion.version != "2.0":
            yield f"Its assertion is of version {assertion.version or 'none'}."
        if assertion.name_id is not None and not assertion.name_id.value.strip():
            yield "It names nobody."
        own = [set(each) for each in assertion.restrictions]
        if not own or not all(self.entity_id in each for each in own):
            yield "Its audience is another service provider."
        if assertion.not_before is not None and now < assertion.not_before - MAX_SKEW:
            yield "It is not valid yet."
        if assertion.not_on_or_after is None or now >= assertion.not_on_or_after + MAX_SKEW:
            yield "It is not valid any more."
        faults = [self._fault_of(each, received, now) for each in assertion.confirmations]
        if not faults or all(faults):
            yield faults[0] if faults else "Its subject is not confirmed."

    def _fault_of(
        self, confirmation: Confirmation, received: ReceivedResponse, now: datetime
    ) -> str:
        """Return why a confirmation does not confirm the subject (saml-profiles §4.1.4.3)."""
        starts, ends = confirmation.not_before, confirmation.not_on_or_after
        if confirmation.method != uris.BEARER:
            return "Its subject is confirmed by another method than bearer."
        if confirmation.in_response_to != received.in_response_to:
            return "Its assertion answers another request."
        if confirmation.recipient != self.acs_url:
            return f"Its assertion is for {confirmation.recipient or 'nobody'}."
        if starts is not None and now < starts - MAX_SKEW:
            return "It is not valid yet."
        return "It is not valid any more." if ends is None or now >= ends + MAX_SKEW else ""

    def _accepted_seconds(self) -> int:
        """Return how much pysaml2 must let clocks differ: it only knows the clock of the machine,
        and a test may have moved ours.
        """
        shift = abs(self.clock.now() - datetime.now(UTC))
        return int((MAX_SKEW + shift).total_seconds()) + 1

    def _pysaml2_for(self, idp_metadata: bytes) -> Pysaml2ServiceProvider:
        """Return pysaml2, set up for this metadata: anew only when the metadata has changed."""
        # Imported at the first request: it takes a while, and the start page does not need it.
        from idp.embedded.test_sp.pysaml2_client import Pysaml2ServiceProvider

        with self._lock:
            if self._pysaml2 is None or self._pysaml2[0] != idp_metadata:
                key_pem, cert_pem = self._pair
                made = Pysaml2ServiceProvider(
                    entity_id=self.entity_id,
                    acs_urls=[self.acs_url],
                    idp_metadata=idp_metadata.decode(),
                    key_pem=key_pem,
                    cert_pem=cert_pem,
                    sign_requests=self.sign_requests,
                    want_assertions_signed=False,
                    want_either_signed=True,
                )
                self._pysaml2 = (idp_metadata, made)
            return self._pysaml2[1]


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

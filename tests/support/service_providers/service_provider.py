"""A service provider that writes its requests by hand, the wrong ones too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from itertools import count
from urllib.parse import quote, urlsplit

from idp.saml import uris
from idp.saml.bindings import encode_redirect, post_fields
from idp.saml.canonical import attribute, instant, text
from idp.saml.keys import PemPair
from idp.saml.signing import SigningKey, sign_enveloped
from idp.testing.federation import Federation

ENTITY_ID = "https://sp.example.test/metadata"
ACS = "https://sp.example.test/acs"
OTHER_ACS = "https://sp.example.test/other"
MARKED_ACS = "https://sp.example.test/marked"

METADATA = f"""\
<EntityDescriptor xmlns="{uris.METADATA}" entityID="%s">
  <SPSSODescriptor protocolSupportEnumeration="{uris.PROTOCOL}">
    <KeyDescriptor%s><KeyInfo xmlns="{uris.XMLDSIG}"><X509Data>
      <X509Certificate>%s</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    %s
    <AssertionConsumerService index="3" Location="{ACS}"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
    <AssertionConsumerService index="7" Location="{OTHER_ACS}"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
    <AssertionConsumerService index="9" Location="{MARKED_ACS}" isDefault="true"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
    <AssertionConsumerService index="1" Location="https://sp.example.test/artifact"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"/>
  </SPSSODescriptor>
</EntityDescriptor>"""


@dataclass
class Asking:
    """One service provider at one federation server; ``key`` signs where it is told to."""

    federation: Federation = field(repr=False)
    pair: PemPair = field(repr=False)
    entity_id: str = ENTITY_ID
    encrypts: bool = False
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def key(self) -> SigningKey:
        return SigningKey.from_pem(*self.pair)

    @property
    def sso_url(self) -> str:
        return f"{self.federation.url}/adfs/ls/"

    def metadata(self, *name_id_formats: str) -> str:
        formats = "".join(f"<NameIDFormat>{each}</NameIDFormat>" for each in name_id_formats)
        use = "" if self.encrypts else ' use="signing"'
        return METADATA % (self.entity_id, use, self.key.certificate, formats)

    def register(self, *name_id_formats: str) -> Asking:
        self.federation.add_service_provider(
            self.metadata(*name_id_formats), private_key=self.pair.private_key
        )
        return self

    def set(self, **settings: str) -> None:
        """Change settings of the trust, as ``tallystick sp set`` does."""
        self.federation.services.trusts.change_from_text(self.entity_id, settings)

    def xml(
        self, children: str = "", *, sign: SigningKey | None = None, **given: str | None
    ) -> bytes:
        """Return an AuthnRequest; attributes given are added, or left out where None."""
        attributes = {
            "ID": f"_request{next(self._numbers)}",
            "Version": "2.0",
            "IssueInstant": instant(self.federation.clock.now()),
            "Destination": self.sso_url,
        } | given
        issuer = attributes.pop("issuer", self.entity_id)
        written = "".join(
            f' {name}="{attribute(value)}"'
            for name, value in sorted(attributes.items())
            if value is not None
        )
        head = (
            f'<samlp:AuthnRequest xmlns:samlp="{uris.PROTOCOL}"{written}>'
            f'<saml:Issuer xmlns:saml="{uris.ASSERTION}">{text(issuer or "")}</saml:Issuer>'
        )
        tail = f"{children}</samlp:AuthnRequest>"
        whole = sign_enveloped(head, tail, attributes["ID"], sign) if sign else head + tail
        return whole.encode()

    def url(
        self,
        xml: bytes | None = None,
        *,
        relay_state: str | None = None,
        key: SigningKey | None = None,
        **request: str | None,
    ) -> str:
        """Return the address of a request by Redirect."""
        message = self.xml(**request) if xml is None else xml
        return f"{self.sso_url}?{encode_redirect(message, relay_state=relay_state, key=key)}"

    def fields(
        self, xml: bytes | None = None, *, relay_state: str | None = None, **request: str | None
    ) -> dict[str, str]:
        """Return the form of a request by POST."""
        message = self.xml(**request) if xml is None else xml
        return post_fields(message, relay_state, parameter="SAMLRequest")

    def initiated_url(self, relay_state: str | None = None) -> str:
        return self.federation.idp_initiated_url(self.entity_id, relay_state)


@dataclass(frozen=True)
class RawAnswer:
    """What came back, byte for byte."""

    status: int
    headers: HTTPMessage
    text: str


def call(
    federation: Federation,
    method: str,
    target: str,
    body: bytes | None = None,
    **headers: str,
) -> RawAnswer:
    """Send a request just as it is given: other clients tidy up addresses and headers."""
    connection = HTTPConnection(urlsplit(federation.url).netloc, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        sent = {"Content-Type": "application/x-www-form-urlencoded"} | sent
    try:
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        return RawAnswer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def context_of(*classes: str, comparison: str = "exact") -> str:
    """Return the element RequestedAuthnContext, in canonical form."""
    references = "".join(
        f'<saml:AuthnContextClassRef xmlns:saml="{uris.ASSERTION}">{each}'
        "</saml:AuthnContextClassRef>"
        for each in classes
    )
    return (
        f'<samlp:RequestedAuthnContext Comparison="{comparison}">{references}'
        "</samlp:RequestedAuthnContext>"
    )


def name_id_policy(format_: str) -> str:
    return f'<samlp:NameIDPolicy Format="{format_}"></samlp:NameIDPolicy>'


def two_levels(entity_id: str, relay_state: str) -> str:
    """Return the RelayState that names a trust and holds another RelayState (facts §C.10)."""
    inner = f"RPID={quote(entity_id, safe='')}&RelayState={quote(relay_state, safe='')}"
    return quote(inner, safe="")

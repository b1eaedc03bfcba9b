"""What aws-adfs finds at Amazon: the sign-in page, and the token service that takes assertions."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from werkzeug.wrappers import Request, Response

SIGN_IN_HOST = "signin.aws.amazon.com"
AUDIENCE = "urn:amazon:webservices"
ACS = f"https://{SIGN_IN_HOST}/saml"
ROLE = "arn:aws:iam::123456789012:role/Dev"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/Tallystick"
ACCESS_KEY = "ASIATALLYSTICK000001"

METADATA = f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{AUDIENCE}">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"
      WantAssertionsSigned="true">
    <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>
    <AssertionConsumerService index="1" isDefault="true" Location="{ACS}"
        Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
  </SPSSODescriptor>
</EntityDescriptor>"""
ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
SESSION_NAME_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"
ATTRIBUTES = {ROLE_ATTRIBUTE: f"{PROVIDER},{ROLE}", SESSION_NAME_ATTRIBUTE: "{upn}"}

WsgiApp = Callable[..., object]


@dataclass
class TokenService:
    """Stands in for STS: answers AssumeRoleWithSAML and keeps what it was given, as WSGI."""

    calls: list[Mapping[str, str]] = field(default_factory=list)

    def response(self) -> bytes:
        """Return the SAML response of the only call there was."""
        [call] = self.calls
        return base64.b64decode(call["SAMLAssertion"])

    @Request.application
    def __call__(self, request: Request) -> Response:
        """Hand out credentials; whether the response deserved them is for the test to say."""
        self.calls.append(request.form.to_dict())
        return Response(CREDENTIALS, mimetype="text/xml")


CREDENTIALS = f"""<AssumeRoleWithSAMLResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithSAMLResult>
    <Credentials>
      <AccessKeyId>{ACCESS_KEY}</AccessKeyId>
      <SecretAccessKey>secret</SecretAccessKey>
      <SessionToken>token</SessionToken>
      <Expiration>2099-01-01T00:00:00Z</Expiration>
    </Credentials>
  </AssumeRoleWithSAMLResult>
</AssumeRoleWithSAMLResponse>"""


def with_amazon(federation: WsgiApp) -> WsgiApp:
    """Put Amazon's sign-in page beside a federation server, each under its own host name."""

    def choose(environ: dict[str, str], start_response: Callable[..., object]) -> object:
        host = environ["HTTP_HOST"].partition(":")[0]
        app = Response("<html></html>") if host == SIGN_IN_HOST else federation
        return app(environ, start_response)

    return choose

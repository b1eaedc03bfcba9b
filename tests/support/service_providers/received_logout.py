"""Log-out messages as the server receives them, without a server."""

from __future__ import annotations

from types import SimpleNamespace

from support.service_providers.metadata_parts import SP_ID
from support.service_providers.saml_messages import write_message
from support.service_providers.service_provider import (
    SUCCESS,
    ServiceProvider,
    UserSession,
)

from idp.saml.bindings import SamlMessage, decode_post, decode_redirect, encode_redirect
from idp.saml.values import (
    EMAIL,
    POST,
    NameID,
    SingleLogoutService,
)

IDP_ID = "http://idp.example.test/adfs/services/trust"
LS = "https://idp.example.test/adfs/ls/"
SLO = "https://sp.example.test/slo"
ALICES_NAME = NameID("alice@example.test", EMAIL)


def slo(binding: str, location: str = LS, answers: str | None = None) -> SingleLogoutService:
    return SingleLogoutService(location, binding, answers)


def request(sp: ServiceProvider, binding: str = POST, *indexes: str, **changes) -> SamlMessage:
    """Return a good request of the service provider, as it is received."""
    usual = {"id": "_logout1", "session_indexes": indexes or ("_index1",), "relay_state": "rs"}
    session = UserSession(ALICES_NAME, "_index1")
    return received(sp.logout_request(session, binding, **usual | changes))


def response(sp: ServiceProvider, binding: str = POST, status=SUCCESS) -> SamlMessage:
    """Return a good response of the service provider, as it is received."""
    ours = SimpleNamespace(id="_ours", relay_state="rs")
    return received(sp.logout_response(ours, binding, status, id="_answer1"))


def written(
    sp: ServiceProvider, children: str, *, name: str = "LogoutRequest", **attributes: str | None
):
    """Return a message written by hand, signed in the query."""
    given = {
        "ID": "_logout1",
        "Version": "2.0",
        "IssueInstant": "2026-11-24T12:00:00Z",
        "Destination": LS,
    } | attributes
    xml = write_message(name, SP_ID, given, children)
    return decode_redirect(encode_redirect(xml, key=sp.key).encode())


def received(carried) -> SamlMessage:
    if carried.fields:
        (parameter,) = carried.fields.keys() - {"RelayState"}
        return decode_post(
            carried.fields[parameter], carried.fields.get("RelayState"), parameter=parameter
        )
    return decode_redirect(carried.address.partition("?")[2].encode())

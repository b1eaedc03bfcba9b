"""The response to a complete sign-in, built from values."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.request_context import RequestContext
from idp.saml import uris
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT, RequiredFactors
from idp.saml.keys import new_signing_certificate
from idp.saml.refusal import Refused
from idp.saml.signing import SigningKey
from idp.saml.values import (
    PERSISTENT,
    AssertionConsumerService,
    AuthnRequest,
    NameID,
    NameIDPolicy,
    ServiceProvider,
)
from idp.signin.assertion import Issuer, build_response, required_factors
from idp.signin.destination import IdpInitiated, OwnPage, SpInitiated
from idp.web.web_request import Activity

IDP, SP, ALIAS = "https://idp.example.test", "https://sp.example.test/metadata", "urn:alias"
ACS = "https://sp.example.test/acs"
PPT, KERBEROS = PASSWORD_PROTECTED_TRANSPORT, "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"
PUSH = "urn:method:push"
USER = replace(SAMPLE_USER, display_name="Alice", groups=())
PROVIDER = ServiceProvider(SP, (AssertionConsumerService(ACS),))
TRUST = RelyingPartyTrust(SP, "Wiki", PROVIDER, TrustSettings(), "", NOON, NOON)
REQUEST = AuthnRequest("_1", SP, ACS, NOON, audience=ALIAS)
TO_SP = SpInitiated(REQUEST, "state")
CHOSEN = IdpInitiated(SP, ALIAS, ACS, "state")
WINDOW = timedelta(minutes=2)


class NoNames:
    def persistent(self, trust, user, *, create):
        return None


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    key = SigningKey.from_pem(*new_signing_certificate("idp", NOON))
    ring = SimpleNamespace(primary=SimpleNamespace(key=key))
    return Issuer(IDP, SimpleNamespace(current=lambda: ring), NoNames(), WINDOW)


def signed_in(primary: str = PPT, second: str | None = None) -> AuthenticatedUser:
    methods = authentication_methods(primary, second)
    return AuthenticatedUser(USER, methods, NOON - WINDOW, RequestContext("10.1.2.3"))


PRIMARY = (PPT,)


def no_adapter(_method: str) -> bool:
    return False


@pytest.fixture
def build(issuer):
    def build(destination=TO_SP, *, user=None, trust=TRUST, required=None):
        required = required or required_factors(destination, trust, no_adapter, primary=PRIMARY)
        return build_response(
            destination,
            trust,
            user or signed_in(),
            required=required,
            issuer=issuer,
            now=NOON,
            activity=Activity(),
        )

    return build


def test_the_assertion_answers_the_request(build):
    xml, assertion = build()

    assert (assertion.issuer, assertion.audience, assertion.recipient) == (IDP, ALIAS, ACS)
    assert assertion.in_response_to == "_1"
    assert assertion.authn_instant == NOON - WINDOW
    assert assertion.confirmation_not_on_or_after == NOON + WINDOW
    assert assertion.session_index == assertion.id
    assert assertion.id.encode() in xml


def test_an_idp_initiated_one_answers_no_request(build):
    xml, assertion = build(CHOSEN)

    assert (assertion.audience, assertion.recipient) == (ALIAS, ACS)
    assert assertion.in_response_to is None
    assert b"InResponseTo" not in xml


def test_the_context_is_what_the_session_proves(build):
    either = RequiredFactors({PPT: PPT, KERBEROS: KERBEROS})

    assert build()[1].authn_context_class == PPT
    _, by_kerberos = build(user=signed_in(KERBEROS), required=either)
    assert by_kerberos.authn_context_class == KERBEROS
    attributes = {each.name.rpartition("/")[2]: each.values for each in by_kerberos.attributes}
    assert attributes["authnmethodsreferences"] == (KERBEROS,)


def test_the_methods_of_both_proofs_are_attributes(build):
    attributes = build(user=signed_in(second=PUSH))[1].attributes

    values = {each.name.rpartition("/")[2]: each.values for each in attributes}
    assert values["authnmethodsreferences"] == (PPT, PUSH, MULTIPLE_AUTHN)


def asking(**values) -> SpInitiated:
    return SpInitiated(replace(REQUEST, **values), "state")


def refused(call) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def test_a_context_that_nobody_can_satisfy_is_reported_to_the_service_provider():
    destination = asking(requested_contexts=(KERBEROS,))
    refusal = refused(lambda: required_factors(destination, TRUST, no_adapter, primary=PRIMARY))

    assert (refusal.code, refusal.acs_url, refusal.in_response_to) == ("MSIS7102", ACS, "_1")
    assert (refusal.issuer, refusal.relay_state) == (SP, "state")


def test_a_name_id_that_the_trust_cannot_have_is_reported_to_the_service_provider():
    destination = asking(name_id_policy=NameIDPolicy("urn:format:unknown"))
    refusal = refused(lambda: required_factors(destination, TRUST, no_adapter, primary=PRIMARY))

    assert (refusal.code, refusal.acs_url) == ("MSIS7070", ACS)


def test_a_name_id_that_this_user_cannot_have_is_reported_to_the_service_provider(build):
    destination = asking(name_id_policy=NameIDPolicy(PERSISTENT, allow_create=False))
    refusal = refused(lambda: build(destination))

    assert (refusal.status, refusal.acs_url) == (
        (uris.REQUESTER, uris.INVALID_NAME_ID_POLICY),
        ACS,
    )


@pytest.mark.parametrize("name", ["alice@example.test", "A.Archer@mail.test", "example\\ALICE"])
def test_a_subject_may_be_any_name_of_the_user(name, build):
    assert build(asking(subject=NameID(name)))[1].name_id.value == USER.upn


def test_a_subject_that_is_another_user_is_reported_to_the_service_provider(build):
    refusal = refused(lambda: build(asking(subject=NameID("bob@example.test"))))

    assert (refusal.code, refusal.acs_url) == ("unknown_principal", ACS)


def test_an_address_that_was_removed_from_the_trust_gets_nothing(build):
    elsewhere = asking(acs_url="https://sp.example.test/old")
    refusal = refused(lambda: build(elsewhere))

    assert (refusal.code, refusal.acs_url) == ("MSIS3200", None)


def test_a_method_that_an_adapter_announces_requires_that_second_factor():
    required = required_factors(
        asking(requested_contexts=(PUSH,)), TRUST, {PUSH}.__contains__, primary=PRIMARY
    )

    assert (required.second_factor, required.method) == (True, PUSH)


def test_a_page_of_our_own_requires_nothing_by_itself():
    required = required_factors(OwnPage("/account/"), None, no_adapter, primary=PRIMARY)

    assert (required.second_factor, required.method) == (False, None)
    assert required.answers == {PPT: PPT}

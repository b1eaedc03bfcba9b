"""The claims of an authenticated user: one list, for rules, access control, audit, simulation."""

from __future__ import annotations

from dataclasses import replace

from support.clock import NOON
from support.users import SAMPLE_USER

from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.federation.claims import identity_claims, short_name
from idp.federation.request_context import RequestContext
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT

PUSH = "urn:method:push"
USER = replace(SAMPLE_USER, display_name="Alice", email="", groups=("staff",))
HOME = RequestContext("10.0.0.80", ("203.0.113.9",), proxy="wap")


def signed_in(second: str | None = None) -> AuthenticatedUser:
    methods = authentication_methods(PASSWORD_PROTECTED_TRANSPORT, second)
    return AuthenticatedUser(USER, methods, NOON, HOME)


def values(user: AuthenticatedUser, name: str) -> list[str]:
    return [claim.value for claim in user.claims if short_name(claim.type) == name]


def test_a_second_factor_adds_its_method_and_multipleauthn():
    assert authentication_methods("urn:first") == ("urn:first",)
    assert authentication_methods("urn:first", PUSH) == ("urn:first", PUSH, MULTIPLE_AUTHN)


def test_a_method_that_proves_both_factors_is_named_once():
    assert authentication_methods(PUSH, PUSH) == (PUSH, MULTIPLE_AUTHN)


def test_the_claims_are_those_of_the_user_the_sign_in_and_the_request():
    user = signed_in(PUSH)

    assert set(identity_claims(USER)) < set(user.claims)
    assert set(HOME.claims()) < set(user.claims)
    assert values(user, "authenticationinstant") == ["2024-05-01T12:00:00.000Z"]
    assert values(user, "insidecorporatenetwork") == ["false"]


def test_the_methods_are_claims_and_the_primary_one_is_the_authentication_method():
    alone, both = signed_in(), signed_in(PUSH)

    assert values(alone, "authnmethodsreferences") == [PASSWORD_PROTECTED_TRANSPORT]
    assert values(both, "authnmethodsreferences") == list(both.methods)
    assert values(both, "authenticationmethod") == [PASSWORD_PROTECTED_TRANSPORT]


def test_no_claim_is_there_twice():
    claims = signed_in(PUSH).claims

    assert len(set(claims)) == len(claims)

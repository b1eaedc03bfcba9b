from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON
from support.users import SAMPLE_USER

from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.federation.claim_rules.toml import reader
from idp.federation.claims import ATTRIBUTE_NAME_FORMAT
from idp.federation.issuance.issue import issue_claims, withheld
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.request_context import RequestContext
from idp.saml.contexts import (
    MULTIPLE_AUTHN,
    ORDER,
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    REFEDS_PHISHING_RESISTANT,
    OfferedMethods,
    answered_context,
    resolve_requested_context,
)
from idp.saml.values import Attribute, NameIDPolicy, ServiceProvider

USER = replace(SAMPLE_USER, display_name="Alice", email="", groups=("staff",))
PUSH = "urn:method:push"
ONE = authentication_methods(PASSWORD_PROTECTED_TRANSPORT)
TWO = authentication_methods(PASSWORD_PROTECTED_TRANSPORT, PUSH)


class NoNames:
    def persistent(self, trust, user, *, create):
        raise AssertionError("nobody asked for a persistent name")


def issued(rules, methods=ONE):
    settings = TrustSettings(claim_rules=reader.read(rules))
    provider = ServiceProvider("urn:sp", ())
    trust = RelyingPartyTrust("urn:sp", "SP", provider, settings, "", NOON, NOON)
    user = AuthenticatedUser(USER, methods, NOON, RequestContext("10.1.2.3"))
    return issue_claims(user, trust, NameIDPolicy(), issuer="urn:idp", names=NoNames())


def test_claims_of_one_type_are_one_attribute_unless_their_name_formats_differ():
    uri = {ATTRIBUTE_NAME_FORMAT: "urn:format:uri"}
    rules = [
        {"issue": "a", "value": ["1", "2"]},
        {"issue": "b", "value": "1"},
        {"issue": "a", "value": ["2", "3"], "issuer": "another"},
        {"issue": "a", "value": "1", "properties": uri},
    ]

    assert issued(rules).attributes == (
        Attribute("a", ("1", "2", "3")),
        Attribute("b", ("1",)),
        Attribute("a", ("1",), "urn:format:uri"),
    )


CLAIMED = [*ORDER, *TWO, REFEDS_MFA, REFEDS_PHISHING_RESISTANT, "urn:nobody"]
claims = st.tuples(
    st.sampled_from(["authenticationmethod", "authnmethodsreferences", "authenticationinstant"]),
    st.sampled_from(CLAIMED),
)


@given(st.lists(claims, max_size=6), st.sampled_from([ONE, TWO]), st.booleans())
def test_a_method_that_was_not_used_is_not_issued_whatever_the_rules_say(wanted, methods, passed):
    rules = [{"issue": type_, "value": value} for type_, value in wanted]
    rules += [{"pass": "*"}] * passed

    found = issued(rules, methods)

    names = {each.name.rpartition("/")[2]: each.values for each in found.attributes}
    assert set(names.get("authnmethodsreferences", ())) <= set(methods)
    assert not {"authenticationmethod", "authenticationinstant"} & set(names)
    required = resolve_requested_context((), offered=OfferedMethods(ONE))
    context = answered_context(
        (), "exact", required, style="adfs", methods=methods, by_rule=found.context
    )
    several = {MULTIPLE_AUTHN, REFEDS_MFA, PUSH} if methods == TWO else set()
    assert context in {*ORDER[:2], *several}
    kept_back = {claim.value for claim in withheld(found.outcome, methods)}
    assert kept_back <= set(CLAIMED) - set(methods)

"""Claim rules over HTTP: the service provider is told what they issue, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.service_providers.service_provider import name_id_policy, requested_context

from idp.federation.claim_rules.adfs import parser
from idp.federation.claim_rules.toml import reader
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT, REFEDS_MFA
from idp.saml.values import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED

REFERENCES = "http://schemas.microsoft.com/claims/authnmethodsreferences"
ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
METHOD = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod"


@pytest.fixture
def ruled(federation, easy):
    """Give the trust rules, as TOML, and sign in; the answer is what it was told."""

    def tell(toml, user=None, *, sp=easy, **request):
        give_rules(federation, sp, toml)
        return federation.sign_in(sp.url(**request), user).finish()

    return tell


def give_rules(federation, sp, rules):
    known = federation.services.trusts.find(sp.entity_id).settings
    rules = reader.read_toml(rules) if isinstance(rules, str) else rules
    changed = known.model_copy(update={"claim_rules": rules})
    federation.services.trusts.add(sp.metadata().encode(), settings=changed)


def issue(type_: str, value: str) -> str:
    return f'[[claim_rules]]\nissue = "{type_}"\nvalue = "{value}"\n'


def test_a_trust_gets_the_claims_of_its_rules_and_nothing_else(federation, ruled):
    user = federation.add_user(email="mail@example.test", groups=("staff", "app-x"), phone=None)

    told = ruled(
        """
        [[claim_rules]]
        when   = { claim = "emailaddress" }
        issue  = "nameid"
        value  = "{value}"
        format = "emailAddress"

        [[claim_rules]]
        when  = { claim = "group", value = { matches = "^app-" } }
        issue = "role"
        value = '{replace(value, "^app-", "role ")}'

        [[claim_rules]]
        directory  = { "urn:names" = ["userPrincipalName", "mail"] }

        [[claim_rules]]
        issue      = "urn:oid:1.2"
        value      = ["one", "two"]
        properties = { "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/attributename" = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri" }

        [[claim_rules]]
        pass = "authnmethodsreferences"
        """,  # noqa: E501 - a URI
        user,
    )

    name = told.assertion.name_id
    assert (name.value, name.format) == ("mail@example.test", EMAIL)
    assert told.attributes == {
        ROLE: ("role x",),
        "urn:names": (user.name, "mail@example.test"),
        "urn:oid:1.2": ("one", "two"),
        REFERENCES: (PASSWORD_PROTECTED_TRANSPORT,),
    }
    assert told.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_a_trust_may_be_made_with_its_rules(federation, easy):
    federation.add_service_provider(
        easy.metadata(), claim_rules=issue("role", "x"), second_factor="never"
    )

    assert federation.sign_in(easy.url()).finish().attributes == {ROLE: ("x",)}


def test_no_name_and_no_attribute_is_issued_if_no_rule_issues_one(ruled):
    told = ruled("claim_rules = []").assertion

    assert told.name_id is None
    assert not told.attributes


def test_rules_know_where_the_request_comes_from(ruled):
    told = ruled('[[claim_rules]]\npass = "insidecorporatenetwork"')

    assert list(told.attributes.values()) == [("true",)]


NAMES = {
    "unspecified": issue("nameid", "x"),
    "emailAddress": issue("nameid", "x@y") + 'format = "emailAddress"',
    "persistent": '[[claim_rules]]\nissue = "nameid"\nformat = "persistent"',
    "transient": '[[claim_rules]]\nissue = "nameid"\nformat = "transient"',
}
ASKED = {"emailAddress": EMAIL, "persistent": PERSISTENT, "transient": TRANSIENT}


@pytest.mark.parametrize("issued", NAMES)
@pytest.mark.parametrize("asked", [None, "unspecified", *ASKED])
def test_the_name_id_of_a_rule_has_the_requested_format_or_is_refused(asked, issued, ruled):
    children = name_id_policy(ASKED.get(asked, UNSPECIFIED)) if asked else ""

    finished = ruled(NAMES[issued], children=children)

    if asked in (None, "unspecified", issued):
        assert finished.assertion.name_id.format == ASKED.get(issued, UNSPECIFIED)
    else:
        assert finished.status == ("Requester", "InvalidNameIDPolicy")


def test_of_several_names_the_one_asked_for_is_given(ruled):
    both = NAMES["emailAddress"] + "\n" + NAMES["transient"]

    assert ruled(both).assertion.name_id.value == "x@y"
    asked = ruled(both, children=name_id_policy(TRANSIENT)).assertion.name_id
    assert asked.format == TRANSIENT


def test_no_rule_for_a_name_is_no_name_of_the_format_asked_for(ruled, lines):
    finished = ruled("claim_rules = []", children=name_id_policy(EMAIL))

    assert finished.status == ("Requester", "InvalidNameIDPolicy")
    assert "MSIS7070" in lines.refusals()


def test_rules_cannot_issue_the_name_id_of_another_service_provider(ruled):
    policy = '<samlp:NameIDPolicy SPNameQualifier="urn:other"></samlp:NameIDPolicy>'

    assert ruled(NAMES["unspecified"], children=policy).status[1] == "InvalidNameIDPolicy"


def test_a_persistent_name_by_rule_is_the_one_there_is_and_is_not_made_against_the_request(
    federation, easy, ruled
):
    made = federation.sign_in(easy.url(children=name_id_policy(PERSISTENT))).finish().assertion
    told = ruled(NAMES["persistent"]).assertion.name_id
    assert told == made.name_id
    assert (told.name_qualifier, told.sp_name_qualifier) == (
        federation.entity_id,
        easy.entity_id,
    )

    other = federation.add_user(phone=None)
    policy = '<samlp:NameIDPolicy AllowCreate="false"></samlp:NameIDPolicy>'
    assert ruled(NAMES["persistent"], other, children=policy).assertion.name_id is None
    asked = policy.replace("AllowCreate", f'Format="{PERSISTENT}" AllowCreate')
    assert ruled(NAMES["persistent"], other, children=asked).status[1] == "InvalidNameIDPolicy"


@pytest.mark.parametrize("claimed", [MULTIPLE_AUTHN, REFEDS_MFA, "urn:of:nobody"])
def test_no_rule_claims_a_second_factor_that_was_not_given(claimed, ruled):
    told = ruled(
        issue("authenticationmethod", claimed)
        + issue("authnmethodsreferences", claimed)
        + '[[claim_rules]]\npass = "authnmethodsreferences"'
    )

    assert told.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT
    assert told.attributes == {REFERENCES: (PASSWORD_PROTECTED_TRANSPORT,)}


def test_a_rule_may_choose_a_context_that_was_proved(federation, sp):
    rules = issue("authenticationmethod", REFEDS_MFA) + issue("authenticationinstant", "x")
    give_rules(federation, sp, rules)
    sign_in = federation.sign_in(sp.url())
    federation.user.phone.approve(number=sign_in.number)

    told = sign_in.finish().assertion

    assert told.authn_context_class == REFEDS_MFA
    assert not told.attributes


def test_a_rule_does_not_rename_what_the_request_asked_for(ruled):
    rules = issue("authenticationmethod", "urn:oasis:names:tc:SAML:2.0:ac:classes:Password")

    asked = ruled(rules, children=requested_context(PASSWORD_PROTECTED_TRANSPORT)).assertion

    assert asked.authn_context_class == PASSWORD_PROTECTED_TRANSPORT
    assert ruled(rules).assertion.authn_context_class.endswith(":Password")


def test_rules_that_are_changed_count_at_the_next_sign_in(federation, easy, ruled):
    assert ruled(issue("role", "first")).attributes[ROLE] == ("first",)
    assert ruled(issue("role", "second")).attributes[ROLE] == ("second",)
    easy.set(claim_rules="")
    assert ROLE not in federation.sign_in(easy.url()).finish().attributes


def test_rules_that_make_too_much_of_a_user_end_on_our_page(federation, easy, lines):
    each = '{ claim = "group" }'
    give_rules(
        federation, easy, f'[[claim_rules]]\nwhen = [{", ".join([each] * 4)}]\n'
        'issue = "role"\nvalue = "{value}{2.value}{3.value}{4.value}"'
    )  # fmt: skip
    user = federation.add_user(groups=[f"group {number}" for number in range(12)], phone=None)

    page = federation.sign_in(easy.url(), user).page

    assert "MSIS7012" in page.html
    assert "SAMLResponse" not in page.html
    assert "claim_rules_too_much" in lines.text


WRITABLE = st.characters(
    exclude_categories=["Cs", "Cc"],  # the latter are refused in rules
    include_characters="\t\n\r",
    exclude_characters="\ufffe\uffff",
)
TEXTS = st.lists(st.text(WRITABLE, min_size=1, max_size=30), min_size=1, max_size=20, unique=True)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS)
def test_whatever_a_rule_issues_is_parsed_back_as_exactly_itself(federation, easy, names, values):
    several = [double(value) for value in values]
    written = [{"issue": f"literal:{double(name)}", "value": several} for name in names]
    written.append({"issue": "nameid", "value": several[0]})
    passing = parser.read('c:[Value =~ ""] => issue(Type = c.Type + "x", Value = c.Value);')
    give_rules(federation, easy, (*reader.read(written), *passing))

    told = federation.sign_in(easy.url()).finish()

    assert told.assertion.name_id.value == values[0]
    for name in names:
        assert set(values) <= set(told.attributes[name])
        assert set(values) <= set(told.attributes[name + "x"])


def double(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")

"""The NameID over HTTP: the one asked for, or a status that says there is none; nobody else's."""

from __future__ import annotations

import pytest
from support.service_providers.service_provider import name_id_policy

from idp.saml.values import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED

KERBEROS = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"


def finished(federation, sp, user=None, children="", **request):
    return federation.sign_in(sp.url(children=children, **request), user).finish()


def name_id(federation, sp, user=None, children=""):
    return finished(federation, sp, user, children).assertion.name_id


@pytest.mark.parametrize("asked", [EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED])
def test_the_name_id_has_the_format_that_was_asked_for(asked, federation, easy):
    assert name_id(federation, easy, children=name_id_policy(asked)).format == asked


def test_a_persistent_name_is_opaque_stable_and_qualified(federation, easy):
    policy = name_id_policy(PERSISTENT)
    name = name_id(federation, easy, children=policy)

    assert name == name_id(federation, easy, children=policy)
    assert federation.user.name.partition("@")[0] not in name.value
    assert name.name_qualifier == federation.entity_id
    assert name.sp_name_qualifier == easy.entity_id
    other = federation.add_user(phone=None)
    assert name_id(federation, easy, other, policy).value != name.value


def test_a_transient_name_is_new_each_time(federation, easy):
    policy = name_id_policy(TRANSIENT)
    names = {name_id(federation, easy, children=policy).value for _ in range(3)}

    assert len(names) == 3


def test_a_mail_address_is_the_directorys(federation, easy):
    user = federation.add_user(email="mail@example.test", phone=None)
    assert name_id(federation, easy, user, name_id_policy(EMAIL)).value == "mail@example.test"


def test_the_first_format_of_the_metadata_is_used_where_the_request_has_none(federation, easy):
    easy.register(TRANSIENT, EMAIL)
    assert name_id(federation, easy).format == TRANSIENT


def test_the_name_is_the_upn_as_unspecified_where_nothing_chooses_a_format(federation, easy):
    name = name_id(federation, easy)
    assert (name.format, name.value) == (UNSPECIFIED, federation.user.name)


def test_a_trust_whose_format_is_none_gets_no_name(federation, easy):
    easy.set(name_id_format="none")

    assert name_id(federation, easy) is None
    assert name_id(federation, easy, children=name_id_policy(UNSPECIFIED)) is None
    answer = finished(federation, easy, children=name_id_policy(EMAIL))
    assert answer.status == ("Requester", "InvalidNameIDPolicy")


NOT_GIVEN = {
    "unknown": f'Format="{KERBEROS}"',
    "another's": f'Format="{PERSISTENT}" SPNameQualifier="urn:other"',
    "not to be made": f'Format="{PERSISTENT}" AllowCreate="false"',
}


@pytest.mark.parametrize("policy", NOT_GIVEN.values(), ids=NOT_GIVEN.keys())
def test_a_name_id_that_cannot_be_given_is_answered_with_a_status(policy, federation, easy, lines):
    children = f"<samlp:NameIDPolicy {policy}/>"
    answer = finished(federation, easy, children=children, relay_state="there", ID="_mine")

    assert answer.status == ("Requester", "InvalidNameIDPolicy")
    assert (answer.relay_state, answer.received.in_response_to) == ("there", "_mine")
    assert lines.refusals() == ["MSIS7070"]


@pytest.mark.parametrize("policy", [NOT_GIVEN["unknown"], NOT_GIVEN["another's"]])
def test_a_request_whose_name_id_cannot_be_given_does_not_ask_for_a_password(
    policy, federation, easy
):
    browser = federation.browser()
    page = browser.get(easy.url(children=f"<samlp:NameIDPolicy {policy}/>"))

    assert federation.resume(browser, page).is_finished


def test_an_existing_persistent_name_is_given_also_where_none_may_be_made(federation, easy):
    made = name_id(federation, easy, children=name_id_policy(PERSISTENT))
    forbidding = f"<samlp:NameIDPolicy {NOT_GIVEN['not to be made']}/>"

    assert name_id(federation, easy, children=forbidding) == made


# Whom the request names


def subject(value, format_=UNSPECIFIED):
    return (
        '<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
        f'<saml:NameID Format="{format_}">{value}</saml:NameID></saml:Subject>'
    )


def test_a_request_that_names_another_user_gets_no_assertion(federation, easy, lines):
    other = federation.add_user(phone=None)

    answer = finished(federation, easy, children=subject(other.name))

    assert answer.status == ("Responder", "UnknownPrincipal")
    assert answer.received.assertions == ()
    assert lines.refusals() == ["unknown_principal"]


def test_a_request_that_names_another_user_gets_no_assertion_from_a_session_either(
    federation, easy
):
    browser = federation.sign_in(easy.url()).browser
    page = browser.get(easy.url(children=subject("other@example.test"), IsPassive="true"))

    answer = federation.resume(browser, page).finish()

    assert answer.status == ("Responder", "UnknownPrincipal")


def test_a_request_may_name_the_user_by_upn_or_mail_address(federation, easy):
    user = federation.add_user(email="Mail@example.test", phone=None)
    for value in (user.name, user.name.upper(), "mail@example.test"):
        assertion = finished(federation, easy, user, subject(value)).assertion
        assert assertion.values_of("upn") == (user.name,)


def test_a_request_may_name_the_user_by_a_persistent_name(federation, easy):
    known = name_id(federation, easy, children=name_id_policy(PERSISTENT))
    children = subject(known.value, PERSISTENT) + name_id_policy(PERSISTENT)
    assert name_id(federation, easy, children=children) == known

    other = federation.add_user(phone=None)
    answer = finished(federation, easy, other, children)
    assert answer.status == ("Responder", "UnknownPrincipal")


def test_scoping_and_extensions_change_nothing(federation, easy):
    before = '<samlp:Extensions><x:who xmlns:x="urn:x">other</x:who></samlp:Extensions>'
    scoping = (
        '<samlp:Scoping ProxyCount="0"><samlp:IDPList>'
        '<samlp:IDPEntry ProviderID="https://elsewhere.example.test"/></samlp:IDPList>'
        "<samlp:RequesterID>urn:other</samlp:RequesterID></samlp:Scoping>"
    )

    answer = finished(federation, easy, children=before + scoping)

    assert answer.name_id == federation.user.name
    assert answer.assertion.audiences == (easy.entity_id,)

"""Each of AD FS's codes has a cause that a browser can meet; docs/errors.md says what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.service_providers.logout_messages import carry
from support.service_providers.service_provider import (
    ServiceProvider,
    UserSession,
    name_id_policy,
    requested_context,
)

from idp.audit.record import SignInRecord
from idp.audit.sign_in_log import LogQuery
from idp.config.schema import SignInSection
from idp.embedded.page import Page
from idp.management.sign_in_log import read
from idp.saml.values import NameID
from idp.testing.federation import Federation

KERBEROS = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"

Cause = Callable[[Federation, ServiceProvider], Page]
CAUSES: dict[str, Cause] = {}
TOLD_TO_THE_SERVICE_PROVIDER = ("MSIS7070", "MSIS7102")


def cause(code: str) -> Callable[[Cause], Cause]:
    def keep(function: Cause) -> Cause:
        CAUSES[code] = function
        return function

    return keep


def get(federation: Federation, url: str) -> Page:
    return federation.browser().get(url)


@cause("MSIS0038")
def a_wrong_signature(federation, sp):
    return get(federation, sp.url(key=sp.key).replace("Signature=", "Signature=AAAA"))


@cause("MSIS3200")
def an_address_that_the_trust_does_not_have(federation, sp):
    return get(federation, sp.url(AssertionConsumerServiceURL="https://sp.example.test/acs/more"))


@cause("MSIS7001")
def a_page_of_another_browser(federation, sp):
    begun = federation.sign_in(sp.url())
    return federation.browser().submit(begun.page.form)


@cause("MSIS7007")
def a_stranger(federation, sp):
    return get(federation, sp.url(issuer="https://stranger.example.test"))


@cause("MSIS7012")
def a_trust_that_cannot_be_served(federation, sp):
    sp.set(second_factor="never", encrypted_name_id_required="true")
    return federation.sign_in(sp.url()).page


@cause("MSIS7015")
def two_messages(federation, sp):
    return get(federation, f"{sp.url()}&SAMLResponse=AAAA")


@cause("MSIS7042")
def an_application_that_takes_no_token(federation, sp):
    sp.set(second_factor="never")
    browser = federation.sign_in(sp.url()).browser
    return [browser.get(sp.url()) for _ in range(5)][-1]


@cause("MSIS7046")
def a_relay_state_without_end(federation, sp):
    return federation.browser().post(sp.ls_url, sp.fields(relay_state="x" * 100_000))


@cause("MSIS7054")
def a_log_out_of_nobody(federation, sp):
    wiki = ServiceProvider(federation, sp.pair, "wiki").register(second_factor="never")
    nobody = UserSession(NameID("nobody@example.test"), "_session")
    return carry(federation, federation.browser(), wiki.logout_request(nobody))


@cause("MSIS7084")
def an_unsigned_log_out(federation, sp):
    wiki = ServiceProvider(federation, sp.pair, "wiki").register(second_factor="never")
    signed = wiki.logout_request(UserSession(NameID("nobody@example.test"), "_session")).address
    return get(federation, signed.partition("&SigAlg=")[0])


@cause("MSIS7065")
def nothing(federation, sp):
    return get(federation, sp.ls_url)


@cause("MSIS7070")
def a_name_that_cannot_be_given(federation, sp):
    return get(federation, sp.url(children=name_id_policy(KERBEROS)))


@cause("MSIS7102")
def a_context_that_nobody_has(federation, sp):
    return get(federation, sp.url(children=requested_context("urn:x")))


@pytest.fixture
def with_loop_detection(served):
    """As a server has it, and the pytest plugin has not."""
    served(sign_in=SignInSection(idp_initiated=True))


@pytest.mark.parametrize("code", CAUSES)
def test_every_code_has_a_cause(code, federation, sp, with_loop_detection, lines):
    page = CAUSES[code](federation, sp)

    if code in TOLD_TO_THE_SERVICE_PROVIDER:
        assert lines.refusals()[-1] == code
        assert "SAMLResponse" in page.form.fields
    else:
        assert page.status == 400 + 4 * (code == "MSIS7065")
        assert page.text("errorCode").startswith(f"{code}: ")
        assert page.text("activityId") in lines.text
        (row,) = rows_of(federation, page.text("activityId"), code)
        assert (row.node, row.client_ip) == ("srv2022", "127.0.0.1")


def rows_of(federation, activity: str, code: str) -> list[SignInRecord]:
    """Return what an administrator finds by the Activity ID that a user reads out."""
    found = read(federation.services, LogQuery(activity_id=activity.upper(), outcome=code))
    return [entry.record for entry in found]


def test_the_row_of_a_refused_request_names_the_trust_and_what_is_wrong(federation, sp):
    asked = "https://sp.example.test/acs/more"
    page = get(federation, sp.url(AssertionConsumerServiceURL=asked))

    (row,) = rows_of(federation, page.text("activityId"), "MSIS3200")
    assert (row.event_id, row.trust, row.user) == (364, sp.entity_id, "")
    assert asked in row.detail
    spent = sp.url()
    sp.set(second_factor="never")
    federation.sign_in(spent).finish()
    page = federation.sign_in(spent).page
    (row,) = rows_of(federation, page.text("activityId"), "request_replayed")
    assert row.trust == sp.entity_id

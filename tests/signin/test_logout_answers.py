"""What others answer to a log-out, or do not, and what that makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.service_providers.logout_messages import (
    carry,
    events,
    is_signed_in,
    outcomes_on,
    visit,
)
from support.service_providers.service_provider import BOTH

from idp.embedded.page import Page
from idp.saml import uris
from idp.saml.signing import SigningKey
from idp.saml.values import POST, REDIRECT

WHOLE, PART = ("Success",), ("Success", "PartialLogout")
SKIPPED = {
    # without           how it is made                             status   what is said
    "a log-out service": ({"slo_bindings": ()},                     WHOLE, "no_logout_service"),
    "a key":             ({"has_key": False},                       PART,  "no_signing_key"),
    "a name":            ({"settings": {"name_id_format": "none"}}, PART,  "no_name_id"),
}  # fmt: skip


@pytest.mark.parametrize(("how", "status", "said"), SKIPPED.values(), ids=SKIPPED)
def test_a_service_provider_that_cannot_be_asked_is_left_out_and_the_others_are_asked(
    how, status, said, federation, logout_app, browser, deliver
):
    wiki, odd, mail = logout_app("wiki"), logout_app("odd", **how), logout_app("mail")
    told = wiki.sign_in(browser)
    browser.get(federation.idp_initiated_url(odd.entity_id))
    mail.sign_in(browser)

    sent = deliver(wiki.logout_request(told))
    assert sent.address == mail.slo_url
    assert deliver(mail.logout_response(sent)).status == status
    page = visit(federation, browser, f"{federation.url}/adfs/ls/signout")
    assert outcomes_on(page) == {
        wiki.entity_id: "signed_out",
        odd.entity_id: said,
        mail.entity_id: "signed_out",
    }


@pytest.mark.parametrize("change", [{"enabled": "false"}, None], ids=["disabled", "removed"])
def test_a_service_provider_that_is_not_trusted_any_more_makes_the_log_out_partial(
    change, federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    trusts = federation.services.trusts
    trusts.change_from_text(shop.entity_id, change) if change else trusts.remove(shop.entity_id)

    assert deliver(wiki.logout_request(told)).status == ("Success", "PartialLogout")
    assert events(federation) == [(1206, "signed_out"), (1207, "partial_logout")]
    assert federation.log[-1].detail == f"{shop.entity_id} not_trusted"


def test_a_service_provider_whose_metadata_has_expired_makes_the_log_out_partial(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    until = federation.clock.now() + timedelta(seconds=30)
    limited = shop.metadata().replace(" entityID", f' validUntil="{until.isoformat()}" entityID')
    federation.services.trusts.add(limited.encode())
    shop.sign_in(browser)
    told = wiki.sign_in(browser)
    federation.clock.advance(30)

    assert deliver(wiki.logout_request(told)).status == ("Success", "PartialLogout")
    assert federation.log[-1].detail == f"{shop.entity_id} not_trusted"


@pytest.mark.parametrize(
    "status",
    [(uris.RESPONDER, None), (uris.REQUESTER, uris.UNKNOWN_PRINCIPAL), (uris.SUCCESS, "urn:x")],
)
def test_a_service_provider_that_failed_makes_the_log_out_partial(
    status, federation, logout_app, browser, deliver
):
    wiki, shop, mail = logout_app("wiki"), logout_app("shop"), logout_app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)

    next_ = deliver(shop.logout_response(deliver(wiki.logout_request(told)), status=status))
    assert next_.address == mail.slo_url
    last = deliver(mail.logout_response(next_))
    assert (last.kind, last.status) == ("LogoutResponse", ("Success", "PartialLogout"))
    assert federation.log[-1].detail == f"{shop.entity_id} failed"


@pytest.mark.parametrize("binding", BOTH)
def test_an_unsigned_or_forged_answer_ends_nothing(
    binding, federation, logout_app, browser, deliver, pairs, lines
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    asked = deliver(wiki.logout_request(told))

    stranger = SigningKey.from_pem(*pairs("stranger"))
    assert deliver(shop.logout_response(asked, binding, key=stranger)).status == 400
    assert deliver(wiki.logout_response(asked, binding)).status == 400
    assert deliver(shop.logout_response(asked, binding, in_response_to="_other")).status == 400
    unsigned = shop.logout_response(asked).address.partition("&SigAlg=")[0]
    assert visit(federation, browser, unsigned).status == 400
    assert lines.refusals() == ["MSIS0038", "MSIS7054", "MSIS7054", "MSIS7084"]
    assert deliver(shop.logout_response(asked, binding)).status == ("Success",)


def test_an_answer_that_comes_twice_changes_nothing(federation, logout_app, browser, deliver):
    wiki, shop, mail = logout_app("wiki"), logout_app("shop"), logout_app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)
    asked = deliver(wiki.logout_request(told))
    answer = shop.logout_response(asked)
    second = deliver(answer)

    assert deliver(answer).title == "Signing Out"
    assert (
        deliver(shop.logout_response(asked, status=(uris.RESPONDER, None))).title == "Signing Out"
    )
    assert deliver(mail.logout_response(second)).status == ("Success",)


def test_an_answer_in_another_browser_is_noted_and_goes_no_further(
    federation, logout_app, browser, deliver, lines
):
    """It would be handed the next request, which names the user."""
    wiki, shop, mail = logout_app("wiki"), logout_app("shop"), logout_app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)
    answer = shop.logout_response(deliver(wiki.logout_request(told)))

    page = carry(federation, federation.browser(), answer)
    assert isinstance(page, Page)
    assert (page.status, lines.refusals()) == (400, ["log_out_elsewhere"])
    assert deliver(answer).address == mail.slo_url


def test_a_service_provider_that_never_answers_does_not_keep_others_waiting(
    federation, logout_app, browser, deliver
):
    wiki, shop, mail = logout_app("wiki"), logout_app("shop"), logout_app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)
    deliver(wiki.logout_request(told, relay_state="back"))
    page_url = f"{federation.url}/adfs/ls/signout"

    second = visit(federation, browser, page_url)
    assert second.address == mail.slo_url
    waiting = deliver(mail.logout_response(second))
    assert (waiting.title, waiting.text("waiting")) == ("Signing Out", shop.entity_id)
    assert waiting.headers["Refresh"].startswith("5; url=/adfs/ls/signout?LogOut=")

    federation.clock.advance(20)
    last = visit(federation, browser, page_url)
    assert (last.kind, last.address, last.relay_state) == ("LogoutResponse", wiki.slo_url, "back")
    assert last.status == ("Success", "PartialLogout")
    assert federation.log[-1].detail == f"{shop.entity_id} no_answer"
    assert outcomes_on(visit(federation, browser, page_url))[shop.entity_id] == "no_answer"


def test_an_answer_that_comes_late_is_still_counted(federation, logout_app, browser, deliver):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    asked = deliver(wiki.logout_request(told))
    federation.clock.advance(60)
    visit(federation, browser, f"{federation.url}/adfs/ls/signout")

    page = deliver(shop.logout_response(asked))
    assert outcomes_on(page)[shop.entity_id] == "signed_out"


def test_a_service_provider_without_a_log_out_service_may_begin_one(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki", slo_bindings=()), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)

    page = deliver(shop.logout_response(deliver(wiki.logout_request(told))))
    assert page.text("signedOut") == "You are signed out"


def test_a_session_that_is_ending_gains_no_service_provider(
    federation, logout_app, browser, deliver
):
    """A sign-in that was under way when the session ended leads nowhere."""
    wiki, vault = logout_app("wiki"), logout_app("vault", settings={"second_factor": "always"})
    told = wiki.sign_in(browser)
    signing_in = federation.sign_in(federation.idp_initiated_url(vault.entity_id), browser=browser)
    number = signing_in.number
    federation.user.phone.approve(number)

    other_window = federation.browser()
    carry(federation, other_window, wiki.logout_request(told))

    assert signing_in.poll().status == 400
    assert not signing_in.is_finished


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_no_other_method_ends_a_session(method, federation, logout_app, browser):
    wiki = logout_app("wiki")
    carried = wiki.logout_request(wiki.sign_in(browser))
    assert browser.session.request(method, carried.address).status_code == 405
    assert is_signed_in(federation, browser, wiki)


def test_a_request_by_post_is_answered_by_redirect_where_the_trust_takes_only_that(
    logout_app, browser, deliver
):
    wiki = logout_app("wiki", slo_bindings=(REDIRECT,))
    assert deliver(wiki.logout_request(wiki.sign_in(browser), POST)).message.binding == REDIRECT

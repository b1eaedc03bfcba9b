"""What others answer to a log-out, or do not, and what that makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.service_providers.logout_apps import (
    BOTH,
    carry,
    events,
    is_signed_in,
    outcomes_on,
    visit,
)

from idp.saml import uris
from idp.saml.signing import SigningKey
from idp.saml.values import POST, REDIRECT
from idp.testing.page import Page

WHOLE, PART = ("Success",), ("Success", "PartialLogout")
SKIPPED = {
    # without           how it is made                             status   what is said
    "a log-out service": ({"bindings": ()},                         WHOLE, "no_logout_service"),
    "a key":             ({"has_key": False},                       PART,  "no_signing_key"),
    "a name":            ({"settings": {"name_id_format": "none"}}, PART,  "no_name_id"),
}  # fmt: skip


@pytest.mark.parametrize(("how", "status", "said"), SKIPPED.values(), ids=SKIPPED)
def test_who_cannot_be_asked_is_left_out_and_the_others_are_not(
    how, status, said, federation, app, browser, to
):
    wiki, odd, mail = app("wiki"), app("odd", **how), app("mail")
    told = wiki.sign_in(browser)
    browser.get(federation.idp_initiated_url(odd.entity_id))
    mail.sign_in(browser)

    sent = to(wiki.asks(told))
    assert sent.address == mail.slo
    assert to(mail.answers(sent)).status == status
    page = visit(federation, browser, f"{federation.url}/adfs/ls/signout")
    assert outcomes_on(page) == {
        wiki.entity_id: "signed_out",
        odd.entity_id: said,
        mail.entity_id: "signed_out",
    }


@pytest.mark.parametrize("change", [{"enabled": "false"}, None], ids=["disabled", "removed"])
def test_a_service_provider_that_is_not_trusted_any_more_makes_it_partial(
    change, federation, app, browser, to
):
    wiki, shop = app("wiki"), app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    trusts = federation.services.trusts
    trusts.change_from_text(shop.entity_id, change) if change else trusts.remove(shop.entity_id)

    assert to(wiki.asks(told)).status == ("Success", "PartialLogout")
    assert events(federation) == [(1206, "signed_out"), (1207, "partial_logout")]
    assert federation.log[-1].detail == f"{shop.entity_id} not_trusted"


def test_a_service_provider_whose_metadata_has_expired_makes_it_partial(
    federation, app, browser, to
):
    wiki, shop = app("wiki"), app("shop")
    until = federation.clock.now() + timedelta(seconds=30)
    limited = shop.metadata().replace(" entityID", f' validUntil="{until.isoformat()}" entityID')
    federation.services.trusts.add(limited.encode())
    shop.sign_in(browser)
    told = wiki.sign_in(browser)
    federation.clock.advance(30)

    assert to(wiki.asks(told)).status == ("Success", "PartialLogout")
    assert federation.log[-1].detail == f"{shop.entity_id} not_trusted"


@pytest.mark.parametrize(
    "status",
    [(uris.RESPONDER, None), (uris.REQUESTER, uris.UNKNOWN_PRINCIPAL), (uris.SUCCESS, "urn:x")],
)
def test_a_service_provider_that_could_not_makes_it_partial(status, federation, app, browser, to):
    wiki, shop, mail = app("wiki"), app("shop"), app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)

    next_ = to(shop.answers(to(wiki.asks(told)), status=status))
    assert next_.address == mail.slo
    last = to(mail.answers(next_))
    assert (last.kind, last.status) == ("LogoutResponse", ("Success", "PartialLogout"))
    assert federation.log[-1].detail == f"{shop.entity_id} failed"


@pytest.mark.parametrize("binding", BOTH)
def test_an_unsigned_or_forged_answer_ends_nothing(
    binding, federation, app, browser, to, pairs, lines
):
    wiki, shop = app("wiki"), app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    asked = to(wiki.asks(told))

    stranger = SigningKey.from_pem(*pairs("stranger"))
    assert to(shop.answers(asked, binding, key=stranger)).status == 400
    assert to(wiki.answers(asked, binding)).status == 400
    assert to(shop.answers(asked, binding, in_response_to="_other")).status == 400
    unsigned = shop.answers(asked).address.partition("&SigAlg=")[0]
    assert visit(federation, browser, unsigned).status == 400
    assert lines.refusals() == ["MSIS0038", "MSIS7054", "MSIS7054", "MSIS7084"]
    assert to(shop.answers(asked, binding)).status == ("Success",)


def test_an_answer_that_comes_twice_changes_nothing(federation, app, browser, to):
    wiki, shop, mail = app("wiki"), app("shop"), app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)
    asked = to(wiki.asks(told))
    answer = shop.answers(asked)
    second = to(answer)

    assert to(answer).title == "Signing Out"
    assert to(shop.answers(asked, status=(uris.RESPONDER, None))).title == "Signing Out"
    assert to(mail.answers(second)).status == ("Success",)


def test_an_answer_in_another_browser_is_noted_and_goes_no_further(
    federation, app, browser, to, lines
):
    """It would be handed the next request, which names the user."""
    wiki, shop, mail = app("wiki"), app("shop"), app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)
    answer = shop.answers(to(wiki.asks(told)))

    page = carry(federation, federation.browser(), answer)
    assert isinstance(page, Page)
    assert (page.status, lines.refusals()) == (400, ["log_out_elsewhere"])
    assert to(answer).address == mail.slo


def test_who_never_answers_keeps_nobody_else_waiting(federation, app, browser, to):
    wiki, shop, mail = app("wiki"), app("shop"), app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    mail.sign_in(browser)
    to(wiki.asks(told, relay_state="back"))
    page_url = f"{federation.url}/adfs/ls/signout"

    second = visit(federation, browser, page_url)
    assert second.address == mail.slo
    waiting = to(mail.answers(second))
    assert (waiting.title, waiting.text("waiting")) == ("Signing Out", shop.entity_id)
    assert waiting.headers["Refresh"].startswith("5; url=/adfs/ls/signout?LogOut=")

    federation.clock.advance(20)
    last = visit(federation, browser, page_url)
    assert (last.kind, last.address, last.relay_state) == ("LogoutResponse", wiki.slo, "back")
    assert last.status == ("Success", "PartialLogout")
    assert federation.log[-1].detail == f"{shop.entity_id} no_answer"
    assert outcomes_on(visit(federation, browser, page_url))[shop.entity_id] == "no_answer"


def test_an_answer_that_comes_late_is_still_one(federation, app, browser, to):
    wiki, shop = app("wiki"), app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    asked = to(wiki.asks(told))
    federation.clock.advance(60)
    visit(federation, browser, f"{federation.url}/adfs/ls/signout")

    page = to(shop.answers(asked))
    assert outcomes_on(page)[shop.entity_id] == "signed_out"


def test_a_service_provider_without_a_log_out_service_may_begin_one(federation, app, browser, to):
    wiki, shop = app("wiki", bindings=()), app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)

    page = to(shop.answers(to(wiki.asks(told))))
    assert page.text("signedOut") == "You are signed out"


def test_a_session_that_is_ending_gains_no_service_provider(federation, app, browser, to):
    """A sign-in that was under way when the session ended leads nowhere."""
    wiki, vault = app("wiki"), app("vault", settings={"second_factor": "always"})
    told = wiki.sign_in(browser)
    signing_in = federation.sign_in(federation.idp_initiated_url(vault.entity_id), browser=browser)
    number = signing_in.number
    federation.user.phone.approve(number)

    other_window = federation.browser()
    carry(federation, other_window, wiki.asks(told))

    assert signing_in.poll().status == 400
    assert not signing_in.is_finished


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_no_other_method_ends_a_session(method, federation, app, browser):
    wiki = app("wiki")
    carried = wiki.asks(wiki.sign_in(browser))
    assert browser.session.request(method, carried.address).status_code == 405
    assert is_signed_in(federation, browser, wiki)


def test_who_is_told_by_post_and_cannot_answer_by_it_is_answered_by_redirect(app, browser, to):
    wiki = app("wiki", bindings=(REDIRECT,))
    assert to(wiki.asks(wiki.sign_in(browser), POST)).message.binding == REDIRECT

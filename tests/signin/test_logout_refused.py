"""A LogoutRequest that is not right in every way ends nothing."""

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

from idp.saml.bindings import decode_redirect, post_fields
from idp.saml.values import EMAIL, REDIRECT, NameID

WRONG = {
    # what is wrong                what is changed, of what was told
    "another name":                lambda told: {"name_id": NameID("x", told.name_id.format)},
    "another format":              lambda told: {"name_id": NameID(told.name_id.value, EMAIL)},
    "a qualifier never given":     lambda told: {"name_id": NameID(*_plain(told), None, "urn:sp")},
    "another session index":       lambda told: {"session_indexes": ("_other",)},
    "letters of another case":     lambda told: {"name_id": NameID(told.name_id.value.upper())},
}  # fmt: skip


def _plain(told) -> tuple[str, str]:
    return told.name_id.value, told.name_id.format


def is_answered(sent, sp, second: str) -> bool:
    """Whether its service provider is told that the request ended nothing."""
    whole = (sent.kind, sent.address, sent.status)
    return whole == ("LogoutResponse", sp.slo_url, ("Requester", second))


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_request_for_what_was_not_issued_ends_nothing(
    change, federation, logout_app, browser, deliver, lines
):
    wiki = logout_app("wiki")
    told = wiki.sign_in(browser)

    sent = deliver(wiki.logout_request(told, **change(told)))

    assert is_answered(sent, wiki, "UnknownPrincipal")
    assert lines.refusals() == ["MSIS7054"]
    assert is_signed_in(federation, browser, wiki)
    assert events(federation) == [(1207, "MSIS7054")]


def test_a_service_provider_cannot_end_the_session_of_another(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    assert is_answered(deliver(shop.logout_request(told)), shop, "UnknownPrincipal")
    assert is_signed_in(federation, browser, wiki)


def test_a_request_without_a_session_index_ends_the_session_of_this_browser(
    federation, logout_app, browser, deliver
):
    wiki = logout_app("wiki")
    elsewhere = federation.browser()
    wiki.sign_in(elsewhere)
    told = wiki.sign_in(browser)

    assert deliver(wiki.logout_request(told, session_indexes=())).status == ("Success",)
    assert not is_signed_in(federation, browser, wiki)
    assert is_signed_in(federation, elsewhere, wiki)


@pytest.mark.parametrize("named", [True, False], ids=["by session index", "by name"])
def test_a_browser_without_the_session_ends_the_one_that_is_named(
    named, federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    elsewhere = federation.browser()
    told = wiki.sign_in(elsewhere)
    shop.sign_in(elsewhere)

    sent = deliver(wiki.logout_request(told, **({} if named else {"session_indexes": ()})))

    assert (sent.kind, sent.address) == ("LogoutResponse", wiki.slo_url)
    assert sent.status == ("Success", "PartialLogout")
    assert not is_signed_in(federation, elsewhere, wiki)
    assert federation.log[-1].detail == f"{shop.entity_id} elsewhere"
    page = visit(federation, browser, f"{federation.url}/adfs/ls/signout")
    assert outcomes_on(page) == {}


def test_a_name_that_two_users_have_ends_the_sessions_of_both(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki", {"name_id_format": EMAIL}), logout_app("shop")
    one, other = (federation.add_user(email="team@example.test", phone=None) for _ in range(2))
    elsewhere = federation.browser()
    told = wiki.sign_in(browser, one)
    wiki.sign_in(elsewhere, other)
    shop.sign_in(elsewhere, other)

    sent = deliver(wiki.logout_request(told, name_id=told.name_id, session_indexes=()))
    assert sent.status == ("Success",)  # the session of this browser alone
    assert is_signed_in(federation, elsewhere, wiki)

    sent = deliver(wiki.logout_request(told, name_id=told.name_id, session_indexes=()))
    assert sent.status == ("Success", "PartialLogout")
    assert not is_signed_in(federation, elsewhere, wiki)
    assert federation.log[-1].detail == f"{shop.entity_id} elsewhere"


def test_the_browser_with_the_session_still_reaches_the_others(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    elsewhere = federation.browser()
    told = wiki.sign_in(elsewhere)
    told_shop = shop.sign_in(elsewhere)
    mail = logout_app("mail")
    mail.sign_in(elsewhere)
    deliver(wiki.logout_request(told))

    asked = carry(federation, elsewhere, shop.logout_request(told_shop))
    assert asked.address == mail.slo_url
    assert carry(federation, elsewhere, mail.logout_response(asked)).status == ("Success",)


def test_a_log_out_of_sessions_in_two_browsers_asks_others_only_for_the_session_of_this_browser(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    elsewhere = federation.browser()
    there = wiki.sign_in(elsewhere)
    shop.sign_in(elsewhere)
    here = wiki.sign_in(browser)
    own = shop.sign_in(browser)

    both = (there.session_index, here.session_index)
    asked = deliver(wiki.logout_request(here, session_indexes=both))
    assert asked.session_indexes == (own.session_index,)
    assert deliver(shop.logout_response(asked)).status == ("Success", "PartialLogout")
    assert not is_signed_in(federation, elsewhere, wiki)


def test_a_browser_with_the_session_of_somebody_else_keeps_that(
    federation, logout_app, browser, deliver
):
    wiki = logout_app("wiki")
    told = wiki.sign_in(federation.browser())
    wiki.sign_in(browser, federation.add_user("other@example.test", phone=None))

    assert deliver(wiki.logout_request(told)).status == ("Success",)
    assert is_signed_in(federation, browser, wiki)


@pytest.mark.parametrize("binding", BOTH)
def test_a_request_is_good_once(binding, federation, logout_app, browser, deliver):
    wiki = logout_app("wiki")
    request = wiki.logout_request(wiki.sign_in(browser), binding)
    assert deliver(request).status == ("Success",)
    page = deliver(request)
    assert (page.status, page.text("errorCode")[:16]) == (400, "request_replayed")


def test_a_second_request_for_a_session_that_has_ended_is_answered_too(
    logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told, told_shop = wiki.sign_in(browser), shop.sign_in(browser)
    last = deliver(shop.logout_response(deliver(wiki.logout_request(told))))
    assert last.status == ("Success",)

    assert deliver(wiki.logout_request(told)).status == ("Success",)
    assert deliver(shop.logout_request(told_shop)).status == ("Success",)


REFUSED = {
    # what is wrong        changes                                           code
    "another destination": (lambda _: {"to": "https://sts.test/adfs/ls/"},   "wrong_destination"),
    "an unknown issuer":   (lambda _: {"issuer": "https://nobody.test"},     "MSIS7007"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_refused(change, code, federation, logout_app, browser, lines):
    wiki = logout_app("wiki")
    told = wiki.sign_in(browser)
    carried = wiki.logout_request(told, **change(federation.clock.now()))
    query = carried.address.partition("?")[2]

    page = visit(federation, browser, f"{wiki.ls_url}?{query}")

    assert page.status == 400
    assert lines.refusals() == [code]
    assert is_signed_in(federation, browser, wiki)


LATE = {
    "too old": timedelta(minutes=9),
    "from the future": -timedelta(minutes=9),
}


@pytest.mark.parametrize("binding", BOTH)
@pytest.mark.parametrize("age", LATE.values(), ids=LATE)
def test_a_request_at_the_wrong_time_ends_nothing_and_is_answered(
    age, binding, federation, logout_app, browser, deliver, lines
):
    wiki = logout_app("wiki")
    told, now = wiki.sign_in(browser), federation.clock.now()

    sent = deliver(wiki.logout_request(told, binding, now=now - age, relay_state="kept"))

    assert is_answered(sent, wiki, "RequestDenied")
    assert sent.relay_state == "kept"
    assert lines.refusals() == ["not_fresh"]
    assert is_signed_in(federation, browser, wiki)
    assert events(federation) == [(1207, "not_fresh")]


def test_a_service_provider_that_takes_no_answer_is_not_sent_one(
    federation, logout_app, browser, deliver
):
    mute = logout_app("mute", slo_bindings=())
    told = mute.sign_in(browser)

    page = deliver(mute.logout_request(told, session_indexes=("_other",)))

    assert (page.status, page.text("errorCode")[:8]) == (400, "MSIS7054")
    assert is_signed_in(federation, browser, mute)


def test_a_request_of_a_disabled_trust_is_refused(federation, logout_app, browser, deliver, lines):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    federation.services.trusts.change_from_text(wiki.entity_id, {"enabled": "false"})

    assert deliver(wiki.logout_request(told)).status == 400
    assert lines.refusals() == ["MSIS7007"]
    assert is_signed_in(federation, browser, shop)


@pytest.mark.parametrize("binding", BOTH)
def test_an_unsigned_request_is_refused(binding, federation, logout_app, browser, lines):
    wiki = logout_app("wiki")
    carried = wiki.logout_request(wiki.sign_in(browser), binding)
    if binding == REDIRECT:
        page = visit(federation, browser, carried.address.partition("&SigAlg=")[0])
    else:
        unsigned = wiki.logout_request(wiki.sign_in(browser), REDIRECT)
        xml = decode_redirect(unsigned.address.partition("?")[2].encode()).xml
        fields = post_fields(xml, parameter="SAMLRequest")
        page = visit(federation, browser, wiki.ls_url, fields)

    assert (page.status, page.text("errorCode")[:8]) == (400, "MSIS7084")
    assert lines.refusals() == ["MSIS7084"]
    assert is_signed_in(federation, browser, wiki)

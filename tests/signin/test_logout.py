"""Single log-out that a service provider begins: all others are asked, and then it is answered."""

from __future__ import annotations

from itertools import product

import pytest
from support.service_providers.logout_messages import events, is_signed_in
from support.service_providers.service_provider import BOTH


@pytest.mark.parametrize(("asked_by", "others_by"), list(product(BOTH, BOTH)))
def test_all_others_are_asked_one_after_another_and_then_the_first_is_answered(
    asked_by, others_by, federation, logout_app, browser, deliver
):
    wiki, shop, mail = (
        logout_app("wiki"),
        logout_app("shop", slo_bindings=(others_by,)),
        logout_app("mail"),
    )
    told = {each.name: each.sign_in(browser) for each in (wiki, shop, mail)}

    first = deliver(wiki.logout_request(told["wiki"], asked_by, relay_state="back here"))
    assert (first.kind, first.address) == ("LogoutRequest", shop.slo_url)
    assert first.message.binding == others_by
    assert first.name_id == told["shop"].name_id
    assert first.session_indexes == (told["shop"].session_index,)
    assert first.relay_state not in (None, "back here")

    second = deliver(shop.logout_response(first, others_by))
    assert (second.kind, second.address) == ("LogoutRequest", mail.slo_url)
    assert second.id != first.id

    last = deliver(mail.logout_response(second))
    assert (last.kind, last.address, last.message.binding) == (
        "LogoutResponse",
        wiki.slo_url,
        asked_by,
    )
    assert last.status == ("Success",)
    assert last.relay_state == "back here"
    assert not is_signed_in(federation, browser, wiki)
    assert events(federation) == [(1206, "signed_out")]


def test_the_answer_goes_to_the_response_location_and_names_the_request(
    logout_app, browser, deliver
):
    wiki = logout_app("wiki", slo_response_url="https://wiki.example.test/answers")
    answer = deliver(wiki.logout_request(wiki.sign_in(browser), id="_mine"))

    assert answer.address == "https://wiki.example.test/answers"
    assert answer.in_response_to == "_mine"
    assert answer.root.get("Destination") == answer.address
    assert answer.relay_state is None


def test_our_own_session_ends_before_anybody_else_is_asked(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    kept = dict(browser.session.cookies)

    deliver(wiki.logout_request(told))

    assert not is_signed_in(federation, browser, shop)
    thief = federation.browser()
    thief.session.cookies.update(kept)
    assert not is_signed_in(federation, thief, wiki)


def test_a_session_keeps_its_service_providers_when_a_second_factor_is_added(
    federation, logout_app, browser, phone, deliver
):
    wiki, vault = logout_app("wiki"), logout_app("vault", settings={"second_factor": "always"})
    told = wiki.sign_in(browser)
    signing_in = federation.sign_in(federation.idp_initiated_url(vault.entity_id), browser=browser)
    phone.approve(signing_in.number)
    signing_in.finish()

    assert deliver(wiki.logout_request(told)).address == vault.slo_url


def test_a_session_keeps_its_service_providers_when_the_user_gives_the_password_again(
    logout_app, browser, deliver
):
    wiki, shop = (
        logout_app("wiki"),
        logout_app("shop", settings={"always_require_authentication": True}),
    )
    told = wiki.sign_in(browser)
    shop.sign_in(browser)

    assert deliver(wiki.logout_request(told)).address == shop.slo_url


def test_another_user_in_the_same_browser_has_a_separate_session(
    federation, logout_app, browser, deliver
):
    wiki, shop = (
        logout_app("wiki"),
        logout_app("shop", settings={"always_require_authentication": True}),
    )
    told = wiki.sign_in(browser)
    shop.sign_in(browser, federation.add_user("other@example.test", phone=None))

    assert deliver(wiki.logout_request(told)).status == ("Success",)
    assert is_signed_in(federation, browser, wiki)


def test_a_service_provider_is_asked_once_however_often_it_got_an_assertion(
    federation, logout_app, browser, deliver
):
    wiki = logout_app("wiki")
    shop = logout_app("shop", settings={"name_id_format": "transient"})
    mail = logout_app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    newest = shop.sign_in(browser)
    twice = [mail.sign_in(browser), mail.sign_in(browser)]

    first = deliver(wiki.logout_request(told))
    assert (first.name_id, first.session_indexes) == (newest.name_id, (newest.session_index,))
    second = deliver(shop.logout_response(first))
    assert second.session_indexes == tuple(each.session_index for each in twice)
    assert deliver(mail.logout_response(second)).address == wiki.slo_url


@pytest.mark.parametrize("format_", ["transient", "persistent", "emailAddress", "unspecified"])
def test_a_name_id_of_every_format_is_recognised_at_log_out(format_, logout_app, browser, deliver):
    wiki = logout_app("wiki", settings={"name_id_format": format_})
    assert deliver(wiki.logout_request(wiki.sign_in(browser))).status == ("Success",)


def test_an_earlier_assertion_of_the_session_will_do(logout_app, browser, deliver):
    wiki = logout_app("wiki", settings={"name_id_format": "transient"})
    first = wiki.sign_in(browser)
    wiki.sign_in(browser)
    assert deliver(wiki.logout_request(first)).status == ("Success",)


def test_another_node_of_the_farm_goes_on(federation, logout_app, browser, deliver, elsewhere):
    federation.set_build("17763.1", node="srv2019")
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    asked = deliver(wiki.logout_request(told, relay_state="back"))

    other = elsewhere("srv2019", browser)
    answer = other.client.get(shop.logout_response(asked).address.removeprefix(federation.url))

    assert answer.status_code == 302
    assert answer.location.startswith(f"{wiki.slo_url}?SAMLResponse=")
    assert "RelayState=back" in answer.location
    page = other.client.get(federation.idp_initiated_url(wiki.entity_id))
    assert "passwordInput" in page.text

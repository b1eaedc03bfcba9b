"""Single log-out that a service provider begins: all others are asked, and then it is answered."""

from __future__ import annotations

from itertools import product

import pytest
from support.service_providers.logout_apps import BOTH, events, is_signed_in


@pytest.mark.parametrize(("asked_by", "others_by"), list(product(BOTH, BOTH)))
def test_all_others_are_asked_one_after_another_and_then_the_first_is_answered(
    asked_by, others_by, federation, logout_app, browser, deliver
):
    wiki, shop, mail = (
        logout_app("wiki"),
        logout_app("shop", bindings=(others_by,)),
        logout_app("mail"),
    )
    told = {each.name: each.sign_in(browser) for each in (wiki, shop, mail)}

    first = deliver(wiki.asks(told["wiki"], asked_by, relay_state="back here"))
    assert (first.kind, first.address) == ("LogoutRequest", shop.slo)
    assert first.message.binding == others_by
    assert first.name_id == told["shop"].name_id
    assert first.session_indexes == (told["shop"].session_index,)
    assert first.relay_state not in (None, "back here")

    second = deliver(shop.answers(first, others_by))
    assert (second.kind, second.address) == ("LogoutRequest", mail.slo)
    assert second.id != first.id

    last = deliver(mail.answers(second))
    assert (last.kind, last.address, last.message.binding) == ("LogoutResponse", wiki.slo, asked_by)
    assert last.status == ("Success",)
    assert last.relay_state == "back here"
    assert not is_signed_in(federation, browser, wiki)
    assert events(federation) == [(1206, "signed_out")]


def test_the_answer_goes_to_the_response_location_and_names_the_request(
    logout_app, browser, deliver
):
    wiki = logout_app("wiki", answers_at="https://wiki.example.test/answers")
    answer = deliver(wiki.asks(wiki.sign_in(browser), id="_mine"))

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

    deliver(wiki.asks(told))

    assert not is_signed_in(federation, browser, shop)
    thief = federation.browser()
    thief.session.cookies.update(kept)
    assert not is_signed_in(federation, thief, wiki)


def test_a_session_keeps_its_service_providers_when_a_second_factor_raises_it(
    federation, logout_app, browser, phone, deliver
):
    wiki, vault = logout_app("wiki"), logout_app("vault", settings={"second_factor": "always"})
    told = wiki.sign_in(browser)
    signing_in = federation.sign_in(federation.idp_initiated_url(vault.entity_id), browser=browser)
    phone.approve(signing_in.number)
    signing_in.finish()

    assert deliver(wiki.asks(told)).address == vault.slo


def test_a_session_keeps_them_when_the_same_user_gives_the_password_again(
    logout_app, browser, deliver
):
    wiki, shop = (
        logout_app("wiki"),
        logout_app("shop", settings={"always_require_authentication": True}),
    )
    told = wiki.sign_in(browser)
    shop.sign_in(browser)

    assert deliver(wiki.asks(told)).address == shop.slo


def test_somebody_else_in_the_same_browser_has_a_session_of_their_own(
    federation, logout_app, browser, deliver
):
    wiki, shop = (
        logout_app("wiki"),
        logout_app("shop", settings={"always_require_authentication": True}),
    )
    told = wiki.sign_in(browser)
    shop.sign_in(browser, federation.add_user("other@example.test", phone=None))

    assert deliver(wiki.asks(told)).status == ("Success",)
    assert is_signed_in(federation, browser, wiki)


def test_a_service_provider_is_asked_once_whatever_it_was_told(
    federation, logout_app, browser, deliver
):
    wiki = logout_app("wiki")
    shop = logout_app("shop", settings={"name_id_format": "transient"})
    mail = logout_app("mail")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    newest = shop.sign_in(browser)
    twice = [mail.sign_in(browser), mail.sign_in(browser)]

    first = deliver(wiki.asks(told))
    assert (first.name_id, first.session_indexes) == (newest.name_id, (newest.session_index,))
    second = deliver(shop.answers(first))
    assert second.session_indexes == tuple(each.session_index for each in twice)
    assert deliver(mail.answers(second)).address == wiki.slo


@pytest.mark.parametrize("format_", ["transient", "persistent", "emailAddress", "unspecified"])
def test_what_was_issued_is_recognised_in_every_format(format_, logout_app, browser, deliver):
    wiki = logout_app("wiki", settings={"name_id_format": format_})
    assert deliver(wiki.asks(wiki.sign_in(browser))).status == ("Success",)


def test_an_earlier_assertion_of_the_session_will_do(logout_app, browser, deliver):
    wiki = logout_app("wiki", settings={"name_id_format": "transient"})
    first = wiki.sign_in(browser)
    wiki.sign_in(browser)
    assert deliver(wiki.asks(first)).status == ("Success",)


def test_another_node_of_the_farm_goes_on(federation, logout_app, browser, deliver, elsewhere):
    federation.set_build("17763.1", node="srv2019")
    wiki, shop = logout_app("wiki"), logout_app("shop")
    told = wiki.sign_in(browser)
    shop.sign_in(browser)
    asked = deliver(wiki.asks(told, relay_state="back"))

    other = elsewhere("srv2019", browser)
    answer = other.client.get(shop.answers(asked).address.removeprefix(federation.url))

    assert answer.status_code == 302
    assert answer.location.startswith(f"{wiki.slo}?SAMLResponse=")
    assert "RelayState=back" in answer.location
    page = other.client.get(federation.idp_initiated_url(wiki.entity_id))
    assert "passwordInput" in page.text

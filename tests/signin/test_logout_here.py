"""Log-out that the user begins on our own page, and sign-out everywhere."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.service_providers.logout_messages import events, is_signed_in, outcomes_on, visit

from idp.config.schema import SignInSection
from idp.embedded.page import Page
from idp.signin.logout.cookie import MAX_LOG_OUTS, PREFIX


@pytest.fixture
def press(federation, browser):
    """Press "Sign out" on a page, and say where the browser is sent, or what it sees."""

    def press(page: Page, **fields: str):
        form = next(each for each in page.forms if each.id == "idp_SignOutPanel")
        return visit(federation, browser, form.action, {**form.fields, **fields})

    return press


@pytest.fixture
def own_page(federation, browser):
    return lambda: browser.get(f"{federation.url}/adfs/ls/signout")


@pytest.fixture
def adfs_page(federation, browser):
    return lambda: browser.get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")


def test_all_service_providers_are_asked_and_the_page_says_what_happened(
    federation, logout_app, browser, deliver, adfs_page, press
):
    wiki, shop, odd = logout_app("wiki"), logout_app("shop"), logout_app("odd", slo_bindings=())
    for each in (wiki, shop, odd):
        each.sign_in(browser)

    first = press(adfs_page())
    assert (first.kind, first.address) == ("LogoutRequest", wiki.slo_url)
    second = deliver(wiki.logout_response(first))
    page = deliver(
        shop.logout_response(second, status=("urn:oasis:names:tc:SAML:2.0:status:Responder", None))
    )

    assert page.text("signedOut") == "You are signed out"
    assert outcomes_on(page) == {
        wiki.entity_id: "signed_out",
        shop.entity_id: "failed",
        odd.entity_id: "no_logout_service",
    }
    assert page.link("back") == f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx"
    assert not is_signed_in(federation, browser, wiki)
    assert events(federation) == [(1206, "signed_out"), (1207, "partial_logout")]
    assert {row.user for row in federation.log if row.event_id > 1203} == {federation.user.name}


def test_sign_out_is_offered_to_a_signed_in_user(
    federation, logout_app, browser, own_page, adfs_page
):
    wiki = logout_app("wiki")
    assert "idp_SignOutButton" not in adfs_page().ids() | own_page().ids()
    wiki.sign_in(browser)
    for page in (adfs_page(), own_page()):
        assert "idp_SignOutButton" in page.ids()
        assert federation.user.name in page.text("idp_SignInThisSiteStatusLabel")


def test_sign_out_is_offered_where_the_list_of_applications_is_off(
    logout_app, browser, deliver, own_page, press, served
):
    wiki = logout_app("wiki")
    wiki.sign_in(browser)
    served(sign_in=SignInSection(idp_initiated=False))
    page = deliver(wiki.logout_response(press(own_page())))
    assert page.text("signedOut") == "You are signed out"
    assert "back" not in page.ids() | own_page().ids()


@pytest.mark.parametrize("path", ["/adfs/ls/SignOut", "/ADFS/LS/SIGNOUT", "/adfs/ls/signout"])
def test_letters_may_be_of_any_case(path, federation, logout_app, browser):
    logout_app("wiki").sign_in(browser)
    assert browser.get(federation.url + path).title == "Sign Out"


HEADERS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_another_site_cannot_press_the_button(headers, federation, logout_app, browser):
    wiki = logout_app("wiki")
    wiki.sign_in(browser)
    url = f"{federation.url}/adfs/ls/signout"
    answer = browser.session.post(
        url, data={"Everywhere": "true"}, headers=headers, timeout=NET_SECONDS
    )
    assert answer.status_code == 403
    assert is_signed_in(federation, browser, wiki)


def test_a_link_ends_nothing(federation, logout_app, browser, own_page):
    wiki = logout_app("wiki")
    wiki.sign_in(browser)
    assert own_page().title == "Sign Out"
    assert browser.session.head(f"{federation.url}/adfs/ls/signout").status_code == 405
    assert is_signed_in(federation, browser, wiki)


def test_a_user_who_is_not_signed_in_sees_signed_out_and_no_application_of_others(
    federation, logout_app, browser
):
    logout_app("wiki").sign_in(browser)
    for method in ("GET", "POST"):
        fields = {} if method == "POST" else None
        page = visit(federation, federation.browser(), f"{federation.url}/adfs/ls/signout", fields)
        assert (page.title, outcomes_on(page)) == ("Signed Out", {})


def test_everywhere_ends_the_users_sessions_in_other_browsers(
    federation, logout_app, browser, deliver, own_page, press
):
    wiki = logout_app("wiki")
    phone, stranger = federation.browser(), federation.browser()
    wiki.sign_in(browser)
    wiki.sign_in(phone)
    wiki.sign_in(stranger, federation.add_user("other@example.test", phone=None))

    page = deliver(wiki.logout_response(press(own_page(), Everywhere="true")))

    assert page.title == "Signed Out"
    assert not is_signed_in(federation, phone, wiki)
    assert is_signed_in(federation, stranger, wiki)
    assert events(federation) == [(1206, "signed_out_everywhere")]
    wiki.sign_in(phone)
    assert is_signed_in(federation, phone, wiki)


@pytest.mark.parametrize("change", ["disable", "sign_out"])
def test_an_invalidated_session_can_still_be_signed_out(
    change, federation, logout_app, browser, deliver, own_page, press
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    wiki.sign_in(browser)
    shop.sign_in(browser)
    federation.clock.advance(1)
    getattr(federation.services.directory, change)(federation.user.name)

    page = deliver(shop.logout_response(deliver(wiki.logout_response(press(own_page())))))

    assert outcomes_on(page) == {wiki.entity_id: "signed_out", shop.entity_id: "signed_out"}
    assert own_page().title == "Signed Out"


def test_a_service_provider_that_the_user_was_denied_is_not_asked_to_log_out(
    federation, logout_app, browser, deliver, own_page, press
):
    wiki = logout_app("wiki")
    closed = logout_app(
        "closed",
        settings={
            "access_control_policy": "Permit specific group",
            "access_control_parameters": {"GroupParameter": "Staff"},
        },
    )
    wiki.sign_in(browser)
    assert browser.get(federation.idp_initiated_url(closed.entity_id)).status == 403
    page = deliver(wiki.logout_response(press(own_page())))
    assert outcomes_on(page) == {wiki.entity_id: "signed_out"}


def test_a_sign_out_here_keeps_the_sessions_of_other_browsers(
    federation, logout_app, browser, own_page, press
):
    wiki = logout_app("wiki")
    other = federation.browser()
    wiki.sign_in(browser)
    wiki.sign_in(other)
    press(own_page())
    assert is_signed_in(federation, other, wiki)


def test_an_administrator_ends_the_sessions_of_a_user(federation, logout_app, browser):
    wiki = logout_app("wiki")
    wiki.sign_in(browser)
    federation.services.directory.sign_out(federation.user.name)
    assert not is_signed_in(federation, browser, wiki)


def test_two_windows_each_have_their_own(federation, logout_app, browser, deliver, own_page, press):
    """Each goes on where it was, and no service provider is asked twice."""
    wiki, shop, mail = logout_app("wiki"), logout_app("shop"), logout_app("mail")
    told = wiki.sign_in(browser)
    told_shop = shop.sign_in(browser)
    mail.sign_in(browser)

    asked = deliver(wiki.logout_request(told, relay_state="wiki"))
    assert asked.address == shop.slo_url
    asked_mail = deliver(shop.logout_request(told_shop, relay_state="shop"))
    assert asked_mail.address == mail.slo_url
    waiting = deliver(shop.logout_response(asked))
    assert waiting.title == "Signing Out"
    again = waiting.link("again")
    assert visit(federation, browser, again).title == "Signing Out"

    last = deliver(mail.logout_response(asked_mail))
    assert (last.address, last.relay_state, last.status) == (shop.slo_url, "shop", ("Success",))
    last = visit(federation, browser, again)
    assert (last.address, last.relay_state, last.status) == (wiki.slo_url, "wiki", ("Success",))


def test_of_two_windows_one_that_has_not_ended_goes_on(federation, logout_app, browser, deliver):
    wiki, shop, mail = logout_app("wiki"), logout_app("shop"), logout_app("mail")
    told = wiki.sign_in(browser)
    told_shop = shop.sign_in(browser)
    mail.sign_in(browser)
    deliver(wiki.logout_request(told, relay_state="wiki"))
    deliver(mail.logout_response(deliver(shop.logout_request(told_shop, relay_state="shop"))))

    page = visit(federation, browser, f"{federation.url}/adfs/ls/signout")
    assert page.relay_state == "wiki"


def test_a_browser_may_sign_out_many_times_and_brings_few_cookies(
    federation, logout_app, browser, deliver
):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    for _ in range(MAX_LOG_OUTS + 3):
        told = wiki.sign_in(browser)
        shop.sign_in(browser)
        end = deliver(shop.logout_response(deliver(wiki.logout_request(told))))
        assert (end.address, end.status) == (wiki.slo_url, ("Success",))
    names = [each.name for each in browser.session.cookies if each.name.startswith(PREFIX)]
    assert len(names) == MAX_LOG_OUTS

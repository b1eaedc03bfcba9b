"""Log-out that the user begins on our own page, and sign-out everywhere."""

from __future__ import annotations

import pytest
from support.service_providers.logout_apps import events, is_signed_in, outcomes_on, visit

from idp.config.schema import SignIn
from idp.signin.logout.cookie import MAX_LOG_OUTS, PREFIX
from idp.testing.page import Page


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
    federation, app, browser, to, adfs_page, press
):
    wiki, shop, odd = app("wiki"), app("shop"), app("odd", bindings=())
    for each in (wiki, shop, odd):
        each.sign_in(browser)

    first = press(adfs_page())
    assert (first.kind, first.address) == ("LogoutRequest", wiki.slo)
    second = to(wiki.answers(first))
    page = to(shop.answers(second, status=("urn:oasis:names:tc:SAML:2.0:status:Responder", None)))

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


def test_it_is_offered_to_whoever_is_signed_in(federation, app, browser, own_page, adfs_page):
    wiki = app("wiki")
    assert "idp_SignOutButton" not in adfs_page().ids() | own_page().ids()
    wiki.sign_in(browser)
    for page in (adfs_page(), own_page()):
        assert "idp_SignOutButton" in page.ids()
        assert federation.user.name in page.text("idp_SignInThisSiteStatusLabel")


def test_it_is_there_where_the_list_of_applications_is_off(
    app, browser, to, own_page, press, served
):
    wiki = app("wiki")
    wiki.sign_in(browser)
    served(sign_in=SignIn(idp_initiated=False))
    page = to(wiki.answers(press(own_page())))
    assert page.text("signedOut") == "You are signed out"
    assert "back" not in page.ids() | own_page().ids()


@pytest.mark.parametrize("path", ["/adfs/ls/SignOut", "/ADFS/LS/SIGNOUT", "/adfs/ls/signout"])
def test_letters_may_be_of_any_case(path, federation, app, browser):
    app("wiki").sign_in(browser)
    assert browser.get(federation.url + path).title == "Sign Out"


HEADERS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_another_site_cannot_press_the_button(headers, federation, app, browser):
    wiki = app("wiki")
    wiki.sign_in(browser)
    url = f"{federation.url}/adfs/ls/signout"
    answer = browser.session.post(url, data={"Everywhere": "true"}, headers=headers, timeout=30)
    assert answer.status_code == 403
    assert is_signed_in(federation, browser, wiki)


def test_a_link_ends_nothing(federation, app, browser, own_page):
    wiki = app("wiki")
    wiki.sign_in(browser)
    assert own_page().title == "Sign Out"
    assert browser.session.head(f"{federation.url}/adfs/ls/signout").status_code == 405
    assert is_signed_in(federation, browser, wiki)


def test_who_is_not_signed_in_sees_that_and_nothing_of_anybody_else(federation, app, browser):
    app("wiki").sign_in(browser)
    for method in ("GET", "POST"):
        fields = {} if method == "POST" else None
        page = visit(federation, federation.browser(), f"{federation.url}/adfs/ls/signout", fields)
        assert (page.title, outcomes_on(page)) == ("Signed Out", {})


def test_everywhere_ends_the_users_sessions_in_other_browsers(
    federation, app, browser, to, own_page, press
):
    wiki = app("wiki")
    phone, stranger = federation.browser(), federation.browser()
    wiki.sign_in(browser)
    wiki.sign_in(phone)
    wiki.sign_in(stranger, federation.add_user("other@example.test", phone=None))

    page = to(wiki.answers(press(own_page(), Everywhere="true")))

    assert page.title == "Signed Out"
    assert not is_signed_in(federation, phone, wiki)
    assert is_signed_in(federation, stranger, wiki)
    assert events(federation) == [(1206, "signed_out_everywhere")]
    wiki.sign_in(phone)
    assert is_signed_in(federation, phone, wiki)


@pytest.mark.parametrize("change", ["disable", "sign_out"])
def test_a_session_that_lets_nobody_in_any_more_can_still_be_signed_out_of(
    change, federation, app, browser, to, own_page, press
):
    wiki, shop = app("wiki"), app("shop")
    wiki.sign_in(browser)
    shop.sign_in(browser)
    federation.clock.advance(1)
    getattr(federation.services.directory, change)(federation.user.name)

    page = to(shop.answers(to(wiki.answers(press(own_page())))))

    assert outcomes_on(page) == {wiki.entity_id: "signed_out", shop.entity_id: "signed_out"}
    assert own_page().title == "Signed Out"


def test_where_a_user_was_not_let_in_there_is_nobody_to_tell(
    federation, app, browser, to, own_page, press
):
    wiki = app("wiki")
    closed = app(
        "closed",
        settings={
            "access_control_policy": "Permit specific group",
            "access_control_parameters": {"GroupParameter": "Staff"},
        },
    )
    wiki.sign_in(browser)
    assert browser.get(federation.idp_initiated_url(closed.entity_id)).status == 403
    page = to(wiki.answers(press(own_page())))
    assert outcomes_on(page) == {wiki.entity_id: "signed_out"}


def test_here_only_leaves_them(federation, app, browser, own_page, press):
    wiki = app("wiki")
    other = federation.browser()
    wiki.sign_in(browser)
    wiki.sign_in(other)
    press(own_page())
    assert is_signed_in(federation, other, wiki)


def test_an_administrator_ends_the_sessions_of_a_user(federation, app, browser):
    wiki = app("wiki")
    wiki.sign_in(browser)
    federation.services.directory.sign_out(federation.user.name)
    assert not is_signed_in(federation, browser, wiki)


def test_two_windows_each_have_their_own(federation, app, browser, to, own_page, press):
    """Each goes on where it was, and no service provider is asked twice."""
    wiki, shop, mail = app("wiki"), app("shop"), app("mail")
    told = wiki.sign_in(browser)
    told_shop = shop.sign_in(browser)
    mail.sign_in(browser)

    asked = to(wiki.asks(told, relay_state="wiki"))
    assert asked.address == shop.slo
    asked_mail = to(shop.asks(told_shop, relay_state="shop"))
    assert asked_mail.address == mail.slo
    waiting = to(shop.answers(asked))
    assert waiting.title == "Signing Out"
    again = waiting.link("again")
    assert visit(federation, browser, again).title == "Signing Out"

    last = to(mail.answers(asked_mail))
    assert (last.address, last.relay_state, last.status) == (shop.slo, "shop", ("Success",))
    last = visit(federation, browser, again)
    assert (last.address, last.relay_state, last.status) == (wiki.slo, "wiki", ("Success",))


def test_of_two_windows_one_that_has_not_ended_goes_on(federation, app, browser, to):
    wiki, shop, mail = app("wiki"), app("shop"), app("mail")
    told = wiki.sign_in(browser)
    told_shop = shop.sign_in(browser)
    mail.sign_in(browser)
    to(wiki.asks(told, relay_state="wiki"))
    to(mail.answers(to(shop.asks(told_shop, relay_state="shop"))))

    page = visit(federation, browser, f"{federation.url}/adfs/ls/signout")
    assert page.relay_state == "wiki"


def test_a_browser_may_sign_out_many_times_and_brings_few_cookies(federation, app, browser, to):
    wiki, shop = app("wiki"), app("shop")
    for _ in range(MAX_LOG_OUTS + 3):
        told = wiki.sign_in(browser)
        shop.sign_in(browser)
        end = to(shop.answers(to(wiki.asks(told))))
        assert (end.address, end.status) == (wiki.slo, ("Success",))
    names = [each.name for each in browser.session.cookies if each.name.startswith(PREFIX)]
    assert len(names) == MAX_LOG_OUTS

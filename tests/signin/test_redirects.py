"""A right password and a passed factor are answered by 302; what follows is found by the GET."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import pytest
from support.browsers.redirects import (
    answer_to,
    continuations,
    is_log_in_page,
    is_refused,
    page_at,
    password_of,
    set_cookies,
)

from idp.signin.continuation import PREFIX

# The contract


@pytest.mark.parametrize("address", ["url", "initiated_url"])
def test_a_right_password_is_answered_by_302_to_the_same_address(address, federation, easy):
    browser, url = federation.browser(), getattr(easy, address)()

    answer = browser.session.post(url, data=password_of(federation.user), allow_redirects=False)

    assert (answer.status_code, answer.headers["Location"], answer.text) == (302, url, "")
    assert "MSISAuth" in set_cookies(answer)
    assert "MSISAuthenticated" not in set_cookies(answer)


def test_the_get_that_follows_shows_the_next_page_and_says_when_the_user_signed_in(federation, sp):
    browser = federation.browser()
    answer = answer_to(browser, browser.get(sp.url()).form, **password_of(federation.user))

    followed = browser.session.get(answer.headers["Location"], allow_redirects=False)

    assert followed.status_code == 200
    assert "validEntropyNumber" in followed.text
    assert set_cookies(followed) == {"MSISAuthenticated"}
    now = federation.clock.now()
    at = base64.b64decode(browser.session.cookies["MSISAuthenticated"].strip('"')).decode()
    assert at.startswith(f"{now.month}/{now.day}/{now.year} ")


def test_a_wrong_password_is_answered_by_the_page(federation, easy):
    browser = federation.browser()
    answer = answer_to(browser, browser.get(easy.url()).form, UserName="x", Password="wrong")

    assert (answer.status_code, set_cookies(answer)) == (200, set())


def test_a_passed_factor_is_answered_by_302_and_the_token_comes_by_the_get(federation, approved):
    browser, form = approved.browser, approved.page.form

    answer = answer_to(browser, form)

    assert (answer.status_code, answer.headers["Location"]) == (302, form.action)
    assert "MSISAuth" in set_cookies(answer)
    assert 1200 not in [row.event_id for row in federation.log]
    assert "SAMLResponse" in page_at(browser, answer).html
    assert (federation.log[-1].event_id, federation.log[-1].experience) == (1200, "number_match")


def test_a_second_factor_that_has_not_passed_is_answered_by_the_page(federation, sp):
    sign_in = federation.sign_in(sp.url())
    assert answer_to(sign_in.browser, sign_in.page.form).status_code == 200


# What holds as before


def test_force_authn_is_satisfied_by_the_password_of_this_sign_in_alone(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    federation.clock.advance(60)
    url = easy.url(ForceAuthn="true")
    form = browser.get(url).form
    federation.clock.advance(60)
    answer = answer_to(browser, form, **password_of(federation.user))
    federation.clock.advance(1)

    assert "SAMLResponse" in page_at(browser, answer).html
    federation.clock.advance(1)
    assert is_log_in_page(browser.get(easy.url(ForceAuthn="true")))


def test_an_address_that_asks_for_a_fresh_sign_in_is_not_satisfied_twice(federation, easy):
    """An IdP-initiated address is the same every time."""
    easy.set(always_require_authentication="true")
    browser, url = federation.browser(), easy.initiated_url()
    answer = answer_to(browser, browser.get(url).form, **password_of(federation.user))
    assert "SAMLResponse" in page_at(browser, answer).html
    federation.clock.advance(1)

    assert is_log_in_page(browser.get(url))


def test_a_log_in_page_may_be_older_than_its_request_is_good(federation, easy):
    browser = federation.browser()
    form = browser.get(easy.url()).form
    federation.clock.advance(50 * 60)

    answer = answer_to(browser, form, **password_of(federation.user))

    assert "SAMLResponse" in page_at(browser, answer).html


def test_without_cookies_the_log_in_page_comes_again(federation, easy):
    browser, url = federation.browser(), easy.url()
    answer = answer_to(browser, browser.get(url).form, **password_of(federation.user))
    assert is_log_in_page(page_at(federation.browser(), answer))


def test_the_cookie_opens_no_session_and_no_other_address(federation, easy, by_post):
    victim = federation.browser()
    answer = answer_to(victim, by_post(victim), **password_of(federation.user))
    (stolen,) = continuations(victim).items()
    thief = federation.browser()
    thief.session.cookies.set(*stolen)
    assert is_log_in_page(page_at(thief, answer))

    another = answer_to(thief, by_post(thief, ID="_other"), UserName="x", Password="wrong").url
    key = next(iter(continuations(victim)))
    other_name = f"{PREFIX}_{'0' * (len(key) - len(PREFIX) - 1)}"
    thief.session.cookies.set(other_name, stolen[1])
    assert is_refused(thief.get(f"{federation.url}{urlsplit(another).path}?client-request-id=x"))


def test_a_user_disabled_before_the_get_gets_nothing(federation, other, approved):
    browser = federation.browser()
    by_password = answer_to(browser, browser.get(other.url()).form, **password_of(federation.user))
    by_factor = answer_to(approved.browser, approved.page.form)
    federation.services.directory.disable(federation.user.name)

    assert is_log_in_page(page_at(browser, by_password))
    assert is_log_in_page(page_at(approved.browser, by_factor))
    assert 1200 not in [row.event_id for row in federation.log]


def test_a_passed_context_is_spent_before_the_get_and_whatever_comes_after(
    federation, sp, approved, lines
):
    browser, form = approved.browser, approved.page.form
    before = dict(browser.session.cookies)
    answer = answer_to(browser, form)
    assert answer.status_code == 302

    thief = federation.browser()
    thief.session.cookies.update(before)
    assert answer_to(thief, form).status_code == 400
    sp.set(
        **{
            "access_control_policy": "Permit specific group",
            "access_control_parameters.GroupParameter": "nobody",
        }
    )
    assert page_at(browser, answer).status == 403
    sp.set(access_control_policy="Permit everyone")
    assert answer_to(thief, form).status_code == 400
    assert answer_to(browser, form).status_code == 400


def test_a_factor_is_not_carried_into_another_session(federation, sp, approved):
    """Between redirect and GET, somebody else signs in with the same browser."""
    browser = approved.browser
    answer = answer_to(browser, approved.page.form)
    second = federation.add_user()
    assert browser.post(sp.url(), password_of(second)).text("validEntropyNumber")

    page = page_at(browser, answer)

    assert page.title == "Multi-Factor Authentication"
    assert second.name in page.text("mfaGreetingDescription")


def test_a_log_out_forgets_when_the_user_signed_in(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    assert "MSISAuthenticated" in browser.session.cookies

    browser.post(f"{federation.url}/adfs/ls/signout", {})

    assert not {"MSISAuth", "MSISAuthenticated"} & set(browser.session.cookies.keys())

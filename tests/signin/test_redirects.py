"""A right password and a passed factor are answered by 302; what follows is found by the GET."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from support.service_providers.service_provider import ServiceProvider

from idp.signin import flow
from idp.signin.continuation import LIFETIME, MAX_COOKIES, MAX_TOTAL_LENGTH, PREFIX
from idp.signin.flow import REPEATABLE_FOR
from idp.testing.page import Page

SECOND = timedelta(seconds=1)


def answer_to(browser, form, **fields):
    """Post a form, and return the answer without following it."""
    return browser.session.post(
        form.action, data={**form.fields, **fields}, allow_redirects=False, timeout=30
    )


def password_of(user) -> dict[str, str]:
    return {"UserName": user.name, "Password": user.password}


def page_at(browser, answer) -> Page:
    """Follow a redirect."""
    return browser.get(answer.headers["Location"])


def set_cookies(answer) -> set[str]:
    """Return the names of the cookies that an answer sets, and does not delete."""
    lines = answer.raw.headers.getlist("Set-Cookie")
    return {line.partition("=")[0] for line in lines if "Max-Age=0" not in line}


def continuations(browser) -> dict[str, str]:
    return {
        name: value for name, value in browser.session.cookies.items() if name.startswith(PREFIX)
    }


def is_log_in_page(page) -> bool:
    return page.title == "Sign In" and "passwordInput" in page.ids()


def is_refused(page) -> bool:
    return page.status == 400 and page.form is None


@pytest.fixture
def by_post(federation, sp):
    """Begin a sign-in by HTTP-POST: the log-in form that this browser gets."""

    def begin(browser, provider=sp, **given):
        return browser.post(provider.ls_url, provider.fields(**given)).form

    return begin


@pytest.fixture
def other(federation, pairs):
    """Another service provider, whose users need no second factor."""
    made = ServiceProvider(federation, pairs("sp"), "other").register()
    made.set(second_factor="never")
    return made


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


# What came by POST


def test_a_request_by_post_survives_both_redirects(federation, sp, by_post, phone):
    browser = federation.browser()
    form = by_post(browser, ID="_mine", relay_state="kept")
    answer = answer_to(browser, form, **password_of(federation.user))
    assert answer.headers["Location"] == form.action

    sign_in = federation.resume(browser, page_at(browser, answer))
    phone.approve(sign_in.number)
    answer = answer_to(browser, sign_in.page.form)
    finished = federation.resume(browser, page_at(browser, answer)).finish()

    assert finished.received.in_response_to == "_mine"
    assert finished.relay_state == "kept"
    assert continuations(browser) == {}


def test_several_at_once_in_one_browser_are_not_mixed_up(federation, easy, other, by_post):
    """All passwords are given before any of the redirects is followed."""
    browser, user = federation.browser(), federation.user
    begun = [
        (f"_{number}", by_post(browser, each, ID=f"_{number}", relay_state=f"state {number}"))
        for number, each in enumerate([easy, other, easy, other])
    ]
    answers = [(name, answer_to(browser, form, **password_of(user))) for name, form in begun]

    for name, answer in reversed(answers):
        finished = federation.resume(browser, page_at(browser, answer)).finish()
        assert finished.received.in_response_to == name
        assert finished.relay_state == f"state {name[1:]}"
    assert continuations(browser) == {}


def test_the_page_after_the_redirect_may_be_loaded_again_for_a_while(
    federation, sp, by_post, phone
):
    browser = federation.browser()
    answer = answer_to(browser, by_post(browser), **password_of(federation.user))
    page_at(browser, answer)
    federation.clock.advance((LIFETIME - SECOND).total_seconds())

    sign_in = federation.resume(browser, page_at(browser, answer))
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)

    federation.clock.advance(2)
    late = page_at(browser, answer)
    assert (late.status, late.text("errorCode").partition(":")[0]) == (400, "MSIS7001")


def test_what_waits_in_a_browser_is_bounded_and_the_newest_stays(federation, sp, by_post):
    browser, user = federation.browser(), federation.user
    forms = [by_post(browser, relay_state=f"state {number}") for number in range(MAX_COOKIES + 3)]
    for form in forms:
        answer = answer_to(browser, form, **password_of(user))
        waiting = continuations(browser)
        assert len(waiting) <= MAX_COOKIES
        assert sum(map(len, waiting.values())) <= MAX_TOTAL_LENGTH

    assert len(waiting) > 1
    assert page_at(browser, answer).title == "Multi-Factor Authentication"


@pytest.mark.parametrize("length", [1_000, 5_000, 16_000])
def test_a_long_relay_state_survives_where_no_cookie_can_hold_it(
    length, federation, sp, by_post, phone
):
    """The page is then the answer to the post itself."""
    browser, relay_state = federation.browser(), "s" * length
    form = by_post(browser, relay_state=relay_state)
    sign_in = federation.resume(browser, browser.submit(form, **password_of(federation.user)))
    phone.approve(sign_in.number)

    assert sign_in.finish().relay_state == relay_state
    assert continuations(browser) == {}


def test_an_address_whose_sign_in_is_not_here_says_so(federation, sp, by_post):
    elsewhere = federation.browser()
    answer = answer_to(elsewhere, by_post(elsewhere), **password_of(federation.user))

    page = page_at(federation.browser(), answer)

    assert page.text("errorCode").startswith("MSIS7001")


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


# Enter pressed twice


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


@pytest.fixture
def endless_repetition(monkeypatch):
    """Let the time for the second post never be up, however slow this machine is."""
    monkeypatch.setattr(flow, "REPEATABLE_FOR", timedelta(hours=1))


def test_the_second_of_two_equal_posts_gets_its_answer_too(federation, easy, endless_repetition):
    browser = federation.browser()
    form = browser.get(easy.url(ID="_mine")).form
    for _ in range(2):
        page = browser.submit(form, **password_of(federation.user))
        finished = federation.resume(browser, page).finish()
        assert finished.received.in_response_to == "_mine"
        assert finished.name_id == federation.user.name


def test_nobody_else_gets_a_second_answer(federation, easy, lines, endless_repetition):
    browser, user = federation.browser(), federation.user
    form = browser.get(easy.url()).form
    browser.submit(form, **password_of(user))

    assert is_refused(federation.browser().submit(form, **password_of(user)))
    assert is_refused(browser.submit(form, **password_of(federation.add_user())))
    assert lines.refusals() == ["request_replayed"] * 2
    assert issued(federation) == 1


def test_after_some_seconds_it_is_a_replay(federation, easy, lines):
    browser, user = federation.browser(), federation.user
    form = browser.get(easy.url()).form
    browser.submit(form, **password_of(user))
    federation.clock.advance(REPEATABLE_FOR.total_seconds())

    assert is_refused(browser.submit(form, **password_of(user)))
    assert lines.refusals() == ["request_replayed"]
    assert issued(federation) == 1


def test_a_session_alone_gets_no_second_answer(federation, easy, endless_repetition):
    browser, user = federation.browser(), federation.user
    url = easy.url()
    browser.submit(browser.get(url).form, **password_of(user))

    assert is_refused(browser.get(url))
    assert issued(federation) == 1

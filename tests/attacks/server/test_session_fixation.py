"""A session known beforehand: it is worth what it was, and nothing that comes after."""

from __future__ import annotations

import pytest

from idp.session.cookie import SessionCookie
from idp.session.sso import new_session_id


@pytest.fixture
def session_of(federation):
    """Open the cookie of a browser as the server does."""
    services = federation.services
    cookie = SessionCookie(services.config, services.sealer, services.clock)
    return lambda browser: cookie.read(browser.session.cookies)


@pytest.fixture
def copy_of(federation):
    """A browser of the attacker's, with the cookie that another one has at this moment."""

    def copy_of(browser):
        other = federation.browser()
        other.session.cookies.update(browser.session.cookies)
        return other

    return copy_of


def test_the_id_is_another_one_at_every_level(federation, sp, phone, session_of):
    sign_in = federation.sign_in(sp.url())
    with_password = session_of(sign_in.browser)
    phone.approve(sign_in.number)
    sign_in.finish()
    with_both = session_of(sign_in.browser)
    again = federation.sign_in(sp.url(ForceAuthn="true"), browser=sign_in.browser)
    afresh = session_of(again.browser)

    assert len({with_password.id, with_both.id, afresh.id}) == 3
    assert (with_password.second, afresh.second) == (None, None)
    assert with_both.second is not None


def test_ids_of_a_thousand_sessions_are_all_different_and_of_128_bits():
    ids = {new_session_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert min(map(len, ids)) >= 128 / 6


def test_a_copied_session_from_before_the_second_factor_does_not_gain_that_factor(
    federation, sp, phone, copy_of
):
    sign_in = federation.sign_in(sp.url())
    copy = copy_of(sign_in.browser)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)

    page = copy.get(sp.url())

    assert "passwordInput" not in page.ids(), "it is good for what it was"
    assert page.text("validEntropyNumber")


def test_a_copied_session_does_not_answer_the_page_of_its_owner(federation, sp, phone, copy_of):
    sign_in = federation.sign_in(sp.url())
    copy, form = copy_of(sign_in.browser), sign_in.page.form
    phone.approve(sign_in.number)
    sign_in.finish()

    assert copy.submit(form).status == 400


def test_a_session_planted_before_the_password_stays_the_planters(
    federation, easy, copy_of, session_of
):
    mallory = federation.add_user("mallory@example.test", phone=None)
    theirs = federation.sign_in(easy.url(), mallory).browser
    victim = copy_of(theirs)
    assert "passwordInput" not in victim.get(easy.url()).ids()

    sign_in = federation.sign_in(easy.url(ForceAuthn="true"), browser=victim)

    assert sign_in.finish().name_id == federation.user.name
    assert session_of(victim).id != session_of(theirs).id
    assert federation.sign_in(easy.url(), browser=theirs).finish().name_id == mallory.name


def test_a_wrong_password_gives_and_changes_no_session(federation, easy, session_of):
    browser = federation.sign_in(easy.url()).browser
    before = session_of(browser)
    page = browser.get(easy.url(ForceAuthn="true"))

    answer = browser.session.post(
        page.form.action, data={**page.form.fields, "UserName": "x", "Password": "y"}
    )

    assert "Set-Cookie" not in answer.headers
    assert session_of(browser) == before

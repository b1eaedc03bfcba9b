"""A node is killed at each commit of a password reset: the old password holds, or the new one."""

from __future__ import annotations

from itertools import count
from urllib.parse import urlsplit

import pytest
from requests.utils import dict_from_cookiejar
from support.servers.dying_node import Node, Point, dies

from idp.directory import PasswordHasher
from idp.store.users import SqlUserStore

pytestmark = pytest.mark.each_database

NEW = "Nothing-Known-7"
PASSWORD = {"NewPassword": NEW, "ConfirmNewPassword": NEW}
HASHER = PasswordHasher(memory_kib=8, passes=1)


@pytest.fixture
def node(federation):
    return Node(federation.services.config, federation.clock)


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


def points_of(node, federation, reset, fields):
    """Have a node die at each commit of answering the present page, one after the other.

    *fields* returns what the user types. Yields where it died, until an answer survives; the user
    then goes on at the present page, which the browser has loaded again.
    """
    for commit in count(1):
        for after in (False, True):
            form, cookies = reset.page.form, reset.browser.session.cookies
            data = {**form.fields, **fields()}
            job = node.posts(urlsplit(form.action).path, data, dict_from_cookiejar(cookies))
            if not dies(job, Point(commit, after)):
                return
            federation.services.directory.unlock(reset.user.name)
            federation.services.mfa.unlock(reset.user.name)
            reset.page = reset.browser.get(f"{federation.url}/account/reset/step")
            yield Point(commit, after)


def password_is(federation, user, password) -> bool:
    stored = SqlUserStore(federation.services.database).credentials(user.name)
    return HASHER.matches(stored.password_hash, password)


def outcomes(federation) -> list[str]:
    return [row.outcome for row in federation.log]


def test_at_a_code_the_user_repeats_the_present_page(node, federation, user):
    died, reset = [], federation.reset(user)
    reset.post(UseCode="1")

    def another_code():
        federation.clock.advance(30)
        return {"VerificationCode": user.code()}

    for point in points_of(node, federation, reset, another_code):
        died.append(point)
        if "verificationCodeInput" not in reset.page.ids():
            break

    # Taking the step, the check of the code, storing what it proves.
    assert died == [Point(commit, after) for commit in (1, 2, 3) for after in (False, True)]
    assert "One more proof" in reset.page.html
    assert password_is(federation, user, user.password)


def test_at_a_request_the_user_sends_another(node, federation, user):
    died, reset = [], federation.reset(user)

    for point in points_of(node, federation, reset, lambda: {"TryAgain": "1"}):
        died.append(point)
        assert len(user.phone.pending()) <= 1
        if reset.number is not None:
            break

    assert died == [Point(commit, after) for commit in (1, 2, 3) for after in (False, True)]
    user.phone.approve(number=reset.number)
    reset.poll()
    assert "One more proof" in reset.page.html


def test_an_approval_that_was_taken_for_nothing_is_asked_for_again(node, federation, user):
    reset = federation.reset(user)
    reset.send_request()
    user.phone.approve(number=reset.number)
    for point in points_of(node, federation, reset, dict):
        if point == Point(2, after=True):
            break

    federation.clock.advance(60)
    reset.poll()
    assert "no answer" in reset.error
    federation.services.mfa.unlock(user.name)
    reset.approve()
    assert "One more proof" in reset.page.html
    assert outcomes(federation).count("approved") == 1


def test_at_the_last_step_the_old_password_holds_with_all_or_the_new_one_with_all(
    node, federation, user, easy
):
    died, reset = [], federation.reset(user)
    reset.approve()
    reset.enter_code()
    browser = federation.browser()
    federation.sign_in(easy.url(), user, browser=browser).finish()

    for point in points_of(node, federation, reset, lambda: PASSWORD):
        died.append(point)
        is_new = password_is(federation, user, NEW)
        is_logged = "password_reset" in outcomes(federation)
        told = [notice.occasion for notice in user.phone.notices()]
        assert is_new != password_is(federation, user, user.password)
        assert is_logged == is_new
        assert ("password_reset" in told) == is_new
        assert reset.is_done == is_new
        assert reset.is_proved != is_new
        is_signed_in = "userNameInput" not in browser.get(easy.url()).ids()
        assert is_signed_in != is_new
        if is_new:
            break

    assert died == [Point(commit, after) for commit in (1, 2) for after in (False, True)]
    assert outcomes(federation).count("password_reset") == 1
    assert federation.sign_in(easy.url(), user, NEW).is_finished

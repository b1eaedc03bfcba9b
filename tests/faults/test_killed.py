"""A node is killed at each commit of each step: the user repeats the present page, and that is all.

Nothing that was used is used again, and nobody gets a token who should not.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from requests.utils import dict_from_cookiejar
from support.servers.dying_node import Node, Point, dies, points_of

from adapter.mfa.push.challenge import State
from idp.signin.flow import REPEATABLE_FOR
from idp.store.mfa.push import SqlPushStore

pytestmark = pytest.mark.each_database


@pytest.fixture
def node(federation):
    return Node(federation.services.config, federation.clock)


def posting(node, browser, form, **fields):
    """Return the work of answering what this browser would post now."""
    parts = urlsplit(form.action)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return node.posts(path, {**form.fields, **fields}, dict_from_cookiejar(browser.session.cookies))


def following(node, browser, answer):
    """Return the work of answering this browser after a redirect."""
    parts = urlsplit(answer.headers["Location"])
    cookies = dict_from_cookiejar(browser.session.cookies)
    return node.gets(f"{parts.path}?{parts.query}", cookies)


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


def test_a_node_killed_after_the_password_leaves_one_push_when_it_is_given_again(
    node, federation, sp, phone
):
    died = []
    url, user = sp.url(), federation.user
    browser = federation.browser()
    form = browser.get(url).form
    password = {"UserName": user.name, "Password": user.password}

    for point in points_of(posting(node, browser, form, **password)):
        died.append(point)
        assert issued(federation) == 0
    answer = browser.session.post(
        form.action, data={**form.fields, **password}, allow_redirects=False
    )
    for point in points_of(following(node, browser, answer)):
        died.append(point)
        federation.services.mfa.unlock(user.name)
        assert issued(federation) == 0
        assert len(phone.pending()) <= 1

    sign_in = federation.resume(browser, browser.get(answer.headers["Location"]))
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)
    assert len(died) >= 6
    assert issued(federation) == 1


def test_while_the_page_waits_the_number_stays_and_no_second_push_is_sent(
    node, federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    asked = phone.pending()

    for _ in points_of(posting(node, sign_in.browser, sign_in.page.form)):
        assert phone.pending() == asked

    assert sign_in.poll().text("validEntropyNumber") == sign_in.number
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_before_the_approval_is_used_the_last_page_is_simply_posted_again(approved, node):
    assert dies(posting(node, approved.browser, approved.page.form), Point(1, after=False))

    assert approved.finish().status == ("Success",)


@pytest.mark.parametrize("point", [Point(1, after=True), Point(2, after=False)])
def test_an_approval_that_was_used_for_nothing_is_asked_for_again(
    point, approved, node, federation, phone
):
    assert dies(posting(node, approved.browser, approved.page.form), point)

    assert "used already" in approved.poll().error
    assert issued(federation) == 0
    approved.try_again()
    phone.approve(approved.number)
    assert approved.finish().status == ("Success",)
    assert issued(federation) == 1


def test_a_factor_that_was_spent_is_not_given_by_the_same_page(approved, node, federation, sp):
    assert dies(posting(node, approved.browser, approved.page.form), Point(2, after=True))

    assert "SAMLResponse" not in approved.poll().html
    assert issued(federation) == 0
    assert federation.sign_in(sp.url()).number is not None


def test_before_the_token_is_logged_the_page_after_the_redirect_is_simply_loaded_again(
    approved, node, federation
):
    browser, form = approved.browser, approved.page.form
    answer = browser.session.post(form.action, data=form.fields, allow_redirects=False)

    assert dies(following(node, browser, answer), Point(1, after=False))

    assert issued(federation) == 0
    finished = federation.resume(browser, browser.get(answer.headers["Location"])).finish()
    assert finished.status == ("Success",)
    assert issued(federation) == 1


def test_a_token_that_was_logged_and_never_sent_is_not_made_again(approved, node, federation):
    browser, form = approved.browser, approved.page.form
    answer = browser.session.post(form.action, data=form.fields, allow_redirects=False)
    address = answer.headers["Location"]

    assert dies(following(node, browser, answer), Point(1, after=True))

    assert issued(federation) == 1
    assert "SAMLResponse" not in federation.browser().get(address).html
    federation.clock.advance(REPEATABLE_FOR.total_seconds())
    assert "SAMLResponse" not in browser.get(address).html
    assert issued(federation) == 1


def test_the_answer_of_a_phone_counts_once_whether_or_not_the_phone_heard_of_it(
    node, federation, sp, phone
):
    sign_in = federation.sign_in(sp.url())
    (request,) = phone.pending()
    account = phone.accounts()[0]
    stored = SqlPushStore(federation.services.database).find
    answer = {"nonce": request.sent["nonce"], "approve": True, "number": sign_in.number}
    died = []

    for point in points_of(node.takes_an_answer(account.device_id, request.id, **answer)):
        died.append(point)
        if stored(request.id).state is not State.PENDING:
            break

    assert died == [Point(1, after=False), Point(1, after=True)]
    assert stored(request.id).state is State.APPROVED
    assert phone.pending() == ()
    assert sign_in.finish().status == ("Success",)

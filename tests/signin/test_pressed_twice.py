"""Who presses Enter twice on the log-in page sends the password twice, and is signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.browsers.redirects import is_refused, password_of

from idp.signin import flow
from idp.signin.flow import REPEATABLE_FOR


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

"""The lock-outs as users and administrators meet them: one page for all, and events in the log."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from idp.config.schema import LockoutSection, ProxiesSection
from idp.embedded.page import Page
from idp.signin.pages import WRONG_PASSWORD
from idp.web.request_headers import CHECKED

pytestmark = pytest.mark.each_database

HOME, ELSEWHERE, PROXY = "192.0.2.1", "203.0.113.9", "10.0.0.80"


@pytest.fixture
def node_with_lockout(federation, easy, reassembled):
    """Make a node with other settings of the lock-out, and give it the user's passwords."""

    def server(proxies=(), **settings):
        proxies = ProxiesSection(web_application_proxies=proxies)
        client = reassembled(lockout=LockoutSection(**settings), proxies=proxies)

        def log_in(password, address=ELSEWHERE, **headers):
            source = {
                "environ_overrides": {"REMOTE_ADDR": address, CHECKED: True},
                "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            }
            parts = urlsplit(easy.url())
            fields = {"UserName": federation.user.name, "Password": password}
            answer = client.post(f"{parts.path}?{parts.query}", data=fields, **source)
            if answer.status_code == 302:  # the client would forget where it is
                parts = urlsplit(answer.headers["Location"])
                answer = client.get(f"{parts.path}?{parts.query}", **source)
            return Page(easy.url(), answer.status_code, answer.text)

        return log_in

    return server


def events(federation):
    return [row.event_id for row in federation.log]


def test_a_stranger_does_not_lock_out_the_user_at_home_with_the_smart_lockout(
    federation, node_with_lockout
):
    log_in, password = node_with_lockout(mode="enforce", threshold=3), federation.user.password
    assert "SAMLResponse" in log_in(password, HOME).html
    for _ in range(5):
        assert log_in("wrong", ELSEWHERE).error == WRONG_PASSWORD
    assert log_in(password, ELSEWHERE).error == WRONG_PASSWORD
    assert "SAMLResponse" in log_in(password, HOME).html


@pytest.mark.parametrize("mode", ["password_counter", "log_only", "enforce"])
def test_the_page_is_the_same_before_and_after_the_lock(mode, federation, node_with_lockout):
    log_in = node_with_lockout(mode=mode, threshold=2, threshold_familiar=2)
    seen = {
        (page.status, page.title, page.error, frozenset(page.ids()))
        for password in ("wrong", "wrong", "wrong", federation.user.password)
        for page in [log_in(password)]
    }
    assert len(seen) == 1


def test_the_log_has_the_lock_and_a_right_password_during_it(federation, node_with_lockout):
    log_in = node_with_lockout(mode="enforce", threshold=2)
    for password in ("wrong", "wrong", "wrong", federation.user.password):
        log_in(password)
    assert events(federation) == [1203, 1203, 1210, 516, 1203, 515]
    assert federation.log[-1].outcome == "right_password_while_locked"
    assert federation.log[-1].user == federation.user.name
    assert federation.log[-1].client_ip == ELSEWHERE


def test_a_right_password_behind_a_lock_costs_no_more_than_a_wrong_one(
    federation, node_with_lockout
):
    """One row each: nobody learns by time that they have found it."""
    log_in = node_with_lockout(mode="enforce", threshold=2)
    for _ in range(2):
        log_in("wrong")
    federation.clock.advance(60)
    costs = []
    for password in ("wrong", federation.user.password):
        before = len(federation.log)
        log_in(password)
        costs.append(len(federation.log) - before)
    assert costs == [1, 1]


def test_log_only_logs_what_enforcing_would_have_refused(federation, node_with_lockout):
    log_in, password = (
        node_with_lockout(mode="log_only", threshold_familiar=2),
        federation.user.password,
    )
    log_in(password, HOME)
    for given in ("wrong", "wrong", password):
        page = log_in(given, HOME)
    assert "SAMLResponse" in page.html
    assert events(federation) == [1202, 1200, 1203, 1203, 1202, 512, 1200]


def test_the_soft_lockout_tells_of_the_lock_as_well(federation, node_with_lockout):
    log_in = node_with_lockout(threshold=2)
    for _ in range(3):
        log_in("wrong")
    assert events(federation) == [1203, 1203, 1210, 516, 1203]


def test_a_shorter_window_is_waited_for(federation, node_with_lockout):
    log_in = node_with_lockout(threshold=2, window_minutes=5)
    for _ in range(3):
        log_in("wrong")
    federation.clock.advance(5 * 60)
    assert "SAMLResponse" in log_in(federation.user.password).html


def test_outside_is_what_came_through_a_configured_proxy(federation, node_with_lockout):
    log_in = node_with_lockout(
        [PROXY], mode="enforce", extranet_only=True, threshold=3, threshold_familiar=5
    )
    outside = {"address": PROXY, "X_MS_Forwarded_Client_IP": HOME}
    assert "SAMLResponse" in log_in(federation.user.password, **outside).html
    for _ in range(5):
        log_in("wrong", **outside)
    assert log_in(federation.user.password, **outside).error == WRONG_PASSWORD
    assert "SAMLResponse" in log_in(federation.user.password, HOME).html


def test_a_forged_header_makes_no_place_familiar(federation, node_with_lockout):
    log_in = node_with_lockout([PROXY], mode="enforce", threshold=2, threshold_familiar=9)
    log_in(federation.user.password, PROXY, X_MS_Forwarded_Client_IP=HOME)
    for _ in range(2):
        log_in("wrong", ELSEWHERE, X_MS_Forwarded_Client_IP=HOME)
    assert log_in(federation.user.password, ELSEWHERE).error == WRONG_PASSWORD
    assert (
        "SAMLResponse"
        in log_in(federation.user.password, PROXY, X_MS_Forwarded_Client_IP=HOME).html
    )

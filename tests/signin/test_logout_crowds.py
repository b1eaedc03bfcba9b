"""Log-out while other things happen at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.service_providers.logout_messages import carry, is_signed_in, outcomes_on, visit

from idp.embedded.page import Page

pytestmark = pytest.mark.each_database


def test_of_one_request_sent_many_times_at_once_one_is_answered(federation, logout_app, browser):
    wiki = logout_app("wiki")
    request = wiki.logout_request(wiki.sign_in(browser))

    def send(_: int):
        return carry(federation, federation.browser(), request)

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(send, range(16)))

    answers = [each for each in got if not isinstance(each, Page)]
    assert [each.status for each in answers] == [("Success",)]


def test_all_service_providers_begin_at_once_and_each_is_answered(federation, logout_app, browser):
    """None is asked twice, whoever comes first."""
    apps = [logout_app(f"app{number}") for number in range(4)]
    told = {each.name: each.sign_in(browser) for each in apps}
    by_host = {f"{each.name}.example.test": each for each in apps}
    windows = [federation.browser() for _ in apps]
    for window in windows:
        window.session.cookies.update(browser.session.cookies)
    barrier, asked = threading.Barrier(len(apps)), []

    def leave(each, window):
        barrier.wait()
        got = carry(federation, window, each.logout_request(told[each.name], relay_state=each.name))
        while not isinstance(got, Page) and got.kind == "LogoutRequest":
            asked.append(got.host)
            got = carry(federation, window, by_host[got.host].logout_response(got))
        return got

    with ThreadPoolExecutor(len(apps)) as pool:
        ends = list(pool.map(leave, apps, windows))

    federation.clock.advance(20)
    page = f"{federation.url}/adfs/ls/signout"
    ends = [
        visit(federation, window, page) if isinstance(end, Page) else end
        for end, window in zip(ends, windows, strict=True)
    ]
    assert sorted(set(asked)) == sorted(asked)
    for end, each in zip(ends, apps, strict=True):
        assert (end.kind, end.address, end.relay_state) == (
            "LogoutResponse",
            each.slo_url,
            each.name,
        )
        assert end.status == ("Success",)


def test_a_sign_in_at_the_moment_of_log_out_is_logged_out_or_does_not_happen(
    federation, logout_app, browser
):
    wiki = logout_app("wiki")
    others = [logout_app(f"other{number}") for number in range(8)]
    told = wiki.sign_in(browser)
    cookies = dict(browser.session.cookies)
    barrier = threading.Barrier(len(others) + 1)

    def sign_in(each) -> str | None:
        window = federation.browser()
        window.session.cookies.update(cookies)
        barrier.wait()
        page = window.get(federation.idp_initiated_url(each.entity_id))
        return each.entity_id if page.title == "Working..." else None

    with ThreadPoolExecutor(len(others) + 1) as pool:
        signed_in = pool.map(sign_in, others)
        barrier.wait()
        got = carry(federation, browser, wiki.logout_request(told))
        by_host = {f"{each.name}.example.test": each for each in others}
        while got.kind == "LogoutRequest":
            got = carry(federation, browser, by_host[got.host].logout_response(got))
        signed_in = set(filter(None, signed_in))

    assert got.status == ("Success",)
    page = visit(federation, browser, f"{federation.url}/adfs/ls/signout")
    assert set(outcomes_on(page)) == {wiki.entity_id} | signed_in
    assert not is_signed_in(federation, browser, wiki)


def test_many_sessions_that_end_at_once_are_not_mixed_up(federation, logout_app):
    wiki, shop = logout_app("wiki"), logout_app("shop")
    users = [federation.add_user(phone=None) for _ in range(6)]

    def leave(user):
        window = federation.browser()
        told = wiki.sign_in(window, user)
        other = shop.sign_in(window, user)
        asked = carry(federation, window, wiki.logout_request(told, relay_state=user.name))
        answer = carry(federation, window, shop.logout_response(asked))
        named = (asked.name_id, asked.session_indexes) == (other.name_id, (other.session_index,))
        return named, answer.relay_state, answer.status

    with ThreadPoolExecutor(6) as pool:
        ends = list(pool.map(leave, users))
    assert ends == [(True, user.name, ("Success",)) for user in users]

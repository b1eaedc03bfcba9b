"""PostgreSQL is stopped, cut off or locked under a running server, and comes back."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest
import requests
from support.databases.postgresql import OTHERS_AWAY, OwnServer
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, CHALLENGE

from idp.store import errors


@pytest.fixture(scope="module")
def stoppable_postgresql():
    """A server that may be stopped: nobody else uses it."""
    own = OwnServer()
    yield own
    own.close()


@pytest.fixture
def patience(monkeypatch):
    """How long locks are waited for: not for the time of a whole test."""
    monkeypatch.setattr(errors, "MAX_WAIT_SECONDS", 0.2)


@pytest.fixture
def tallystick_database(patience, stoppable_postgresql):
    url = stoppable_postgresql.new_database()
    yield url
    stoppable_postgresql.drop(url)


@pytest.fixture
def stopped(stoppable_postgresql):
    @contextmanager
    def while_stopped():
        stoppable_postgresql.stop()
        try:
            yield
        finally:
            stoppable_postgresql.start()

    return while_stopped


def is_told_to_come_back(page) -> bool:
    return page.status == 503 and page.headers["Retry-After"] == "5" and page.title == "Error"


def test_every_step_answers_503_and_goes_on_when_the_database_is_back(
    federation, sp, phone, stopped, lines
):
    browser, user = federation.browser(), federation.user
    url = sp.url()
    password = {"UserName": user.name, "Password": user.password}
    with stopped():
        assert is_told_to_come_back(browser.get(url))
    form = browser.get(url).form
    with stopped():
        assert is_told_to_come_back(browser.submit(form, **password))
    sign_in = federation.resume(browser, browser.submit(form, **password))
    with stopped():
        assert is_told_to_come_back(browser.submit(sign_in.page.form))
    phone.approve(sign_in.number)
    with stopped():
        assert is_told_to_come_back(browser.submit(sign_in.page.form))

    assert sign_in.finish().status == ("Success",)
    assert set(lines.refusals()) == {"store_unavailable"}
    assert [row.event_id for row in federation.log] == [1202, 1200]


def test_the_probe_takes_the_node_out_and_in_again(federation, stopped):
    probe = f"{federation.url}/adfs/probe"
    with stopped():
        assert requests.get(probe, timeout=NET_SECONDS).status_code == 503
    assert requests.get(probe, timeout=NET_SECONDS).status_code == 200


def test_connections_that_were_cut_fail_no_request(federation, easy, tallystick_database):
    browser = federation.sign_in(easy.url()).browser
    for _ in range(3):
        with psycopg.connect(tallystick_database, autocommit=True) as connection:
            connection.execute(OTHERS_AWAY)
        assert federation.sign_in(easy.url(), browser=browser).is_finished


def test_a_locked_log_refuses_sign_ins_and_keeps_nobody_waiting(
    federation, easy, tallystick_database
):
    browser = federation.sign_in(easy.url()).browser
    url = easy.url()
    with psycopg.connect(tallystick_database) as connection:
        connection.execute("LOCK TABLE sign_ins")
        page = browser.get(url)
        assert is_told_to_come_back(page)
        assert "SAMLResponse" not in page.html

    assert federation.resume(browser, browser.get(url)).is_finished


def test_a_radius_request_that_waits_for_a_phone_outlives_the_database(
    federation, radius, vpn, phone, stopped
):
    radius.set(version="1.2.2131.2")
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    phone.pending(wait=NET_SECONDS)
    with stopped():
        new = vpn.pap(federation.user.name, federation.user.password)
        vpn.send(new)

    phone.approve()

    assert vpn.receive_either(request, new).code == ACCEPT


def test_a_radius_request_without_a_database_is_dropped_and_taken_when_it_is_repeated(
    federation, radius, vpn, stopped, noted_lines
):
    user = federation.add_user(totp=True)
    request = vpn.pap(user.name, user.password)
    with stopped():
        vpn.send(request)
        noted_lines.wait_for(lambda lines: any(each["event"] == "radius_dropped" for each in lines))
    vpn.send(request)

    assert vpn.receive(request).code == CHALLENGE

"""How often a sign-in waits for the disk: before somebody is told, and at no other commit.

A commit on SQLite waits if it is durable. It takes with it what was committed before it.
"""

from __future__ import annotations

import threading

import pytest

from bench import saml
from bench.server import PASSWORD, make_server
from bench.sign_in import LS, NUMBER, must_be_issued, start_sign_in
from idp.store import sqlite


@pytest.fixture
def waits(monkeypatch):
    """Whether each transaction that this thread begins is to wait for the disk at its end."""
    found, here = [], threading.current_thread()
    begin = sqlite._Driver.begin

    def record(driver, synchronous):
        if threading.current_thread() is here:  # others send mail, and keep house
            found.append(synchronous == "FULL")
        begin(driver, synchronous)

    monkeypatch.setattr(sqlite._Driver, "begin", record)
    return found


@pytest.fixture
def started(tmp_path):
    idp, sp = saml.new_party("idp.example.test"), saml.new_party("sp.example.test")
    services, app = make_server(tmp_path, idp, sp)
    query = saml.redirect_query(sp.key).decode()
    yield start_sign_in(services, app, "alice@example.test", query)
    services.close()


def test_a_sign_in_waits_for_the_disk_before_each_thing_that_somebody_is_told(started, waits):
    browser, query = started.browser, started.query

    def of(work, *arguments):
        waits.clear()
        return work(*arguments), [*waits]

    page, of_request = of(browser.get, LS, query)
    password = {"UserName": started.user, "Password": PASSWORD}
    page, of_password = of(browser.post, LS, query, page.fields() | password)
    _, of_answer = of(started.phone.approve, NUMBER.search(page.body)[1])
    page, of_end = of(browser.post, LS, query, page.fields())

    must_be_issued(page)
    assert of_request == []
    assert of_password == [False, False, False, True]  # the last one is the request to the phone
    assert of_answer == [False, False, True]
    assert of_end == [False, True, True]  # the approval is taken, all ends, the token is issued

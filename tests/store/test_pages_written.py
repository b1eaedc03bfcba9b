"""Which pages of the database the requests of a sign-in write, on SQLite: each is a copy on disk.

A small table or index is one page, so there is one name for each page. What is written is found in
the write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). Whoever adds a
table or an index to a request's way finds it here, and adds it to the list if it is worth a write.
"""

from __future__ import annotations

import sqlite3
import threading
from urllib.parse import urlencode, urlsplit

import pytest

from bench import saml
from bench.server import PASSWORD, make_server
from bench.sign_in import LS, NUMBER, must_be_issued, sign_in, start_sign_in
from idp.store import sqlite

PAGE_SIZE = 4096
HEADER, FRAME_HEADER = 32, 24

LOG_ROW = {"sign_ins", "ix_sign_ins_user", "ix_sign_ins_trust", "ix_sign_ins_outcome"}
PARTICIPANT = {
    "session_participants", "ix_session_participants_user", "ix_session_participants_trust",
}  # fmt: skip


@pytest.fixture
def sp():
    return saml.new_party("sp.example.test")


@pytest.fixture
def started(tmp_path, sp):
    services, app = make_server(tmp_path, saml.new_party("idp.example.test"), sp)
    yield start_sign_in(services, app, "alice@example.test", saml.redirect_query(sp.key).decode())
    services.close()


@pytest.fixture
def written(tmp_path, started, monkeypatch):
    """The names of the pages that each transaction of this thread has written."""
    file, log = tmp_path / "bench.db", tmp_path / "bench.db-wal"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        names = dict(connection.execute("SELECT rootpage, name FROM sqlite_master"))
    connection.close()
    transactions, here = [], threading.current_thread()
    begin, commit = sqlite._Driver.begin, sqlite._Driver.commit

    def begin_here(driver, synchronous):
        begin(driver, synchronous)
        driver.log_size = log.stat().st_size

    def commit_here(driver):
        commit(driver)
        if threading.current_thread() is here:  # others send mail, and keep house
            pages = pages_in(log.read_bytes(), from_byte=driver.log_size)
            transactions.append([names[page] for page in pages])

    monkeypatch.setattr(sqlite._Driver, "begin", begin_here)
    monkeypatch.setattr(sqlite._Driver, "commit", commit_here)
    return transactions


def pages_in(log: bytes, *, from_byte: int) -> list[int]:
    """Return the page number of each frame in the write-ahead log."""
    frames = range(max(from_byte, HEADER), len(log), FRAME_HEADER + PAGE_SIZE)
    return [int.from_bytes(log[at : at + 4], "big") for at in frames]


@pytest.fixture
def of(written):
    """Do something, and return what it returns and the pages of its transactions."""

    def of(work, *arguments):
        written.clear()
        answer = work(*arguments)
        return answer, [set(pages) for pages in written]

    return of


def test_a_request_of_a_sign_in_writes_to_what_it_needs_alone(started, of):
    browser, query, phone = started.browser, started.query, started.phone

    page, of_page = of(browser.get, LS, query)
    password = {"UserName": started.user, "Password": PASSWORD}
    page, of_password = of(post, browser, query, page.fields() | password)
    page, of_request = of(browser.get, LS, urlsplit(page.location).query)
    pending, of_poll = of(phone.call, "GET", "pending")
    answer = answer_to(pending["requests"][0], NUMBER.search(page.body)[1])
    _, of_answer = of(phone.call, "POST", "answer", answer)
    page, of_end = of(post, browser, query, page.fields())
    page, of_token = of(browser.get, LS, urlsplit(page.location).query)

    must_be_issued(page)
    assert of_page == []
    assert of_password == [{"password_limits"}, {"password_limits"}, LOG_ROW]
    assert of_request == [{"challenges", "ix_challenges_user", "sqlite_autoindex_challenges_1"}]
    assert of_poll == [{"used_once"}]
    assert of_answer == [{"used_once"}, {"challenges", "devices"}]
    assert of_end == [{"challenges"}, {"used_once"}]
    assert of_token == [{"used_once", "ix_sign_ins_reason"} | PARTICIPANT | LOG_ROW]


def test_a_request_of_a_signed_in_user_writes_the_request_the_token_and_a_row_of_the_log(
    started, sp, of
):
    sign_in(started)

    page, of_token = of(started.browser.get, LS, saml.redirect_query(sp.key).decode())

    must_be_issued(page)
    assert of_token == [{"used_once"} | PARTICIPANT | LOG_ROW]


def post(browser, query, form):
    return browser.post_encoded(LS, query, urlencode(form).encode())


def answer_to(request, number):
    known = {name: request[name] for name in ("id", "nonce")}
    return {**known, "decision": "approve", "number": number}

"""The disk is full: nobody gets a token without its row in the log, until there is room again."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import count

import pytest
from sqlalchemy import text

from idp.audit.record import SignInRecord
from idp.store.engine import StoreUnavailable

ROOM = 1_000_000


@pytest.fixture
def pages_left(federation, monkeypatch):
    """Limit the pages that the database's file may gain; requests come one at a time here, and
    so all go by the two connections that are limited: housekeeping would take a third.
    """
    housekeeping, database = federation.services.housekeeping, federation.services.database
    monkeypatch.setattr(housekeeping, "_next", math.inf)
    housekeeping.wait()

    def limit(more: int) -> None:
        for source in (database.read, database.write):
            with source() as connection:
                used = connection.execute(text("PRAGMA page_count")).scalar_one()
                connection.execute(text(f"PRAGMA max_page_count = {used + more}"))

    return limit


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


def fill(services) -> None:
    """Write to the log until nothing more goes in."""
    record = SignInRecord(services.clock.now(), 1202, "x" * 30)
    with suppress(StoreUnavailable):
        while True:
            services.sign_ins.record(record)


def test_every_token_has_its_row_until_the_disk_is_full(federation, easy, pages_left):
    browser = federation.sign_in(easy.url()).browser
    pages_left(1)

    for told in count(1):
        page = browser.get(easy.url())
        if "SAMLResponse" not in page.html:
            break
        assert told < 2000
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert issued(federation) == told

    pages_left(ROOM)
    assert "SAMLResponse" in browser.get(easy.url()).html


def test_nobody_signs_in_and_no_phone_is_asked_on_a_full_disk(federation, sp, phone, pages_left):
    browser, user = federation.browser(), federation.user
    form = browser.get(sp.url()).form
    password = {"UserName": user.name, "Password": user.password}
    pages_left(0)
    fill(federation.services)

    assert browser.submit(form, **password).status == 503

    pages_left(ROOM)
    assert phone.pending() == ()
    sign_in = federation.resume(browser, browser.submit(form, **password))
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)

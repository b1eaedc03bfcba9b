"""A filter of the sign-in log reads what it returns, however long the log is: its index is used.

What SQLite does is counted in steps of its machine, and no time is measured.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.clock import NOON

from idp.audit.record import SignInRecord
from idp.audit.sign_in_log import LogQuery
from idp.store import sign_in_log
from idp.store.engine import Database
from idp.store.sign_in_log import SqlSignInLog

ENTRIES = 2_000
A_HUNDRED_STEPS = 100
RECORD = SignInRecord(
    NOON, 1200, "activity", "alice@example.test", "https://wiki.example.test", outcome="issued"
)
RARE = replace(
    RECORD, trust="https://rare.example.test", outcome="refused", reason="kb", detail="MSIS7007"
)
FILTERS = [
    {"trust": RARE.trust},
    {"outcome": RARE.outcome},
    {"user": "bob@example.test"},
    *({"code": code} for code in (RARE.outcome, RARE.reason, RARE.detail)),
]


@pytest.fixture
def database(database_file):
    opened = Database(f"sqlite:///{database_file}")
    with opened.write() as connection:
        for record in (RARE, replace(RECORD, user="bob@example.test"), *[RECORD] * ENTRIES):
            sign_in_log.append(connection, record)
    yield opened
    opened.dispose()


def steps(database, work):
    """Return how often SQLite took a hundred steps meanwhile."""
    taken = []
    with database.read() as connection:
        driver = connection.connection.driver_connection
    driver.set_progress_handler(lambda: taken.append(1), A_HUNDRED_STEPS)
    work()
    driver.set_progress_handler(None, A_HUNDRED_STEPS)
    return len(taken)


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_a_filter_looks_at_no_other_entries(database, wanted):
    log = SqlSignInLog(database)
    assert len(log.read(LogQuery(**wanted))) == 1
    assert steps(database, lambda: log.read(LogQuery(**wanted))) < ENTRIES / A_HUNDRED_STEPS

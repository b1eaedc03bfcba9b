"""What the disk, the kernel and the clock may do to a database, and what must hold all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.clock import NOON

from idp.audit.record import SignInRecord
from idp.store.engine import StoreUnavailable
from idp.store.sign_in_log import SqlSignInLog
from idp.store.sign_ins import SqlSignInStore
from idp.store.used_once import SqlUsedOnce

RECORD = SignInRecord(NOON, 1200, "activity", "alice@example.test", outcome="issued")

DIE = """
import os, signal
from datetime import UTC, datetime
from idp.store import used_once as once
from idp.store.engine import Database

database = Database({url!r})
with database.write(durable={durable}) as connection:
    once.claim(connection, "code", "step", datetime(2099, 1, 1, tzinfo=UTC))
    if {inside}:
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _finish(sign_ins: SqlSignInStore, request: str) -> bool:
    return sign_ins.finish(
        request=("issuer", request),
        request_expires_at=NOON + timedelta(hours=1),
        log=RECORD,
        durable=True,
    )


def _finish_until_refused(sign_ins: SqlSignInStore) -> int:
    for number in range(2000):
        try:
            assert _finish(sign_ins, f"_{number}")
        except StoreUnavailable:
            return number
    raise AssertionError("the disk was never full")


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("inside", [True, False])
def test_a_process_killed_in_a_transaction_did_nothing_and_after_it_did_all(
    database, database_file, durable, inside
):
    program = DIE.format(url=f"sqlite:///{database_file}", durable=durable, inside=inside)

    died = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603 -- our own

    assert died.returncode == -signal.SIGKILL
    assert SqlUsedOnce(database).is_used("code", "step") is not inside
    assert SqlUsedOnce(database).claim("code", "another", NOON)


def test_a_full_disk_refuses_cleanly_and_spends_nothing(database, database_file):
    sign_ins = SqlSignInStore(database)
    assert _finish(sign_ins, "before")
    with database.write() as connection:  # the pool has this one connection
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    finished = _finish_until_refused(sign_ins)

    assert not sign_ins.used_up(("issuer", f"_{finished}"), None).request
    assert len(SqlSignInLog(database).read(after_id=0, limit=5000)) == finished + 1

    with database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert _finish(sign_ins, f"_{finished}")


def test_a_restored_back_up_knows_what_was_used_when_it_was_made(
    database, database_file, open_database
):
    SqlUsedOnce(database).claim("code", "step", NOON)
    backup = database_file.with_suffix(".backup")
    with database.read() as connection:
        connection.execute(text("VACUUM INTO :path"), {"path": str(backup)})
    SqlUsedOnce(database).claim("code", "later", NOON)
    database.dispose()
    os.replace(backup, database_file)

    restored = SqlUsedOnce(open_database())

    assert restored.is_used("code", "step")
    assert not restored.is_used("code", "later")

"""What service providers were told in a session, and how a log-out undoes it, in the database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from support.clock import NOON
from support.nets import NET_SECONDS
from support.users import ALICE

from idp.audit.record import SignInRecord
from idp.saml.values import PERSISTENT, NameID
from idp.session.participants import AskedBy, Issued, LogOut, Outcome
from idp.store.log_outs import SqlLogOuts
from idp.store.maintenance import GRACE, purge
from idp.store.participants import MAX_ASSERTIONS
from idp.store.sign_in_log import SqlSignInLog
from idp.store.sign_ins import SqlSignInStore

WIKI, SHOP = "https://wiki.example.test/metadata", "https://shop.example.test/metadata"
LATER = NOON + timedelta(hours=8)
TOLD = Issued("root", ALICE, WIKI, NameID(ALICE), "_index", LATER)
RECORD = SignInRecord(NOON, 1200, "activity", ALICE, WIKI, outcome="issued")
LOG_OUT = LogOut("log-out", ALICE, ("root",), "activity", NOON)
ENDS = {"expires_at": LATER, "sessions_end_by": LATER, "request_expires_at": LATER}


@pytest.fixture
def sign_ins(database):
    return SqlSignInStore(database)


@pytest.fixture
def log_outs(database):
    return SqlLogOuts(database)


def issue(sign_ins: SqlSignInStore, **changes: object) -> bool:
    return sign_ins.finish(
        request=None,
        request_expires_at=LATER,
        log=RECORD,
        issued=replace(TOLD, **changes),
    )


def begin(log_outs: SqlLogOuts, log_out: LogOut = LOG_OUT) -> bool:
    return log_outs.begin(log_out, **ENDS, log=replace(RECORD, event_id=1206))


NAMES = {
    "a name": NameID(ALICE),
    "a persistent one": NameID("_x", PERSISTENT, "urn:idp", "urn:sp"),
    "none": None,
}


@pytest.mark.parametrize("name_id", NAMES.values(), ids=NAMES)
def test_an_issued_name_reads_back_as_it_was(name_id, sign_ins, log_outs):
    assert issue(sign_ins, name_id=name_id)

    (one,) = log_outs.participants([ALICE], ["root"])
    assert one.issued == replace(TOLD, name_id=name_id)
    assert (one.request_id, one.asked_at, one.outcome) == (None, None, None)
    assert log_outs.named(WIKI, name_id.value, NOON) == (one,) if name_id else True


def test_a_session_is_found_by_service_provider_and_name_until_it_expires(sign_ins, log_outs):
    issue(sign_ins)
    assert len(log_outs.named(WIKI, ALICE, NOON)) == 1
    assert log_outs.named(SHOP, ALICE, NOON) == ()
    assert log_outs.named(WIKI, "bob@example.test", NOON) == ()
    assert log_outs.named(WIKI, ALICE, LATER) == ()


def test_the_newest_rows_of_a_service_provider_stay_and_those_of_others_too(sign_ins, log_outs):
    """An index that ends with 0 or 8 trims: up to then the newest stay, and those after it."""
    issue(sign_ins, trust=SHOP)
    issue(sign_ins, session="another")
    for number in range(30):
        issue(sign_ins, session_index=f"_{number}")

    indexes = [each.issued.session_index for each in log_outs.participants([ALICE], ["root"])]
    assert indexes == ["_index", *(f"_{number}" for number in range(29 - MAX_ASSERTIONS, 30))]
    assert len(log_outs.participants([ALICE], ["another"])) == 1


def test_an_ended_session_gains_no_service_provider_and_nothing_is_logged(
    sign_ins, log_outs, database
):
    assert begin(log_outs)

    assert not issue(sign_ins)
    assert log_outs.participants([ALICE], ["root"]) == ()
    assert [entry.record.event_id for entry in SqlSignInLog(database).read()] == [1206]


def test_ending_a_session_returns_all_its_service_providers(open_database):
    """On several nodes at once: what was issued is found, or it was not issued."""
    nodes = [open_database() for _ in range(4)]
    gained: list[str] = []
    started, enough = threading.Barrier(len(nodes) + 1), threading.Event()

    def work(node) -> None:
        sign_ins = SqlSignInStore(node)
        started.wait()
        for number in range(200):
            index = f"_{id(node)}_{number}"
            if not issue(sign_ins, trust=f"urn:{id(node)}:{number}", session_index=index):
                return
            gained.append(index)
            if len(gained) >= 20:
                enough.set()

    def end() -> set[str]:
        log_outs = SqlLogOuts(open_database())
        started.wait()
        enough.wait(NET_SECONDS)
        begin(log_outs)
        return {each.issued.session_index for each in log_outs.participants([ALICE], ["root"])}

    with ThreadPoolExecutor(len(nodes) + 1) as pool:
        ended = pool.submit(end)
        list(pool.map(work, nodes))

    assert ended.result() == set(gained)


def test_a_request_ends_sessions_once(log_outs):
    asked = replace(LOG_OUT, asked_by=AskedBy(WIKI, "_1", "urn:binding", "back"))
    assert begin(log_outs, asked)
    assert not begin(log_outs, replace(asked, id="again"))
    assert log_outs.find("again") is None
    assert log_outs.find("log-out") == asked


def test_of_many_at_once_one_request_ends_the_session(open_database):
    def attempt(number: int) -> bool:
        asked_by = AskedBy(WIKI, "_1", "urn:binding")
        return begin(
            SqlLogOuts(open_database()), replace(LOG_OUT, id=str(number), asked_by=asked_by)
        )

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_the_service_provider_that_asked_has_signed_out(sign_ins, log_outs):
    issue(sign_ins)
    issue(sign_ins, trust=SHOP)
    begin(log_outs, replace(LOG_OUT, asked_by=AskedBy(WIKI, "_1", "urn:binding")))
    wiki, shop = log_outs.participants([ALICE], ["root"])
    assert (wiki.outcome, shop.outcome) == (Outcome.SIGNED_OUT, None)


def test_a_log_out_knows_all_users_of_its_sessions(sign_ins, log_outs):
    bob = "bob@example.test"
    issue(sign_ins)
    issue(sign_ins, user=bob, session="other")
    asked_by = AskedBy(WIKI, "_1", "urn:binding")
    log_out = replace(LOG_OUT, asked_by=asked_by, elsewhere=("other",), namesakes=(bob,))
    begin(log_outs, log_out)

    found = log_outs.find("log-out")
    assert found == log_out
    told = log_outs.participants(found.users, (*found.sessions, *found.elsewhere))
    assert [(each.issued.user, each.outcome) for each in told] == [
        (ALICE, Outcome.SIGNED_OUT),
        (bob, Outcome.SIGNED_OUT),
    ]


def test_of_many_windows_one_asks_a_service_provider(sign_ins, open_database, log_outs):
    issue(sign_ins)
    (one,) = log_outs.participants([ALICE], ["root"])

    def ask(number: int) -> bool:
        return SqlLogOuts(open_database()).ask(one.number, f"_{number}", "log-out", NOON)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(16))) == 1


def test_the_first_answer_counts_and_a_late_answer_replaces_a_missing_one(sign_ins, log_outs):
    issue(sign_ins)
    (one,) = log_outs.participants([ALICE], ["root"])
    assert log_outs.answered(WIKI, "_r", Outcome.SIGNED_OUT) is None
    log_outs.ask(one.number, "_r", "log-out", NOON)

    log_outs.settle(one.number, Outcome.NO_ANSWER)
    assert log_outs.answered(SHOP, "_r", Outcome.SIGNED_OUT) is None
    assert log_outs.answered(WIKI, "_r", Outcome.FAILED) == "log-out"
    assert log_outs.answered(WIKI, "_r", Outcome.SIGNED_OUT) == "log-out"
    log_outs.settle(one.number, Outcome.NO_ANSWER)
    (one,) = log_outs.participants([ALICE], ["root"])
    assert (one.asked_at, one.outcome) == (NOON, Outcome.FAILED)


def test_a_log_out_is_forgotten_when_it_has_expired(sign_ins, log_outs, database):
    issue(sign_ins)
    begin(log_outs)
    assert purge(database, LATER + GRACE).session_participants == 0
    purged = purge(database, LATER + GRACE + timedelta(seconds=1))
    assert (purged.session_participants, purged.log_outs) == (1, 1)
    assert log_outs.find("log-out") is None

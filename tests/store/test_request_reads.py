"""What a thread reads once in a request, and when it reads it again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from support.databases.counter import ROW, add_one

from adapter.mfa.policy import Policies
from idp.federation.providers import AuthenticationProvider
from idp.store import request_reads
from idp.store.errors import StoreUnavailable
from idp.store.mfa.policies import SqlMfaPolicyStore
from idp.store.prepared import Prepared
from idp.store.providers import SqlProviderStore
from idp.store.schema import password_limits
from idp.store.used_once import SqlUsedOnce

WRONG = Prepared(select(password_limits.c.wrong).where(password_limits.c.name == bindparam("name")))
NAME = {"name": ROW["name"]}
ADD = Prepared(text("INSERT INTO password_limits (name, wrong, last_at) VALUES (:name, 0, 0)"))


@pytest.fixture
def database(open_database):
    opened = open_database()
    with opened.write() as connection:
        connection.execute(insert(password_limits), ROW)
    return opened


@pytest.fixture
def other_node(open_database):
    return open_database()


def wrong(database):
    [(found,)] = database.rows(WRONG, NAME)
    return found


def test_in_a_request_a_thing_is_read_once(database, other_node):
    with database.of_request():
        assert wrong(database) == 0
        add_one(other_node)
        assert wrong(database) == 0


def test_the_next_request_sees_what_another_node_has_changed(database, other_node):
    with database.of_request():
        assert wrong(database) == 0
    add_one(other_node)
    with database.of_request():
        assert wrong(database) == 1


def test_outside_of_requests_everything_is_read_anew(database, other_node):
    assert wrong(database) == 0
    add_one(other_node)
    assert wrong(database) == 1


def test_a_thread_that_writes_reads_again(database, other_node):
    with database.of_request():
        assert wrong(database) == 0
        add_one(other_node)
        with database.write() as connection:
            assert wrong(database) == 1
            connection.execute(update(password_limits).values(wrong=7))
        assert wrong(database) == 7


def test_what_is_used_once_changes_nothing_that_was_read(database, other_node):
    once, until = SqlUsedOnce(database), datetime(2030, 1, 1, tzinfo=UTC)
    with database.of_request():
        assert wrong(database) == 0
        add_one(other_node)
        assert once.claim("kind", "key", until)
        assert not once.claim("kind", "key", until)
        assert wrong(database) == 0
    assert wrong(database) == 1


@pytest.mark.parametrize("registered", [(), ("Mine", "Yours")])
def test_adapters_are_read_together_with_the_list_of_those_that_are_enabled(
    database, other_node, registered
):
    here, there = SqlProviderStore(database), SqlProviderStore(other_node)
    for name in registered:
        there.save_provider(AuthenticationProvider(name, "package:Adapter"))
    with database.of_request():
        assert tuple(each.name for each in here.providers()) == registered
        there.save_enabled_providers(["Yours"])
        assert here.enabled_providers() is None
    with database.of_request():
        here.providers()
        there.save_enabled_providers(["Mine"])
        assert here.enabled_providers() == ("Yours",)
    assert here.enabled_providers() == ("Mine",)


def test_what_is_changed_together_is_read_as_it_stands_there(database):
    with database.of_request():
        assert wrong(database) == 0
        with database.together():
            add_one(database)
            assert wrong(database) == 1
        assert wrong(database) == 1


def test_nothing_is_remembered_for_longer_than_a_moment(database, other_node, monkeypatch):
    monkeypatch.setattr(request_reads, "MAX_SECONDS", -1)
    with database.of_request():
        assert wrong(database) == 0
        add_one(other_node)
        assert wrong(database) == 1


def test_another_thread_reads_for_itself(database, other_node):
    with database.of_request(), ThreadPoolExecutor(1) as pool:
        assert wrong(database) == 0
        add_one(other_node)
        assert pool.submit(wrong, database).result() == 1


def test_what_is_read_ahead_is_what_the_request_finds(database, other_node):
    with database.of_request():
        database.read_ahead(lambda: [(WRONG, NAME), (WRONG, {"name": "nobody"})])
        add_one(other_node)
        assert wrong(database) == (1 if database.is_sqlite else 0)
        assert database.rows(WRONG, {"name": "nobody"}) == []


def test_policies_that_another_node_has_changed_are_read_anew(database, other_node):
    here, there = SqlMfaPolicyStore(database), SqlMfaPolicyStore(other_node)
    before = here.read()
    assert here.read() is not None
    there.replace(Policies(), before.version)
    assert here.read().version == before.version + 1


def test_an_error_of_a_statement_that_nobody_asked_about_undoes_the_transaction(database):
    def write_twice():
        with database.write() as connection:
            ADD.run(connection, {"name": "first"})
            ADD.run(connection, NAME)  # there is one already

    with pytest.raises(StoreUnavailable):
        write_twice()
    assert database.rows(WRONG, {"name": "first"}) == []

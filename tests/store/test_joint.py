"""Several writes as one transaction: all or none, whatever the store of each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.store.used_once import SqlUsedOnce

pytestmark = pytest.mark.each_database


@pytest.fixture
def once(database) -> SqlUsedOnce:
    return SqlUsedOnce(database)


@pytest.fixture
def until(clock):
    return clock.now() + timedelta(hours=1)


def test_all_are_stored_at_the_end(database, once, until):
    with database.together():
        assert once.claim("a", "1", until)
        assert once.is_used("a", "1")
        assert not once.claim("a", "1", until)
        assert once.claim("a", "2", until)

    assert once.is_used("a", "1")
    assert once.is_used("a", "2")


def test_an_error_undoes_all(database, once, until):
    def fail_after_a_write():
        with database.together():
            once.claim("a", "1", until)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_a_write()

    assert not once.is_used("a", "1")


def test_an_error_of_one_write_that_is_handled_undoes_that_write_only(database, once, until):
    def write_and_fail():
        with database.write():
            once.claim("a", "2", until)
            raise RuntimeError

    with database.together():
        once.claim("a", "1", until)
        with pytest.raises(RuntimeError):
            write_and_fail()

    assert once.is_used("a", "1")
    assert not once.is_used("a", "2")


def test_one_within_another_is_a_part_of_it(database, once, until):
    def fail_after_the_inner_one():
        with database.together():
            with database.together():
                once.claim("a", "1", until)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_the_inner_one()

    assert not once.is_used("a", "1")


def test_what_only_reads_holds_no_transaction(database, once, until):
    """Nothing slow, such as hashing a password, holds the database before the first write."""
    with database.together():
        assert not once.is_used("a", "1")
        assert database._joint.current.connection is None
        once.claim("a", "1", until)
        assert database._joint.current.connection is not None

"""A directory with one user, over the real store, and a hasher that counts."""

from __future__ import annotations

import pytest
from support.hashers import CountingHasher
from support.users import ALICE, PASSWORD

from idp.directory import Directory
from idp.store.users import SqlUserStore


@pytest.fixture
def hasher():
    return CountingHasher()


@pytest.fixture
def user_store(database):
    return SqlUserStore(database)


@pytest.fixture
def directory(user_store, clock, hasher):
    directory = Directory(user_store, clock, hasher)
    directory.add(ALICE, PASSWORD, display_name="Alice Archer", groups=("staff", "wiki"))
    return directory


@pytest.fixture
def other_directory(open_database, clock, hasher):
    """The directory of another node; *hasher* is shared, so that one count holds both."""
    return Directory(SqlUserStore(open_database()), clock, hasher)

"""A directory with one user, over the real store, and a hasher that counts."""

from __future__ import annotations

import pytest
from support.hashers import CountingHasher
from support.users import ALICE, PASSWORD

from idp.directory import Directory
from idp.session.seal import Sealer
from idp.store.nt_hashes import SqlNtHashStore
from idp.store.users import SqlUserStore


@pytest.fixture
def hasher():
    return CountingHasher()


@pytest.fixture
def user_store(database):
    return SqlUserStore(database)


@pytest.fixture
def sealer():
    return Sealer(b"s" * 32)


@pytest.fixture
def nt_hashes(database, sealer):
    return SqlNtHashStore(database, sealer.purpose("nt-hash"))


@pytest.fixture
def directory(user_store, clock, hasher, nt_hashes):
    directory = Directory(user_store, clock, hasher, nt_hashes=nt_hashes)
    directory.add(ALICE, PASSWORD, display_name="Alice Archer", groups=("staff", "wiki"))
    return directory


@pytest.fixture
def other_directory(open_database, clock, hasher, sealer):
    """The directory of another node; *hasher* is shared, so that one count holds both."""
    database = open_database()
    nt_hashes = SqlNtHashStore(database, sealer.purpose("nt-hash"))
    return Directory(SqlUserStore(database), clock, hasher, nt_hashes=nt_hashes)

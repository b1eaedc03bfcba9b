"""Persistent names in the database: one for each trust and user, whoever asks first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from support.clock import NOON
from support.users import ALICE, BOB

from idp.directory.user_store import Credentials
from idp.directory.users import User, windows_account_name
from idp.store.name_ids import SqlPersistentNames
from idp.store.users import SqlUserStore

WIKI, SHOP = "https://wiki.example.test/saml", "https://shop.example.test/saml"


def test_a_name_is_made_only_where_that_is_allowed(database):
    names = SqlPersistentNames(database)

    assert names.persistent(WIKI, ALICE, create=False) is None
    made = names.persistent(WIKI, ALICE, create=True)
    assert names.persistent(WIKI, ALICE, create=False) == made


def test_a_name_belongs_to_one_user_at_one_trust(database):
    names = SqlPersistentNames(database)
    pairs = [(trust, user) for trust in (WIKI, SHOP) for user in (ALICE, BOB)]

    assert len({names.persistent(*pair, create=True) for pair in pairs}) == 4


def test_a_name_is_the_same_on_every_node_and_after_a_restart(open_database):
    made = SqlPersistentNames(open_database()).persistent(WIKI, ALICE, create=True)

    assert SqlPersistentNames(open_database()).persistent(WIKI, ALICE, create=True) == made


def test_many_callers_at_once_get_the_same_persistent_name(open_database):
    nodes = [SqlPersistentNames(open_database()) for _ in range(3)]

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda node: node.persistent(WIKI, ALICE, create=True), nodes * 10))

    assert len(made) == 1


def test_a_namesake_of_a_removed_user_is_somebody_else(database):
    users, names = SqlUserStore(database), SqlPersistentNames(database)
    account = User(ALICE, "", "", windows_account_name(ALICE), (), False, NOON)
    users.add_users([Credentials(account, "hash")])
    before = names.persistent(WIKI, ALICE, create=True)
    others = names.persistent(WIKI, BOB, create=True)

    users.remove_user(ALICE)
    users.add_users([Credentials(account, "hash")])

    assert names.persistent(WIKI, ALICE, create=False) is None
    assert names.persistent(WIKI, ALICE, create=True) != before
    assert names.persistent(WIKI, BOB, create=True) == others

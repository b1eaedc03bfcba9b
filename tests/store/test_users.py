from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import update
from support.clock import NOON
from support.users import ALICE

from adapter.mfa.devices.activation import Activation
from adapter.mfa.devices.device import Device
from adapter.mfa.passkeys.passkey import Passkey
from idp.directory.groups import change_groups
from idp.directory.lockout import LockoutRules, Origin
from idp.directory.user_store import Credentials
from idp.directory.users import User, windows_account_name
from idp.session.seal import Sealer
from idp.store.mfa.stores import mfa_stores
from idp.store.schema import users
from idp.store.users import SqlUserStore


def _credentials(upn: str) -> Credentials:
    user = User(upn, "", "", windows_account_name(upn), (), False, NOON)
    return Credentials(user, "hash")


def test_users_are_stored_all_or_none(database):
    store = SqlUserStore(database)
    assert store.add_users([_credentials(ALICE)]) == []

    taken = store.add_users([_credentials("bob@example.test"), _credentials(ALICE)])

    assert taken == [ALICE]
    assert [user.upn for user in store.users()] == [ALICE]


def test_a_namesake_of_a_removed_user_inherits_no_second_factor(database):
    store = SqlUserStore(database)
    mfa = mfa_stores(database, Sealer(b"s" * 32).purpose("totp-seed"))
    store.add_users([_credentials(ALICE)])
    for number in (1, 2):
        mfa.activations.add(
            Activation(f"a{number}", ALICE, "h", b"", True, NOON.replace(year=2099))
        )
    device = Device("d1", ALICE, "", "android", "6", b"", NOON)
    mfa.activations.finish(mfa.activations.live("h", NOON)[0], device, "SEED")

    mfa.codes.add_seed(ALICE, "SECOND", NOON, app="code_app")
    assert len(mfa.codes.sources_of(ALICE)) == 2
    with mfa.passkeys.transaction(ALICE) as mine:
        assert mine.add(Passkey("p1", ALICE, "", b"p1", b"", 0, (), False, NOON))

    assert store.remove_user(ALICE)

    store.add_users([_credentials(ALICE)])
    assert mfa.devices.of_user(ALICE) == []
    assert mfa.codes.sources_of(ALICE) == []
    assert mfa.passkeys.of_user(ALICE) == []
    assert mfa.activations.live("h", NOON) == []


def test_a_new_user_inherits_nothing_that_was_stored_for_the_name_in_between(database):
    store = SqlUserStore(database)
    mfa = mfa_stores(database, Sealer(b"s" * 32).purpose("totp-seed"))
    mfa.codes.add_seed(ALICE, "SEED", NOON, app="code_app")
    store.debit_password(ALICE, NOON, LockoutRules(), Origin())

    store.add_users([_credentials(ALICE)])

    assert mfa.codes.sources_of(ALICE) == []
    assert store.account_states() == {}


def test_an_activation_of_a_user_with_another_name_by_now_makes_no_device(database):
    mfa = mfa_stores(database, Sealer(b"s" * 32).purpose("totp-seed"))
    activation = Activation("a1", "ada@example.test", "h", b"", True, NOON.replace(year=2099))
    mfa.activations.add(activation)
    device = Device("d1", ALICE, "", "android", "6", b"", NOON)

    assert not mfa.activations.finish(replace(activation, user=ALICE), device, "SEED")
    assert mfa.devices.of_user(ALICE) == []


def test_users_come_in_pages_by_name_and_are_found_by_any_part_of_a_name(database):
    store = SqlUserStore(database)
    named = replace(_credentials("bo@example.test").user, display_name="Bo 50%_ B\u00e9ll/c")
    store.add_users([_credentials(ALICE), Credentials(named, "hash")])

    def found(search: str, after: str = "", limit: int = 9) -> list[str]:
        return [user.upn for user, _ in store.page(search, after, limit)]

    assert found("", limit=1) == [ALICE]
    assert found("", after=ALICE) == ["bo@example.test"]
    assert found(" EXAMPLE\\BO ") == found("50%_") == found("b\u00e9ll") == ["bo@example.test"]
    assert found("%") == found("/") == found("ll/C") == ["bo@example.test"]
    assert found("\\") == [ALICE, "bo@example.test"]
    assert found("\0") == found("\ud800") == []


def test_of_changes_at_the_same_time_none_is_lost(database):
    store = SqlUserStore(database)
    store.add_users([_credentials(ALICE)])
    groups = [f"group {number}" for number in range(8)]
    begin = Barrier(len(groups))

    def join(group: str) -> None:
        begin.wait()
        store.change_profile(ALICE, lambda user: change_groups(user, [group]))

    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(join, groups))

    assert sorted(store.find_user(ALICE).groups) == groups


def test_a_change_of_attributes_leaves_groups_that_cannot_be_read(database):
    store = SqlUserStore(database)
    store.add_users([_credentials(ALICE)])
    with database.write() as connection:
        connection.execute(update(users).values(groups="damaged"))

    changed = store.change_profile(ALICE, lambda user: replace(user, email="a@mail.test"))

    assert (changed.email, changed.unreadable) == ("a@mail.test", True)


@pytest.mark.parametrize("name", ["alice\0@example.test", "\ud800@example.test", "\0", "a\\\0"])
def test_a_name_that_no_database_can_hold_is_nobodys_and_counted_like_any(database, name):
    store = SqlUserStore(database)
    rules, origin = LockoutRules(), Origin()

    assert store.find_user(name) is None
    for _ in range(2):
        assert store.debit_password(name, NOON, rules, origin).verdict.is_granted

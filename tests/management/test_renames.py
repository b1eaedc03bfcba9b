"""A user who is renamed keeps everything, and whoever gets the old name gets nothing of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pyotp
import pytest
from support.adapters.mfa_node import CURRENT_PHONE, public_key
from support.passkeys import SoftwareAuthenticator
from support.servers.server_folder import BASE_URL, assembled
from support.users import ALICE, PASSWORD

from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.codes.factor import CodeOutcome
from idp.directory import DirectoryError
from idp.federation.claims import primary_sid
from idp.federation.security_ids import security_id
from idp.management import nt_hashes, policies, protection
from idp.management.user_changes import rename_user

ORIGIN = "http://localhost:8080"
NEW = "ada.new@example.org"
SEED = "A" * 32


@pytest.fixture
def services(farm_folder, clock):
    """A server at an address where browsers have passkeys."""
    configuration = farm_folder / "tallystick.toml"
    configuration.write_text(configuration.read_text().replace(BASE_URL, ORIGIN))
    with assembled(farm_folder, clock) as rooms:
        yield rooms


@pytest.fixture
def alice(services):
    services.directory.add(ALICE, PASSWORD, groups=["Staff"])
    return services


def code_at(services, seed=SEED, step=0):
    return pyotp.TOTP(seed).at(services.clock.now() + timedelta(seconds=30 * step))


def test_methods_keep_working_under_the_new_name(alice):
    mfa, browser = alice.mfa, SoftwareAuthenticator(ORIGIN)
    options = mfa.passkeys.registration_options(ALICE, attempt="page")
    mfa.passkeys.register(ALICE, browser.create(options), attempt="page")
    mfa.codes.register(ALICE, SEED)
    mfa.codes.add(ALICE, "B" * 32)
    code = mfa.activations.create(ALICE, totp=True).typed
    mfa.activations.activate(code, public_key=public_key(), name="Pixel", **CURRENT_PHONE)
    mfa.choose_default(ALICE, "totp")
    issued = mfa.access_passes.issue(ALICE)
    waiting = mfa.activations.create(ALICE, totp=False).typed
    before = mfa.methods_of(ALICE)

    for name in (NEW, "third@example.test"):
        rename_user(alice, current(alice), name)
        after = mfa.methods_of(name)
        assert [each.id for each in after.registered] == [each.id for each in before.registered]
        assert after.default.id == before.default.id
        options = mfa.passkeys.authentication_options(attempt=name)
        assert mfa.passkeys.authenticate(browser.get(options), attempt=name).user == name
        assert mfa.access_passes.check(name, issued.text, attempt=name) is PassOutcome.RIGHT
    for seed in (SEED, "B" * 32):
        assert mfa.codes.check(name, code_at(alice, seed), attempt=seed) is CodeOutcome.RIGHT
    activated = mfa.activations.activate(
        waiting, public_key=public_key(), name="Second", **CURRENT_PHONE
    )
    assert activated.device.user == "third@example.test"
    assert not mfa.methods_of(ALICE).registered
    assert not mfa.methods_of(NEW).registered


def current(services) -> str:
    (user,) = services.directory.list()
    return user.upn


def test_a_code_that_was_used_stays_used(alice):
    alice.mfa.codes.register(ALICE, SEED)
    code = code_at(alice)
    assert alice.mfa.codes.check(ALICE, code, attempt="1") is CodeOutcome.RIGHT

    rename_user(alice, ALICE, NEW)

    assert alice.mfa.codes.check(NEW, code, attempt="2") is CodeOutcome.USED
    assert alice.mfa.codes.check(NEW, code_at(alice, step=1), attempt="3") is CodeOutcome.RIGHT


def test_lock_outs_blocks_and_names_at_service_providers_stay(alice):
    name_id = alice.persistent_names.persistent("urn:sp", ALICE, create=True)
    protection.block(alice, ALICE)
    for _ in range(10):
        alice.directory.check_password(ALICE, "wrong")

    rename_user(alice, ALICE, NEW)

    assert alice.persistent_names.persistent("urn:sp", NEW, create=False) == name_id
    assert alice.mfa.protection.standing_of(NEW).block is not None
    assert alice.directory.check_password(NEW, PASSWORD).failure == "locked"


def test_the_nt_hash_opens_under_the_new_name(alice):
    nt_hashes.want_nt_hash(alice, ALICE)
    alice.directory.check_password(ALICE, PASSWORD)

    rename_user(alice, ALICE, NEW)

    assert alice.nt_hashes.kept(NEW)[NEW].is_kept
    assert alice.directory.check_nt_hash(NEW, lambda _: True)[0].failure is None


def test_sessions_end_and_the_old_name_is_free_and_inherits_nothing(alice, clock):
    old = alice.directory.find(ALICE)
    clock.advance(minutes=1)
    sid, name_id = primary_sid(old), alice.persistent_names.persistent("urn:sp", ALICE, create=True)

    renamed = rename_user(alice, "EXAMPLE\\alice", NEW.upper())
    namesake = alice.directory.add(ALICE, PASSWORD)

    assert (renamed.upn, renamed.windows_account_name) == (NEW, "EXAMPLE\\ada.new")
    assert renamed.valid_from > old.valid_from
    assert (renamed.groups, renamed.email) == (old.groups, old.email)
    assert primary_sid(renamed) == sid
    assert primary_sid(alice.directory.find(ALICE)) not in (sid, security_id(ALICE))
    assert alice.persistent_names.persistent("urn:sp", ALICE, create=True) != name_id
    assert namesake.valid_from >= renamed.valid_from
    back = rename_user(alice, NEW, "third@example.test")
    assert primary_sid(back) == sid


def test_a_policy_for_one_user_goes_along(alice):
    target = {"targetType": "user", "id": ALICE.upper()}
    policies.change(alice, {"Fido2.excludeTargets": [target]})

    rename_user(alice, ALICE, NEW)

    view = policies.show(alice)
    assert NEW in json.dumps(view.as_json())
    assert ALICE.upper() not in json.dumps(view.as_json())


def test_the_name_of_another_user_is_refused_and_nothing_changes(alice):
    alice.directory.add("bo@example.test", PASSWORD)

    for taken, code in (
        ("bo@example.test", "user_exists"),
        ("bo@example.org", "user_exists"),
        ("bo", "bad_user"),
    ):
        with pytest.raises(DirectoryError) as refused:
            rename_user(alice, ALICE, taken)
        assert refused.value.code == code
    assert alice.directory.find(ALICE).valid_from <= alice.clock.now()
    assert rename_user(alice, ALICE, "alice@example.org").upn == "alice@example.org"

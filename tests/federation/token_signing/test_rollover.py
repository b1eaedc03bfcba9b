"""Token-signing keys grow old: the next one is published first, then it signs, and all see it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.clock import NOON

from adapter.errors import TallystickError
from idp.federation.token_signing.key_files import create_signing_key
from idp.federation.token_signing.private_files import KeyFileError
from idp.federation.token_signing.ring import KeyFiles, NoSuchKey
from idp.federation.token_signing.rollover import DueChanges, SigningKeys, find_due_changes
from idp.saml.signing import BadSigningKey

DAY = timedelta(days=1)
LAST = NOON + 365 * DAY


@pytest.fixture
def files(tmp_path) -> KeyFiles:
    """A server's first key; ECDSA, since it is quick to make."""
    paths = tmp_path / "signing.key", tmp_path / "signing.crt"
    create_signing_key(*paths, common_name="ADFS Signing - sts", now=NOON, kind="ecdsa")
    return KeyFiles(*paths)


@pytest.fixture
def keys(files) -> SigningKeys:
    return SigningKeys(files)


def test_there_is_one_key_at_first(keys, files):
    ring = keys.current()

    assert (ring.primary.key_path, ring.secondary) == (files.folder / "signing.key", None)
    assert ring.certificates == (ring.primary.key.certificate,)


def test_a_new_key_is_published_and_does_not_sign(keys):
    before = keys.current().primary
    keys.roll(NOON + DAY)
    ring = keys.current()

    assert ring.primary == before
    assert ring.certificates == (before.key.certificate, ring.next.key.certificate)
    assert ring.next.facts.common_name == before.facts.common_name
    assert ring.next.facts.not_before == NOON + DAY
    assert ring.next.facts.serial != before.facts.serial


def test_a_promoted_key_signs_and_the_one_before_stays_published(keys):
    first = keys.current().primary
    second = keys.roll(NOON + DAY).next

    assert keys.promote() == keys.current()
    assert keys.current().keys == (second, first)
    assert keys.current().next is None


def test_a_promotion_is_taken_back(keys):
    first = keys.current().primary
    keys.roll(NOON + DAY)
    keys.promote()
    keys.promote(first.facts.thumbprint)

    assert keys.current().primary == first
    due = find_due_changes(keys.current(), NOON + 30 * DAY)
    assert not due, "age does not undo what a person did"


def test_a_retired_key_is_no_longer_published_and_its_files_stay(keys, files):
    first = keys.current().primary
    keys.roll(NOON + DAY, urgent=True)
    keys.retire(first.facts.thumbprint[:8])

    assert len(keys.current().keys) == 1
    assert first.key_path.exists()
    assert KeyFiles(first.key_path, first.certificate_path).read() == keys.current()


def test_the_key_that_signs_is_never_retired(keys):
    primary = keys.current().primary.facts.thumbprint
    keys.roll(NOON + DAY)

    with pytest.raises(NoSuchKey) as refused:
        keys.retire(primary)

    assert refused.value.code == "key_signs"
    assert keys.current().primary.facts.thumbprint == primary


@pytest.mark.parametrize("thumbprint", [None, "", "ab", "0" * 64])
@pytest.mark.parametrize("change", ["promote", "retire"])
def test_a_key_that_there_is_not_changes_nothing(keys, change, thumbprint):
    before = keys.current()
    if thumbprint is not None:
        before = keys.roll(NOON + DAY)

    with pytest.raises(NoSuchKey):
        getattr(keys, change)(thumbprint)

    assert keys.current() == before


def test_there_are_two_keys_at_most(keys):
    keys.roll(NOON + DAY)
    with pytest.raises(NoSuchKey, match="already"):
        keys.roll(NOON + 2 * DAY)

    keys.promote()
    keys.roll(NOON + 3 * DAY)
    assert len(keys.current().keys) == 2


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("rsa", "rsa-sha256"), ("ecdsa", "ecdsa-sha256"), (None, "ecdsa-sha256")],
)
def test_the_next_key_is_of_the_kind_asked_for_else_as_before(keys, kind, algorithm):
    assert keys.roll(NOON + DAY, kind=kind).next.key.algorithm.endswith(algorithm)


def test_all_files_are_readable_by_their_owner_alone(keys, files):
    keys.roll(NOON + DAY)
    keys.promote()

    assert {stat.S_IMODE(path.stat().st_mode) for path in files.folder.iterdir()} == {0o600}
    assert not [path for path in files.folder.iterdir() if path.name.startswith(".")]


def test_a_server_that_runs_sees_a_change_at_once(keys, files):
    elsewhere = SigningKeys(KeyFiles(files.folder / "signing.key", files.folder / "signing.crt"))

    for change in (lambda: keys.roll(NOON + DAY), keys.promote, keys.retire):
        assert change() == elsewhere.current()


def test_of_many_that_roll_at_once_one_does(keys, files):
    def roll(_: int) -> str:
        own = SigningKeys(KeyFiles(files.folder / "signing.key", files.folder / "signing.crt"))
        try:
            own.roll(NOON + DAY)
        except NoSuchKey as refused:
            return refused.code
        return "rolled"

    with ThreadPoolExecutor(8) as many:
        assert sorted(many.map(roll, range(8))) == ["key_is_pending"] * 7 + ["rolled"]
    assert len(list(files.folder.glob("*.key"))) == 2


@pytest.mark.parametrize("text", ["", "[]", '{"keys": []}', '{"keys": [{"key": "../a"}]}', "{"])
def test_a_broken_list_is_refused_at_start_and_a_running_server_keeps_its_keys(files, text):
    told: list[str] = []
    running = SigningKeys(files, on_fault=lambda error: told.append(error.code))
    before = running.current()

    (files.folder / "signing.keys.json").write_text(text)

    assert running.current() == running.current() == before
    assert told == ["bad_signing_key"]
    with pytest.raises(BadSigningKey):
        SigningKeys(files)


def test_the_list_names_no_file_elsewhere(files, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    create_signing_key(other / "a.key", other / "a.crt", common_name="x", now=NOON, kind="ecdsa")
    listed = f'{{"keys": [{{"key": "{other}/a.key", "certificate": "{other}/a.crt"}}]}}'
    (files.folder / "signing.keys.json").write_text(listed)

    with pytest.raises(BadSigningKey):
        files.read()


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_keys_are_encrypted_where_there_is_a_passphrase(tmp_path, kind):
    paths = tmp_path / "signing.key", tmp_path / "signing.crt"
    secret = b"correct horse"
    create_signing_key(*paths, common_name="x", now=NOON, kind=kind, passphrase=secret)
    keys = SigningKeys(KeyFiles(*paths, secret))
    keys.roll(NOON + DAY, urgent=True)

    for path in tmp_path.glob("*.key"):
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert keys.current().primary.key.sign(b"data")
    for wrong in (None, b"wrong"):
        with pytest.raises(BadSigningKey):
            KeyFiles(*paths, wrong).read()


AGES = [
    # days before the end   what is due with one key alone
    (365,                   DueChanges()),
    (20.01,                 DueChanges()),
    (20,                    DueChanges(roll=True)),
    (2.01,                  DueChanges(roll=True)),
    (2,                     DueChanges(roll=True, promote=True)),
    (-1,                    DueChanges(roll=True, promote=True)),
]  # fmt: skip


@pytest.mark.parametrize(("left", "expected"), AGES)
def test_a_key_alone_is_followed_in_time(keys, left, expected):
    assert find_due_changes(keys.current(), LAST - left * DAY) == expected


@pytest.mark.parametrize(
    ("made", "at", "promoted"),
    [(20, 15.01, False), (20, 15, True), (4, 2.01, False), (4, 2, True), (300, 295, True)],
)
def test_the_next_key_signs_once_published_long_enough(keys, made, at, promoted):
    keys.roll(LAST - made * DAY)

    assert find_due_changes(keys.current(), LAST - at * DAY) == DueChanges(promote=promoted)


def test_a_whole_life_goes_by_itself(keys):
    first = keys.current().primary
    told = []
    for day in range(400):
        done = keys.act_on_age(NOON + day * DAY)
        told += [(day, done)] if done else []
        assert keys.current().primary.facts.not_after > NOON + day * DAY

    assert told == [
        (345, DueChanges(roll=True)),
        (350, DueChanges(promote=True)),
        (365, DueChanges(retire=True)),
    ]
    assert first not in keys.current().keys


def test_the_age_of_keys_is_checked_when_due_and_only_where_that_is_configured(files):
    SigningKeys(files, automatic=False).check(LAST)
    assert SigningKeys(files).current().secondary is None

    keys = SigningKeys(files)
    keys.check(NOON)
    keys.check(LAST)
    assert keys.current().secondary is None, "an hour has not gone by"
    SigningKeys(files).check(LAST)
    assert keys.current().primary.facts.not_before == LAST


def test_a_folder_that_cannot_be_written_is_logged_and_stops_no_sign_in(files):
    told: list[TallystickError] = []
    keys = SigningKeys(files, on_fault=told.append)
    (files.folder / "signing.keys.lock").mkdir()

    keys.check(LAST)

    assert [type(each) for each in told] == [KeyFileError]
    assert keys.current().secondary is None

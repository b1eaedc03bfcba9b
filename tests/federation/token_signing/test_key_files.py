from __future__ import annotations

import os
import stat

import pytest
from cryptography import x509
from support.clock import NOON

from adapter.errors import TallystickError
from idp.federation.token_signing.key_files import create_signing_key, load_signing_key
from idp.federation.token_signing.private_files import (
    KeyFileError,
    read_private_file,
    replace_private_file,
    write_private_file,
)


@pytest.fixture
def key_paths(tmp_path):
    folder = tmp_path / "keys"
    return folder / "signing.key", folder / "signing.crt"


def test_a_new_key_is_loaded_again_and_signs(key_paths):
    created = create_signing_key(
        *key_paths, common_name="ADFS Signing - sts.example.test", now=NOON
    )
    loaded = load_signing_key(*key_paths)

    assert loaded.certificate == created.certificate
    assert loaded.sign(b"data") == created.sign(b"data")
    certificate = x509.load_pem_x509_certificate(key_paths[1].read_bytes())
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 365


def test_every_file_that_is_replaced_keeps_its_owner_and_mode(tmp_path):
    owner = 12345 if os.geteuid() == 0 else os.geteuid()
    path = tmp_path / "list"
    write_private_file(path, b"before")
    os.chown(path, owner, -1)
    path.chmod(0o640)

    replace_private_file(path, b"after")

    assert path.read_bytes() == b"after"
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (owner, 0o640)


def test_a_link_in_the_place_of_a_file_opens_the_new_one_to_nobody(tmp_path):
    (tmp_path / "open").write_text("of others")
    (tmp_path / "open").chmod(0o666)
    path = tmp_path / "list"
    path.symlink_to(tmp_path / "open")

    replace_private_file(path, b"after")

    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert (tmp_path / "open").read_text() == "of others"


def test_in_a_folder_of_everybody_a_file_is_given_to_nobody(tmp_path):
    path = tmp_path / "list"
    path.write_text("put there by anybody")
    path.chmod(0o666)
    os.chown(path, 12345 if os.geteuid() == 0 else os.geteuid(), -1)
    tmp_path.chmod(0o1777)

    replace_private_file(path, b"after")

    after = path.stat()
    assert (after.st_uid, stat.S_IMODE(after.st_mode)) == (os.geteuid(), 0o600)


def test_key_files_are_their_owners_alone_whatever_the_umask(key_paths):
    before = os.umask(0)
    try:
        create_signing_key(*key_paths, common_name="x", now=NOON)
    finally:
        os.umask(before)

    assert {stat.S_IMODE(path.stat().st_mode) for path in key_paths} == {0o600}
    assert sorted(path.name for path in key_paths[0].parent.iterdir()) == [
        "signing.crt",
        "signing.key",
    ]


@pytest.mark.parametrize("there", [0, 1])
def test_no_file_is_ever_overwritten(key_paths, there):
    key_paths[there].parent.mkdir()
    key_paths[there].write_text("precious")

    with pytest.raises(KeyFileError, match="there already"):
        create_signing_key(*key_paths, common_name="x", now=NOON)

    assert [path.read_text() for path in key_paths if path.exists()] == ["precious"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o777])
def test_a_key_that_others_can_read_or_change_is_refused(key_paths, mode):
    create_signing_key(*key_paths, common_name="x", now=NOON)
    key_paths[0].chmod(mode)

    with pytest.raises(KeyFileError) as refused:
        load_signing_key(*key_paths)

    assert refused.value.code == "key_file_is_open"


def test_a_key_of_another_certificate_is_refused(key_paths, tmp_path):
    create_signing_key(*key_paths, common_name="x", now=NOON)
    others = tmp_path / "other.key", tmp_path / "other.crt"
    create_signing_key(*others, common_name="y", now=NOON)

    with pytest.raises(TallystickError, match="do not belong together"):
        load_signing_key(key_paths[0], others[1])


def test_a_missing_key_is_reported_with_its_name(key_paths):
    with pytest.raises(KeyFileError, match=r"signing\.crt"):
        load_signing_key(*key_paths)


def test_a_private_file_is_written_once(tmp_path):
    path = tmp_path / "deep" / "secret"
    write_private_file(path, b"one")

    with pytest.raises(KeyFileError):
        write_private_file(path, b"two")

    assert read_private_file(path) == b"one"
    assert list(path.parent.iterdir()) == [path]

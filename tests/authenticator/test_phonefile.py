"""The file of a phone holds keys: it is private, whole, and never half written."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from idp.authenticator.phonefile import Account, PhoneFile, PhoneFileError, new_key, pem

ACCOUNT = Account(
    server="https://sts.example.test",
    user="alice@example.test",
    issuer="sts.example.test",
    device_id="device-1",
    device_name="Terminal",
    platform="android",
    app_version="6.2111.7701",
    private_key=pem(new_key()),
)


@pytest.fixture
def file(tmp_path):
    return PhoneFile(tmp_path / "alice.phone")


def test_an_account_comes_back_with_its_key(file):
    file.add(ACCOUNT)
    assert file.accounts() == (ACCOUNT,)
    assert pem(file.accounts()[0].key) == ACCOUNT.private_key


def test_the_file_is_its_owners_alone(file):
    file.add(ACCOUNT)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_what_a_failed_test_prints_of_an_account_holds_no_secret():
    shown = repr(replace(ACCOUNT, seed="JBSWY3DPEHPK3PXP"))
    assert "PRIVATE KEY" not in shown
    assert "JBSWY3DPEHPK3PXP" not in shown


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_touch_is_refused(file, mode):
    file.add(ACCOUNT)
    file.path.chmod(mode)
    with pytest.raises(PhoneFileError, match="chmod 600"):
        file.accounts()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "null", '{"accounts": [{}]}', '{"accounts": [1]}', "\xff", "[" * 100_000],
)
def test_a_file_that_is_not_of_a_phone_is_one_clear_error(file, content):
    file.path.write_text(content, encoding="latin-1")
    file.path.chmod(0o600)
    with pytest.raises(PhoneFileError, match="not the file of a phone"):
        file.accounts()


def test_a_file_of_a_newer_version_is_read(file):
    file.add(ACCOUNT)
    text = file.path.read_text().replace('"user"', '"colour": "red", "user"')
    file.path.write_text(text)
    assert file.accounts() == (ACCOUNT,)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(file, monkeypatch):
    file.add(ACCOUNT)
    before = file.path.read_text()

    def no_space(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        file.add(ACCOUNT)
    assert file.path.read_text() == before
    assert list(file.path.parent.iterdir()) == [file.path]

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
def phone_file(tmp_path):
    return PhoneFile(tmp_path / "alice.phone")


def test_an_account_comes_back_with_its_key(phone_file):
    phone_file.add(ACCOUNT)
    assert phone_file.accounts() == (ACCOUNT,)
    assert pem(phone_file.accounts()[0].key) == ACCOUNT.private_key


def test_the_file_is_readable_by_its_owner_alone(phone_file):
    phone_file.add(ACCOUNT)
    assert stat.S_IMODE(phone_file.path.stat().st_mode) == 0o600


def test_the_repr_of_an_account_holds_no_secret():
    shown = repr(replace(ACCOUNT, seed="JBSWY3DPEHPK3PXP"))
    assert "PRIVATE KEY" not in shown
    assert "JBSWY3DPEHPK3PXP" not in shown


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_touch_is_refused(phone_file, mode):
    phone_file.add(ACCOUNT)
    phone_file.path.chmod(mode)
    with pytest.raises(PhoneFileError, match="chmod 600"):
        phone_file.accounts()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "null", '{"accounts": [{}]}', '{"accounts": [1]}', "\xff", "[" * 100_000],
)
def test_a_file_that_is_not_of_a_phone_is_one_clear_error(phone_file, content):
    phone_file.path.write_text(content, encoding="latin-1")
    phone_file.path.chmod(0o600)
    with pytest.raises(PhoneFileError, match="not the file of a phone"):
        phone_file.accounts()


def test_a_file_of_a_newer_version_is_read(phone_file):
    phone_file.add(ACCOUNT)
    text = phone_file.path.read_text().replace('"user"', '"colour": "red", "user"')
    phone_file.path.write_text(text)
    assert phone_file.accounts() == (ACCOUNT,)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(phone_file, monkeypatch):
    phone_file.add(ACCOUNT)
    before = phone_file.path.read_text()

    def no_space(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        phone_file.add(ACCOUNT)
    assert phone_file.path.read_text() == before
    assert list(phone_file.path.parent.iterdir()) == [phone_file.path]

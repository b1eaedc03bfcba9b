"""``tallystick admin token``: a lost administrator's token is replaced, and nothing else opens."""

from __future__ import annotations

import json
import os
import stat

import pytest

from idp.management.admin_token import AdminTokenError, digest_line, holds_digest, read_token

LOST = "a-token-that-somebody-has-lost"


@pytest.fixture
def token_file(farm_folder):
    """The file that the server's configuration names."""
    return farm_folder / "admin.token"


@pytest.mark.parametrize("content", [digest_line(LOST), f"{LOST}\n", None, "short"])
def test_a_new_token_is_good_at_once_and_the_former_one_is_not(done, token_file, content):
    token_file.unlink(missing_ok=True)
    if content:
        token_file.write_text(content)
        token_file.chmod(0o600)

    answer = json.loads(done("admin", "token", "--new", "--json"))

    token = read_token(token_file)
    assert token.matches(answer["admin_token"])
    assert not token.matches(LOST)
    assert answer["admin"].endswith("/admin/")
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    # The token itself is only stored where it was: in the folder of a demo.
    assert holds_digest(token_file) == (content is None or content.startswith("sha256:"))


def test_a_new_token_keeps_the_owner_and_the_mode_of_the_file_that_it_replaces(done, token_file):
    """The command is often run as root, and the server is not."""
    token_file.write_text(digest_line(LOST))
    token_file.chmod(0o640)
    owner = (12345, 12346) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(token_file, *owner)

    done("admin", "token", "--new")

    made = token_file.stat()
    assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (*owner, 0o640)


def test_a_token_where_there_was_none_belongs_to_the_owner_of_the_folder(done, token_file):
    token_file.unlink(missing_ok=True)
    before = token_file.parent.stat()
    owner = 12345 if os.geteuid() == 0 else os.geteuid()
    os.chown(token_file.parent, owner, -1)

    done("admin", "token", "--new")

    assert (token_file.stat().st_uid, stat.S_IMODE(token_file.stat().st_mode)) == (owner, 0o600)
    os.chown(token_file.parent, before.st_uid, -1)


def test_two_new_tokens_differ(done):
    first, second = (json.loads(done("admin", "token", "--new", "--json")) for _ in range(2))

    assert first["admin_token"] != second["admin_token"]


def test_without_new_the_token_stays_and_only_its_file_is_shown(done, token_file):
    token_file.write_text(digest_line(LOST))

    shown = json.loads(done("admin", "token", "--json"))

    assert (shown["content"], "admin_token" in shown) == ("digest", False)
    assert token_file.name in done("admin", "token")
    assert token_file.read_text() == digest_line(LOST)


def test_a_file_that_cannot_be_used_is_told_with_the_way_out(refused, token_file):
    token_file.write_text("short")
    token_file.chmod(0o600)

    assert "tallystick admin token --new" in refused("admin", "token")


def test_without_the_setting_there_is_nothing_to_replace(refused, farm_folder):
    config = farm_folder / "tallystick.toml"
    text = config.read_text()
    config.write_text(text.replace('admin_token_file = "admin.token"', ""))

    for options in ((), ("--new",)):
        assert "server.admin_token_file" in refused("admin", "token", *options)


def test_a_token_that_is_never_written_is_never_accepted(token_file):
    token_file.unlink(missing_ok=True)

    with pytest.raises(AdminTokenError, match="admin token --new"):
        read_token(token_file)

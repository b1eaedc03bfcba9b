"""The administrator's token and its file."""

from __future__ import annotations

import hashlib

import pytest

from idp.management.admin_token import AdminTokenError, read_token

TOKEN = "a-token-of-at-least-twenty-characters"


@pytest.fixture
def token_file(tmp_path):
    def write(text: str, mode: int = 0o600):
        path = tmp_path / "admin.token"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def test_a_file_may_hold_the_token(token_file):
    token = read_token(token_file(TOKEN + "\n"))

    assert token.matches(TOKEN)
    assert not token.matches(TOKEN + "x")
    assert not token.matches("")


def test_a_file_may_hold_the_digest_alone_and_then_be_readable_by_others(token_file):
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()

    token = read_token(token_file(f"sha256:{digest}", mode=0o644))

    assert token.matches(TOKEN)
    assert not token.matches(digest)
    assert not token.matches(f"sha256:{digest}")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_token_that_others_can_read_is_refused(token_file, mode):
    with pytest.raises(AdminTokenError, match="0600"):
        read_token(token_file(TOKEN, mode))


@pytest.mark.parametrize("text", ["", "\n", "short", "sha256:abc"])
def test_a_token_that_could_be_guessed_is_refused(token_file, text):
    with pytest.raises(AdminTokenError, match="shorter"):
        read_token(token_file(text))


def test_without_a_file_there_is_no_token(tmp_path):
    for path in (None, tmp_path / "missing", tmp_path):
        with pytest.raises(AdminTokenError):
            read_token(path)


def test_an_error_never_holds_what_is_in_the_file(token_file):
    with pytest.raises(AdminTokenError) as caught:
        read_token(token_file("too short secret"))

    assert "secret" not in str(caught.value)


def test_text_that_is_no_unicode_matches_nothing(token_file):
    assert not read_token(token_file(TOKEN)).matches("\udc80")

"""Who tries names learns nothing of which there are: not by what is said, nor by how long it takes.

What is said is the same for every failure: ``tests/signin/test_passwords.py``.
"""

from __future__ import annotations

from dataclasses import replace

import argon2
import pytest

from idp.app import create_app
from idp.directory import Directory, PasswordHasher
from idp.store.users import SqlUserStore

AS_SERVE_HASHES = "$argon2id$v=19$m=19456,t=2,p=1$"
"""19 MiB and two passes: all but a fifth of what a failure takes."""

TRIES = {
    "wrong password": ("user@example.test", "wrong"),
    "unknown user": ("nobody@example.test", "wrong"),
    "unknown domain": ("OTHER\\user", "wrong"),
    "no name": ("", "wrong"),
    "a name that is none": ("@", "wrong"),
    "disabled, right password": ("disabled@example.test", "correct horse"),
    "disabled, wrong password": ("disabled@example.test", "wrong"),
    "locked, right password": ("locked@example.test", "correct horse"),
    "locked, wrong password": ("locked@example.test", "wrong"),
    "no password": ("user@example.test", ""),
    "257 characters": ("user@example.test", "x" * 257),
    "a megabyte": ("user@example.test", "x" * 1_000_000),
    "a megabyte, unknown user": ("nobody@example.test", "x" * 1_000_000),
}


@pytest.fixture
def compared(monkeypatch):
    """Return the hashes that the library compares with a password, as they are compared."""
    stored: list[str] = []
    verify = argon2.PasswordHasher.verify

    def noting(self, known: str | bytes, password: str | bytes) -> bool:
        stored.append(str(known))
        return verify(self, known, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noting)
    return stored


@pytest.fixture
def fail(federation, easy):
    """Try to sign in where it fails, with passwords as serve has them."""
    services = federation.services
    directory = Directory(SqlUserStore(services.database), services.clock, PasswordHasher())
    directory.set_password("user@example.test", "correct horse")
    for name in ("disabled@example.test", "locked@example.test"):
        directory.add(name, "correct horse")
    directory.disable("disabled@example.test")
    for _ in range(10):
        directory.check_password("locked@example.test", "wrong")
    app = create_app(services.config, services=replace(services, directory=directory))
    client, target = app.test_client(), easy.url().removeprefix(federation.url)

    def fail(name: str, password: str) -> None:
        answer = client.post(target, data={"UserName": name, "Password": password})
        assert answer.status_code == 200
        assert "passwordInput" in answer.text

    return fail


@pytest.mark.parametrize(("name", "password"), TRIES.values(), ids=TRIES)
def test_every_failure_compares_the_password_with_one_hash(fail, compared, name, password):
    compared.clear()

    fail(name, password)

    [stored] = compared
    assert stored.startswith(AS_SERVE_HASHES)

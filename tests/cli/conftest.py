"""The command line in this process, on the folder of a server."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.phones.phone_host import PhoneHost
from support.phones.phone_terminal import Terminal
from support.service_providers.metadata_parts import metadata
from support.staff_policy import POLICY, TRUST
from support.users import ALICE, PASSWORD

from idp import cli

Tally = Callable[..., Result]


@pytest.fixture
def tally(farm_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tally:
    """Run ``tallystick`` in the server's folder; ``typed`` is what a person types unseen."""
    monkeypatch.chdir(farm_folder)

    def run(*args: str, typed: tuple[str, ...] = (), **options: object) -> Result:
        answers = iter(typed)
        monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
        return CliRunner().invoke(cli.main, list(args), **options)

    return run


@pytest.fixture
def done(tally: Tally) -> Callable[..., str]:
    """The same where it must succeed: returns what it printed."""

    def run(*args: str, **options: object) -> str:
        result = tally(*args, **options)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def refused(tally: Tally) -> Callable[..., str]:
    """The same where it must be refused, in one line: returns that line."""

    def run(*args: str, **options: object) -> str:
        result = tally(*args, **options)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        assert result.stderr.startswith("tallystick: ")
        assert result.stderr.count("\n") == 1
        return result.stderr

    return run


@pytest.fixture
def services_with_policy(farm_folder, services):
    (farm_folder / "staff.toml").write_text(POLICY)
    services.directory.add("alice@example.test", "password", groups=["Root"])
    services.directory.add("bob@example.test", "password")
    services.trusts.add(metadata().encode())
    return services


@pytest.fixture
def tried(tally: Tally) -> Callable[..., tuple[int, dict]]:
    """Simulate the access of a user to the trust: returns exit code and what was told."""

    def run(user: str, *options: str) -> tuple[int, dict]:
        result = tally("access", "test", TRUST, "--user", user, "--json", *options)
        return result.exit_code, json.loads(result.stdout)

    return run


@pytest.fixture
def device_key() -> bytes:
    """The public key of a phone."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def alice(done):
    done("user", "add", ALICE, "--password-stdin", input=f"{PASSWORD}\n")
    return ALICE


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal whose phone has no account yet."""
    return Terminal(tmp_path / "terminal.phone")


@pytest.fixture
def alices(phone_host: PhoneHost, terminal: Terminal) -> Terminal:
    """A terminal that is Alice's phone."""
    assert terminal("activate", phone_host.activation_url()).exit_code == 0
    return terminal

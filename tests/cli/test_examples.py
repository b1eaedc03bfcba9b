"""The example at the end of each command's help works as it stands there."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pyotp
import pytest
from support import adfs_exports
from support.nets import NET_SECONDS
from support.service_providers.metadata_parts import SP_ID, entities, metadata

from adapter.mfa.codes.hardware import NewToken
from idp import cli
from idp.audit.changes import COMMAND, Actor, ChangeQuery
from idp.cli.context import ADMINISTRATOR, CommandWithExample
from idp.federation.access_control.policy_file import read_policy
from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.federation.token_signing.configured import open_signing_keys
from idp.management import nodes
from idp.nps.registry import KEY
from idp.services import Services
from idp.session.api_tokens import ApiToken

OURS = (
    "access", "adapters", "admin", "config", "connect", "doctor", "faults", "init", "keys", "log",
    "nps", "policy", "preview",
    "server", "sp", "user",
)  # fmt: skip
"""The commands that act on a server's folder and need nothing that runs."""

CHANGES = {
    "access assign": "trust.set",
    "access mfa": "access.mfa",
    "access remove": "access.remove",
    "access set": "access.set",
    "adapters enable": "adapter.enable",
    "adapters register": "adapter.register",
    "adapters unregister": "adapter.unregister",
    "admin token add": "api_token.add",
    "admin token revoke": "api_token.revoke",
    "admin token show": "admin.token",
    "config apply": ("configuration.apply", "node.set"),
    "config import-adfs": ("configuration.apply", "access.set", "trust.add"),
    "keys promote": "key.promote",
    "keys retire": "key.retire",
    "keys roll": "key.roll",
    "nps client add": "nps_client.set",
    "nps client remove": "nps_client.remove",
    "nps import": "nps.set",
    "nps remove": "nps.remove",
    "nps restart": "nps.restart",
    "nps set": "nps.set",
    "policy import": "policy.set",
    "policy set": "policy.set",
    "server import": "node.set",
    "server remove": "node.remove",
    "server rename": "node.rename",
    "server set": "node.set",
    "server undo": ("farm.undo", "node.set"),
    "sp add": "trust.add",
    "sp claims import": "trust.set",
    "sp claims remove": "trust.set",
    "sp claims set": "trust.set",
    "sp fault": "trust.fault",
    "sp refresh": "trust.accept",
    "sp remove": "trust.remove",
    "sp set": "trust.set",
    "user activate": "user.activate",
    "user add": "user.add",
    "user block": "user.block",
    "user disable": "user.disable",
    "user dismiss-risk": "user.dismiss_risk",
    "user enable": "user.enable",
    "user import": "user.add",
    "user methods add": "user.code_app_add",
    "user methods default": "user.method_default",
    "user methods remove": "user.method_remove",
    "user methods rename": "user.method_rename",
    "user nt-hash": ("user.nt_hash_want", "user.nt_hash_drop"),
    "user pass": ("user.pass", "user.pass_remove"),
    "user passwd": "user.passwd",
    "user remove": "user.remove",
    "user rename": "user.rename",
    "user reset": "user.reset",
    "user set": "user.set",
    "user sign-out": "user.sign_out",
    "user tokens activate": "token.activate",
    "user tokens add": "token.add",
    "user tokens import": "token.add",
    "user unblock": "user.unblock",
    "user unlock": "user.unlock",
}
"""What each command that changes something leaves in the audit log."""

CHANGE_NOTHING = {
    "access list", "access show", "access test", "adapters check", "adapters list", "adapters new",
    "adapters show", "admin audit", "admin token list", "config diff", "config export",
    "config show", "connect", "doctor", "faults list", "init", "keys export", "keys list",
    "keys rollover", "log",
    "nps client list", "nps list", "nps run", "policy diff", "policy export",
    "policy show", "preview", "server history", "server list", "server what-if",
    "sp claims show", "sp claims test", "sp list", "sp show", "user list", "user methods show",
    "user show", "user tokens list",
}  # fmt: skip

READ_ONLY = (
    "tallystick sp refresh",
    "tallystick admin token show",
    "tallystick config import-adfs trusts.json policies.json --write adfs.toml",
)
"""Lines that change nothing of commands that do."""

RUN_UNTIL_THEY_ARE_ENDED = ("nps run",)
"""Those that are tested as processes (``tests/radius/test_processes.py``)."""

NEVER = datetime(2100, 1, 1, tzinfo=UTC)
SECRET = "A" * 32
"""What a hardware token, or the app of a user, makes its codes of."""

OUR_RULES = adfs_exports.rule(adfs_exports.ALWAYS)
CONFIGURATION_FILE = 'format = 1\n[[nodes]]\nname = "sts1"\nbuild = "20348.350"\n'

ADAPTER = """\
from adapter.entra_mfa import AzureMfaAuthentication


class BadgeAdapter(AzureMfaAuthentication):
    pass
"""


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), f"{path} {name}".strip())
    else:
        yield path, command


EXAMPLES = {
    f"{path}: {line}": line
    for path, command in commands(cli.main, "")
    if path.split()[0] in OURS and path not in RUN_UNTIL_THEY_ARE_ENDED
    for line in command.example.splitlines()
}


@pytest.fixture
def server_folder(farm_folder: Path, services, monkeypatch) -> Path:
    """A server that has what the examples speak of."""
    for name, content in {
        "sp-metadata.xml": metadata(),
        "federation.xml": entities(metadata(), metadata("urn:other")),
        "AzureMfa.reg": f"REGEDIT4\n[{KEY}]\n",
        "secret.txt": f"{SECRET}\n",
        "policy.json": '{"id": "SoftwareOath", "state": "disabled"}',
        "nodes.csv": "name,build\nsts1,20348.350\n",
        "outside.txt": "",
        "rules.txt": "c:[] => issue(claim = c);",
        "rules.toml": '[[claim_rules]]\npass = "upn"\n',
        "trusts.json": json.dumps([adfs_exports.trust()]),
        "policies.json": json.dumps([adfs_exports.policy("Ours", OUR_RULES)]),
        "staff.toml": '[[permit]]\ngroups = ["Staff"]\n',
        "tokens.csv": "upn,serial number,secret key,time interval\n"
        f"alice@example.test,1,{SECRET},60\n",
        "users.csv": "name,password,display_name,email,groups\nbob@example.test,secret,,,\n",
    }.items():
        (farm_folder / name).write_text(content)
    package = farm_folder / "badges"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "adapter.py").write_text(ADAPTER)
    monkeypatch.syspath_prepend(farm_folder)
    services.farm.set_build("sts1", "20348.349", "test")
    (farm_folder / "configuration.toml").write_text(CONFIGURATION_FILE)
    services.farm.set_build("sts3", "14393.4704", "test")
    return farm_folder


@pytest.fixture
def prepared(server_folder: Path, services, request: pytest.FixtureRequest, monkeypatch) -> None:
    """What the example needs to be there; not what it makes itself."""
    line = request.node.callspec.params["line"]
    if " undo " in line:
        acting = services.acting(lambda: Actor("test", ADMINISTRATOR, COMMAND))
        nodes.set_builds(acting, ("sts1", "sts3"), "20348.350")
    if " config diff configuration.toml" in line:
        services.farm.set_build("sts1", "20348.350", "test")  # it would change nothing
    if " nps " in line and " nps set nps1 1" not in line:
        services.nps.set_host("nps1", "test", version="1.2.2216.1")
    if " client remove " in line:
        services.nps.add_client("nps1", "192.0.2.7", "test", secret=SECRET)
    if (" user " in line and " user add " not in line) or " preview alice" in line:
        services.directory.add("alice@example.test", "password")
    if any(f" methods {verb} " in line for verb in ("remove", "default", "rename")):
        services.mfa.codes.register("alice@example.test", SECRET)
    if " tokens activate " in line:
        services.mfa.codes.add_tokens([NewToken("alice@example.test", "1234", SECRET)])
    if " methods add " in line:
        monkeypatch.setattr(pyotp, "random_base32", lambda: SECRET)
    if " sp " in line and " add " not in line:
        services.trusts.add(metadata().encode())
    if " sp fault " in line:
        monkeypatch.setenv("TALLYSTICK__TESTING__ALLOW_FAULTS", "true")
    if "--accept" in line:
        held = PendingUpdate(metadata().encode(), ("for an example",))
        services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))
    if " claims test " in line:
        services.directory.add("alice@example.test", "password")
    if "keys promote" in line or "keys retire" in line:
        open_signing_keys(services.config).roll(services.clock.now(), kind="ecdsa")
    if line.startswith("tallystick access "):
        services.access.set(read_policy("Staff", {"permit": [{"groups": ["Staff"]}]}))
        services.directory.add("alice@example.test", "password")
        services.trusts.add(metadata().encode())
    if " token revoke " in line:
        token = ApiToken("monitoring", "auditor", services.clock.now(), "test", NEVER)
        services.api_tokens.add(token, "")
    if " unregister " in line:
        services.providers.register("Badge", "badges.adapter:BadgeAdapter")


@pytest.mark.parametrize("line", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_works(line, prepared, done, server_folder, services, request):
    if "|" in line:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(  # noqa: S603 - our own example
            ["/bin/sh", "-c", line],
            cwd=server_folder,
            env={**os.environ, "PATH": path, "PASSWORD": "secret", "SECRET": SECRET},
            check=True,
            timeout=NET_SECONDS,
        )
    else:
        program, *args = shlex.split(line)
        assert program == "tallystick"
        code = pyotp.TOTP(SECRET).now()
        typed = (SECRET,) if "tokens" in args else ("password", "password")
        done(*(code if arg == "123456" else arg for arg in args), typed=typed, input=f"{code}\n")

    must_be_recorded(line, request.node.callspec.id, services)


def must_be_recorded(line: str, name: str, services: Services) -> None:
    """Check that the command of an example has left an entry, unless the line changes nothing."""
    entries = services.changes.store.newest(ChangeQuery(), 10)
    path = next(path for path, _ in commands(cli.main, "") if name.startswith(f"{path}: "))
    is_rehearsal = "--dry-run" in line or line in READ_ONLY
    if path in CHANGE_NOTHING or is_rehearsal:
        assert entries == ()
        return
    verbs = CHANGES[path] if isinstance(CHANGES[path], tuple) else (CHANGES[path],)
    assert {entry.verb for entry in entries} <= set(verbs)
    assert entries
    assert all((entry.actor.via, entry.actor.role) == (COMMAND, ADMINISTRATOR) for entry in entries)
    assert not any(secret in str(entry) for entry in entries for secret in (SECRET, "password'"))


def test_every_command_is_known_to_change_something_or_not():
    paths = {path for path, _ in commands(cli.main, "") if path.split()[0] in OURS}

    assert paths == {*CHANGES, *CHANGE_NOTHING}


def test_every_command_has_an_example():
    for path, command in commands(cli.main, ""):
        if path.split()[0] in OURS:
            assert isinstance(command, CommandWithExample), path
            assert command.example.startswith("tallystick ") or "| tallystick " in command.example
            assert path in command.example


def test_help_shows_the_example_unwrapped(tally):
    text = tally("sp", "set", "--help").stdout

    assert '\'attributes.https://sp.example.test/role=["staff", "{group}"]\'\n' in text

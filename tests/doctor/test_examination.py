"""The doctor finds nothing wrong with a sound server, and each fault with a code and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import text
from support.servers.server_folder import ADMIN_TOKEN
from support.servers.server_to_break import NOW, ServerToBreak
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.doctor.examination import CHECKS, FEDERATION_CHECKS
from idp.doctor.findings import Level
from idp.federation.access_control.policy_file import read_policy
from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS
from idp.federation.token_signing.key_files import create_signing_key
from idp.saml.keys import new_signing_certificate
from idp.store.engine import Database

YEAR = timedelta(days=365)
SOUND = set(CHECKS) | set(FEDERATION_CHECKS)


def _no_such_host(host: str) -> None:
    raise OSError(host)


def _weak_trust(server: ServerToBreak) -> None:
    """Trust a certificate that has ended."""
    pair = new_signing_certificate("old", NOW - 2 * YEAR)
    body = "".join(pair.certificate.decode().splitlines()[1:-1])
    key = (
        '<md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        "</md:KeyDescriptor>"
    )
    xml = metadata().replace("<md:AssertionConsumerService", f"{key}<md:AssertionConsumerService")
    server.services.trusts.add(xml.encode())


def _trust_that_ends(server: ServerToBreak) -> None:
    until = (NOW + timedelta(days=29)).isoformat()
    xml = metadata().replace(" entityID", f' validUntil="{until}" entityID', 1)
    server.services.trusts.add(xml.encode())


def _misspelt_trust(server: ServerToBreak) -> None:
    flags = 'AuthnRequestsSigned="False" protocolSupportEnumeration'
    server.services.trusts.add(metadata().replace("protocolSupportEnumeration", flags, 1).encode())


def _held_update(server: ServerToBreak) -> None:
    held = PendingUpdate(metadata().encode(), ("a key would be exchanged",))
    server.services.refreshes.save(SP_ID, RefreshState(NOW, held=held))


def _logged_tomorrow(server: ServerToBreak, days: int = 1) -> None:
    at = int((NOW + timedelta(days=days)).timestamp()) * 1_000_000
    with cast(Database, server.services.database).read() as connection:
        columns = [row[1] for row in connection.execute(text("PRAGMA table_info(sign_ins)"))]
    values = {"serial": "1", "at": str(at), "event_id": "1200"}
    cells = ", ".join(values.get(name, "''") for name in columns)
    server.sql(f"INSERT INTO sign_ins VALUES ({cells})")  # noqa: S608 - our own values


def _environment(**changes: object) -> Callable[[ServerToBreak], None]:
    def change(server: ServerToBreak) -> None:
        server.environment = replace(server.environment, **changes)

    return change


def _mode(name: str, mode: int) -> Callable[[ServerToBreak], None]:
    return lambda server: (server.folder / name).chmod(mode)


def _other_key(server: ServerToBreak) -> None:
    paths = server.folder / "other.key", server.folder / "other.crt"
    create_signing_key(*paths, common_name="x", now=NOW, kind="ecdsa")
    paths[1].replace(server.folder / "signing.crt")


def _policy_gone(server: ServerToBreak) -> None:
    server.services.access.set(read_policy("Gone", {"permit": [{}]}))
    server.services.trusts.change_from_text(SP_ID, {"access_control_policy": "Gone"})
    server.sql("DELETE FROM access_control_policies")


def _in_turn(*steps: Callable[[ServerToBreak], object]) -> Callable[[ServerToBreak], None]:
    def take(server: ServerToBreak) -> None:
        for step in steps:
            step(server)

    return take


BROKEN = {
    "config": lambda c: c.file.write_text("nonsense"),
    "config_is_open": _mode("tallystick.toml", 0o666),
    "key_file": lambda c: (c.folder / "secret.key").unlink(),
    "key_file_is_open": _mode("signing.key", 0o644),
    "tls_key_is_open": _in_turn(ServerToBreak.tls, _mode("tls/idp.example.test.key", 0o604)),
    "admin_off": lambda c: (c.folder / "admin.token").unlink(),
    "disk_is_full": _environment(free_bytes=lambda folder: 1000),
    "bad_signing_key": _other_key,
    "signing_key_expired": lambda c: c.signing_key(NOW - YEAR - timedelta(days=1)),
    "signing_key_not_yet_valid": lambda c: c.signing_key(NOW + timedelta(days=1)),
    "bad_tls_certificate": _in_turn(
        ServerToBreak.tls, lambda c: (c.folder / "tls/idp.example.test.crt").write_text("nonsense")
    ),
    "tls_certificate_expired": lambda c: c.tls(began=NOW - 2 * YEAR),
    "tls_certificate_of_another_host": lambda c: c.tls(host="other.example.test"),
    "base_url_without_tls": _in_turn(
        ServerToBreak.tls, lambda c: c.base_url("http://idp.example.test")
    ),
    "bad_store_url": lambda c: c.setting("store", 'url = "sqlite:///missing/tallystick.db"'),
    "database_folder_read_only": _environment(can_write=lambda folder: False),
    "database_is_open": _mode("tallystick.db", 0o644),
    "database_too_new": lambda c: c.sql("UPDATE alembic_version SET version_num = '9999'"),
    "store_unavailable": lambda c: (c.folder / "tallystick.db").write_text("nonsense" * 100),
    "everybody_is_a_proxy": lambda c: c.setting("proxies", 'reverse_proxies = ["0.0.0.0/0"]'),
    "bad_access_control_policy": _policy_gone,
    "clock_is_wrong": _environment(now=lambda: datetime(1970, 1, 1, tzinfo=UTC)),
    "clock_went_back": _logged_tomorrow,
    "no_node": lambda c: c.services.farm.remove("sts1"),
    "adapter_not_loaded": _in_turn(
        lambda c: c.sql("INSERT INTO providers (name, type_name) VALUES ('Gone', 'gone:Gone')"),
        lambda c: c.services.providers.enable(["Gone"]),
    ),
}
"""Codes of level broken, and what causes each."""

WARNINGS = {
    "admin_off": lambda c: c.file.write_text('[server]\nbase_url = "http://idp.example.test"\n'),
    "signing_key_ends": _in_turn(
        lambda c: c.signing_key(NOW - YEAR + timedelta(days=10)),
        lambda c: c.setting("keys", "automatic_rollover = false"),
    ),
    "keys_cannot_be_rolled": _environment(can_write=lambda folder: False),
    "no_tls": lambda c: c.setting("serve", 'bind = "0.0.0.0"'),
    "underscored_headers": lambda c: c.setting("proxies", 'reverse_proxies = ["10.0.0.1"]'),
    "workers_ignored": _in_turn(
        lambda c: c.setting("serve", 'engine = "waitress"'),
        lambda c: c.setting("serve", "workers = 2"),
    ),
    "nobody_gets_in": lambda c: c.services.trusts.change_from_text(
        SP_ID, {"access_control_policy": ""}
    ),
    "no_proxy_believed": lambda c: c.base_url("https://idp.example.test"),
    "tls_certificate_ends": lambda c: c.tls(began=NOW - timedelta(days=380)),
    "no_database": lambda c: (c.folder / "tallystick.db").unlink(),
    "database_is_older": lambda c: c.sql("UPDATE alembic_version SET version_num = '0001'"),
    "host_not_found": _environment(resolve=_no_such_host),
    "build_not_in_table": lambda c: c.services.farm.set_build("sts2", "9600.20000", "test"),
    "no_trust": lambda c: c.services.trusts.remove(SP_ID),
    "weak_certificate": _weak_trust,
    "metadata_ends": _trust_that_ends,
    "metadata_is_odd": _misspelt_trust,
    "update_held": _held_update,
    "metadata_dir_missing": lambda c: c.setting("trusts", 'metadata_dir = "nowhere"'),
    "extranet_is_unknown": lambda c: c.services.trusts.change_from_text(
        SP_ID, {"access_control_policy": "Permit everyone for intranet access"}
    ),
    "lockout_reaches_nobody": _in_turn(
        lambda c: c.setting("lockout", 'mode = "enforce"'),
        lambda c: c.setting("lockout", "extranet_only = true"),
    ),
    "password_change_is_off": _in_turn(
        lambda c: c.services.directory.add("alice@example.test", "x"),
        lambda c: c.services.directory.set_password("alice@example.test", "y", must_change=True),
    ),
    "nt_hashes_kept": _in_turn(
        lambda c: c.services.directory.add("alice@example.test", "x"),
        lambda c: c.services.nt_hashes.want("alice@example.test", "test", NOW),
        lambda c: c.services.directory.check_password("alice@example.test", "x"),
    ),
    "weak_trust": lambda c: c.services.trusts.change_from_text(
        SP_ID, {"signature_algorithm": "rsa-sha1"}
    ),
}
"""Codes of level warning, and what causes each."""


def test_nothing_is_found_in_a_sound_server(server):
    assert {(found.code, found.level) for found in server.findings()} == {
        (code, Level.OK) for code in SOUND
    }


@pytest.mark.parametrize("weak", WEAK_SETTINGS, ids=lambda weak: weak.name)
def test_every_weak_setting_is_found(weak, server):
    server.services.trusts.change_from_text(SP_ID, {weak.name: str(weak.value)})

    [found] = [each for each in server.findings() if each.code == "weak_trust"]

    assert found.level is Level.WARNING
    assert weak.warning in str(found)


def test_nothing_is_found_in_a_sound_server_with_tls(server):
    server.tls()

    assert server.codes(Level.OK) == SOUND


@pytest.mark.parametrize(
    ("level", "code", "break_it"),
    [
        *((Level.BROKEN, code, break_it) for code, break_it in BROKEN.items()),
        *((Level.WARNING, code, break_it) for code, break_it in WARNINGS.items()),
    ],
)
def test_a_fault_is_found_and_has_a_remedy(server, level, code, break_it):
    break_it(server)

    (found, *_more) = [each for each in server.findings() if each.code == code]

    assert found.level is level
    assert found.problem
    assert found.remedy


def test_an_examination_changes_nothing(server):
    server.sql("UPDATE alembic_version SET version_num = '0001'")
    files = [path for path in server.folder.iterdir() if path.suffix != ".db-shm"]
    before = [path.read_bytes() for path in files]
    server.findings()

    assert [path.read_bytes() for path in files] == before


def test_no_secret_is_in_a_finding(server):
    (server.folder / "admin.token").chmod(0o644)

    assert ADMIN_TOKEN not in repr(server.findings())

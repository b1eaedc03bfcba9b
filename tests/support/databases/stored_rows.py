"""The rows of a database: as this version writes them, dumped, loaded, and made a later version's.

Before a release, keep what its version writes; ``tests/store/test_released_rows.py`` reads all that
were kept::

    PYTHONPATH=tests python -m support.databases.stored_rows > tests/store/rows/VERSION.json
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, LargeBinary, text
from support.clock import NOON, SetClock
from support.servers.server_folder import make_keys
from support.service_providers.metadata_parts import metadata
from support.users import ALICE, PASSWORD

from idp.audit.record import SignInRecord
from idp.directory.lockout import Origin
from idp.embedded.phones import give_phone
from idp.federation.access_control.policy_file import read_policy
from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.federation.relying_party.settings import TrustSettings
from idp.saml.validity import Validity
from idp.saml.values import NameID
from idp.services import Services
from idp.session.participants import AskedBy, Issued, LogOut
from idp.store import all_tables
from idp.store.engine import Database
from idp.store.upgrade import HEAD

WIKI, SHOP = "https://wiki.example.test/metadata", "https://shop.example.test/metadata"
TOML_RULES = '[[claim_rules]]\npass = "upn"\n'
LIBRARY = "https://library.example.test/metadata"
LATER = NOON + timedelta(hours=8)
HELD = PendingUpdate(b"<xml/>", ("a signing certificate is gone",), Validity(LATER))

FUTURE = "from_the_next_version"
"""A key, and a column, that no version has."""

Rows = dict[str, list[dict[str, Any]]]

JSON_OBJECTS = (
    # table                       column
    ("trusts",                    "service_provider"),
    ("trusts",                    "settings"),
    ("trusts",                    "terms"),
    ("refreshes",                 "held"),
    ("access_control_policies",   "policy"),
    ("log_outs",                  "asked_by"),
)  # fmt: skip


def write_rows(services: Services, clock: SetClock, folder: Path) -> None:
    """Fill a database by what this version does: a bit of everything that is stored."""
    services.farm.set_build("sts1", "20348.350", by="pytest")
    services.directory.add(ALICE, PASSWORD, display_name="Alice", groups=("Staff", "Readers"))
    services.directory.add("bob@example.test", PASSWORD)
    services.directory.disable("bob@example.test")
    services.directory.check_password("bob@example.test", "wrong")
    services.directory.check_password(ALICE, PASSWORD, Origin(("203.0.113.9",)))
    services.directory.check_password(ALICE, "wrong", Origin(("203.0.113.9",)))
    services.access.set(read_policy("Staff", {"permit": [{"groups": ["Staff"]}]}))
    _add_trusts(services)
    services.policy.set_second_factor("default")
    services.policy.set_additional_rules('=> issue(Type = "urn:x", Value = "y");')
    services.providers.register("Again", "adapter.entra_mfa:AzureMfaAuthentication", b"{}")
    services.providers.enable(["AzureMfaAuthentication"])
    services.persistent_names.persistent(WIKI, ALICE, create=True)
    services.mfa.activations.create(ALICE, totp=True)
    give_phone(services, ALICE, folder / "phone.json")
    _sign_in_and_begin_log_out(services, clock)


def _add_trusts(services: Services) -> None:
    limited = metadata(LIBRARY, "https://library.example.test/acs").replace(
        "<md:EntityDescriptor", '<md:EntityDescriptor validUntil="2034-01-01T00:00:00Z"', 1
    )
    services.trusts.add(
        limited.encode(), settings=TrustSettings(second_factor="never", claim_rules=TOML_RULES)
    )
    services.trusts.add(
        metadata(WIKI, "https://wiki.example.test/acs").encode(),
        settings=TrustSettings(second_factor="never", token_lifetime=30),
        source="wiki.xml",
    )
    services.trusts.add(
        metadata(SHOP, "https://shop.example.test/acs").encode(),
        settings=TrustSettings(
            identifiers=("urn:shop",),
            access_control_policy="Staff",
            additional_authentication_rules=(
                '=> issue(Type = "http://schemas.microsoft.com/claims/authnmethodsreferences",'
                ' Value = "x");'
            ),
            signature_algorithm="rsa-sha1",
            attributes={"urn:role": ("staff", "{group}")},
            notes="ü",
        ),
        source="https://shop.example.test/metadata",
    )
    services.refreshes.save(SHOP, RefreshState(LATER, tried_at=NOON, fetched_at=NOON, held=HELD))


def _sign_in_and_begin_log_out(services: Services, clock: SetClock) -> None:
    record = SignInRecord(clock.now(), 1200, "activity", ALICE, WIKI, outcome="issued")
    services.sign_ins.finish(
        request=(WIKI, "_1"),
        request_expires_at=LATER,
        log=record,
        issued=Issued("root", ALICE, WIKI, NameID(ALICE), "_index", LATER),
    )
    asked_by = AskedBy(WIKI, "_2", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "state")
    services.log_outs.begin(
        LogOut("log-out", ALICE, ("root",), "activity", clock.now(), asked_by, ("elsewhere",)),
        expires_at=LATER,
        sessions_end_by=LATER,
        request_expires_at=LATER,
        log=replace(record, event_id=1206),
    )


def dump(database: Database) -> Rows:
    """Return all rows as they are stored, ready for JSON."""
    rows: Rows = {}
    with database.read() as connection:
        for table in all_tables.metadata.sorted_tables:
            raw = connection.execute(text(f"SELECT * FROM {table.name}")).mappings()  # noqa: S608
            rows[table.name] = [
                {name: _to_json(value, table.c[name].type) for name, value in row.items()}
                for row in raw
            ]
    return rows


def load_rows(database: Database, rows: Rows) -> None:
    """Insert rows that were dumped, whatever this version's tables are."""
    with database.write() as connection:
        for table, kept in rows.items():
            for row in kept:
                columns = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(
                    text(f"INSERT INTO {table} ({columns}) VALUES ({values})"),  # noqa: S608 -- ours
                    {name: _from_json(value) for name, value in row.items()},
                )
            if kept and "serial" in kept[0] and not database.is_sqlite:
                highest = max(row["serial"] for row in kept)
                sequence = f"pg_get_serial_sequence('{table}', 'serial')"
                connection.execute(text(f"SELECT setval({sequence}, {highest})"))


def of_next_version(rows: Rows) -> Rows:
    """Return rows as a later version might write them: with a key more in every JSON object."""
    changed = json.loads(json.dumps(rows))
    for table, column in JSON_OBJECTS:
        for row in changed[table]:
            if row[column]:
                row[column] = json.dumps(_with_future(json.loads(row[column])))
    for row in changed["log_outs"]:
        row["sessions"] = json.dumps([*json.loads(row["sessions"]), ["more"]])
    return changed


def add_columns(database: Database) -> None:
    """Add a column to every table, and a table, as an additive migration does."""
    with database.write() as connection:
        for table in all_tables.metadata.sorted_tables:
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {FUTURE} TEXT"))
        connection.execute(text(f"CREATE TABLE {FUTURE} (x INTEGER)"))


def _with_future(value: dict[str, Any]) -> dict[str, Any]:
    """Add the key, also to the objects of lists, but not to claim rules and conditions."""
    return {
        name: [_with_future(x) if isinstance(x, dict) and "location" in x else x for x in each]
        if isinstance(each, list)
        else each
        for name, each in value.items()
    } | {FUTURE: {"a": [1]}}


def _to_json(value: Any, kind: object) -> Any:
    if isinstance(value, (bytes, memoryview)) and isinstance(kind, LargeBinary):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    return bool(value) if isinstance(kind, Boolean) else value


def _from_json(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def main() -> None:
    """Write the rows that this version makes, as JSON."""
    clock = SetClock(NOON)
    from support.servers.stored_server import StoredServer

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_keys(folder)
        opened: list[Callable[[], None]] = []
        server = StoredServer(folder, f"sqlite:///{folder}/tallystick.db", clock, opened.append)
        services = server.services()
        write_rows(services, clock, folder)
        rows = dump(Database(server.url))
        for close in opened:
            close()
    json.dump({"revision": HEAD, "rows": rows}, sys.stdout, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()

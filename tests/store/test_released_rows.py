"""What released versions stored is read by this one, and as this one would read a later version's.

The folder ``rows`` keeps what each version wrote; ``support.databases.stored_rows`` makes the next.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect
from support.databases.stored_rows import (
    FUTURE,
    HELD,
    LIBRARY,
    SHOP,
    WIKI,
    add_columns,
    load_rows,
    of_next_version,
)
from support.users import ALICE

from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.weak_settings import SHA1
from idp.session.participants import AskedBy
from idp.store import migrations
from idp.store.engine import Database
from idp.store.upgrade import HEAD, DatabaseTooNew, upgrade

ROWS = Path(__file__).parent / "rows"
VERSIONS = {path.stem: json.loads(path.read_text()) for path in sorted(ROWS.glob("*.json"))}
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_rows_of_this_version_are_kept():
    """Before a release, write them: ``support.databases.stored_rows`` says how."""
    version = tomllib.loads(PYPROJECT.read_text())["project"]["version"]

    assert version in VERSIONS


def migrate(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture(params=VERSIONS)
def released(request):
    return VERSIONS[request.param]


@pytest.fixture
def database_url(unused_database_url, released):
    """A database of a released version, with its rows, upgraded to this one."""
    database = Database(unused_database_url)
    database.create()
    migrate(database, released["revision"])
    load_rows(database, released["rows"])
    upgrade(database)
    database.dispose()
    return unused_database_url


@pytest.fixture
def later(unused_database_url, released):
    """A database of this version whose rows a later one has written, with a column more each."""
    database = Database(unused_database_url)
    upgrade(database)
    load_rows(database, of_next_version(released["rows"]))
    add_columns(database)
    database.dispose()
    return unused_database_url


def everything_is_read(server):
    services, settings = server.services(), TrustSettings(second_factor="never")
    assert [trust.entity_id for trust in services.trusts.list_all()] == [LIBRARY, WIKI, SHOP]
    library, wiki, shop = services.trusts.list()
    assert library.settings.claim_rules
    assert library.validity.valid_until.year == 2034
    assert wiki.settings == settings.model_copy(update={"token_lifetime": 30})
    assert wiki.service_provider.assertion_consumer_services[0].location.endswith("/acs")
    assert (shop.settings.identifiers, shop.settings.notes) == (("urn:shop",), "ü")
    assert services.trusts.weakened_by(SHA1) == (SHOP,)
    assert services.refreshes.states()[SHOP].held == HELD
    assert [node.name for node in services.farm.nodes()] == ["sts1"]
    assert [user.groups for user in services.directory.list()] == [("Staff", "Readers"), ()]
    assert services.directory.lockouts(ALICE)[ALICE].familiar_addresses == ("203.0.113.9",)
    rules = services.access.rules()
    assert (rules.second_factor, list(rules.custom), rules.faults) == ("default", ["Staff"], ())
    assert rules.additional.startswith("=> issue")
    assert "Again" in [provider.name for provider in services.providers.list()]
    assert services.policy.enabled_providers() == ("AzureMfaAuthentication",)
    assert [entry.record.event_id for entry in services.log.read(limit=10)] == [1200, 1206]
    assert len(services.mfa.methods_of(ALICE).registered) == 1
    log_out = services.log_outs.find("log-out")
    assert (log_out.sessions, log_out.elsewhere) == (("root",), ("elsewhere",))
    assert isinstance(log_out.asked_by, AskedBy)
    (participant,) = services.log_outs.participants([ALICE], ["root"])
    assert participant.issued.trust == WIKI


def test_rows_of_a_released_version_are_read(stored_server):
    everything_is_read(stored_server)

    assert "SAMLResponse" in stored_server.browser().sign_in(WIKI).text
    assert "SAMLResponse" in stored_server.browser().sign_in(LIBRARY).text


class TestRowsOfALaterVersion:
    @pytest.fixture
    def database_url(self, later):
        return later

    def test_the_rows_of_a_later_version_are_read(self, stored_server):
        everything_is_read(stored_server)

        assert "SAMLResponse" in stored_server.browser().sign_in(WIKI).text

    def test_a_node_that_runs_goes_on_after_the_upgrade_and_none_of_its_version_starts(
        self, stored_server
    ):
        browser = stored_server.browser()
        stored_server.execute("UPDATE alembic_version SET version_num = '9999'")

        assert "SAMLResponse" in browser.sign_in(WIKI).text
        with pytest.raises(DatabaseTooNew):
            stored_server.services()

    def test_unknown_keys_are_kept_when_a_setting_changes(self, stored_server):
        stored_server.run("sp", "set", WIKI, "token_lifetime=45")

        def stored(column):
            return json.loads(stored_server.column("trusts", column, "entity_id", WIKI))

        settings, provider, terms = map(stored, ("settings", "service_provider", "terms"))
        assert settings["token_lifetime"] == 45
        for values in (settings, provider, provider["assertion_consumer_services"][0], terms):
            assert values[FUTURE] == {"a": [1]}
        assert stored_server.run_json("sp", "show", WIKI)["settings"]["token_lifetime"] == 45

    def test_settings_are_kept_when_metadata_is_added_again(self, stored_server):
        path = stored_server.folder / "wiki.xml"
        services = stored_server.services()
        path.write_bytes(services.trusts.metadata(WIKI).replace(b"/acs", b"/other"))

        assert stored_server.run("sp", "add", str(path)).exit_code == 0

        settings = json.loads(stored_server.column("trusts", "settings", "entity_id", WIKI))
        provider = stored_server.column("trusts", "service_provider", "entity_id", WIKI)
        assert (settings[FUTURE], settings["token_lifetime"]) == ({"a": [1]}, 30)
        assert FUTURE not in provider  # it was read from other metadata
        assert "/other" in provider

    def test_an_update_that_is_held_back_keeps_its_keys_after_a_failed_refresh(self, stored_server):
        services = stored_server.services()
        state = services.refreshes.state(SHOP)
        services.refreshes.save(SHOP, state)

        held = json.loads(stored_server.column("refreshes", "held", "entity_id", SHOP))
        assert held[FUTURE] == {"a": [1]}

    def test_a_key_that_is_not_known_is_logged_once(self, stored_server, capsys):
        name = f"from_the_{id(stored_server)}"  # no other test of this process has logged it
        text = stored_server.column("trusts", "settings", "entity_id", WIKI)
        changed = json.dumps(json.loads(text) | {name: 1})
        stored_server.execute("UPDATE trusts SET settings = :text", text=changed)

        services = stored_server.services()
        services.trusts.list()
        services.trusts.find(WIKI)

        lines = [line for line in capsys.readouterr().err.splitlines() if name in line]
        assert [json.loads(line)["event"] for line in lines] == ["stored_key_unknown"]
        assert json.loads(lines[0])["place"] == "trusts.settings"


def test_a_later_version_only_adds_to_the_tables_of_a_released_one(released, unused_database_url):
    """A node of the earlier version goes on writing: what is new needs a default, or may be null.

    See "Upgrade" in docs/operation.md.
    """
    database = Database(unused_database_url)
    database.create()
    migrate(database, released["revision"])
    before = columns_of(database)
    upgrade(database)
    after = columns_of(database)

    for table, columns in before.items():
        assert columns.keys() <= after[table].keys()
        for name in after[table].keys() - columns.keys():
            column = after[table][name]
            assert column["nullable"] or column["default"] is not None, f"{table}.{name}"
    database.dispose()


def columns_of(database):
    with database.read() as connection:
        tables = inspect(connection)
        return {
            table: {column["name"]: column for column in tables.get_columns(table)}
            for table in tables.get_table_names()
        }


def test_the_revision_of_a_released_version_is_not_beyond_this_one(released):
    assert released["revision"] <= HEAD

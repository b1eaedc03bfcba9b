from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from idp.saml.values import POST, REDIRECT, SingleLogoutService
from idp.store import migrations
from idp.store.all_tables import metadata
from idp.store.engine import Database, StoreUnavailable
from idp.store.name_ids import SqlPersistentNames
from idp.store.trusts import SqlTrustStore
from idp.store.upgrade import HEAD, DatabaseTooNew, upgrade

WITHOUT_ROW_NUMBERS = [
    table
    for table in metadata.sorted_tables
    if table.dialect_options["sqlite"]["with_rowid"] is False
]


@pytest.fixture
def migrated(unused_database_url):
    """A database that every migration has changed, from the first one on."""
    database = Database(unused_database_url)
    database.create()
    with database.write() as connection:
        command.upgrade(_configured(connection), HEAD)
    yield database
    database.dispose()


def test_a_migrated_database_has_exactly_the_tables_of_the_schema(migrated):
    with migrated.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )

        assert compare_metadata(context, metadata) == []


def test_a_new_database_is_the_same_as_a_migrated_one(migrated, database):
    assert described(database) == described(migrated)


def described(database):
    """Return all that a database says of its tables, but not the order of their columns."""
    with database.read() as connection:
        found = inspect(connection)
        return {
            name: {
                "columns": {
                    each["name"]: {**each, "type": str(each["type"])}
                    for each in found.get_columns(name)
                },
                "key": found.get_pk_constraint(name)["constrained_columns"],
                "indexes": sorted(map(_index, found.get_indexes(name))),
                "unique": sorted(
                    repr(e["column_names"]) for e in found.get_unique_constraints(name)
                ),
                "others": (found.get_foreign_keys(name), found.get_check_constraints(name)),
                "rows": connection.execute(text(f"SELECT count(*) FROM {name}")).scalar(),  # noqa: S608 - a table
            }
            for name in found.get_table_names()
        }


def _index(index) -> str:
    options = {name: str(value) for name, value in index["dialect_options"].items()}
    return repr({**index, "dialect_options": options})


def test_a_new_database_is_made_without_importing_alembic(tmp_path):
    assert not imports_alembic(tmp_path / "new.db")


def test_the_revision_the_code_knows_is_the_last_migration():
    folder = Path(migrations.__file__).parent

    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


def test_a_database_changed_by_a_later_version_is_refused(database):
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseTooNew, match="9999"):
        upgrade(database)


def test_a_database_of_the_first_version_gains_what_is_new_and_keeps_its_rows(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db")
    database.create()
    with database.write() as connection:
        command.upgrade(_configured(connection), "0001")
        connection.execute(text("INSERT INTO policies (name, value) VALUES ('x', '1')"))

    upgrade(database)

    assert SqlPersistentNames(database).persistent("urn:sp", "alice", create=True)
    with database.read() as connection:
        assert connection.execute(text("SELECT name FROM policies")).all() == [("x",)]


def test_counters_of_an_older_version_stay_when_their_tables_lose_row_numbers(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db")
    database.create()
    with database.write() as connection:
        command.upgrade(_configured(connection), "0026")
        connection.execute(text("INSERT INTO password_limits VALUES ('alice', 3, 1)"))
        connection.execute(text("INSERT INTO account_activity (name) VALUES ('bob')"))

    upgrade(database)

    with database.read() as connection:
        limits = connection.execute(text("SELECT * FROM password_limits")).all()
        activity = connection.execute(text("SELECT * FROM account_activity")).all()
        made = text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
        assert set(connection.scalars(made)) == {table.name for table in WITHOUT_ROW_NUMBERS}
    assert (limits, activity) == ([("alice", 3, 1)], [("bob", 0, None, 0, None, "[]")])
    database.dispose()


METADATA = """\
<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">
<EntityDescriptor entityID="urn:other"><SPSSODescriptor protocolSupportEnumeration="x">
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://o/"/>
</SPSSODescriptor></EntityDescriptor>
<EntityDescriptor entityID="urn:sp"><SPSSODescriptor protocolSupportEnumeration="x">
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://sp/soap"/>
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
  Location="https://sp/slo" ResponseLocation="https://sp/answers"/>
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
  Location="http://sp/slo"/>
</SPSSODescriptor></EntityDescriptor></EntitiesDescriptor>"""


@pytest.mark.parametrize("acs", ["https://sp/acs", "http://sp/acs"])
def test_older_trusts_learn_their_log_out_services_from_their_metadata(acs, tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db")
    database.create()
    provider = {"entity_id": "urn:sp", "assertion_consumer_services": [{"location": acs}]}
    row = {"provider": json.dumps(provider), "metadata": METADATA.encode()}
    with database.write() as connection:
        command.upgrade(_configured(connection), "0006")
        for name, metadata in (("urn:sp", row["metadata"]), ("urn:broken", b"no XML")):
            connection.execute(
                text(
                    "INSERT INTO trusts (entity_id, service_provider, settings, source,"
                    " source_digest, metadata, added_at, changed_at, stamp)"
                    " VALUES (:name, :provider, '{}', '', '', :metadata, 0, 0, '')"
                ),
                {"name": name, "provider": row["provider"], "metadata": metadata},
            )

    upgrade(database)

    trust, broken = SqlTrustStore(database).trusts()
    expected = [SingleLogoutService("https://sp/slo", POST, "https://sp/answers")]
    if acs.startswith("http:"):
        expected.append(SingleLogoutService("http://sp/slo", REDIRECT))
    assert trust.service_provider.single_logout_services == tuple(expected)
    assert broken.service_provider.single_logout_services == ()


def _configured(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


def test_several_nodes_may_start_on_an_empty_place_at_once(unused_database_url):
    databases = [Database(unused_database_url) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, databases))

    with databases[0].read() as connection:
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    assert revisions == [(HEAD,)]
    for database in databases:
        database.dispose()


def test_when_a_step_fails_those_before_it_are_undone(unused_database_url):
    database = Database(unused_database_url)
    database.create()
    with database.write() as connection:  # in the way of the second step
        connection.execute(text("CREATE TABLE name_ids (x INTEGER)"))

    with pytest.raises(StoreUnavailable, match="name_ids"):
        upgrade(database)

    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["name_ids"]
    database.dispose()


def test_the_database_file_is_readable_by_its_owner_alone(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/new.db")
    upgrade(database)

    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_an_up_to_date_database_starts_without_importing_alembic(database_file):
    assert not imports_alembic(database_file)


def imports_alembic(file) -> bool:
    """Say whether bringing this database up to date needs Alembic."""
    program = (
        "import sys\n"
        "from idp.store.engine import Database\n"
        "from idp.store.upgrade import upgrade\n"
        f"upgrade(Database('sqlite:///{file}'))\n"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)  # noqa: S603 -- our own interpreter
    assert done.stderr == ""
    return done.stdout == "True\n"

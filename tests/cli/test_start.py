"""How soon a command begins, and ends: what it loads, and what it leaves alone."""

from __future__ import annotations

import gc

import pytest
from click.testing import CliRunner
from support.fresh_python import printed_by

from idp import cli

SLOW = ("alembic", "flask", "lxml", "pydantic", "requests", "rich", "saml2", "segno", "sqlalchemy")
SLOW += ("argon2", "cryptography", "email", "importlib.metadata", "jinja2", "werkzeug")
SLOW += (
    "adapter.windows.reading", "idp.audit.changes", "idp.store.all_tables", "idp.store.nps_schema",
)  # fmt: skip
OF_A_SERVER = frozenset({"pydantic", "sqlalchemy", "email", "importlib.metadata"})
"""What a command loads that opens the database; SQLAlchemy and pydantic bring the other two."""

SPARED = {
    "user": (
        "adapter.decision", "adapter.mfa.service", "idp.mfa.graph_tables", "idp.saml.values",
        "idp.audit.changes", "idp.store.all_tables",
    ),
    "sp": (
        "adapter.decision", "adapter.mfa.service", "cryptography.x509", "idp.saml.metadata",
        "idp.federation.access_control.decision", "idp.federation.claim_rules.adfs",
        "idp.audit.changes", "idp.store.mfa_schema",
    ),
}  # fmt: skip
"""What a list needs nothing of, by its command."""


def loaded_by(*args: str, names: tuple[str, ...] = SLOW) -> set[str]:
    """Return those of the modules *names* that a command has loaded at its end."""
    code = (
        "import sys; from idp.cli import main\n"
        f"try: main({args!r})\n"
        "except SystemExit as end: assert not end.code\n"
        f"print(*[m for m in {names!r} if m in sys.modules])"
    )
    return set(printed_by(code).rpartition("\n")[2].split())


@pytest.mark.parametrize("args", [["--help"], ["decide", "20348.350"]], ids=" ".join)
def test_help_and_decide_load_nothing_slow(args):
    assert loaded_by(*args) == set()


@pytest.mark.parametrize("args", [["server", "list"], ["log"]], ids=" ".join)
def test_a_command_that_reads_loads_the_database_and_no_web(farm_folder, args):
    assert loaded_by(*args, "-c", str(farm_folder / "tallystick.toml")) == OF_A_SERVER


@pytest.mark.parametrize("command", ["user", "sp"])
def test_a_list_loads_nothing_of_rooms_that_it_does_not_read(farm_folder, command):
    config = str(farm_folder / "tallystick.toml")

    assert loaded_by(command, "list", "-c", config, names=SPARED[command]) == set()


def test_a_command_loads_only_the_rooms_that_it_uses(farm_folder):
    rooms = ("idp.directory", "idp.federation.relying_party", "idp.recorder", "idp.saml", "idp.nps")
    file = str(farm_folder / "tallystick.toml")

    assert loaded_by("server", "list", "-c", file, names=rooms) == set()
    assert loaded_by("nps", "list", "-c", file, names=rooms) == {"idp.nps"}


def test_only_the_databases_own_dialect_is_loaded(farm_folder):
    dialects = ("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite")
    args = ("server", "set", "sts9", "20348.350", "-c", str(farm_folder / "tallystick.toml"))

    assert loaded_by(*args, names=dialects) == {"sqlalchemy.dialects.sqlite"}


def test_a_program_that_runs_a_command_keeps_its_collector_of_garbage():
    CliRunner().invoke(cli.main, ["decide", "20348.350"])

    assert gc.isenabled()


def test_a_command_does_not_look_for_garbage_at_its_end():
    code = (
        "import gc; from idp.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()))"
    )
    assert printed_by(code, "decide", "20348.350").endswith("\nFalse True")


def test_a_command_shows_its_settings_to_no_plugin_of_pydantic(farm_folder, tmp_path):
    (tmp_path / "spy.py").write_text("raise SystemExit('loaded')")
    package = tmp_path / "spy-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: spy\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[pydantic]\nspy = spy:plugin\n")

    code = "from idp.cli import main\ntry: main()\nexcept SystemExit as end: print(end.code)"
    args = ("server", "list", "-c", str(farm_folder / "tallystick.toml"))

    assert printed_by(code, *args, PYTHONPATH=str(tmp_path)) == "0"

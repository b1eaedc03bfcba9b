"""``tallystick sp refresh --accept``: metadata that is held back is accepted as it was shown."""

from __future__ import annotations

import json

import click.testing
import pytest
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.assembly import assemble
from idp.config.reading import load
from idp.federation.metadata.schedule import PendingUpdate, RefreshState


@pytest.fixture
def hold(farm_folder, done):
    """A trust, and what holds an update back that moves it to another path."""
    (farm_folder / "sp.xml").write_text(metadata())
    done("sp", "add", "sp.xml")

    def hold(path: str) -> str:
        services = assemble(load(farm_folder / "tallystick.toml"))
        document = metadata(acs_url=f"https://sp.example.test/{path}").encode()
        held = PendingUpdate(document, ("for a test",))
        services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))
        services.close()
        return held.digest

    return hold


@pytest.fixture
def in_a_terminal(monkeypatch):
    wrapper = click.testing._NamedTextIOWrapper
    monkeypatch.setattr(wrapper, "isatty", lambda _stdin: True, raising=False)


def address(done) -> str:
    shown = json.loads(done("sp", "show", SP_ID, "--json"))["metadata"]
    (service,) = shown["assertion_consumer_services"]
    return service["location"]


def test_a_script_accepts_what_it_has_seen_and_nothing_else(hold, done, refused):
    hold("first")
    seen = json.loads(done("sp", "show", SP_ID, "--json"))["refresh"]["held_digest"]
    now = hold("second")

    assert "Other metadata is held back" in refused(
        "sp", "refresh", SP_ID, "--accept", "--held", seen
    )
    done("sp", "refresh", SP_ID, "--accept", "--held", now)

    assert address(done).endswith("/second")


def test_in_a_terminal_it_is_shown_and_confirmed(hold, done, tally, in_a_terminal):
    hold("new")

    no = tally("sp", "refresh", SP_ID, "--accept", input="n\n")
    assert (no.exit_code, "https://sp.example.test/new" in no.stdout) == (1, True)
    assert not address(done).endswith("/new")

    done("sp", "refresh", SP_ID, "--accept", input="y\n")
    assert address(done).endswith("/new")


def test_without_a_terminal_it_asks_nothing(hold, done):
    hold("new")
    done("sp", "refresh", SP_ID, "--accept")
    assert address(done).endswith("/new")


def test_held_needs_accept_and_one_trust(hold, tally):
    for args in ((), (SP_ID,), (SP_ID, SP_ID, "--accept")):
        assert tally("sp", "refresh", *args, "--held", "0" * 64).exit_code == 2

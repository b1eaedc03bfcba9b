"""The rooms of a server, all at once or each when it is first used."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from adapter.errors import TallystickError
from idp.assembly import assemble, open_rooms
from idp.audit.changes import COMMAND, Actor
from idp.config.reading import load
from idp.rooms import Rooms
from idp.services import Services

ROOT = Actor("root", "administrator", COMMAND)
OWN = {"signing", "ending", "closing"}
"""What is no room: each ``Services`` has its own."""


@pytest.fixture
def config(farm_folder):
    return load(farm_folder / "tallystick.toml")


def test_there_is_a_room_for_every_field_of_the_services(config):
    with_all = assemble(config)
    by_need = open_rooms(config, lambda: ROOT)

    for field in fields(Services):
        assert type(getattr(by_need, field.name)) is type(getattr(with_all, field.name))
        assert field.name in OWN or hasattr(Rooms(config), field.name)
    with_all.close()
    by_need.close()


def test_a_room_is_made_once_and_shared(config):
    services = open_rooms(config, lambda: ROOT)

    assert services.farm is services.farm
    assert replace(services, config=config).farm is services.farm
    services.close()


def test_a_copy_is_closed_like_what_it_was_copied_from(config):
    closed = []
    copy = replace(open_rooms(config, lambda: ROOT), config=config)
    copy.closing.callback(closed.append, "closed")

    copy.close()

    assert closed == ["closed"]


def test_whoever_runs_the_command_makes_the_changes(config):
    services = open_rooms(config, lambda: ROOT)

    assert services.changes.actor == ROOT
    services.close()


def test_a_room_that_is_not_used_need_not_be_possible(config):
    config.keys.signing_key.unlink()
    services = open_rooms(config, lambda: ROOT)

    assert list(services.farm.nodes()) == []
    with pytest.raises(TallystickError):
        _ = services.signing_keys
    services.close()


def test_services_that_were_not_used_create_no_database(config, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    config = config.model_copy(update={"store": config.store.model_copy(update={"url": url})})

    open_rooms(config, lambda: ROOT).close()

    assert not (tmp_path / "new.db").exists()

"""A server is killed at each file that a rollover puts in place: it starts again, and signs."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime
from functools import partial

import pytest
from support.servers.dying_node import Point, dies, rolls

from idp.federation.token_signing.key_files import create_signing_key
from idp.federation.token_signing.ring import KeyFiles
from idp.federation.token_signing.rollover import SigningKeys

BEFORE = {"roll": (), "promote": ("roll",), "retire": ("roll", "promote")}
FILES = {"roll": 3, "promote": 1, "retire": 1}


@pytest.fixture(scope="module")
def new_keys(tmp_path_factory):
    """A folder with one key; ECDSA, since it is quick to make."""
    folder = tmp_path_factory.mktemp("keys")
    paths = folder / "signing.key", folder / "signing.crt"
    create_signing_key(*paths, common_name="sts", now=datetime.now(UTC), kind="ecdsa")
    return folder


def keys_in(folder) -> SigningKeys:
    return SigningKeys(KeyFiles(folder / "signing.key", folder / "signing.crt"))


@pytest.mark.parametrize("step", BEFORE)
def test_a_killed_server_starts_with_a_published_key_and_can_take_the_step(
    step, new_keys, tmp_path
):
    places = [Point(each + 1, after) for each in range(FILES[step]) for after in (False, True)]
    for number, point in enumerate(places):
        folder = shutil.copytree(new_keys, tmp_path / str(number))
        for earlier in BEFORE[step]:
            rolls(earlier, folder, lambda: None)
        before = keys_in(folder).current()

        assert dies(partial(rolls, step, folder), point)

        ring = keys_in(folder).current()
        assert ring.primary.key.certificate in ring.certificates
        if point != places[-1]:  # nothing has happened: the list of keys is put in place last
            assert ring == before
            rolls(step, folder, lambda: None)
            ring = keys_in(folder).current()
        assert ring != before
        kept = [path for path in folder.iterdir() if path.suffix == ".key"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}

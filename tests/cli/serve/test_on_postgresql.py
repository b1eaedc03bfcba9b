"""``tallystick serve`` on PostgreSQL: users sign in at all of its workers, which were forked."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.servers.serve_process import serve_process, until
from support.service_providers.metadata_parts import SP_ID

USERS = 8


@pytest.fixture
def server_folder(server_folder: Path, postgresql_url: str) -> Path:
    """The server's folder, with its database elsewhere."""
    file = server_folder / "tallystick.toml"
    file.write_text(f"{file.read_text()}[store]\nurl = {json.dumps(postgresql_url)}\n")
    return server_folder


def test_users_sign_in_at_both_workers_at_once_and_at_one_that_replaces_another(
    config_file, federation
):
    assert not federation.services.database.is_sqlite
    users = [federation.add_user(f"user{number}@example.test") for number in range(USERS)]
    url = federation.idp_initiated_url(SP_ID)

    def sign_in(user) -> str:
        begun = federation.sign_in(url, user)
        user.phone.approve(number=begun.number)
        return begun.finish().name_id

    with serve_process(config_file) as server, ThreadPoolExecutor(USERS) as threads:
        workers = server.workers()
        assert len(workers) == 2
        assert list(threads.map(sign_in, users)) == [user.name for user in users]

        os.kill(min(workers), signal.SIGKILL)
        until(lambda: len(server.workers() - workers) == 1)
        assert list(threads.map(sign_in, users)) == [user.name for user in users]

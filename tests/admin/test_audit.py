"""What administration leaves in the log."""

from __future__ import annotations

import json

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

SECRETS = (ADMIN_TOKEN, "wrong-token-of-somebody", "pasted-by-mistake")


@pytest.fixture
def new_lines(capsys):
    """Return the log lines since it was asked last, none of which may hold a secret."""

    def read():
        text = capsys.readouterr().err
        assert not any(secret in text for secret in SECRETS)
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    return read


def test_a_change_says_what_was_set_and_by_which_way(administrator, app, new_lines):
    administrator.set_build("sts1", "20348.350")
    app.test_client().put(
        "/admin/api/nodes/sts2",
        json={"build": "KB5007206"},
        base_url=BASE_URL,
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )

    first, second = [line for line in new_lines() if line["event"] == "node_set"]

    assert (first["node"], first["build"], first["changed_by"]) == (
        "sts1", "20348.350", "administrator",
    )  # fmt: skip
    assert (second["node"], second["changed_by"]) == ("sts2", "administrator (API)")
    assert first["activity_id"] != second["activity_id"]


def test_a_refusal_is_one_line_with_its_code(administrator, new_administrator, new_lines):
    new_lines()
    new_administrator().sign_in("wrong-token-of-somebody")
    administrator.post("/admin/nodes", {"csrf": "x", "name": "a", "build": "20348.350"})
    administrator.set_build("sts1", "pasted-by-mistake")
    administrator.see("/admin/api/nodes/none")

    refusals = [line for line in new_lines() if line["event"] == "request_refused"]

    assert [line["code"] for line in refusals] == [
        "wrong_token", "csrf", "not_a_build", "not_found",
    ]  # fmt: skip
    assert all(line["client_ip"] == "127.0.0.1" for line in refusals)

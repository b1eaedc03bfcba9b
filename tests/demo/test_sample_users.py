"""The sample users of a folder that an earlier version of the demo has made."""

from __future__ import annotations

import json

from idp.demo.sample_users import SITUATIONS, create_sample_users


def test_a_user_that_is_new_in_this_version_joins_those_of_an_earlier_run(services, tmp_path):
    create_sample_users(services, tmp_path, None)
    file = tmp_path / "users.json"
    kept = json.loads(file.read_text())
    newest = SITUATIONS[-1].name
    del kept[newest]
    file.write_text(json.dumps(kept))

    users = create_sample_users(services, tmp_path, None)

    stored = json.loads(file.read_text())
    assert set(stored) == {*kept, newest}
    assert {name: stored[name] for name in kept} == kept
    assert [user.name.partition("@")[0] for user in users] == [each.name for each in SITUATIONS]

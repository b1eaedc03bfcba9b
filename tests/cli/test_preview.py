"""``tallystick preview``: what a user will see, for people and for scripts."""

from __future__ import annotations

import json

from support.users import ALICE, PASSWORD


def test_the_preview_names_experience_rules_and_what_is_left_out(tally, services):
    services.farm.set_build("sts1", "20348.350", "test")
    services.directory.add(ALICE, PASSWORD)

    result = tally("preview", ALICE, "--node", "sts1", "--device", "phone-current")

    assert "a number to match" in result.stdout
    assert "adfs_update_installed" in result.stdout
    assert "Not taken into account" in result.stderr
    (cell,) = json.loads(tally("preview", ALICE, "--device", "registered", "--json").stdout)[
        "cells"
    ]
    assert (cell["experience"], cell["reason"]) == (None, "method_not_available")


def test_a_device_that_only_a_user_can_have_needs_one(tally):
    result = tally("preview", "--device", "registered")

    assert result.exit_code != 0
    assert "registered" in result.stderr

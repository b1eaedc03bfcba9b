"""``tallystick user nt-hash``: what it says and shows, and that it never shows the hash."""

from __future__ import annotations

import json

from support.users import PASSWORD

from idp.directory.nt_hash import nt_hash


def told(done, *arguments: str):
    return json.loads(done("user", *arguments, "--json"))


def test_an_nt_hash_is_kept_from_the_next_right_password_on_and_deleted(alice, done, services):
    assert told(done, "show", alice)["nt_hash"] is None
    assert "is kept from the next right password on.\n" in done("user", "nt-hash", alice, "on")
    shown = told(done, "show", alice)
    assert shown["nt_hash"]["kept"] is False
    assert shown["nt_hash"]["wanted_at"].endswith("Z")
    assert "NT hash kept from the next password on" in done("user", "list")

    services.directory.check_password(alice, PASSWORD)

    assert f"The NT hash of {alice} is kept.\n" in done("user", "nt-hash", alice, "on")
    (listed,) = [each for each in told(done, "list") if each["name"] == alice]
    assert listed["nt_hash"] == {**shown["nt_hash"], "kept": True}
    assert "NT hash kept" in done("user", "show", alice)
    everything = json.dumps([listed, told(done, "show", alice), told(done, "nt-hash", alice, "on")])
    assert nt_hash(PASSWORD).hex() not in everything.lower()

    assert told(done, "nt-hash", alice, "off") == {"name": alice, "nt_hash": None}
    assert done("user", "nt-hash", alice, "off") == f"The NT hash of {alice} was not kept.\n"
    assert services.nt_hashes.kept() == {}


def test_a_new_password_of_the_administrator_is_kept_at_once(alice, done):
    done("user", "nt-hash", alice, "on")

    done("user", "passwd", alice, "--password-stdin", input="another one\n")

    assert told(done, "show", alice)["nt_hash"]["kept"] is True


def test_what_cannot_be_done_is_said(alice, refused, tally):
    for switch in ("on", "off"):
        assert "[unknown_user]" in refused("user", "nt-hash", "nobody@example.test", switch)
    assert tally("user", "nt-hash", alice, "maybe").exit_code == 2

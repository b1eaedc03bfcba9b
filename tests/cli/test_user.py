"""``tallystick user``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.nets import NET_SECONDS
from support.users import PASSWORD

from idp.directory import Directory, PasswordHasher
from idp.directory.lockout import LockoutMode, LockoutRules, Origin
from idp.store.users import SqlUserStore


def test_add_asks_for_the_password_twice(done, services):
    said = done("user", "add", "Bob@Example.test", typed=("secret", "secret"))

    assert said == "bob@example.test can sign in.\n"
    assert services.directory.check_password("bob@example.test", "secret").user is not None


def test_two_different_passwords_add_nobody(refused, services):
    line = refused("user", "add", "bob@example.test", typed=("secret", "other"))

    assert line.endswith("[password_input]\n")
    assert services.directory.list() == ()


def test_without_a_terminal_no_password_is_asked_for_in_the_open(farm_folder):
    done = subprocess.run(  # noqa: S603 - our own command
        [Path(sys.executable).with_name("tallystick"), "user", "add", "bob@example.test"],
        input="seen\nseen\n",
        cwd=farm_folder,
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=NET_SECONDS,
    )

    assert done.returncode == 1
    assert done.stderr.endswith(
        "Pipe it in: --password-stdin or --secret-stdin. [password_input]\n"
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_password_from_standard_input_is_its_first_line(end, done, services):
    done("user", "add", "bob@example.test", "--password-stdin", input=f" se cret {end}more")
    password = " se cret " if end else " se cret more"

    assert services.directory.check_password("bob@example.test", password).user is not None


def test_standard_input_without_a_line_is_refused(refused):
    line = refused("user", "add", "bob@example.test", "--password-stdin", input="")

    assert line.endswith("[password_input]\n")


def test_no_command_takes_a_password_as_an_argument(tally):
    assert tally("user", "add", "bob@example.test", "secret").exit_code == 2
    assert tally("user", "add", "bob@example.test", "--password", "secret").exit_code == 2


def test_a_name_that_is_taken_is_refused(alice, refused):
    line = refused("user", "add", "ALICE@example.test", typed=("a", "a"))

    assert line.endswith("[user_exists]\n")


def test_list_shows_the_users_and_no_hash(alice, done):
    (user,) = json.loads(done("user", "list", "--json"))

    assert user == {
        "name": "alice@example.test",
        "windows_account_name": "EXAMPLE\\alice",
        "display_name": "",
        "email": "alice@example.test",
        "groups": [],
        "attributes": {},
        "disabled": False,
        "must_change_password": False,
        "locked_out": [],
        "wrong_passwords": {},
        "familiar_addresses": [],
        "mfa_blocked": None,
        "risk": None,
        "nt_hash": None,
    }
    assert "EXAMPLE\\alice" in done("user", "list")


def test_import_adds_the_users_of_a_file(done, farm_folder, services):
    (farm_folder / "users.csv").write_text(
        "name,password,display_name,email,groups\n"
        "bob@example.test,pw-of-bob,Bob,b@example.test,Staff;Admins\n"
        "eve@example.test,pw-of-eve,,,\n",
        encoding="utf-8-sig",
    )

    assert done("user", "import", "users.csv") == "2 users imported.\n"
    assert services.directory.find("EXAMPLE\\bob").groups == ("Staff", "Admins")


def test_import_names_every_fault_without_the_passwords(refused, farm_folder, services):
    (farm_folder / "users.csv").write_text("name,password\nbob,secret-1\neve@x.test,\n")

    line = refused("user", "import", "users.csv")

    assert "line 2" in line
    assert "line 3" in line
    assert "secret" not in line
    assert services.directory.list() == ()


def test_passwd_changes_the_password_and_ends_sessions(alice, done, services):
    before = services.directory.find(alice).valid_from

    done("user", "passwd", "EXAMPLE\\alice", typed=("new", "new"))

    assert services.directory.check_password(alice, "new").user is not None
    assert services.directory.check_password(alice, PASSWORD).failure == "wrong_password"
    assert services.directory.find(alice).valid_from > before


def test_passwd_may_ask_for_another_at_the_next_sign_in(alice, done, services):
    done("user", "passwd", alice, "--must-change", "--password-stdin", input="first\n")
    assert services.directory.check_password(alice, "first").failure == "must_change_password"
    assert "enabled, must change password" in done("user", "list")


def test_a_disabled_user_is_out_until_enabled(alice, done, services):
    done("user", "disable", alice)
    assert services.directory.check_password(alice, PASSWORD).failure == "disabled"

    done("user", "enable", alice)
    assert services.directory.check_password(alice, PASSWORD).user is not None


def test_sign_out_ends_the_earlier_sessions(alice, done, services):
    signed_in_at = services.clock.now()
    assert services.directory.find(alice).valid_from < signed_in_at

    assert done("user", "sign-out", alice) == f"{alice} is signed out everywhere.\n"

    assert services.directory.find(alice).valid_from > signed_in_at
    assert services.directory.check_password(alice, PASSWORD).user is not None


def test_a_removed_user_is_gone(alice, done):
    done("user", "remove", alice)

    assert done("user", "list", "--json") == "[]\n"


@pytest.mark.parametrize(
    "verb",
    ["passwd", "show", "methods", "unlock", "activate", "sign-out", "disable", "enable", "remove"],
)
def test_an_unknown_name_is_refused(verb, refused):
    assert refused("user", verb, "nobody@example.test").endswith("[unknown_user]\n")


def test_show_and_list_tell_of_wrong_passwords_and_the_lock(alice, done, services):
    for _ in range(10):
        services.directory.check_password(alice, "wrong")

    shown = json.loads(done("user", "show", alice, "--json"))
    assert shown["locked_out"] == ["soft"]
    assert shown["wrong_passwords"]["soft"]["count"] == 10
    assert (
        shown["wrong_passwords"]["soft"]["locked_until"]
        > shown["wrong_passwords"]["soft"]["last_at"]
    )
    assert json.loads(done("user", "list", "--json")) == [shown]
    assert "enabled, locked out: anywhere" in done("user", "list")
    assert "wrong passwords, anywhere  10, last" in done("user", "show", alice)

    done("user", "unlock", alice)
    shown = json.loads(done("user", "show", alice, "--json"))
    assert (shown["locked_out"], shown["wrong_passwords"]) == ([], {})


def test_show_tells_the_familiar_addresses(alice, done, services):
    rules = LockoutRules(LockoutMode.ENFORCE)
    directory = Directory(SqlUserStore(services.database), services.clock, PasswordHasher(), rules)
    directory.check_password(alice, PASSWORD, Origin(("192.0.2.1", "192.0.2.2")))
    directory.check_password(alice, "wrong", Origin(("192.0.2.2",)))

    shown = json.loads(done("user", "show", alice, "--json"))
    assert shown["familiar_addresses"] == ["192.0.2.1", "192.0.2.2"]
    assert shown["wrong_passwords"]["familiar"]["count"] == 1
    assert "192.0.2.1, 192.0.2.2" in done("user", "show", alice)


def test_attributes_and_groups_are_set_added_and_removed(alice, done):
    changed = done(
        "user", "set", alice, "GIVENNAME=Alice", "otherTelephone=1", "otherTelephone=2",
        "mail=a@b.c", "--add-group", "Staff", "--add-group", "Wiki", "--json",
    )  # fmt: skip
    user = json.loads(changed)
    assert user["attributes"] == {"givenName": ["Alice"], "otherTelephone": ["1", "2"]}
    assert (user["email"], user["groups"]) == ("a@b.c", ["Staff", "Wiki"])

    assert done("user", "set", alice, "othertelephone=", "--remove-group", "STAFF") == (
        f"{alice} is changed.\n"
    )

    user = json.loads(done("user", "show", alice, "--json"))
    assert (user["attributes"], user["groups"]) == ({"givenName": ["Alice"]}, ["Wiki"])
    assert "givenName" in done("user", "show", alice)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["givenName=Al", "sAMAccountName=al"], "bad_attribute"),
        (["givenName=Al", "--add-group", "two\nlines"], "bad_group"),
    ],
)
def test_of_a_faulty_change_nothing_is_stored(arguments, code, alice, refused, services):
    line = refused("user", "set", alice, *arguments)

    assert line.endswith(f"[{code}]\n")
    assert services.directory.find(alice).attributes == {}


def test_a_change_has_to_say_what_to_change(alice, tally):
    assert tally("user", "set", alice).exit_code == 2
    assert tally("user", "set", alice, "givenName").exit_code == 2


def test_a_user_is_added_with_attributes(done, services):
    done("user", "add", "bob@example.test", "--set", "sn=Bell", "--set", "title=", typed=("x", "x"))

    assert services.directory.find("bob@example.test").attributes == {"sn": ("Bell",)}


def test_a_renamed_user_is_told_where_mails_still_go(alice, tally, services):
    result = tally("user", "rename", "EXAMPLE\\alice", "Ada@example.test")

    assert (result.exit_code, result.stdout) == (0, f"{alice} is ada@example.test now.\n")
    assert f"mails still go to {alice}" in result.stderr
    assert [user.upn for user in services.directory.list()] == ["ada@example.test"]


def test_import_says_which_columns_became_attributes(done, farm_folder):
    (farm_folder / "users.csv").write_text(
        "name,password,grups,sn\nada@example.test,x,Staff,Archer\nbo@example.test,x,,\n"
    )

    said = done("user", "import", "users.csv")

    assert said == "2 users imported. They have the attributes grups, sn.\n"

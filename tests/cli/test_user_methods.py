"""``tallystick user methods`` and ``tallystick user reset``."""

from __future__ import annotations

import json

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
def alice(done):
    done("user", "add", "alice@example.test", "--password-stdin", input=f"{PASSWORD}\n")
    return "alice@example.test"


@pytest.fixture
def phone(alice, services, device_key):
    """A phone of Alice's, and codes."""
    services.mfa.codes.register(alice, "A" * 32)
    return services.mfa.activations.activate(
        services.mfa.activations.create(alice, totp=False),
        public_key=device_key,
        platform="android",
        app_version="6.2404.1",
        name="Pixel",
    ).device


def methods(done, alice):
    return json.loads(done("user", "methods", alice, "--json"))


def test_an_activated_phone_is_among_the_methods(alice, done, services, device_key):
    code = json.loads(done("user", "activate", alice, "--totp", "--json"))["code"]
    services.mfa.activations.activate(
        code, public_key=device_key, platform="android", app_version="6.2111.7701", name="Pixel"
    )

    methods = json.loads(done("user", "methods", alice, "--json"))
    assert methods["totp"] is True
    assert methods["push"][0]["name"] == "Pixel"
    assert methods["push"][0]["kind"] == "phone-current"
    assert methods["push"][0]["decides"] is True
    rows = [line.split("\t") for line in done("user", "methods", alice).splitlines()[1:]]
    assert [row[0] for row in rows] == ["push", "totp"]
    assert rows[0][1:5] == ["Pixel", "android", "6.2111.7701", "phone-current"]
    assert rows[1][1:5] == [""] * 4


def test_methods_for_scripts_list_each_kind_and_keep_the_older_keys(
    alice, done, services, device_key
):
    services.mfa.codes.register(alice, "A" * 32)
    device = services.mfa.activations.activate(
        services.mfa.activations.create(alice, totp=False),
        public_key=device_key,
        platform="ios",
        app_version="6.4.12",
        name="Old phone",
    ).device
    since = f"{device.activated_at:%Y-%m-%dT%H:%M:%SZ}"

    assert json.loads(done("user", "methods", alice, "--json")) == {
        "push": [
            {
                "id": device.id,
                "name": "Old phone",
                "platform": "ios",
                "app_version": "6.4.12",
                "kind": "phone-old",
                "activated_at": since,
                "decides": True,
            }
        ],
        "totp": True,
        "methods": [
            {
                "id": device.id,
                "kind": "push",
                "name": "Old phone",
                "created_at": since,
                "last_used_at": None,
                "platform": "ios",
                "app_version": "6.4.12",
                "device": "phone-old",
                "decides": True,
            },
            {"id": "totp", "kind": "totp", "name": "", "created_at": since, "last_used_at": None},
        ],
        "activations": [],
    }


def test_methods_of_somebody_without_any_says_what_to_do(alice, tally):
    assert "tallystick user activate" in tally("user", "methods", alice).stderr


def test_the_word_show_may_be_left_out_and_options_may_come_first(alice, done, phone):
    said = done("user", "methods", "show", alice, "--json")
    assert said == done("user", "methods", alice, "--json")
    assert said == done("user", "methods", "--json", alice)
    assert said == done("user", "methods", "-c", "tallystick.toml", "--json", alice)


def test_the_help_of_methods_names_both_commands(done):
    said = done("user", "methods", "--help")
    assert "show" in said
    assert "remove" in said


def test_the_list_ends_with_the_id_by_which_a_method_is_removed(alice, done, phone):
    rows = [line.split("\t") for line in done("user", "methods", alice).splitlines()[1:]]
    assert [row[-1] for row in rows] == [phone.id, "totp"]

    done("user", "methods", "remove", alice, rows[0][-1])

    assert [each["id"] for each in methods(done, alice)["methods"]] == ["totp"]


def test_activation_codes_that_still_work_are_listed_and_removed(alice, done, services):
    services.mfa.activations.create(alice, totp=True)
    (activation,) = methods(done, alice)["activations"]
    assert activation["totp"] is True
    assert activation["tries"] == 0
    assert activation["id"] in done("user", "methods", alice)

    done("user", "methods", "remove", alice, activation["id"])

    assert methods(done, alice)["activations"] == []


def test_all_methods_are_removed_at_once(alice, done, phone, services):
    services.mfa.activations.create(alice, totp=True)
    said = json.loads(done("user", "methods", "remove", alice, "--all", "--json"))

    assert said == {"removed": [phone.id, "totp"]}
    assert methods(done, alice) == {"push": [], "totp": False, "methods": [], "activations": []}


def test_a_method_that_there_is_not_is_one_line(alice, refused):
    assert "[unknown_method]" in refused("user", "methods", "remove", alice, "nothing")


@pytest.mark.parametrize("words", [(), ("totp", "--all")])
def test_either_an_id_or_all_is_given(alice, tally, done, phone, words):
    assert tally("user", "methods", "remove", alice, *words).exit_code == 2
    assert len(methods(done, alice)["methods"]) == 2


def test_a_compromised_account_is_taken_back(alice, done, phone, services):
    services.mfa.activations.create(alice, totp=True)
    before = services.directory.find(alice).valid_from

    said = done("user", "reset", alice, "--compromised", "--password-stdin", input="another one\n")

    assert "2 methods" in said
    assert methods(done, alice) == {"push": [], "totp": False, "methods": [], "activations": []}
    assert services.directory.check_password(alice, PASSWORD).user is None
    assert services.directory.check_password(alice, "another one").user is not None
    assert services.directory.find(alice).valid_from > before, "earlier sessions have ended"


def test_a_reset_account_may_have_to_choose_another_password(alice, done, services):
    words = ("--compromised", "--must-change", "--password-stdin", "--json")
    said = json.loads(done("user", "reset", alice, *words, input="another one\n"))

    assert said == {"user": alice, "removed": []}
    check = services.directory.check_password(alice, "another one")
    assert check.failure == "must_change_password"


def test_a_reset_asks_for_the_word_compromised(alice, tally, done, phone):
    result = tally("user", "reset", alice, "--password-stdin", input="another one\n")

    assert result.exit_code == 2
    assert "--compromised" in result.stderr
    assert len(methods(done, alice)["methods"]) == 2

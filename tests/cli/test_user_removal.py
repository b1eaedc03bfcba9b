"""``tallystick user methods remove`` and ``tallystick user reset``: what takes methods away."""

from __future__ import annotations

import json

import pytest
from support.users import PASSWORD


@pytest.fixture
def phone(alice, services, device_key):
    """A phone of Alice's, and codes."""
    services.mfa.codes.register(alice, "A" * 32)
    return services.mfa.activations.activate(
        services.mfa.activations.create(alice, totp=False).typed,
        public_key=device_key,
        platform="android",
        app_version="6.2404.1",
        name="Pixel",
    ).device


def methods(done, alice):
    return json.loads(done("user", "methods", alice, "--json"))


def has_nothing(done, alice):
    listed = methods(done, alice)
    return not any(listed[kind] for kind in ("push", "totp", "methods", "activations"))


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
    assert has_nothing(done, alice)


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
    assert has_nothing(done, alice)
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


def test_a_pause_after_a_report_is_shown_and_unlock_lifts_it(alice, done, tally, services, phone):
    push = services.mfa.push
    sent = push.start(alice, "approve_deny", application="SP", client_ip="").challenge
    push.answer(phone, sent.id, nonce=sent.nonce, approve=False, reported=True)
    assert methods(done, alice)["pushes_paused_since"]
    assert "tallystick user unlock" in tally("user", "methods", alice).stderr

    done("user", "unlock", alice)

    assert methods(done, alice)["pushes_paused_since"] is None
    assert "tallystick user unlock" not in tally("user", "methods", alice).stderr
    assert push.start(alice, "approve_deny", application="SP", client_ip="")

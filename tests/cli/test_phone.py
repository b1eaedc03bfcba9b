"""``tallystick phone``: an Authenticator in the terminal, against a running server."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import click
import pytest
from support.nets import NET_SECONDS
from support.phones.phone_host import APPLICATION
from support.phones.phone_terminal import Terminal, failed
from support.users import ALICE, BOB

from idp.cli.phone import phone as phone_group
from idp.management.policies import change


def test_activation_prints_the_user_of_the_phone(phone_host, terminal):
    result = terminal("activate", phone_host.activation_url())
    assert result.exit_code == 0
    assert result.stdout == f"This is now {ALICE}'s Authenticator at {phone_host.url}.\n"
    assert stat.S_IMODE(terminal.file.stat().st_mode) == 0o600


def test_a_code_alone_is_activated_with_its_server(phone_host, terminal):
    code = phone_host.services.mfa.activations.create(ALICE, totp=False).typed
    failed(terminal("activate", code), "no_server")
    assert terminal("activate", code, "--server", phone_host.url).exit_code == 0


def test_a_used_code_is_refused(phone_host, terminal):
    url = phone_host.activation_url()
    terminal("activate", url)
    failed(terminal("activate", url), "activation_unknown")


def test_activation_tells_scripts_neither_key_nor_seed(phone_host, terminal):
    result = terminal(
        "activate", phone_host.activation_url(totp=True), "--json", "--name", "Script"
    )
    told = json.loads(result.stdout)
    assert told["user"] == ALICE
    assert told["device"]["name"] == "Script"
    assert told["codes"] is True
    assert "PRIVATE KEY" not in result.output
    assert "seed" not in result.output


def test_the_number_approves(phone_host, alices):
    started = phone_host.push()
    result = alices("approve", "--number", started.number)
    assert (result.exit_code, result.stdout) == (0, "Approved.\n")
    assert phone_host.stored(started).state == "approved"


def test_without_the_number_that_is_due_the_request_stays_open(phone_host, alices):
    started = phone_host.push()
    result = alices("approve")
    failed(result, "number_required")
    assert "--number NN" in result.stderr
    assert phone_host.stored(started).state == "pending"


@pytest.mark.parametrize("slip", ["NN", "", "4", "427", "4 2", "٤٢"])
def test_a_malformed_number_leaves_the_request_open(phone_host, alices, slip):
    started = phone_host.push()
    failed(alices("approve", "--number", slip), "number_required")
    assert phone_host.stored(started).state == "pending"


def test_a_wrong_number_fails_and_ends_the_request(phone_host, alices):
    started = phone_host.push()
    failed(alices("approve", "--number", str(109 - int(started.number))), "wrong_number")
    assert phone_host.stored(started).state == "wrong_number"


def test_a_number_on_approve_and_deny_is_ignored(phone_host, alices):
    phone_host.push("approve_deny")
    assert alices("approve", "--number", "42").exit_code == 0


def test_a_denial_can_be_reported(phone_host, alices):
    started = phone_host.push()
    result = alices("deny", "--report", "--json")
    assert json.loads(result.stdout) == {"state": "denied"}
    assert phone_host.stored(started).reported


def test_without_a_request_there_is_nothing_to_answer(alices):
    failed(alices("approve"), "no_request")
    failed(alices("deny"), "no_request")
    failed(alices("wait", "--timeout", "0.1"), "no_request")


def test_an_answer_waits_for_its_request(phone_host, alices):
    with ThreadPoolExecutor(1) as threads:
        approval = threads.submit(alices, "approve", "--timeout", str(NET_SECONDS))
        phone_host.push("approve_deny")
        assert approval.result(NET_SECONDS).exit_code == 0


def test_wait_prints_the_request(phone_host, alices):
    started = phone_host.push()
    assert started.challenge.id in alices("wait").stdout
    (told,) = json.loads(alices("wait", "--json").stdout)
    assert told["id"] == started.challenge.id


def test_list_shows_accounts_and_requests_as_the_server_sent_them(phone_host, alices):
    started = phone_host.push()
    told = json.loads(alices("list", "--json").stdout)
    assert told["accounts"][0]["user"] == ALICE
    assert told["accounts"][0]["device"]["platform"] == "android"
    assert told["requests"][0]["id"] == started.challenge.id
    assert told["requests"][0]["experience"] == "number_match"
    assert ALICE in alices("list").stdout
    assert "Payroll" in alices("list").stdout


def test_list_of_a_phone_without_accounts_is_empty(terminal):
    result = terminal("list", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"accounts": [], "requests": [], "refusals": [], "notices": []},
    )
    assert "activate" in terminal("list").stderr


def test_list_says_which_account_is_refused(phone_host, alices):
    alices("activate", phone_host.activation_url(BOB))
    phone_host.services.directory.disable(BOB)
    alice, bob = json.loads(alices("list", "--json").stdout)["accounts"]
    assert "error" not in alice
    assert bob["error"] == "user_disabled"


def test_text_of_a_server_cannot_steer_the_terminal(phone_host, alices):
    phone_host.services.mfa.push.start(
        ALICE, "approve_deny", application="\x1b[2Jevil\nline", client_ip="192.0.2.7"
    )
    assert "\x1b" not in alices("list").stdout
    assert "\x1b" not in alices("wait", "--json").stdout


def test_an_old_app_and_a_wearable_are_told_why_they_cannot_match_a_number(phone_host, tmp_path):
    old, watch = Terminal(tmp_path / "old"), Terminal(tmp_path / "watch")
    old("activate", phone_host.activation_url(), "--platform", "ios", "--app-version", "6.4.11")
    watch("activate", phone_host.activation_url(), "--platform", "wear-os")
    started = phone_host.push()
    for each, words in ((old, "Upgrade"), (watch, "on your phone")):
        told = json.loads(each("list", "--json").stdout)
        assert told["requests"] == []
        assert words in told["refusals"][0]["text"]
        assert words in each("list").stdout
        failed(each("approve", "--number", started.number), "device_cannot_match")
    assert watch("deny").stdout == "Denied.\n"
    phone_host.push("approve_deny")
    assert old("approve").exit_code == 0


def test_an_app_of_three_numbers_approves_by_one_of_them(phone_host, terminal):
    terminal(
        "activate", phone_host.activation_url(), "--platform", "ios", "--app-version", "6.5.81"
    )
    started = phone_host.push()
    (request,) = json.loads(terminal("list", "--json").stdout)["requests"]
    other = next(str(each) for each in range(10, 100) if str(each) not in request["choices"])
    assert ", ".join(request["choices"]) in terminal("list").stdout
    failed(terminal("approve", "--number", other), "number_required")
    assert phone_host.stored(started).state == "pending"
    assert terminal("approve", "--number", started.number).stdout == "Approved.\n"


def test_watchos_is_refused_and_the_code_can_still_be_used(phone_host, terminal):
    url = phone_host.activation_url()
    result = terminal("activate", url, "--platform", "watchos")
    failed(result, "no_app_for_watchos")
    assert "Delete Authenticator from the watch" in result.stderr
    assert terminal("activate", url, "--platform", "ios").exit_code == 0


@pytest.mark.parametrize(
    ("state", "printed"),
    [
        ("default", f"{ALICE} signs in to {APPLICATION} from 192.0.2.7: "),
        ("disabled", f"{ALICE} signs in: "),
    ],
)
def test_a_request_is_printed_with_what_the_policy_lets_it_show(state, printed, phone_host, alices):
    features = "MicrosoftAuthenticator.featureSettings"
    names = ("displayAppInformationRequiredState", "displayLocationInformationRequiredState")
    change(phone_host.services, {f"{features}.{name}.state": state for name in names})
    phone_host.push()

    assert printed in alices("wait").stdout


def test_code_prints_a_code_that_is_right(phone_host, terminal):
    terminal("activate", phone_host.activation_url(totp=True))
    code = terminal("code").stdout.strip()
    assert phone_host.services.mfa.codes.check(ALICE, code, attempt="1") == "right"
    (told,) = json.loads(terminal("code", "--json").stdout)
    assert told["user"] == ALICE


def test_code_without_a_source_of_codes_fails(alices):
    failed(alices("code"), "no_code")


def test_a_server_that_does_not_answer_is_one_line(terminal):
    failed(
        terminal("activate", "123456789", "--server", "http://127.0.0.1:9"), "server_unreachable"
    )


def test_an_unknown_platform_is_wrong_usage(phone_host, terminal):
    assert terminal("activate", phone_host.activation_url(), "--platform", "symbian").exit_code == 2


@pytest.mark.parametrize("verb", phone_group.commands)
def test_every_command_shows_an_example(terminal, verb):
    result = terminal(verb, "--help")
    assert result.exit_code == 0
    assert f"tallystick phone --file alice.phone {verb}" in result.stdout
    assert "--file FILE" in result.stdout


def test_notices_are_listed_until_they_are_dismissed(phone_host, alices):
    phone_host.phone(name="another")
    told = json.loads(alices("list", "--json").stdout)["notices"]
    assert [notice["occasion"] for notice in told] == ["device_added"]
    assert "was added to your account" in alices("list").stdout

    assert json.loads(alices("dismiss", "--json").stdout) == {"dismissed": told}
    assert alices("dismiss").stdout == "There is no notice.\n"
    assert json.loads(alices("list", "--json").stdout)["notices"] == []


def test_the_commands_are_those_of_the_interface():
    assert isinstance(phone_group, click.Group)
    assert {"activate", "list", "wait", "approve", "deny", "dismiss", "code"} == set(
        phone_group.commands
    )

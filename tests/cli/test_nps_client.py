"""``tallystick nps client``: RADIUS clients, and where their shared secrets come from."""

from __future__ import annotations

import json

import pytest

SECRET = "a long shared secret"


@pytest.fixture(autouse=True)
def _nps1(done):
    done("nps", "set", "nps1", "1.2.2216.1")


@pytest.fixture
def stored(services):
    return lambda: services.nps.clients("nps1")[0].secret


def test_the_secret_is_typed_twice(done, stored):
    printed = done("nps", "client", "add", "nps1", "192.0.2.7", typed=(SECRET, SECRET))

    assert printed == "192.0.2.7 is a client of nps1.\n"
    assert stored() == SECRET


def test_two_different_secrets_are_refused(refused, services):
    line = refused("nps", "client", "add", "nps1", "192.0.2.7", typed=(SECRET, "other"))

    assert "[password_input]" in line
    assert SECRET not in line
    assert services.nps.clients() == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_the_secret_may_come_from_standard_input_or_a_file(ending, done, stored, farm_folder):
    text = f"{SECRET}{ending}"
    done("nps", "client", "add", "nps1", "192.0.2.7", "--secret-stdin", input=text)
    assert stored() == SECRET

    (farm_folder / "secret.txt").write_bytes(f"other {text}".encode())
    done("nps", "client", "add", "nps1", "192.0.2.7", "--secret-file", "secret.txt")
    assert stored() == f"other {SECRET}"


@pytest.mark.parametrize("content", [b"", b"two\nlines", b"x" * 129, b"tab\t"])
def test_a_file_that_holds_no_secret_is_refused(content, refused, farm_folder):
    (farm_folder / "secret.txt").write_bytes(content)

    line = refused("nps", "client", "add", "nps1", "192.0.2.7", "--secret-file", "secret.txt")

    assert line.endswith("[bad_nps_client]\n")


def test_a_new_secret_is_shown_once(done, stored):
    printed = done("nps", "client", "add", "nps1", "192.0.2.7", "--new-secret")
    assert f"not shown again: {stored()}\n" in printed

    told = json.loads(done("nps", "client", "add", "nps1", "192.0.2.8", "--new-secret", "--json"))
    assert len(told["secret"]) == 32
    assert told["warnings"] == []


def test_a_secret_is_in_no_other_output(tally):
    args = ("nps", "client", "add", "nps1", "192.0.2.7", "--secret-stdin")
    for command in (
        args,
        (*args, "--json"),
        ("nps", "client", "list"),
        ("nps", "client", "list", "--json"),
        ("nps", "list", "--json"),
        ("nps", "client", "remove", "nps1", "192.0.2.7", "--json"),
    ):
        result = tally(*command, input=f"{SECRET}\n")
        assert result.exit_code == 0
        assert SECRET not in result.output


def test_a_client_may_be_replaced_and_keep_its_secret(done, stored, services, refused):
    assert "new client" in refused("nps", "client", "add", "nps1", "192.0.2.7", "--keep-secret")
    done("nps", "client", "add", "nps1", "192.0.2.7", "--secret-stdin", input=f"{SECRET}\n")

    done("nps", "client", "add", "nps1", "192.0.2.7", "--keep-secret", "--timeout", "90")

    assert stored() == SECRET
    assert services.nps.clients()[0].timeout == 90


def test_two_sources_of_the_secret_are_wrong_usage(tally):
    args = ("nps", "client", "add", "nps1", "192.0.2.7", "--new-secret", "--secret-stdin")

    assert tally(*args, input="x\n").exit_code == 2


def test_a_host_that_is_not_there_is_named_before_a_secret_is_typed(refused):
    assert "nps2" in refused("nps", "client", "add", "nps2", "192.0.2.7", typed=())
    assert "nps2" in refused("nps", "client", "list", "nps2")


def test_every_setting_has_an_option(done, services):
    done(
        "nps", "client", "add", "nps1", "2001:DB8::/64", "--new-secret",
        "--cannot-answer-challenge", "--no-message-authenticator", "--timeout", "120",
        "--label", "VPN",
    )  # fmt: skip
    (client,) = services.nps.clients()

    assert client.network == "2001:db8::/64"
    assert (client.can_answer_challenge, client.needs_message_authenticator) == (False, False)
    assert (client.timeout, client.label) == (120, "VPN")


def test_a_remote_desktop_gateway_cannot_answer_a_challenge(done, services):
    done("nps", "client", "add", "nps1", "192.0.2.9", "--preset", "rd-gateway", "--new-secret")

    assert not services.nps.clients()[0].can_answer_challenge


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--no-message-authenticator",), "CVE-2024-3596"),
        (("--timeout", "30"), "30 seconds"),
    ],
)
def test_weak_settings_are_warned_of_when_they_are_set_and_listed(args, says, tally):
    added = tally("nps", "client", "add", "nps1", "192.0.2.7", "--new-secret", *args)

    assert says in added.stderr
    assert says in tally("nps", "client", "list").stderr


@pytest.mark.parametrize("secret", ["testing123", "short"])
def test_a_weak_secret_is_warned_of(secret, tally):
    args = ("nps", "client", "add", "nps1", "192.0.2.7", "--secret-stdin")

    assert "warning: The shared secret" in tally(*args, input=f"{secret}\n").stderr


@pytest.mark.parametrize(
    "args",
    [
        ("192.0.2.7/24",),
        ("vpn",),
        ("192.0.2.7", "--timeout", "2"),
        ("192.0.2.7", "--label", "a\nb"),
        ("192.0.2.7", "--preset", "vpn"),
    ],
)
def test_a_client_that_cannot_be_is_refused(args, refused, services):
    line = refused("nps", "client", "add", "nps1", *args, "--new-secret")

    assert line.endswith("[bad_nps_client]\n")
    assert services.nps.clients() == ()


def test_the_clients_of_a_host_are_listed(done):
    done("nps", "set", "nps2", "1.2.2216.1", "--port", "1813")
    done("nps", "client", "add", "nps1", "192.0.2.7", "--new-secret", "--label", "VPN")
    done("nps", "client", "add", "nps2", "192.0.2.8", "--new-secret")

    header, row = [line.split("\t") for line in done("nps", "client", "list", "nps1").splitlines()]

    assert header == [
        "host", "network", "label", "can ask for a code", "Message-Authenticator", "time-out",
        "changed", "by",
    ]  # fmt: skip
    assert row[:6] == ["nps1", "192.0.2.7", "VPN", "yes", "required", "60"]
    listed = json.loads(done("nps", "client", "list", "--json"))
    assert [(each["host"], each["network"]) for each in listed] == [
        ("nps1", "192.0.2.7"),
        ("nps2", "192.0.2.8"),
    ]


def test_a_host_without_clients_says_how_to_add_one(tally):
    assert "Add one: tallystick nps client add" in tally("nps", "client", "list").stderr


def test_a_removed_client_is_gone(done, refused):
    done("nps", "client", "add", "nps1", "192.0.2.7", "--new-secret")

    assert done("nps", "client", "remove", "nps1", "192.0.2.7/32") == (
        "192.0.2.7/32 is no longer a client of nps1.\n"
    )
    assert "[unknown_nps_client]" in refused("nps", "client", "remove", "nps1", "192.0.2.7")

"""Which networks, secrets and times a RADIUS client may have, and which are worth a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON

from idp.nps.clients import (
    MAX_SECRET_LENGTH,
    BadNpsClient,
    NpsClient,
    check_label,
    check_secret,
    check_timeout,
    new_secret,
    preset_of,
    read_network,
)

SECRET = "x" * 16 + "sesame"
CLIENT = NpsClient(
    "nps1",
    "192.0.2.1",
    SECRET,
    can_answer_challenge=True,
    needs_message_authenticator=True,
    timeout=60,
    label="VPN",
    changed_at=NOON,
    changed_by="admin",
)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1/32", "192.0.2.1"),
        (" 192.0.2.0/24 ", "192.0.2.0/24"),
        ("192.0.2.0/255.255.255.0", "192.0.2.0/24"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_a_network_has_one_spelling(text, network):
    assert read_network(text) == network


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("192.0.2.1/24", "Give 192.0.2.0/24"),
        ("2001:db8::1/64", "Give 2001:db8::/64"),
        ("::ffff:192.0.2.1", "Give 192.0.2.1"),
        ("vpn.example.test", "Give one like"),
        ("192.0.2.0/33", "Give one like"),
        ("192.0.2.0-9", "Give one like"),
        ("fe80::1%eth0", "Give one like"),
        ("192.0.2.0/", "Give one like"),
        ("", "Give one like"),
    ],
)
def test_what_is_no_network_is_refused_with_the_right_one_where_there_is_one(text, remedy):
    with pytest.raises(BadNpsClient) as refused:
        read_network(text)

    assert refused.value.remedy.startswith(remedy)


@given(st.text() | st.text(st.sampled_from("0123456789abcdef:./% ")))
def test_any_text_is_a_network_in_its_one_spelling_or_refused(text):
    try:
        network = read_network(text)
    except BadNpsClient:
        return
    assert read_network(network) == network


@pytest.mark.parametrize("secret", ["", "x" * (MAX_SECRET_LENGTH + 1), "a\nb", "a\0b", "tab\t"])
def test_a_secret_that_cannot_be_typed_is_refused_and_not_repeated(secret):
    with pytest.raises(BadNpsClient) as refused:
        check_secret(secret)
    assert not secret or secret not in str(refused.value)
    for allowed in ("x", "x" * MAX_SECRET_LENGTH, "with blanks ", "schlüssel"):
        check_secret(allowed)


def test_a_new_secret_is_long_and_another_one_each_time():
    made = {new_secret() for _ in range(100)}

    assert len(made) == 100
    assert {len(each) for each in made} == {32}


@pytest.mark.parametrize("timeout", [2, 121, 0, -1])
def test_a_time_out_that_no_client_has_is_refused(timeout):
    with pytest.raises(BadNpsClient):
        check_timeout(timeout)
    check_timeout(3)
    check_timeout(120)


def test_a_label_that_cannot_be_printed_is_refused():
    for label in ("x" * 101, "a\nb", "\x1b[2J"):
        with pytest.raises(BadNpsClient):
            check_label(label)
    check_label("")
    check_label("VPN im Büro")


def test_a_remote_desktop_gateway_cannot_answer_a_challenge():
    assert preset_of("rd-gateway") == {"can_answer_challenge": False}
    with pytest.raises(BadNpsClient, match="rd-gateway"):
        preset_of("vpn")


def test_a_client_never_shows_its_secret():
    assert SECRET not in repr(CLIENT)
    assert SECRET not in f"{CLIENT} {[CLIENT]}"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, []),
        ({"needs_message_authenticator": False}, ["CVE-2024-3596"]),
        ({"secret": "testing123"}, ["attackers try first"]),
        ({"secret": "Testing123"}, ["attackers try first"]),
        ({"secret": "x" * 15}, ["fewer than 16"]),
        ({"timeout": 59}, ["59 seconds"]),
        ({"network": "::/0"}, ["every address"]),
        ({"timeout": 5, "secret": "a"}, ["fewer than 16", "5 seconds"]),
    ],
)
def test_weak_settings_are_warned_of(settings, says):
    warnings = replace(CLIENT, **settings).warnings()

    assert len(warnings) == len(says)
    assert all(said in warning for said, warning in zip(says, warnings, strict=True))

"""The phone's side of an activation, without a server."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from idp.authenticator.client_activation import (
    PhoneError,
    account_of,
    activation_body,
    read_code,
)
from idp.authenticator.phonefile import new_key, pem
from idp.authenticator.transport import ServerUnreachable, UnexpectedAnswer

SERVER = "https://sts.example.test"
ANSWER = {
    "user": "alice@example.test",
    "issuer": "sts.example.test",
    "device": {"id": "d1", "name": "Phone", "platform": "ios", "app_version": "6.5.85"},
}


@pytest.mark.parametrize(
    ("code_or_url", "server"),
    [
        (f"{SERVER}/authenticator/#123456789", None),
        (f" {SERVER}/authenticator/#123456789\n", "https://another.example.test"),
        ("123 456 789", f"{SERVER}/authenticator/"),
    ],
)
def test_code_and_server_are_read_from_an_address_or_given_apart(code_or_url, server):
    assert read_code(code_or_url, server) == ("123456789", SERVER)


def test_a_code_alone_does_not_say_for_which_server_it_is():
    with pytest.raises(PhoneError) as refused:
        read_code("123456789", None)
    assert refused.value.code == "no_server"


PHONEFACTOR = "phonefactor://activate_account?code=123456789&url={}"
OURS = ["https%3A%2F%2Fsts.example.test%2Fauthenticator%2Fapi%2Factivate",
        "https://sts.example.test/authenticator/"]  # fmt: skip


@pytest.mark.parametrize("url", OURS)
def test_an_activation_address_of_the_app_names_code_and_server(url):
    assert read_code(PHONEFACTOR.format(url), None) == ("123456789", "https://sts.example.test")


@pytest.mark.parametrize(
    "text",
    [
        PHONEFACTOR.format("https%3A%2F%2Felsewhere.example.test%2Factivate%2Fpad"),
        PHONEFACTOR.format("https%3A%2F%2Fsts.example.test%2Fauthenticator%2F%3Fnext%3D1"),
        PHONEFACTOR.format("https%3A%2F%2Feve%40sts.example.test%2Fauthenticator%2F"),
        PHONEFACTOR.format(OURS[0]).replace("123456789", "12345678"),
        PHONEFACTOR.format(OURS[0]).replace("activate_account", "remove_account"),
    ],
)
def test_another_address_of_the_app_is_refused(text):
    with pytest.raises(PhoneError) as refused:
        read_code(text, None)
    assert refused.value.code == "bad_activation_address"


def test_an_address_that_is_not_http_is_refused():
    with pytest.raises(ServerUnreachable):
        read_code("ftp://sts.example.test/#123456789", None)


@pytest.mark.parametrize(
    ("platform", "given", "sent"),
    [
        ("android", None, "6.2111.7701"),
        ("ios", None, "6.5.85"),
        ("watchos", None, "1.0"),
        ("android", "6.1", "6.1"),
    ],
)
def test_a_phone_names_a_version_that_matches_numbers_unless_told_another(platform, given, sent):
    body = activation_body(
        "123456789", new_key(), name="Phone", platform=platform, app_version=given
    )

    assert body["app_version"] == sent
    assert set(body) == {"code", "public_key", "platform", "app_version", "name"}


def test_a_phone_sends_the_public_part_of_its_key_alone():
    key = new_key()

    body = activation_body("1", key, name="", platform="web", app_version="1.0")

    sent = load_der_public_key(base64.b64decode(body["public_key"]))
    assert sent.public_numbers() == key.public_key().public_numbers()


def test_the_account_has_what_the_server_answered_and_the_key():
    key = new_key()

    account = account_of({**ANSWER, "seed": "A" * 32}, SERVER, key, "ca.pem")

    assert (account.server, account.user, account.issuer) == (
        SERVER,
        "alice@example.test",
        "sts.example.test",
    )
    assert (account.device_id, account.platform) == ("d1", "ios")
    assert (account.private_key, account.seed, account.ca_file) == (pem(key), "A" * 32, "ca.pem")


@pytest.mark.parametrize("answer", [{}, {**ANSWER, "device": None}, {**ANSWER, "device": {}}])
def test_an_answer_that_lacks_something_is_refused(answer):
    with pytest.raises(UnexpectedAnswer) as refused:
        account_of(answer, SERVER, new_key(), None)
    assert refused.value.code == "server_unreachable"

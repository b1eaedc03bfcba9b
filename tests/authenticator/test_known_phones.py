"""What a call is answered from: the key of its phone, which stays loaded, and its user."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.phones.phone_host import APPLICATION
from support.phones.signed_phone import SignedPhone
from support.users import ALICE

from adapter.mfa.policy import AuthenticatorConfiguration, Feature, Policies, Target
from idp.authenticator.request_signing import NEW_DEVICE, known_key


def test_only_the_keys_of_registered_phones_stay_loaded(phone_host, signed_phone):
    signed_phone.call("GET", "account")
    before = known_key.cache_info().currsize
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    offered = {
        "code": "123456789",
        "public_key": base64.b64encode(public).decode(),
        "platform": "android",
        "app_version": "6.2301.0001",
        "name": "",
    }
    refused = SignedPhone(phone_host, NEW_DEVICE, key).call("POST", "activate", offered)
    assert refused.json()["error"] == "activation_unknown"
    assert known_key.cache_info().currsize == before

    refused = SignedPhone(phone_host, "nobody", key).call("GET", "account")
    assert refused.json()["error"] == "device_unknown"
    assert signed_phone.call("GET", "account").ok
    assert known_key.cache_info().currsize == before


@pytest.fixture
def statements(phone_host, phone) -> list[str]:
    """What is executed in the database from now on."""
    executed: list[str] = []
    with phone_host.services.database.read() as connection:  # the one that is always lent first
        connection.connection.driver_connection.set_trace_callback(executed.append)
    return executed


def test_a_phone_is_found_with_its_user_and_its_notices_newest_first_by_one_statement(
    phone_host, signed_phone, statements
):
    for platform in ("ios", "web"):
        phone_host.phone(name=platform, platform=platform)
    statements.clear()

    known = phone_host.services.phones.find(signed_phone.device)

    assert len(statements) == 1
    assert (known.device.user, known.owner.upn) == (ALICE, ALICE)
    assert [notice.occasion.platform for notice in known.notices] == ["web", "ios"]


@pytest.mark.parametrize("pushes", [0, 1])
def test_a_poll_reads_its_phone_uses_up_its_nonce_and_looks_for_requests(
    phone_host, signed_phone, statements, pushes
):
    """The policies, which say what is shown of a request, are read with the phone."""
    for _ in range(pushes):
        phone_host.push()
    statements.clear()

    assert len(signed_phone.call("GET", "pending").json()["requests"]) == pushes

    words = [statement.split()[0] for statement in statements]
    assert [word for word in words if word != "PRAGMA"] == [
        "SELECT",
        *("BEGIN", "INSERT", "COMMIT"),
        "SELECT",
    ]


def test_what_a_request_shows_follows_the_groups_of_its_user(phone_host, signed_phone):
    policies = phone_host.services.mfa.policies
    shown = Feature(include=Target("staff"))
    authenticator = AuthenticatorConfiguration(application_name=shown, location=shown)
    policies.replace(replace(Policies(), authenticator=authenticator), None)
    phone_host.push()
    [request] = signed_phone.call("GET", "pending").json()["requests"]
    assert (request["application"], request["client_ip"]) == ("", "")

    phone_host.services.directory.change(ALICE, lambda user: replace(user, groups=("staff",)))
    [request] = signed_phone.call("GET", "pending").json()["requests"]
    assert (request["application"], request["client_ip"]) == (APPLICATION, "192.0.2.7")


def test_each_poll_goes_by_the_policies_of_now(phone_host, signed_phone):
    policies = phone_host.services.mfa.policies
    phone_host.push()
    hidden = AuthenticatorConfiguration(location=Feature(state="disabled"))
    for changed, shown in [(Policies(authenticator=hidden), ""), (Policies(), "192.0.2.7")]:
        policies.replace(changed, None)
        [request] = signed_phone.call("GET", "pending").json()["requests"]
        assert request["client_ip"] == shown

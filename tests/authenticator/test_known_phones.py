"""What a call is answered from: the key of its phone, which stays loaded, and its user."""

from __future__ import annotations

import base64
from dataclasses import replace

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

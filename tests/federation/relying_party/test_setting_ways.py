"""AD FS's settings of a trust, by command, by REST and in a trust file: all the same (§C.6)."""

from __future__ import annotations

import tomllib

import pytest
from support.clock import NOON

from idp.federation.relying_party.settings import TrustSettings, changed, replaced, settings_of
from idp.saml.keys import new_signing_certificate

PEM = new_signing_certificate("sp", NOON).certificate.decode()

WAYS = {
    # setting                     by command             by REST             in the file
    "enabled":                   ("false",               False,              "false"),
    "saml_response_signature":   ("MessageOnly",         "MessageOnly",      '"MessageOnly"'),
    "signature_algorithm":       ("rsa-sha1",            "rsa-sha1",         '"rsa-sha1"'),
    "signed_saml_requests_required": ("true",            True,               "true"),
    "token_lifetime":            ("30",                  30,                 "30"),
    "not_before_skew":           ("5",                   5,                  "5"),
    "encrypt_claims":            ("false",               False,              "false"),
    "encryption_certificate":    (PEM,                   PEM,                f'"""{PEM}"""'),
    "encrypted_name_id_required": ("true",               True,               "true"),
    "encryption_algorithm":      ("aes256-cbc",          "aes256-cbc",       '"aes256-cbc"'),
    "always_require_authentication": ("true",            True,               "true"),
    "allowed_authentication_class_references": ('["a", "b"]', ["a", "b"],    '["a", "b"]'),
    "identifiers":               ("urn:b",               ["urn:b"],          '["urn:b"]'),
    "name_id_format":            ("persistent",          "persistent",       '"persistent"'),
    "honour_valid_until":        ("false",               False,              "false"),
    "monitoring_enabled":        ("false",               False,              "false"),
    "auto_update_enabled":       ("false",               False,              "false"),
    "notes":                     ("one\ntwo",            "one\ntwo",         '"one\\ntwo"'),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_a_setting_is_the_same_however_it_is_given(name):
    text, value, toml = WAYS[name]
    default = TrustSettings()

    by_command = changed(default, {name: text})
    by_rest = replaced(default, {name: value})
    by_file = settings_of(tomllib.loads(f"{name} = {toml}"), "a file")

    assert by_command == by_rest == by_file != default
    assert TrustSettings.model_validate_json(by_file.model_dump_json()) == by_file

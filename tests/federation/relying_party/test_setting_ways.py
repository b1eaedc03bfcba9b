"""AD FS's settings of a trust, by command, by REST and in a trust file: all the same."""

from __future__ import annotations

import tomllib

import pytest
from support.clock import NOON

from idp.federation.relying_party.setting_changes import (
    change_from_text,
    change_values,
    read_settings,
)
from idp.federation.relying_party.setting_types import BadTrustSetting
from idp.federation.relying_party.settings import TrustSettings
from idp.saml.keys import new_signing_certificate

PEM = new_signing_certificate("sp", NOON).certificate.decode()

WAYS = {
    # setting                     by command             by REST             in the file
    "enabled":                   ("false",               False,              "false"),
    "saml_response_signature":   ("MessageOnly",         "MessageOnly",      '"MessageOnly"'),
    "signature_algorithm":       ("rsa-sha1",            "rsa-sha1",         '"rsa-sha1"'),
    "min_rsa_bits":              ("1024",                1024,               "1024"),
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

    by_command = change_from_text(default, {name: text})
    by_rest = change_values(default, {name: value})
    by_file = read_settings(tomllib.loads(f"{name} = {toml}"), "a file")

    assert by_command == by_rest == by_file != default
    assert TrustSettings.model_validate_json(by_file.model_dump_json()) == by_file


RULES = '[[claim_rules]]\npass = "upn"\n'
ALIASES = {
    # given as                     is the setting   by command, by REST, in the file
    "additional_authentication": ("second_factor", "always", "always", 'X = "always"'),
    "issuance_transform_rules":  ("claim_rules",   RULES, [{"pass": "upn"}], '[[X]]\npass = "upn"'),
}  # fmt: skip


@pytest.mark.parametrize("alias", ALIASES)
def test_a_name_of_ad_fs_is_taken_and_stored_under_ours(alias):
    name, text, value, toml = ALIASES[alias]
    default = TrustSettings()

    ways = (
        change_from_text(default, {alias: text}),
        change_values(default, {alias: value}),
        read_settings(tomllib.loads(toml.replace("X", alias)), "a file"),
        TrustSettings(**{alias: value}),
    )

    assert set(map(repr, ways)) == {repr(change_values(default, {name: value}))}
    assert ways[0] != default
    assert alias not in ways[0].model_dump()


@pytest.mark.parametrize("alias", ALIASES)
def test_both_names_of_a_setting_at_once_are_refused(alias):
    name, text, value, _toml = ALIASES[alias]
    both = f"give {name} or {alias}"

    for attempt in (
        lambda: change_from_text(TrustSettings(), {alias: text, name: text}),
        lambda: change_values(TrustSettings(), {alias: value, name: value}),
        lambda: read_settings({alias: value, name: value}, "a file"),
    ):
        with pytest.raises(BadTrustSetting, match=both):
            attempt()


def test_another_value_by_an_alias_is_judged_as_that_of_the_setting():
    with pytest.raises(BadTrustSetting, match="second_factor"):
        change_from_text(TrustSettings(), {"additional_authentication": "sometimes"})

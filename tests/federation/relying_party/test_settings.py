from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certificates.odd_certificates import certificate
from support.clock import NOON

from idp.federation.relying_party.setting_changes import change_from_text, read_settings
from idp.federation.relying_party.setting_types import BadTrustSetting
from idp.federation.relying_party.settings import TrustSettings, settings_help
from idp.saml import uris
from idp.saml.values import PERSISTENT


def test_without_settings_a_trust_is_served_as_ad_fs_serves_it():
    settings = TrustSettings()

    assert settings.enabled
    assert settings.second_factor == "global"
    assert settings.saml_response_signature == "AssertionOnly"
    assert not settings.signed_saml_requests_required
    assert (settings.token_lifetime, settings.not_before_skew) == (60, 0)
    assert settings.name_id_format is None
    assert settings.attributes == {}
    assert settings.mfa_freshness == 0
    assert not settings.always_require_authentication
    assert settings.authentication_context == "adfs"
    assert settings.signature_algorithm == uris.RSA_SHA256
    assert (settings.encrypt_claims, settings.encryption_certificate) == (True, None)
    assert not settings.encrypted_name_id_required
    assert settings.allowed_authentication_class_references == ()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("enabled", "false", False),
        ("second_factor", "never", "never"),
        ("saml_response_signature", "MessageAndAssertion", "MessageAndAssertion"),
        ("signed_saml_requests_required", "true", True),
        ("token_lifetime", "30", 30),
        ("not_before_skew", "5", 5),
        ("name_id_format", "persistent", PERSISTENT),
        ("name_id_format", PERSISTENT, PERSISTENT),
        ("name_id_format", "", None),
        ("name_id_format", "none", "none"),
        ("mfa_freshness", "15", 15),
        ("always_require_authentication", "true", True),
        ("authentication_context", "refeds", "refeds"),
        ("signature_algorithm", "rsa-sha1", uris.RSA_SHA1),
        ("signature_algorithm", uris.RSA_SHA256, uris.RSA_SHA256),
        ("encryption_certificate", "", None),
        ("allowed_authentication_class_references", "urn:a", ("urn:a",)),
        ("allowed_authentication_class_references", '["urn:a", "urn:b"]', ("urn:a", "urn:b")),
        ("allowed_authentication_class_references", "", ()),
        ("notes", "asked for by the library\nin May", "asked for by the library\nin May"),
        ("attributes.urn:x", "{upn}, staff", {"urn:x": ("{upn}, staff",)}),
        ("attributes.urn:x", '["one", "{group}"]', {"urn:x": ("one", "{group}")}),
    ],
)
def test_a_setting_is_given_as_text(key, text, value):
    settings = change_from_text(TrustSettings(), {key: text})

    assert getattr(settings, key.partition(".")[0]) == value


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("colour", "red", "token_lifetime"),
        ("EncryptClaims", "true", "did you mean encrypt_claims?"),
        ("second_factor", "sometimes", "found 'sometimes', allowed is always, never or global"),
        ("token_lifetime", "-1", "allowed is a whole number from 0 to 10080"),
        ("token_lifetime", "an hour", "found 'an hour', allowed is a whole number"),
        ("name_id_format", "kerberos", "emailAddress"),
        ("mfa_freshness", "-1", "from 0 to 10080"),
        ("mfa_freshness", "10081", "found '10081', allowed"),
        ("always_require_authentication", "perhaps", "true or false"),
        ("authentication_context", "phishing-resistant", "adfs, entra or refeds"),
        ("signature_algorithm", "rsa-md5", "rsa-sha256 or rsa-sha1"),
        ("encryption_certificate", "hello", "give PEM"),
        ("encryption_certificate", certificate(NOON), "key is not RSA"),
        ("allowed_authentication_class_references", "[1", "JSON"),
        ("allowed_authentication_class_references", '["a b"]', "is not a URI"),
        ("allowed_authentication_class_references", json.dumps(["a"] * 51), "at most 50"),
        ("identifiers", "urn:" + "x" * 1021, "at most 1024"),
        ("notes", "x" * 2001, "at most 2000"),
        ("notes", "a\x1bb", "control characters"),
        ("attributes", "{}", "attributes.URI=VALUE"),
        ("attributes.", "x", "not the name of an attribute"),
        ("attributes.urn:x", "{password}", "{upn}"),
        ("attributes.urn:x", "a\x00b", "control characters"),
        ("attributes.urn:x", "[1", "JSON"),
        ("attributes.urn:x", "[1]", "found 1, allowed is a text"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_allowed(key, text, told):
    with pytest.raises(BadTrustSetting) as refused:
        change_from_text(TrustSettings(), {key: text})

    assert told in str(refused.value)


def test_all_faults_are_reported_at_once():
    with pytest.raises(BadTrustSetting, match=r"token_lifetime.*not_before_skew"):
        change_from_text(TrustSettings(), {"token_lifetime": "x", "not_before_skew": "y"})


def test_an_attribute_is_replaced_or_removed_and_the_others_stay():
    settings = read_settings({"attributes": {"urn:x": "1", "urn:y": ["2"]}}, "a test")

    assert change_from_text(settings, {"attributes.urn:x": "3"}).attributes == {
        "urn:x": ("3",),
        "urn:y": ("2",),
    }
    assert change_from_text(settings, {"attributes.urn:x": ""}).attributes == {"urn:y": ("2",)}


@given(
    st.builds(
        TrustSettings,
        enabled=st.booleans(),
        second_factor=st.sampled_from(["always", "never", "global"]),
        token_lifetime=st.integers(1, 10_000),
        name_id_format=st.sampled_from([None, "none", "persistent", "transient"]),
        mfa_freshness=st.integers(0, 10_080),
        always_require_authentication=st.booleans(),
        authentication_context=st.sampled_from(["adfs", "entra", "refeds"]),
        attributes=st.dictionaries(
            st.from_regex(r"[\w:/.-]+", fullmatch=True), st.just(("{upn}", "x y")), max_size=3
        ),
    )
)
def test_settings_come_back_from_json_as_they_were(settings):
    assert TrustSettings.model_validate_json(settings.model_dump_json()) == settings


def test_every_setting_has_a_line_of_help():
    lines = settings_help()

    assert [line.name for line in lines] == list(TrustSettings.model_fields)
    assert all(line.description and "\n" not in line.description for line in lines)
    assert ("token_lifetime", "60") in [(line.name, line.default) for line in lines]
    assert ("enabled", "true") in [(line.name, line.default) for line in lines]

"""The file of MFA Server's adapter: what can be kept is taken, the rest is refused by name."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.contract import AuthenticationMethodConfigData
from adapter.mfa_server import AzureMfaServerAuthentication
from adapter.mfa_server.configuration import BadConfiguration, check_configuration

INSTALLED = """<?xml version="1.0" encoding="utf-8"?>
<ConfigurationData xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
  <!-- as it is installed -->
  <UseWebServiceSdk>{use}</UseWebServiceSdk>
  <WebServiceSdkUrl>https://mfa.example.test/MultiFactorAuthWebServiceSdk/PfWsSdk.asmx</WebServiceSdkUrl>
  <WebServiceSdkUsername>EXAMPLE\\mfa</WebServiceSdkUsername>
  <WebServiceSdkPassword>{password}</WebServiceSdkPassword>
  <WebServiceSdkCertificateThumbprint />
</ConfigurationData>
"""


def installed(use: str = "false", password: str = "") -> bytes:
    return INSTALLED.format(use=use, password=password).encode()


def load(config: bytes | None) -> None:
    config_data = AuthenticationMethodConfigData(config)
    AzureMfaServerAuthentication().on_authentication_pipeline_load(config_data)


@pytest.mark.parametrize("use", ["false", "False", " false\n"])
def test_the_file_is_taken_if_the_adapter_asks_its_own_phones(use):
    load(installed(use))
    load("\ufeff".encode() + installed(use))


def test_no_file_is_needed():
    load(None)
    load(b"")


REFUSED = {
    # named in the error           file
    "UseWebServiceSdk is true":    installed("true"),
    "UseWebServiceSdk is 'maybe'": installed("maybe"),
    "WebServiceSdkPassword":       installed(password="secret"),
    "no setting 'TestMode'":       b"<c><TestMode>1</TestMode></c>",
    "set twice":                   b"<c><WebServiceSdkUrl/><WebServiceSdkUrl/></c>",
    "holds elements":              b"<c><WebServiceSdkUrl><a/></WebServiceSdkUrl></c>",
    "has a DOCTYPE":               b'<!DOCTYPE c [<!ENTITY e "false">]><c/>',
    "is not XML":                  b"UseWebServiceSdk=false",
    "too large":                   b"<c>" + b" " * 70_000 + b"</c>",
}  # fmt: skip


@pytest.mark.parametrize(("named", "config"), REFUSED.items(), ids=REFUSED.keys())
def test_what_cannot_be_kept_is_refused_by_name(named, config):
    with pytest.raises(BadConfiguration) as error:
        load(config)
    assert named in error.value.problem
    assert error.value.code == "adapter_configuration"
    assert "secret" not in str(error.value)


@given(st.binary(max_size=200))
def test_any_other_file_is_refused_with_a_code(data):
    with suppress(BadConfiguration):
        check_configuration(data)

"""The adapter as a host sees it."""

from __future__ import annotations

import json
from importlib.metadata import entry_points

import pytest
from support.adapters.entra_sign_in import (
    OTP,
    PATCHED,
    PHONE_APP_NOTIFICATION,
    SignIn,
    begun,
    on_node,
)
from support.adapters.mfa_node import SecondFactors, stores_on
from support.users import ALICE

from adapter.contract import (
    UPN,
    Adapter,
    AuthenticationContext,
    AuthenticationMethodConfigData,
    Claim,
    ExplainsItself,
    ExternalAuthenticationException,
    HttpRequest,
)
from adapter.entra_mfa import AzureMfaAuthentication
from adapter.errors import TallystickError
from adapter.mfa.service import UsesMfaService


def test_the_adapter_is_found_by_its_entry_point():
    (entry,) = entry_points(group="tallystick.adapters", name="AzureMfaAuthentication")

    assert entry.load() is AzureMfaAuthentication
    node = AzureMfaAuthentication()
    assert isinstance(node, Adapter)
    assert isinstance(node, UsesMfaService)
    assert isinstance(node, ExplainsItself)


def test_the_adapter_is_available_to_users_with_a_device_or_codes(mfa):
    node = on_node(mfa)
    with_phone, with_codes, with_none = (mfa.somebody() for _ in range(3))
    mfa.give_phone(with_phone)
    mfa.give_codes(with_codes)

    def is_available(user: str) -> bool:
        return node.is_available_for_user(Claim(UPN, user), AuthenticationContext("a", "c"))

    assert is_available(with_phone)
    assert is_available(with_codes)
    assert not is_available(with_none)


def test_both_methods_are_announced():
    methods = AzureMfaAuthentication.metadata.authentication_methods

    assert set(methods) == {PHONE_APP_NOTIFICATION, OTP}
    assert all(method.startswith("http://") for method in methods)


def test_a_configuration_file_is_refused_with_what_to_do(mfa):
    node = AzureMfaAuthentication()

    with pytest.raises(TallystickError, match="without one"):
        node.on_authentication_pipeline_load(AuthenticationMethodConfigData(b"anything"))


def test_an_error_of_the_store_reaches_the_host_and_nobody_is_signed_in(
    mfa, open_database, database_file, device
):
    database = open_database()
    node = on_node(SecondFactors(stores_on(database), mfa.clock))
    sign_in = begun(mfa)
    mfa.approve(device, sign_in.started)
    sign_in.node = node
    database_file.rename(database_file.with_suffix(".away"))

    with pytest.raises(TallystickError) as error:
        sign_in.post()

    assert error.value.code == "store_unavailable"
    assert sign_in.claims == ()


def test_data_of_another_shape_is_an_error_and_no_sign_in(mfa, device):
    for data in ({}, {"user": ALICE}, {"version": 2}):
        with pytest.raises(TypeError):
            SignIn(mfa, data=json.dumps(data)).post()


def test_the_page_after_an_error_is_the_hosts(mfa):
    error = ExternalAuthenticationException("something", AuthenticationContext("a", "c"))

    assert on_node(mfa).on_error(HttpRequest("node", PATCHED), error) is None


def test_an_access_pass_makes_the_factor_available_to_nobody(mfa):
    user = mfa.somebody()
    mfa.service.access_passes.issue(user)

    available = on_node(mfa).is_available_for_user(
        Claim(UPN, user), AuthenticationContext("a", "c")
    )
    assert available is False

"""Programs that Amazon and others publish for AD FS, unchanged, sign in by name and password."""

from __future__ import annotations

import pytest
from support.clients import aws
from support.clients.amazon_drivers import DRIVERS, DriverFailed
from support.service_providers.verified_assertion import only, values, verified_assertion

every_driver = pytest.mark.parametrize("driver", DRIVERS.values(), ids=DRIVERS.keys())


@every_driver
def test_a_right_password_gets_credentials(
    driver, log_in, federation, token_service, signing_certificate
):
    user = federation.user
    assert driver(log_in(user.name, user.password)) == aws.ACCESS_KEY

    assertion = verified_assertion(token_service.response(), signing_certificate)
    assert only(assertion, ".//saml:Audience/text()") == aws.AUDIENCE
    assert only(assertion, ".//saml:SubjectConfirmationData/@Recipient") == aws.ACS
    assert values(assertion, aws.SESSION_NAME_ATTRIBUTE) == [user.name]


@every_driver
def test_a_wrong_password_gets_nothing(driver, log_in, federation, token_service):
    with pytest.raises(DriverFailed):
        driver(log_in(federation.user.name, "wrong"))

    assert token_service.calls == []
    assert [row.event_id for row in federation.log] == [1203]

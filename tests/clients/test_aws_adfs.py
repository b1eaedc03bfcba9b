"""aws-adfs, unchanged, signs in through the second factor and gets its credentials."""

from __future__ import annotations

import pytest
from flask import Flask
from support.clients import aws, aws_adfs
from support.service_providers.verified_assertion import only, values, verified_assertion

CHECK_THE_PHONE = "check your mobile device"
PUSHED = "Approve it there"
A_NUMBER = r"^(\d\d)$"


@pytest.fixture
def app(federation, app_at) -> Flask:
    """The federation server as the client knows it."""
    federation.add_service_provider(aws.METADATA, attributes=aws.ATTRIBUTES)
    return app_at(f"https://{aws_adfs.HOST}")


def test_aws_adfs_gets_credentials_by_the_number_that_it_prints(
    run_aws_adfs, app, federation, phone, token_service, signing_certificate
):
    client = run_aws_adfs(app, federation.user.name, federation.user.password)
    number = client.wait_for(A_NUMBER)[1]
    assert phone.approve(number) == "approved"
    assert client.credentials()["AccessKeyId"] == aws.ACCESS_KEY

    assertion = verified_assertion(token_service.response(), signing_certificate)
    assert only(assertion, ".//saml:Audience/text()") == aws.AUDIENCE
    assert only(assertion, ".//saml:SubjectConfirmationData/@Recipient") == aws.ACS
    assert only(assertion, "saml:Issuer/text()").startswith(f"http://{aws_adfs.HOST}/adfs/")
    assert values(assertion, aws.ROLE_ATTRIBUTE) == [f"{aws.PROVIDER},{aws.ROLE}"]
    assert values(assertion, aws.SESSION_NAME_ATTRIBUTE) == [federation.user.name]


def test_aws_adfs_gets_credentials_by_approval_where_the_update_is_missing(
    run_aws_adfs, app, federation, phone
):
    federation.set_build("20348.349")
    client = run_aws_adfs(app, federation.user.name, federation.user.password)
    client.wait_for(PUSHED)
    assert phone.approve() == "approved"
    assert client.credentials()["AccessKeyId"] == aws.ACCESS_KEY
    assert not any(line.strip().isdigit() for line in client.said)


def test_aws_adfs_gets_credentials_by_a_post_that_hangs_until_the_phone_has_approved(
    run_aws_adfs, app, federation, phone, enable
):
    enable("AzureMfaServerAuthentication")
    client = run_aws_adfs(app, federation.user.name, federation.user.password)
    client.wait_for(CHECK_THE_PHONE)
    assert phone.approve(timeout=aws_adfs.SECONDS) == "approved"
    assert client.credentials()["AccessKeyId"] == aws.ACCESS_KEY

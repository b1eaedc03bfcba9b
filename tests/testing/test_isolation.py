"""What a test does to the plugin's server is never seen by another, in any order or process."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SHUFFLED = """
import os
import random

def pytest_collection_modifyitems(items):
    random.Random(os.environ["ORDER"]).shuffle(items)
"""

EACH_SEES_NOTHING_OF_THE_OTHERS = """
from datetime import UTC, datetime, timedelta

import pytest


def see_that_nothing_is_left(federation, service_provider, phone, build="20348.350"):
    services = federation.services
    assert [user.upn for user in services.directory.list()] == [federation.user.name]
    assert [each.entity_id for each in services.trusts.list()] == [service_provider.entity_id]
    assert [str(node.build) for node in services.farm.nodes()] == [build]
    assert not services.next_faults.due()
    left = (federation.requests, federation.responses, federation.log, federation.timelines)
    assert not any(map(len, (*left, phone.pending(), phone.notices())))
    assert services.mfa.policies.read().policies.passkeys.is_enabled
    assert abs(federation.clock.now() - datetime.now(UTC)) < timedelta(hours=1)
    assert services.config.sign_in.session_minutes == 480
    assert not service_provider._provider.encrypts


def leave_something_of_everything(federation, service_provider, phone):
    browser = federation.sign_in(service_provider.login_url()).browser
    sign_in = federation.sign_in(service_provider.login_url(), browser=browser)
    phone.approve(sign_in.number)
    assert sign_in.finish().page.status == 200
    federation.sign_in(service_provider.login_url())
    assert phone.pending()
    federation.add_user("only@example.test", totp=True)
    federation.add_phone(platform="ios", app_version="6.4.12")
    federation.policy({"Fido2.state": "disabled"})
    federation.faults.next(service_provider, "audience_wrong")
    federation.services.trusts.remove(service_provider.entity_id)
    federation.set_build("17763.1")
    federation.clock.advance(30 * 24 * 3600)
    service_provider.offer_encryption()
    assert federation.requests and federation.responses


@pytest.mark.parametrize("number", range(5))
def test_usual(number, federation, service_provider, phone):
    see_that_nothing_is_left(federation, service_provider, phone)
    leave_something_of_everything(federation, service_provider, phone)


@pytest.mark.federation(build="20348.349")
@pytest.mark.parametrize("number", range(3))
def test_old(number, federation, service_provider, phone):
    see_that_nothing_is_left(federation, service_provider, phone, build="20348.349")
    federation.add_user("only@example.test")
    federation.clock.advance(3600 * 24)
    federation.sign_in(service_provider.login_url())


@pytest.mark.saml_fault("audience_wrong")
@pytest.mark.federation(settings={"sign_in.session_minutes": 5})
def test_fault(federation, service_provider):
    assert federation.services.next_faults.due()


def test_fails_and_leaves_everything_as_it_was(federation, service_provider, phone):
    see_that_nothing_is_left(federation, service_provider, phone)
    leave_something_of_everything(federation, service_provider, phone)
    pytest.fail("on purpose")
"""


@pytest.mark.parametrize("order", ["1", "2"])
def test_no_test_sees_what_another_left_in_any_order_on_two_workers(
    order, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ORDER", order)
    pytester.makeconftest(SHUFFLED)
    pytester.makepyfile(EACH_SEES_NOTHING_OF_THE_OTHERS)

    workers = "2" if order == "1" else "0"
    ended = pytester.runpytest_subprocess(
        "-q", "-n", workers, "-p", "no:cacheprovider", "-p", "no:randomly"
    )

    ended.assert_outcomes(passed=9, failed=1)
    ended.stdout.fnmatch_lines(["*Failed: on purpose"])


CLASS_AND_TEST = """
import pytest


@pytest.mark.federation(build="20348.349")
class TestClass:
    def test_begins(self, conformance_federation):
        conformance_federation.add_user("of-the-class@example.test")

    def test_has_a_server_of_its_own(self, conformance_federation, federation):
        assert [user.upn for user in federation.services.directory.list()] == ["user@example.test"]
        federation.browser().get(federation.url + "/adfs/ls/?SAMLRequest=x")
        assert len(federation.requests) == 1

    def test_goes_on_with_that_of_the_class(self, conformance_federation):
        page = conformance_federation.browser().get(
            conformance_federation.url + "/adfs/ls/?SAMLRequest=x"
        )
        assert page.status == 400
        assert len(conformance_federation.requests) == 1
        assert len(conformance_federation.services.directory.list()) == 2
        build = conformance_federation.services.farm.first().build
        assert str(build) == "20348.349"
"""


def test_the_server_of_a_class_goes_on_after_a_test_that_had_its_own(pytester: pytest.Pytester):
    pytester.makepyfile(CLASS_AND_TEST)

    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_requests_and_marker_go_with_the_timelines_of_a_failing_test(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.federation(build="20348.349")
        def test_it(federation, service_provider):
            federation.sign_in(service_provider.login_url())
            federation.requests.assert_received(force_authn=True)
        """
    )
    ended = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")

    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(
        [
            ">*federation.requests.assert_received(force_authn=True)",
            "E*Expected a request with force_authn=True, but 0 of 1 received are like that:",
            "E*force_authn: expected True, but it is False",
            "E*AuthnRequest*",
            "*timelines of the sign-ins (tallystick)*",
            "*Second factor: AzureMfaAuthentication: approve_deny (kb_missing), asked",
        ]
    )
    ended.stdout.no_fnmatch_line("*idp/testing/messages.py*")

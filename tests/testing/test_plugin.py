"""The plugin as another project's tests meet it: installed, and nothing else."""

from __future__ import annotations

import textwrap

import pytest

pytest_plugins = ["pytester"]

SIGN_IN = """
    def test_number(federation, service_provider, phone):
        sign_in = federation.sign_in(service_provider.url, federation.user)
        phone.approve(sign_in.number)
        assert sign_in.finish().page.status == 200

    def test_approve_and_deny(federation, service_provider, phone):
        federation.set_build("20348.349")
        sign_in = federation.sign_in(service_provider.url, federation.user)
        assert sign_in.number is None
        phone.approve()
        assert sign_in.finish().page.status == 200
"""


def test_the_fixtures_need_nothing_but_the_installation(pytester: pytest.Pytester):
    pytester.makepyfile(SIGN_IN)
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_each_worker_of_xdist_has_a_server_of_its_own(pytester: pytest.Pytester):
    pytester.makepyfile(*[textwrap.dedent(SIGN_IN)], test_more=textwrap.dedent(SIGN_IN))
    pytester.runpytest_subprocess("-q", "-n", "2").assert_outcomes(passed=4)


def test_tests_that_use_no_fixture_import_nothing_of_the_product(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import sys

        HEAVY = {"flask", "sqlalchemy", "saml2", "lxml", "cryptography", "idp.app", "adapter"}

        def test_nothing(request):
            assert HEAVY & set(sys.modules) == set()
        """
    )
    pytester.runpytest_subprocess("-q", "-p", "no:xdist").assert_outcomes(passed=1)


def test_the_fixtures_are_listed_with_what_they_are_for(pytester: pytest.Pytester):
    listed = pytester.runpytest_subprocess("--fixtures").stdout
    for name in ("federation", "service_provider", "phone", "radius"):
        listed.fnmatch_lines([f"{name} -- *"])

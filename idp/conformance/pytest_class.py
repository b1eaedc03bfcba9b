"""A ready-made test class: every fault against your application.

Inherit from :class:`ServiceProviderConformance` and say where the application is; docs/pytest.md
has an example. The tests of a class share one server, and one session of its user there.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from idp.conformance.probe import Probe
from idp.conformance.run import Run, Target
from idp.conformance.verdict import Verdict
from idp.conformance.visitor import Account
from idp.saml_faults.catalogue import FAULTS
from idp.saml_faults.fault import Fault
from idp.testing.federation import Federation


@dataclass(frozen=True, slots=True)
class Application:
    """The service provider under test.

    ``probe_url`` is an address that shows who is signed in, ``probe_text`` what it shows then
    (None: the user name), ``probe_status`` its status then (None: any below 400).
    """

    entity_id: str
    login_url: str
    probe_url: str | None = None
    probe_text: str | None = None
    probe_status: int | None = None


class ServiceProviderConformance:
    """One test for each fault, and one that a correct sign-in works after all of them.

    It needs a fixture ``saml_application`` of the scope ``class`` that returns an
    :class:`Application`. A subclass may set ``faults`` to those that it wants, and
    ``known_failures`` to the codes of which it knows that they fail.
    """

    faults: tuple[Fault, ...] = FAULTS
    known_failures: frozenset[str] = frozenset()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a test of each fault; pytest calls this for the class."""
        if "saml_fault" in metafunc.fixturenames:
            metafunc.parametrize("saml_fault", self.faults, ids=lambda fault: fault.code)

    def test_fault(self, saml_fault: Fault, conformance_run: Run) -> None:
        """Do with a faulty response what a correct service provider does."""
        result = conformance_run.check(saml_fault)
        if result.verdict is Verdict.UNDECIDED:
            pytest.skip(result.sentence)
        is_known = saml_fault.code in self.known_failures
        if is_known and result.verdict is Verdict.PASS:
            pytest.fail(f"{saml_fault.code} is in known_failures, and passes")
        if result.verdict is Verdict.FAIL:
            said = f"{result.sentence} {saml_fault.expectation} ({saml_fault.source})"
            (pytest.xfail if is_known else pytest.fail)(said)

    def test_a_correct_sign_in_works_after_all_of_them(self, conformance_run: Run) -> None:
        """Accept a sign-in without a fault."""
        if not conformance_run.works():
            pytest.fail("A correct sign-in is refused after all faults")


def begin_run(federation: Federation, application: Application) -> Run:
    """Return a run against *application*, whose first sign-in, without a fault, was accepted."""
    user = federation.user
    text = application.probe_text or user.name
    probe = Probe(text, federation.url, application.probe_url, application.probe_status)
    federation.services.trusts.change_from_text(application.entity_id, {"second_factor": "never"})
    target = Target(application.entity_id, application.login_url, probe)
    run = Run(federation.services, target, Account(user.name, user.password))
    run.begin()
    return run

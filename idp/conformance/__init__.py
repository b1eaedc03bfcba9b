"""The conformance run: every fault against one service provider, judged by a probe.

A browser without script (:mod:`idp.embedded.browser`) signs in at the service provider
once without a fault, then with each fault, each time as a new visitor there. The probe says whether
the visitor is signed in afterwards.

Read first: ``run`` (what happens for each fault), ``probe`` (how its outcome is seen), ``verdict``
(what it means; pure). ``visitor`` is the browser and its sign-in here; ``report`` holds the
results, ``report_files`` writes them as JSON, JUnit XML and HTML.

``pytest_class`` is a class of tests that projects inherit, ``pytest_plugin`` has its fixtures; they
use those of :mod:`idp.testing`, which knows nothing of this room.

Neighbours: :mod:`idp.saml_faults` has the faults, :mod:`idp.management.faults` sets them;
``tallystick conformance`` starts a run. docs/conformance.md is for users.
"""

"""The pytest plugin ``tallystick``: a running federation server, a service provider and a phone.

Fixtures: ``federation``, ``service_provider``, ``phone``; override ``tallystick_database`` to test
on another database. Tests need no browser: ``federation.sign_in(url)`` follows redirects and
submits forms as a browser without script does.

Read first: ``plugin`` (the fixtures), then ``federation`` (their verbs), ``signin`` and ``signout``
(what tests do next), ``password_reset`` and ``policy_words``. ``service_provider`` and ``radius``
are the fixtures of these names. ``shared_servers`` starts
the servers once for all tests of a process; ``marker`` and ``server_settings`` say how ``running``
sets up the one of a test. ``clock``, ``extranet``, ``phones`` and ``users`` are the world of a
test, ``faults`` what goes wrong in it. ``messages`` are what crossed the server, with assertions:
``message_capture`` keeps them, ``message_reading`` makes ``message_values`` of them. ``timelines``
are shown below a failure; ``expected`` keeps our frames out of tracebacks.

Neighbours: :mod:`idp.embedded` has what the demo and the conformance run need too, such as the
browser. The product imports nothing from here, but for the pytest class of
:mod:`idp.conformance`, whose tests use this plugin.
docs/pytest.md is the page for test authors.
"""

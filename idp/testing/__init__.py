"""The pytest plugin ``tallystick``: a running federation server, a service provider and a phone.

Fixtures: ``federation``, ``service_provider``, ``phone``; override ``tallystick_database`` to test
on another database. Tests need no browser: ``federation.sign_in(url)`` follows redirects and
submits forms as a browser without script does.

Read first: ``plugin`` (the fixtures), then ``federation`` (their verbs), ``signin`` and ``signout``
(what tests do next). ``service_provider`` is the fixture of that name. ``shared_servers`` starts
the servers once for all tests of a process; ``browser`` and ``page`` are the client; ``expected``
keeps our frames out of tracebacks; ``timelines`` are shown below a failure; ``clock``,
``extranet``, ``phones`` and ``users`` are the world of a test, ``faults`` what goes wrong in it.
``marker`` and ``server_settings`` say how ``running`` sets the server of a test up. ``messages``
are what crossed it, with assertions: ``message_capture`` keeps them, ``message_reading`` makes
``message_values`` of them.
Neighbours: :mod:`idp.embedded` has what the demo needs too. The product imports nothing from here,
but for :mod:`idp.conformance`, which drives the same browser.
docs/pytest.md is the page for test authors.
"""

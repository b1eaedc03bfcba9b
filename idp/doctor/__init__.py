"""``tallystick doctor``: checks a server and names a remedy for each finding.

It changes nothing: it does not even upgrade the database of an earlier version.

Read first: ``examination``, the list of all checks. A check is a function that takes the
:class:`~idp.doctor.findings.ServerUnderTest`, and the services if it needs the database, and
yields findings. The checks are in ``environment_checks`` (database, network, clock, libraries),
``file_checks``, ``key_checks`` (token signing and TLS), ``federation_checks`` (nodes, adapters,
trusts) and ``password_checks``. Neighbours: :mod:`idp.serving.planning` checks the settings for
TLS, :mod:`idp.cli.doctor` prints the findings.
"""

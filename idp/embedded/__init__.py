"""What the demo, the pytest plugin and the conformance run share: none is a library of the other.

It runs a whole server in the memory of one process: quick to start, for trying and for tests, not
for real use (:mod:`idp.serving`).

- ``servers``: web servers in threads of this process, with TLS if wanted
- ``checked_requests``: what they check of each request before the application gets it
- ``server_folder``: a folder with configuration, keys and secret, created if missing
- ``phones``: the kinds of phone that a sample user may have, activated without a network
- ``radius``: NPS hosts in a thread of this process
- ``browser`` and ``page``: a browser without script that keeps cookies and submits forms
- ``test_sp``: a service provider with pages that show what it receives

Read first: ``server_folder``, then :class:`idp.testing.shared_servers.SharedServers` or
:func:`idp.demo.runner.run_demo`, which put the parts together. Neighbours: :mod:`idp.assembly`
joins the rooms, :mod:`idp.serving.server_files` creates keys and secret.
"""

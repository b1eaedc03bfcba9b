"""``tallystick serve``: the processes of a server for real use, and ``tallystick init``.

``tallystick serve`` has a plan made, in a process that checks what can be checked before anything
is started and then ends (:mod:`idp.cli.preparation`). The supervisor runs the processes of the
plan: it starts them, waits until they are ready, restarts them or ends the server when one dies,
and ends all of them on a signal. A web server is one process of the plan; it starts and watches its
workers itself.

Read first: ``planning`` and ``plan`` (what is run), ``process`` (what a process is to the
supervisor), then ``supervisor``. The web server: ``web_process``, ``granian_server`` or
``waitress_server``, ``web_worker``, which makes the application that all workers share and starts
it in each, and ``preloading``, which keeps the workers small. Before the application, both check
the header lines and read the body of each request: ``asgi_bridge`` and ``request_bodies`` for
granian (``asgi`` has the types between them), ``waitress_requests``, ``waitress_bodies`` and
``waitress_idle`` for waitress. ``radius_process`` is the process that answers RADIUS, and
``metrics_endpoint`` the listener for Prometheus. Signals: ``shutdown`` says how a process learns
that it should end, ``wakeup`` wakes the supervisor, and ``systemd`` tells the service manager. A
further process needs a
:class:`~idp.serving.process.ProcessSpec` in :attr:`Plan.processes <idp.serving.plan.Plan>`.
``new_server`` makes the folder for ``tallystick init``; ``server_files`` knows the files in it.

Neighbours: :mod:`idp.app` makes the application, :mod:`idp.cli.serve` is the command,
:mod:`idp.doctor` uses the checks of ``planning``, :mod:`idp.embedded` has the quick servers of the
demo and the pytest plugin.
"""

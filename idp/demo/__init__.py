"""``tallystick demo``: everything in one process, to try it or to write scripts against it.

It runs a federation server with three nodes, the phone page, the administration, six sample users
with their phones, and a test service provider to sign in to. It shows passwords and tokens to
everybody who opens it.

Pages of its own: ``/`` (what to do, step by step), ``/node/NAME`` (choose the node that answers
this browser), ``/demo/phone`` (an activation link for the first sample user).

Read first: ``runner``. Then ``sample_users``, ``first_page``, ``address`` (host name and ports),
``certificates`` (for ``--tls``), ``radius`` (for ``--radius``), ``compat`` (for ``--compat``),
``shipped_metadata``, ``lock`` (one demo a folder), ``terminal`` (command lines to copy).
Neighbours: :mod:`idp.embedded` has what the pytest plugin needs too, :mod:`idp.cli.demo` is the
command. Nothing imports this room but that.
"""

"""The benchmarks: ``make bench`` prints what each operation costs, in RSA-2048 signatures.

Every ratio compares with a signature of the same run, so that it says more about the code than
about the machine. Read first: ``harness`` (how it is measured), then ``__main__`` (what is
measured). ``saml`` and ``decision`` measure functions; ``sign_in``, ``log_out`` and ``scale`` whole
requests on the ``server`` of the benchmarks, ``served`` the same through ``tallystick serve``;
``recorder`` measures the flight recorder; ``flood`` measures a password while another client floods
the server; ``usual_way`` measures plain pysaml2 for comparison. ``radius`` measures the NPS
extension by ``radius_server`` and ``radius_client``, beside ``freeradius``; ``radius_load`` is a
command of its own. ``plugin`` and ``start`` (commands, the demo) are commands, too.

``pages`` and ``scale`` measure a ``big_server``. ``crowd`` (a command) measures who waits:
``crowd_party`` is the server with its crowd, ``crowd_client`` the crowd; ``memory`` and
``processes`` say what a server takes. ``table`` prints ratios, ``figures`` values with a unit.
"""

"""Second factors in the database: one module for each slice of :mod:`adapter.mfa`.

``devices.py``, ``activations.py``, ``push.py``, ``codes.py``, ``passkeys.py``, ``access_passes.py``
and ``protection.py`` implement the storage protocols of the slices (``adapter/mfa/*/store.py``),
with hardware tokens in ``hardware_tokens.py`` and all sources of codes in ``code_sources.py``;
``policies.py`` that of the policies, whose row ``policies_row.py`` reads, and ``choices.py`` what
users chose. ``registrations.py``
makes a phone a method, ``open_challenges.py`` ends requests, and ``read_ahead.py`` reads at one
time what will be asked for. ``user_row.py`` is the row that they share, and the lock that keeps two
nodes from changing one user at the same time. ``stores.py`` joins them; the tables are in
``idp/store/mfa_schema.py``.
"""

"""The REST API ``/admin/api/``, a module for each resource; :mod:`~idp.admin.api.guard` joins them.

A change is authorized by the administrator's token as bearer, or by a session's cookie together
with its CSRF token in ``X-CSRF-Token``. Errors are JSON objects with ``error`` (the code),
``problem`` and ``remedy``.
"""

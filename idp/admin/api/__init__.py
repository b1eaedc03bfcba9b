"""The REST API ``/admin/api/``, a module for each resource; :mod:`~idp.admin.api.guard` joins them.

A change is authorized by the administrator's token as bearer, or by a session's cookie together
with its CSRF token in ``X-CSRF-Token``. Errors are problem details (RFC 9457) with ``error`` (the
code), ``problem`` and ``remedy``.

A module has a class of views, each of which declares what it takes and answers
(:mod:`~idp.admin.api.operation`) by models of :mod:`idp.admin.api.models`, and ``add_routes``. A
constant ``PARAMETERS`` describes the variable parts of its addresses. The OpenAPI document is made
of that (:mod:`~idp.admin.api.openapi`).
"""

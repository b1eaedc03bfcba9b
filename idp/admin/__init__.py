"""Administration: pages and a REST API over one set of use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Blueprint

    from idp.services import Services


def blueprint(services: Services) -> Blueprint:
    """Return the blueprint of ``/admin/`` and ``/admin/api/``."""
    # The command line uses the use cases here and must not wait for the web framework.
    from flask import Blueprint

    from idp.admin.api.views import add_api
    from idp.admin.authentication import AdminAuthentication
    from idp.admin.pages.views import add_pages

    made = Blueprint(
        "admin",
        __name__,
        url_prefix="/admin",
        template_folder="templates",
        static_folder="static",
    )
    access = AdminAuthentication(services)
    add_pages(made, services, access)
    add_api(made, services, access)
    return made

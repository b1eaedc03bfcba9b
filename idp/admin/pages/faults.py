"""The section of a trust's page that sets the fault of its next sign-in."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.sentences import sentence
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.management import faults
from idp.saml_faults.catalogue import FAULTS
from idp.saml_faults.fault import GROUP_TITLES

if TYPE_CHECKING:
    from idp.services import Services

CLEARED = sentence("The next sign-in is as usual.")


def section(services: Services, entity_id: str) -> dict[str, Any] | None:
    """Return what the section shows; None on a server that allows no faults."""
    if not services.config.testing.allow_faults:
        return None
    by_group = groupby(FAULTS, key=lambda fault: fault.group)
    return {
        "due": faults.due_at(services, entity_id),
        "groups": [(GROUP_TITLES[group], list(found)) for group, found in by_group],
    }


class FaultPages:
    """The view of the section's form."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def change(self, session: AdminSession) -> Response:
        """Set the fault of the form, or clear what is due if it names none."""
        entity_id, code = request.form.get("id", ""), request.form.get("fault", "")
        if code:
            due = faults.set_next(self._services, entity_id, code)
            text = (
                sentence("The next log-out has the fault {code}, once.", code=due.code)
                if due.fault.is_of_log_out
                else sentence("The next sign-in has the fault {code}, once.", code=due.code)
            )
        else:
            faults.clear_next(self._services, entity_id)
            text = CLEARED
        path = f"/admin/trusts/one?id={quote(entity_id, safe='')}#faults"
        return self._frame.done(path, session, Flash(entity_id, text))


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``POST /admin/faults``."""
    view = frame.changing(FaultPages(services, frame).change, faults.FAULT_SET)
    blueprint.add_url_rule("/faults", "set_fault", view, methods=["POST"])

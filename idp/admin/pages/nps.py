"""The forms of the NPS hosts on the Farm page: version and override, and the restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import joined, sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages.farm import PATH, Farm, HostFault
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management import nps, nps_changes
from idp.nps.hosts import BadNpsHost
from idp.nps.registry import changes_from_texts

if TYPE_CHECKING:
    from idp.nps.hosts import NpsHost
    from idp.services import Services


class NpsPages:
    """The views of the forms."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame
        self._farm = Farm(services, frame)

    def set_host(self, session: AdminSession) -> Response:
        """Set version and override of a host, or show the Farm again with what is wrong."""
        name = request.form.get("name", "").strip()
        version, override = request.form.get("version", ""), request.form.get("override", "")
        try:
            change = nps_changes.set_host(
                self._services,
                name,
                version=version,
                registry=changes_from_texts({"override": override or None}),
            )
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            is_in_name = isinstance(error, BadNpsHost)
            fault = HostFault(name, version, override, error_text(error), is_in_name)
            return self._farm.page(session, host_fault=fault)
        return self._done(session, change.host, sentence("Set."), change.warnings)

    def restart(self, session: AdminSession) -> Response:
        """Restart the NPS service of a host."""
        host = nps_changes.restart(self._services, request.form.get("name", ""))
        return self._done(session, host, sentence("Restarted."))

    def _done(
        self,
        session: AdminSession,
        host: NpsHost,
        says: str,
        warnings: tuple[str, ...] = (),
    ) -> Response:
        shows = nps.view_of(host, clients=0).main.shows
        parts = [
            says,
            sentence("The next sign-in that begins here shows {shows}.", shows=shows),
            *([sentence("A restart is pending.")] if host.pending else ()),
        ]
        flash = Flash(f"NPS host {host.name}", joined(" ", parts), warnings)
        return self._frame.done(f"{PATH}#nps-{host.name}", session, flash)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``POST /admin/nps`` and ``POST /admin/nps/restart``."""
    pages = NpsPages(services, frame)
    set_host, restart = (
        frame.changing(pages.set_host, "nps.set"),
        frame.changing(pages.restart, "nps.restart"),
    )
    blueprint.add_url_rule("/nps", "set_nps_host", set_host, methods=["POST"])
    blueprint.add_url_rule("/nps/restart", "restart_nps_host", restart, methods=["POST"])

"""The page that says what an application needs of this server, with settings to paste."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from werkzeug import Response as WerkzeugResponse
from werkzeug.exceptions import NotFound

from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management.connect.applications import EXAMPLE_KIND, KINDS, BadApplicationUrl
from idp.management.connect.server_facts import facts_of
from idp.management.connect.settings import settings_for
from idp.operating_system import command_line
from idp.saml.certificates import decode_certificate

if TYPE_CHECKING:
    from idp.management.connect.settings import ApplicationSettings
    from idp.services import Services


class ConnectPages:
    """The views; they change nothing."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> WerkzeugResponse:
        """Show this server's values, and the settings for ``kind`` and ``url`` if they are given.

        Raises :class:`~idp.management.connect.applications.UnknownApplication`.
        """
        kind, url = request.args.get("kind", ""), request.args.get("url", "").strip()
        found, fault = None, ""
        if kind:
            try:
                found = settings_for(self._services, kind, url)
            except BadApplicationUrl as error:
                fault = error_text(error)
        return self._frame.page(
            "connect",
            session,
            422 if fault else 200,
            facts=facts_of(self._services),
            certificate_at=lambda thumbprint: url_for("admin.certificate", thumbprint=thumbprint),
            kinds=KINDS.values(),
            kind=kind or EXAMPLE_KIND,
            url=url,
            fault=fault,
            found=found,
            added=added_values(found) if found else {},
            command=command_line(["tallystick", "connect", kind, "--url", url]),
            trust_command=command_line(["tallystick", *found.trust]) if found else "",
        )


def added_values(found: ApplicationSettings) -> dict[str, str]:
    """Return what the form for a new trust is filled with for an application."""
    application = found.application
    if application.metadata_url:
        return {"url": application.metadata_url}
    return {"entity_id": application.entity_id, "acs": application.acs}


FORMATS = {
    # ending  media type
    "pem":    "application/x-pem-file",
    "cer":    "application/pkix-cert",
}  # fmt: skip


def certificate_file(services: Services, thumbprint: str, ending: str = "pem") -> Response:
    """Return a token-signing certificate as a download, PEM or DER; raises ``NotFound``."""
    for certificate in facts_of(services).certificates:
        if certificate.thumbprint == thumbprint:
            content = certificate.pem.encode()
            name = f'attachment; filename="token-signing-{thumbprint[:16]}.{ending}"'
            return Response(
                content if ending == "pem" else decode_certificate(certificate.base64),
                mimetype=FORMATS[ending],
                headers={"Content-Disposition": name},
            )
    raise NotFound


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/connect`` and the downloads of the certificates."""
    pages = ConnectPages(services, frame)
    blueprint.add_url_rule("/connect", "connect", frame.reading(pages.show), methods=["GET"])
    # Without a session: the certificates are in the metadata, which everybody may read.
    for ending, name in (("pem", "certificate"), ("cer", "certificate_der")):
        blueprint.add_url_rule(
            f"/connect/<thumbprint>.{ending}",
            name,
            partial(certificate_file, services, ending=ending),
            methods=["GET"],
        )

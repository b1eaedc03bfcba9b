"""The pages that add and remove a relying party trust: form, preview, confirmation."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable, said_by
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.federation.metadata.entered import BadServiceProvider, EnteredServiceProvider
from idp.management import trusts
from idp.management.metadata import source as metadata_source
from idp.management.trust_views import preview_as_json
from idp.operating_system import command_line
from idp.saml import metadata_text
from idp.saml.bad_metadata import BadMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.federation.metadata.preview import Preview
    from idp.services import Services

PATH = "/admin/trusts"
ADDED = sentence("The trust is added. Users can sign in to it from now on.")
UPDATED = sentence("The trust is updated.")
REMOVED = sentence("The trust is removed: nobody can sign in to it any more.")

ENTERED = "entered"
"""The value of the form's ``way`` for a service provider without metadata; else ``metadata``."""

FIELDS = ("url", "text", "which", "entity_id", "acs", "slo", "certificate")


class BadTrustForm(TallystickError):
    """Raised for a form that says nothing, or too much; ``faults`` names the field."""

    code = "bad_trust_form"

    def __init__(self, field: str, fault: str, remedy: str) -> None:
        super().__init__(fault, remedy)
        self.faults: dict[str, str] = {field: said_by(self)}


class TrustAddingPages:
    """The views of adding and removing a trust."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def form(self, session: AdminSession) -> Response:
        """Show the form, filled with the parameters of the address."""
        return self._form(session, request.args)

    def add(self, session: AdminSession) -> Response:
        """Show what would be added; the second time, if it still is that, add it."""
        typed = _typed()
        try:
            source = self._source(typed)
            preview = trusts.preview_from(self._services, source)
            digest = hashlib.sha256(preview.described.document).hexdigest()
            if request.form.get("seen") != digest:
                return self._preview(session, typed, preview, digest)
            trust = trusts.add_from(self._services, source)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._form(session, typed, _faults_of(error, typed))
        path = f"{PATH}/one?id={quote(trust.entity_id, safe='')}"
        text = ADDED if preview.current is None else UPDATED
        return self._frame.done(path, session, Flash(trust.entity_id, text))

    def confirm_removal(self, session: AdminSession) -> Response:
        """Ask whether to remove the trust whose entity ID is the parameter ``id``."""
        trust = self._services.trusts.existing(request.args.get("id", ""))
        command = command_line(["tallystick", "sp", "remove", trust.entity_id])
        return self._frame.page("trust_remove", session, trust=trust, command=command)

    def remove(self, session: AdminSession) -> Response:
        """Remove the trust."""
        entity_id = request.form.get("id", "")
        trusts.remove(self._services, entity_id)
        return self._frame.done(PATH, session, Flash(entity_id, REMOVED))

    def _source(self, typed: Mapping[str, str]) -> metadata_source.Source:
        if typed["way"] == ENTERED:
            return metadata_source.entered_source(self._services, _entered(typed))
        url, text = typed["url"], typed["text"]
        if bool(url) == bool(text.strip()):
            raise BadTrustForm(
                "text",
                sentence("There is no metadata, or more than one"),
                sentence("Give a file, an address or XML"),
            )
        if url and not metadata_source.is_url(url):
            raise BadTrustForm(
                "url",
                sentence("This is no address"),
                sentence("Give one that begins with https://"),
            )
        return metadata_source.Source(
            place=url or "administration page",
            entity_id=typed["which"] or None,
            content=None if url else metadata_text.encode(text),
        )

    def _form(
        self, session: AdminSession, typed: Mapping[str, str], faults: Mapping[str, str] = {}
    ) -> Response:
        status = 422 if faults else 200
        return self._frame.page("trust_add", session, status, typed=typed, faults=faults)

    def _preview(
        self, session: AdminSession, typed: Mapping[str, str], preview: Preview, digest: str
    ) -> Response:
        return self._frame.page(
            "trust_preview",
            session,
            typed=typed,
            shown=preview_as_json(preview),
            was_seen="seen" in request.form,
            digest=digest,
            command=_addition_of(typed),
        )


def _typed() -> dict[str, str]:
    """Return the fields of the form; a file stands where pasted XML would."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    typed["way"] = request.form.get("way", "")
    file = request.files.get("file")
    content = file.read() if file else b""
    if content.strip():
        typed["text"] = _text_of(content)
    certificate = request.files.get("certificate_file")
    if certificate and (pem := certificate.read()).strip():
        typed["certificate"] = pem.decode("ascii", errors="replace")
    return typed


def _text_of(content: bytes) -> str:
    """Return metadata as text; what has no known encoding is refused later, as what it is."""
    try:
        return metadata_text.to_utf8(content).decode("utf-8-sig", errors="replace")
    except BadMetadata:
        return content.decode("utf-8", errors="replace")


def _entered(typed: Mapping[str, str]) -> EnteredServiceProvider:
    return EnteredServiceProvider(
        entity_id=typed["entity_id"],
        acs=tuple(typed["acs"].split()),
        slo=typed["slo"],
        certificate=typed["certificate"].encode(errors="replace"),
    )


def _faults_of(error: TallystickError, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the sentence for each field; what names none stands at the field that was used."""
    if isinstance(error, (BadServiceProvider, BadTrustForm)):
        return error.faults
    field = "entity_id" if typed["way"] == ENTERED else ("url" if typed["url"] else "text")
    return {field: error_text(error)}


def _addition_of(typed: Mapping[str, str]) -> str:
    """Return the command that adds the same."""
    words = ["tallystick", "sp", "add"]
    if typed["way"] == ENTERED:
        words += ["--entity-id", typed["entity_id"]]
        words += [word for address in typed["acs"].split() for word in ("--acs", address)]
        words += ["--slo", typed["slo"]] if typed["slo"] else []
        return command_line(words) + (" --certificate FILE" if typed["certificate"] else "")
    words.append(typed["url"] or "FILE")
    return command_line(words + (["--entity-id", typed["which"]] if typed["which"] else []))


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/trusts/add`` and of ``/admin/trusts/remove``."""
    pages = TrustAddingPages(services, frame)
    adding, removing = "trust.add", "trust.remove"
    routes = (
        ("/trusts/add",    "GET",  "add_trust",     frame.reading(pages.form, adding)),
        ("/trusts/add",    "POST", "added_trust",   frame.changing(pages.add, adding)),
        ("/trusts/remove", "GET",  "remove_trust",  frame.reading(pages.confirm_removal, removing)),
        ("/trusts/remove", "POST", "removed_trust", frame.changing(pages.remove, removing)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])

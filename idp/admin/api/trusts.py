"""``/admin/api/trusts``: relying party trusts, as ``tallystick sp`` shows and changes them.

The entity ID follows ``/trusts/`` in the address, percent-encoded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.json_body import BadBody
from idp.admin.api.model import MAX_PAGE_SIZE
from idp.admin.api.models import trusts as models
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.admin.api.shared import ENTITY_ID, NO_TRUST
from idp.federation.metadata.entered import EnteredServiceProvider
from idp.federation.relying_party.setting_changes import change_values
from idp.management import trusts
from idp.management.metadata import refresh
from idp.management.metadata import source as metadata_source
from idp.management.trust_views import (
    preview_as_json,
    report_as_json,
    view_of,
    views,
    views_page,
)
from idp.saml import metadata_text
from idp.saml.certificates import read_certificate

if TYPE_CHECKING:
    from idp.federation.relying_party.registry import SettingsChange
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

PARAMETERS = ENTITY_ID
OF_SETTINGS = ("bad_trust_setting", "bad_claim_rule", "claim_rules_too_much", "identifier_taken")
OF_METADATA = (
    "bad_metadata", "bad_service_provider", "bad_certificate", "metadata_not_fetched",
    "metadata_source", "private_address", "weak_key", "trust_changed",
)  # fmt: skip


class TrustApi:
    """The views of the trusts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Trusts, query=models.TrustQuery, pages=True)
    def list(self, query: models.TrustQuery) -> Response:
        """Return all trusts; ``limit``, ``after`` and ``search`` return a part of the list."""
        if query.model_fields_set:
            size = query.limit or MAX_PAGE_SIZE
            found, after = views_page(self._services, query.after or 0, size, query.search)
            answer = jsonify([view.as_json() for view in found])
            parameters = {"limit": size, "after": after, "search": query.search}
            return with_next(answer, parameters if after else None)
        return jsonify([view.as_json() for view in views(self._services)])

    @describe(models.Trust, errors=NO_TRUST)
    def show(self, entity_id: str) -> Response:
        """Return one trust."""
        return jsonify(self._json(self._services.trusts.existing(entity_id)))

    @describe(
        models.TrustOrPreview,
        body=models.NewTrust,
        errors=(*OF_SETTINGS, *OF_METADATA),
        links={"trust_show": {"entity_id": "/entity_id"}},
        takes_key=True,
    )
    def add(self, body: models.NewTrust) -> Response:
        """Add or update a trust from ``metadata`` (text), a ``url``, or ``entity_id`` and ``acs``.

        Beside metadata, ``entity_id`` says which of its entities, and ``certificate`` (PEM) must
        have signed it. Beside ``acs`` (an address or a list), they are the service provider's own
        entity id and the certificate of its requests; ``slo`` is its address for log-out. The body
        may also hold ``settings`` (to change too, as :meth:`set` does) and ``dry_run`` (return a
        preview, change nothing).
        """
        source, change = self._source(body), _change(body)
        if body.dry_run:
            return jsonify(preview_as_json(trusts.preview_from(self._services, source, change)))
        trust = trusts.add_from(self._services, source, change)
        return jsonify(self._json(trust))

    @describe(models.Trust, body=models.TrustSettings, errors=(*NO_TRUST, *OF_SETTINGS))
    def set(self, entity_id: str, body: models.TrustSettings) -> Response:
        """Change settings, all or none: the body maps names of settings to JSON values."""
        trust = trusts.change(self._services, entity_id, body.members)
        return jsonify(self._json(trust))

    @describe(
        models.RefreshReport,
        body=models.RefreshRequest,
        errors=(*NO_TRUST, *OF_METADATA, "held_changed", "nothing_held"),
    )
    def refresh(self, entity_id: str, body: models.RefreshRequest) -> Response:
        """Fetch the metadata again; with ``accept``, take the update that was held back.

        With ``held_digest``, only if it is still the one that a trust's ``refresh`` shows so.
        """
        if not body.accept:
            return jsonify(report_as_json(refresh.refresh(self._services, entity_id)))
        report = refresh.accept(self._services, entity_id, body.held_digest)
        return jsonify(report_as_json(report))

    @describe(errors=NO_TRUST)
    def remove(self, entity_id: str) -> Response:
        """Remove a trust."""
        trusts.remove(self._services, entity_id)
        return Response(status=204)

    def _source(self, body: models.NewTrust) -> metadata_source.Source:
        named = [name for name in ("metadata", "url", "acs") if getattr(body, name) is not None]
        if len(named) != 1:
            raise BadBody(
                "The body holds none of metadata, url and acs, or several", "Send one of them"
            )
        if named == ["acs"]:
            return metadata_source.entered_source(self._services, _entered(body))
        return _metadata_source(body)

    def _json(self, trust: RelyingPartyTrust) -> dict[str, Any]:
        return view_of(self._services, trust).as_json()


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the trusts."""
    views = TrustApi(services)
    one_trust: dict[str, View] = {
        "GET": views.show,
        "PUT": views.set,
        "POST": views.refresh,
        "DELETE": views.remove,
    }
    api.add("/trusts", {"GET": views.list, "POST": views.add})
    api.add("/trusts/<path:entity_id>", one_trust, {"PUT": "trust.set", "DELETE": "trust.remove"})


def _metadata_source(body: models.NewTrust) -> metadata_source.Source:
    if body.url is not None and not metadata_source.is_url(body.url):
        raise BadBody("The url is not a URL", "Send one that begins with https://")
    if body.slo is not None:
        raise BadBody("slo is for a service provider without metadata", "Send acs, or leave it out")
    return metadata_source.Source(
        place=body.url or "administration API",
        entity_id=body.entity_id,
        signed_by=read_certificate(_utf8(body.certificate)) if body.certificate else None,
        content=metadata_text.encode(body.metadata) if body.metadata is not None else None,
    )


def _entered(body: models.NewTrust) -> EnteredServiceProvider:
    return EnteredServiceProvider(
        entity_id=body.entity_id or "",
        acs=(body.acs,) if isinstance(body.acs, str) else tuple(body.acs or ()),
        slo=body.slo or "",
        certificate=_utf8(body.certificate or ""),
    )


def _change(body: models.NewTrust) -> SettingsChange | None:
    return partial(change_values, values=body.settings) if body.settings else None


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")  # half a surrogate pair is in no certificate

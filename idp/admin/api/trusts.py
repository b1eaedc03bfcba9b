"""``/admin/api/trusts``: relying party trusts, as ``tallystick sp`` shows and changes them.

The entity ID follows ``/trusts/`` in the address, percent-encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.json_body import BadBody, flag_of, json_object, text_of, texts_of
from idp.federation.metadata.entered import EnteredServiceProvider
from idp.federation.relying_party.setting_changes import change_values
from idp.management import trusts
from idp.management.metadata import refresh
from idp.management.metadata import source as metadata_source
from idp.management.trust_views import preview_as_json, report_as_json, view_of, views
from idp.saml import metadata_text
from idp.saml.certificates import read_certificate

if TYPE_CHECKING:
    from idp.federation.relying_party.registry import SettingsChange
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

KEYS = ("metadata", "url", "acs", "slo", "entity_id", "certificate", "settings", "dry_run")


class TrustApi:
    """The views of the trusts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return all trusts."""
        return jsonify([view.as_json() for view in views(self._services)])

    def show(self, entity_id: str) -> Response:
        """Return one trust."""
        return jsonify(self._json(self._services.trusts.existing(entity_id)))

    def add(self) -> Response:
        """Add or update a trust from ``metadata`` (text), a ``url``, or ``entity_id`` and ``acs``.

        Beside metadata, ``entity_id`` says which of its entities, and ``certificate`` (PEM) must
        have signed it. Beside ``acs`` (an address or a list), they are the service provider's own
        entity id and the certificate of its requests; ``slo`` is its address for log-out. The body
        may also hold ``settings`` (to change too, as :meth:`set` does) and ``dry_run`` (return a
        preview, change nothing).
        """
        body = json_object(KEYS)
        source, change = self._source(body), _change(body)
        if flag_of(body, "dry_run"):
            return jsonify(preview_as_json(trusts.preview_from(self._services, source, change)))
        trust = trusts.add_from(self._services, source, change)
        return jsonify(self._json(trust))

    def set(self, entity_id: str) -> Response:
        """Change settings, all or none: the body maps names of settings to JSON values."""
        trust = trusts.change(self._services, entity_id, json_object())
        return jsonify(self._json(trust))

    def refresh(self, entity_id: str) -> Response:
        """Fetch the metadata again; with ``accept``, take the update that was held back.

        With ``held_digest``, only if it is still the one that a trust's ``refresh`` shows so.
        """
        body = json_object(("accept", "held_digest"))
        if not flag_of(body, "accept"):
            return jsonify(report_as_json(refresh.refresh(self._services, entity_id)))
        report = refresh.accept(self._services, entity_id, text_of(body, "held_digest"))
        return jsonify(report_as_json(report))

    def remove(self, entity_id: str) -> Response:
        """Remove a trust."""
        trusts.remove(self._services, entity_id)
        return Response(status=204)

    def _source(self, body: Mapping[str, Any]) -> metadata_source.Source:
        named = [name for name in ("metadata", "url", "acs") if body.get(name) is not None]
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


def _metadata_source(body: Mapping[str, Any]) -> metadata_source.Source:
    metadata, url = text_of(body, "metadata"), text_of(body, "url")
    certificate = text_of(body, "certificate")
    if url is not None and not metadata_source.is_url(url):
        raise BadBody("The url is not a URL", "Send one that begins with https://")
    if body.get("slo") is not None:
        raise BadBody("slo is for a service provider without metadata", "Send acs, or leave it out")
    return metadata_source.Source(
        place=url or "administration API",
        entity_id=text_of(body, "entity_id"),
        signed_by=read_certificate(_utf8(certificate)) if certificate else None,
        content=metadata_text.encode(metadata) if metadata is not None else None,
    )


def _entered(body: Mapping[str, Any]) -> EnteredServiceProvider:
    acs = body["acs"]
    return EnteredServiceProvider(
        entity_id=text_of(body, "entity_id") or "",
        acs=(acs,) if isinstance(acs, str) else tuple(texts_of(body, "acs") or ()),
        slo=text_of(body, "slo") or "",
        certificate=_utf8(text_of(body, "certificate") or ""),
    )


def _change(body: Mapping[str, Any]) -> SettingsChange | None:
    values = body.get("settings")
    if not isinstance(values, dict | None):
        raise BadBody("The settings are not an object", 'Send them like {"min_rsa_bits": 2048}')
    return partial(change_values, values=values) if values else None


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")  # half a surrogate pair is in no certificate

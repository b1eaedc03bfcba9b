"""``/admin/api/keys``: the token-signing keys, as ``tallystick keys`` shows and changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, flag_of, json_object, text_of
from idp.management import rollover, signing_keys

if TYPE_CHECKING:
    from idp.services import Services


class KeyApi:
    """The views of the keys; each change returns all keys, the primary first."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._config = services.config

    def list(self) -> Response:
        """Return the keys, the primary first."""
        return jsonify(signing_keys.as_json(signing_keys.ring_of(self._config)))

    def show(self, thumbprint: str) -> Response:
        """Return one key with its ``certificate``, as PEM."""
        ring = signing_keys.ring_of(self._config)
        key = signing_keys.find(ring, thumbprint)
        shown = signing_keys.as_json(ring)[ring.keys.index(key)]
        return jsonify({**shown, "certificate": signing_keys.pem_of(key)})

    def rollover(self) -> Response:
        """Return where the rollover stands, and who has to be told."""
        ring = signing_keys.ring_of(self._config)
        return jsonify(rollover.rollover(self._services, ring).as_json())

    def roll(self) -> Response:
        """Make the next key; the body may hold ``kind`` and ``urgent``."""
        body = json_object(("kind", "urgent"))
        ring = signing_keys.roll(
            self._config,
            self._services.clock.now(),
            self._services.changes,
            kind=text_of(body, "kind"),
            urgent=flag_of(body, "urgent"),
        )
        return jsonify(signing_keys.as_json(ring))

    def promote(self, thumbprint: str) -> Response:
        """Make this key the primary; the body must be ``{"role": "primary"}``."""
        if text_of(json_object(("role",)), "role") != "primary":
            raise BadBody("The only role that can be set is primary", 'Send {"role": "primary"}')
        ring = signing_keys.promote(self._config, thumbprint, self._services.changes)
        return jsonify(signing_keys.as_json(ring))

    def retire(self, thumbprint: str) -> Response:
        """Take this key out of the metadata."""
        ring = signing_keys.retire(self._config, thumbprint, self._services.changes)
        return jsonify(signing_keys.as_json(ring))


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the keys."""
    views = KeyApi(services)
    api.add("/keys", {"GET": views.list, "POST": views.roll}, {"POST": "key.roll"})
    api.add("/keys/rollover", {"GET": views.rollover})
    api.add(
        "/keys/<thumbprint>",
        {"GET": views.show, "PUT": views.promote, "DELETE": views.retire},
        {"PUT": "key.promote", "DELETE": "key.retire"},
    )

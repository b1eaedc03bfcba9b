"""``/admin/api/keys``: the token-signing keys, as ``tallystick keys`` shows and changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody
from idp.admin.api.models import keys as models
from idp.admin.api.operation import describe
from idp.management import rollover, signing_keys

if TYPE_CHECKING:
    from idp.services import Services


PARAMETERS = {"thumbprint": "The SHA-256 thumbprint of a key, or its beginning"}
REFUSALS = ("bad_key_change", "key_file", "key_file_is_open", "key_is_pending", "key_signs")


class KeyApi:
    """The views of the keys; each change returns all keys, the primary first."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._config = services.config

    @describe(models.Keys)
    def list(self) -> Response:
        """Return the keys, the primary first."""
        return jsonify(signing_keys.as_json(signing_keys.ring_of(self._config)))

    @describe(models.KeyWithCertificate, errors=("no_such_key",))
    def show(self, thumbprint: str) -> Response:
        """Return one key with its certificate."""
        ring = signing_keys.ring_of(self._config)
        key = signing_keys.find(ring, thumbprint)
        shown = signing_keys.as_json(ring)[ring.keys.index(key)]
        return jsonify({**shown, "certificate": signing_keys.pem_of(key)})

    @describe(models.Rollover)
    def rollover(self) -> Response:
        """Return where the rollover stands, and who has to be told."""
        ring = signing_keys.ring_of(self._config)
        return jsonify(rollover.rollover(self._services, ring).as_json())

    @describe(models.Keys, body=models.NewKey, errors=REFUSALS, takes_key=True)
    def roll(self, body: models.NewKey) -> Response:
        """Make the next key."""
        ring = signing_keys.roll(
            self._config,
            self._services.clock.now(),
            self._services.changes,
            kind=body.kind,
            urgent=body.urgent,
        )
        return jsonify(signing_keys.as_json(ring))

    @describe(models.Keys, body=models.KeyRole, errors=(*REFUSALS, "no_such_key"))
    def promote(self, thumbprint: str, body: models.KeyRole) -> Response:
        """Make this key the primary."""
        if body.role != "primary":
            raise BadBody("The only role that can be set is primary", 'Send {"role": "primary"}')
        ring = signing_keys.promote(self._config, thumbprint, self._services.changes)
        return jsonify(signing_keys.as_json(ring))

    @describe(models.Keys, errors=(*REFUSALS, "no_such_key"))
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

"""``/admin/api/keys``: the token-signing keys for scripts, as ``tallystick keys`` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin import change_log
from idp.admin.api.json_body import BadBody, flag_of, json_object, text_of
from idp.management import signing_keys

if TYPE_CHECKING:
    from idp.federation.token_signing.ring import Ring
    from idp.services import Services


class KeyApi:
    """The views; each asks one use case."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._config = services.config

    def list(self) -> Response:
        """Return the keys, the primary first."""
        return jsonify(signing_keys.as_json(signing_keys.ring_of(self._config)))

    def roll(self) -> Response:
        """Make the next key; the body may hold ``kind`` and ``urgent``."""
        body = json_object(("kind", "urgent"))
        ring = signing_keys.roll(
            self._config,
            self._services.clock.now(),
            kind=text_of(body, "kind"),
            urgent=flag_of(body, "urgent"),
        )
        return _changed("key_rolled", ring)

    def promote(self, thumbprint: str) -> Response:
        """Let this key sign; the body is ``{"role": "primary"}``, the one change there is."""
        if text_of(json_object(("role",)), "role") != "primary":
            raise BadBody("A key can be made the primary alone", 'Send {"role": "primary"}')
        return _changed("key_promoted", signing_keys.promote(self._config, thumbprint))

    def retire(self, thumbprint: str) -> Response:
        """Publish this key no longer."""
        return _changed("key_retired", signing_keys.retire(self._config, thumbprint))


def _changed(event: str, ring: Ring) -> Response:
    change_log.log_keys(event, ring)
    return jsonify(signing_keys.as_json(ring))

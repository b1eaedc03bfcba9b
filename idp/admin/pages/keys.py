"""The page of the token-signing keys: make the next key, promote it, retire the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.management import rollover, signing_keys
from idp.management.connect.server_facts import facts_of

if TYPE_CHECKING:
    from idp.federation.token_signing.ring import Ring
    from idp.services import Services

PATH = "/admin/keys"

ACTIONS = {
    # form value  flash message
    "roll":       sentence("The next key is made, and published as secondary."),
    "promote":    sentence("The key signs from the next assertion on."),
    "retire":     sentence("The key is no longer published."),
}  # fmt: skip


VERBS = {"roll": "key.roll", "promote": "key.promote", "retire": "key.retire"}


class KeyPages:
    """The views of the keys' page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the keys."""
        return self._page(session)

    def change(self, session: AdminSession) -> Response:
        """Make the next key, promote it or retire it; or show the keys with what is wrong."""
        action = request.form.get("action", "")
        try:
            self._change(action)
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, error_text(error))
        return self._frame.done(PATH, session, Flash("keys", ACTIONS[action]))

    def _change(self, action: str) -> Ring:
        config, changes = self._services.config, self._services.changes
        thumbprint = request.form.get("thumbprint", "")
        match action:
            case "roll":
                return signing_keys.roll(
                    config,
                    self._services.clock.now(),
                    changes,
                    kind=request.form.get("kind") or None,
                    urgent="urgent" in request.form,
                )
            case "promote":
                return signing_keys.promote(config, thumbprint, changes)
            case "retire":
                return signing_keys.retire(config, thumbprint, changes)
        raise signing_keys.BadKeyChange(
            sentence("There is no such change"), sentence("Load the page again")
        )

    def _page(self, session: AdminSession, problem: str = "") -> Response:
        config = self._services.config
        ring = signing_keys.ring_of(config)
        facts = facts_of(self._services)
        return self._frame.page(
            "keys",
            session,
            422 if problem else 200,
            keys=signing_keys.as_json(ring),
            pems=[signing_keys.pem_of(key) for key in ring.keys],
            rollover=rollover.rollover(self._services, ring),
            metadata_url=facts.metadata_url,
            automatic=config.keys.automatic_rollover,
            problem=problem,
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add GET and POST of ``/admin/keys``."""
    pages = KeyPages(services, frame)
    changing = frame.changing(pages.change, VERBS)
    blueprint.add_url_rule("/keys", "keys", frame.reading(pages.show), methods=["GET"])
    blueprint.add_url_rule("/keys", "change_keys", changing, methods=["POST"])

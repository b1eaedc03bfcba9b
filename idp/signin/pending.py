"""A sign-in in progress: sealed into our pages until it is complete, since no node keeps state."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from idp.request_value import request_value
from idp.saml.values import AuthnRequest, NameID, NameIDPolicy
from idp.session.seal import Seal
from idp.signin.destination import Destination, IdpInitiated, OwnPage, SamlDestination, SpInitiated

LIFETIME = timedelta(hours=1)
"""How long after its request a log-in page is valid, however often it is shown."""

MAX_LIFETIME = 2 * LIFETIME
"""How long after its request a sign-in may last, with the second factor."""


@request_value
class PendingSignIn:
    """A sign-in that is not complete yet.

    ``destination`` is where it leads. ``received_at`` is when it began; all lifetimes count from
    there. ``activity_id`` is the same on all its pages and in all its log lines.
    """

    destination: Destination
    received_at: datetime
    activity_id: str

    @property
    def request(self) -> AuthnRequest | None:
        """The AuthnRequest that it answers, None if there is none."""
        return self.destination.request

    @property
    def entity_id(self) -> str | None:
        """The entity ID of the trust, None for a page of our own."""
        return self.destination.entity_id

    @property
    def asks_for_factor_later(self) -> bool:
        """Whether the page it leads to asks for the second factor itself."""
        return isinstance(self.destination, OwnPage) and self.destination.verifies

    @property
    def forces_authentication(self) -> bool:
        """Whether the user signs in anew, even with a session: ForceAuthn (saml-core §3.4.1)."""
        if isinstance(self.destination, OwnPage):
            return self.destination.again
        return self.request is not None and self.request.force_authn

    def seal(self, seal: Seal, now: datetime) -> str:
        """Return the value of the field ``SamlSession``."""
        return seal.seal(self.to_json(), lifetime=self.received_at + LIFETIME - now)

    def to_json(self) -> dict[str, Any]:
        """Return the sign-in as JSON values, which :func:`from_json` reads."""
        return {
            "received_at": self.received_at.timestamp(),
            "activity_id": self.activity_id,
            **_destination_to_json(self.destination),
        }


def from_json(values: dict[str, Any]) -> PendingSignIn:
    """Return the sign-in in JSON values.

    Raises :class:`LookupError`, :class:`TypeError` or :class:`ValueError` for other values.
    """
    return PendingSignIn(
        destination=_destination_from_json(values),
        received_at=datetime.fromtimestamp(values["received_at"], UTC),
        activity_id=values["activity_id"],
    )


def unseal(seal: Seal, text: str) -> PendingSignIn:
    """Open the field ``SamlSession``; raises :class:`idp.session.seal.SealBroken`."""
    return seal.open_as(from_json, text)


def _destination_to_json(destination: Destination) -> dict[str, Any]:
    if isinstance(destination, OwnPage):
        return {"own_page": destination.path, "again": destination.again}
    return _saml_destination_to_json(destination)


def _saml_destination_to_json(destination: SamlDestination) -> dict[str, Any]:
    """Return a destination of a trust as JSON values.

    For a request, the first three only repeat its values. The version before needs them: while a
    farm is upgraded node by node, either version may receive the page of the other.
    """
    request = destination.request
    return {
        "entity_id": destination.entity_id,
        "acs_url": destination.acs_url,
        "audience": destination.audience,
        "relay_state": destination.relay_state,
        "request": _request_to_json(request) if request else None,
    }


def _destination_from_json(values: dict[str, Any]) -> Destination:
    if "own_page" in values:
        return OwnPage(values["own_page"], values.get("again", False))
    relay_state, request = values["relay_state"], values["request"]
    if request is None:
        return IdpInitiated(values["entity_id"], values["audience"], values["acs_url"], relay_state)
    # The version before has the audience only outside of the request.
    return SpInitiated(_request_from_json({"audience": values["audience"], **request}), relay_state)


def _request_to_json(request: AuthnRequest) -> dict[str, Any]:
    policy = request.name_id_policy
    return {
        "id": request.id,
        "issuer": request.issuer,
        "acs_url": request.acs_url,
        "issue_instant": request.issue_instant.timestamp(),
        "force_authn": request.force_authn,
        "is_passive": request.is_passive,
        "name_id_policy": {
            "format": policy.format,
            "allow_create": policy.allow_create,
            "sp_name_qualifier": policy.sp_name_qualifier,
        },
        "subject": asdict(request.subject) if request.subject else None,
        "requested_contexts": request.requested_contexts,
        "comparison": request.comparison,
        "signed": request.signed,
        "audience": request.audience,
    }


def _request_from_json(values: dict[str, Any]) -> AuthnRequest:
    subject = values["subject"]
    return AuthnRequest(
        **{
            **values,
            "name_id_policy": NameIDPolicy(**values["name_id_policy"]),
            "subject": NameID(**subject) if subject else None,
            "issue_instant": datetime.fromtimestamp(values["issue_instant"], UTC),
            "requested_contexts": tuple(values["requested_contexts"]),
        }
    )

"""What the user is on the way to: a checked request, sealed into the pages until it is answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from idp.saml.values import AuthnRequest, NameID, NameIDPolicy
from idp.session.seal import Seal

LIFETIME = timedelta(hours=1)
"""How long after its request a log-in page is good, however often it is shown."""

MAX_LIFETIME = 2 * LIFETIME
"""How long after its request a sign-in may last, second factor and all."""


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in to one relying party trust that has not been answered yet.

    ``request`` is None when it began here (IdP-initiated). ``audience`` is the one of the trust's
    names by which it was asked for. ``activity_id`` stays the same on all its pages and log lines.
    """

    entity_id: str
    acs_url: str
    received_at: datetime
    activity_id: str
    relay_state: str | None = None
    request: AuthnRequest | None = None
    audience: str = ""

    @property
    def request_id(self) -> str | None:
        """The id the answer refers to."""
        return self.request.id if self.request else None

    def seal(self, seal: Seal, now: datetime) -> str:
        """Return it as the value of the field ``SamlSession``."""
        return seal.seal(self.to_json(), lifetime=self.received_at + LIFETIME - now)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "entity_id": self.entity_id,
            "acs_url": self.acs_url,
            "received_at": self.received_at.timestamp(),
            "activity_id": self.activity_id,
            "relay_state": self.relay_state,
            "request": _request_to_json(self.request) if self.request else None,
            "audience": self.audience,
        }


def from_json(values: dict[str, Any]) -> PendingSignIn:
    """Return what :meth:`PendingSignIn.to_json` made."""
    request = values["request"]
    return PendingSignIn(
        entity_id=values["entity_id"],
        acs_url=values["acs_url"],
        received_at=datetime.fromtimestamp(values["received_at"], UTC),
        activity_id=values["activity_id"],
        relay_state=values["relay_state"],
        request=_request_from_json(request) if request else None,
        audience=values.get("audience", ""),
    )


def unseal(seal: Seal, text: str) -> PendingSignIn:
    """Open the field ``SamlSession``; raises :class:`idp.session.seal.SealBroken`."""
    return from_json(seal.open(text))


def _request_to_json(request: AuthnRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "issuer": request.issuer,
        "acs_url": request.acs_url,
        "issue_instant": request.issue_instant.timestamp(),
        "force_authn": request.force_authn,
        "is_passive": request.is_passive,
        "name_id_policy": asdict(request.name_id_policy),
        "subject": asdict(request.subject) if request.subject else None,
        "requested_contexts": request.requested_contexts,
        "comparison": request.comparison,
        "signed": request.signed,
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

"""What a sign-in needs next: pure functions that take values and return a value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from idp.federation.relying_party.settings import TrustSettings
from idp.request_value import request_value
from idp.saml.contexts import FIDO, PASSWORD_PROTECTED_TRANSPORT, RequiredFactors
from idp.session.sso import Proof, Session


def primary_methods(*, passkeys: bool) -> tuple[str, ...]:
    """Return the primary authentication methods that this server offers on the log-in page.

    A password, which AD FS calls FormsAuthentication (``Set-AdfsGlobalAuthenticationPolicy``), and
    a passkey if its address allows *passkeys*.
    """
    return (PASSWORD_PROTECTED_TRANSPORT, FIDO) if passkeys else (PASSWORD_PROTECTED_TRANSPORT,)


class Step(StrEnum):
    """The next step of a sign-in."""

    PRIMARY = "primary"
    SECOND_FACTOR = "second_factor"
    COMPLETE = "complete"


@request_value
class Needs:
    """What a sign-in needs of the session at this moment.

    ``primary_methods`` are the primary methods that satisfy it. ``method`` is the only second
    factor that does, None if any does. Proofs from before ``primary_since`` and
    ``second_factor_since`` do not count; with None they count as long as the session lasts.
    """

    primary_methods: Collection[str]
    second_factor: bool
    method: str | None = None
    primary_since: datetime | None = None
    second_factor_since: datetime | None = None

    def valid_second_factor(self, session: Session) -> Proof | None:
        """Return the session's second factor if it is recent enough, whatever its method."""
        return session.second if _is_fresh(session.second, self.second_factor_since) else None

    def next_step(self, session: Session | None) -> Step:
        """Return the next step of a sign-in with *session*, which is valid, or None."""
        if session is None or not self._is_primary_met(session.primary):
            return Step.PRIMARY
        if self.second_factor and not self._is_second_factor_met(session):
            return Step.PRIMARY if self._wants_both_again(session) else Step.SECOND_FACTOR
        return Step.COMPLETE

    def with_second_factor(self, required: bool) -> Needs:
        """Return these needs with the second factor as well, if it is *required*."""
        return replace(self, second_factor=True) if required else self

    def _is_primary_met(self, proof: Proof) -> bool:
        return proof.method in self.primary_methods and _is_fresh(proof, self.primary_since)

    def _wants_both_again(self, session: Session) -> bool:
        """Say whether one method has proved both factors, which is too old now.

        The log-in page offers it again; an adapter may have nothing for its user.
        """
        primary, second = session.primary.method, session.second
        is_both = second is not None and second.method == primary
        return is_both and self.method in (None, primary)

    def _is_second_factor_met(self, session: Session) -> bool:
        proof = self.valid_second_factor(session)
        return proof is not None and self.method in (None, proof.method)


def needs_of(
    required: RequiredFactors,
    settings: TrustSettings | None,
    *,
    force_authn: bool,
    received_at: datetime,
    now: datetime,
) -> Needs:
    """Return what the request and the trust's settings need of the session.

    *settings* is None for a page of our own, which has no trust. Rules and policies may need the
    second factor as well; that is not known before the user is
    (:meth:`Needs.with_second_factor`).

    With *force_authn*, or a trust with ``always_require_authentication``, proofs from before the
    request do not count (saml-core §3.4.1).
    """
    always = settings is not None and settings.always_require_authentication
    since = received_at if force_authn or always else None
    freshness = settings.mfa_freshness if settings is not None else 0
    oldest = now - timedelta(minutes=freshness) if freshness else None
    return Needs(
        primary_methods=tuple(required.answers),
        second_factor=required.second_factor,
        method=required.method,
        primary_since=since,
        second_factor_since=max(filter(None, (since, oldest)), default=None),
    )


def _is_fresh(proof: Proof | None, since: datetime | None) -> bool:
    return proof is not None and (since is None or proof.at >= since)

"""A passkey as the second factor, for users who have nothing that an enabled adapter asks for.

Without it, such users could sign in with the passkey alone, but not once they had typed their
password. The page is ours and not an adapter's: AD FS has none for passkeys.
"""

from __future__ import annotations

import json

from adapter.contract import Explanation
from adapter.mfa.passkeys.passkey import PasskeyRefused
from adapter.mfa.policy import PASSKEY
from adapter.mfa.service import MfaService
from idp.adapters.second_factor import AdapterProgress, Failed, Outcome, Passed, new_context_id
from idp.audit.writer import BY_PASSKEY
from idp.saml.contexts import FIDO

PROVIDER = ":passkey"
"""Stands for an adapter in the field ``Context``; no adapter can have this name."""

NOTHING_TO_ASK = ("method_not_available", "no_strong_authentication_method")
"""How adapters end that have nothing to ask the user for, or of which none is enabled."""


class PasskeyFactor:
    """Passkeys of the MFA service, as the second factor of a sign-in."""

    def __init__(self, mfa: MfaService) -> None:
        self._mfa = mfa

    def instead_of(
        self, outcome: Outcome, user: str, context_id: str | None
    ) -> AdapterProgress | None:
        """Return where *user* (a UPN) begins with a passkey after *outcome*, None if not at all."""
        if not isinstance(outcome, Failed) or outcome.code not in NOTHING_TO_ASK:
            return None
        if not self._mfa.may_use_passkeys(user):
            return None
        return AdapterProgress(user, context_id or new_context_id(), PROVIDER)

    def options(self, progress: AdapterProgress) -> str:
        """Return the JSON that the page's script needs to ask the browser for a passkey."""
        options = self._mfa.passkeys.authentication_options(
            progress.user, attempt=progress.context_id
        )
        return json.dumps(options)

    def check(self, progress: AdapterProgress, answer: str) -> Passed | Explanation:
        """Check what the browser made of a passkey; return that the user passed, or why not."""
        try:
            if not self._mfa.may_use_passkeys(progress.user):
                raise PasskeyRefused(
                    "The policies do not let the user use passkeys",
                    "Use another method",
                    code="passkey_not_allowed",
                )
            self._mfa.passkeys.authenticate(answer, progress.user, attempt=progress.context_id)
        except PasskeyRefused as refused:
            return Explanation(PASSKEY, "", refused.code)
        return Passed(FIDO, BY_PASSKEY)

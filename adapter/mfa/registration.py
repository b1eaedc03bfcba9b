"""Registering an Authenticator by its user: an activation code, then a test notification.

A phone that was activated here is not a method yet. It is sent one request with a number, which the
page shows; only if the phone answers it with that number, the phone is registered. The source is
Microsoft's combined registration. An administrator who activates a phone for a user needs no test
(:mod:`adapter.mfa.devices.activations`).
"""

from __future__ import annotations

from collections.abc import Mapping

from adapter.decision import decide
from adapter.mfa.devices.activation import NewCodes
from adapter.mfa.devices.device import Device
from adapter.mfa.methods import MAX_APPS, TooManyMethods
from adapter.mfa.push.challenge import CANNOT_BE_APPROVED, NUMBER_MATCH
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.push.pauses import PushPaused
from adapter.mfa.service import MfaService
from adapter.mfa.verification.state import PUSH, Verification
from adapter.mfa.verification.verifier import Asker, Judged, look


class Registrations:
    """Registrations of Authenticators, each named by the id of its activation."""

    def __init__(self, service: MfaService) -> None:
        self._service = service

    def begin(self, user: str) -> NewCodes:
        """Return activation codes for a phone of *user*, which brings codes as well if allowed.

        Raises :class:`~adapter.mfa.methods.TooManyMethods` for a user who has no room for one.
        """
        if self._service.methods_of(user).apps >= MAX_APPS:
            raise TooManyMethods(user)
        brings_codes = self._service.permissions_of(user).by_method["authenticator_code"].is_allowed
        return self._service.activations.create(user, totp=brings_codes, tested=True)

    def phone(self, user: str, registration: str) -> Device | None:
        """Return the phone that was activated for a registration, None before that."""
        return self._service.devices.of_registration(user, registration)

    def test(self, phone: Device, asker: Asker) -> Verification:
        """Decide whether *phone* can match a number, and send it the test notification if so."""
        permission = self._service.may_register(phone.user, PUSH)
        decision = decide(
            scenario="registration",
            push_policy="legacy" if permission.policy == "legacy_reset" else permission.policy,
            device=phone.kind,
        )
        state = Verification(
            phone.user, decision.experience or "", decision.reason, PUSH, has_totp=False
        )
        if decision.experience not in (NUMBER_MATCH, *CANNOT_BE_APPROVED):
            return state.failed(decision.reason)
        try:
            sent = self._service.push.start(
                phone.user,
                decision.experience,
                application=asker.application,
                client_ip=asker.client_ip,
                attempt=asker.attempt,
                device=phone.id,
            )
        except PushPaused as paused:
            return state.failed(paused.code if state.may_push else decision.reason)
        if not state.may_push:  # the phone was told why
            return state.failed(decision.reason)
        return state.waiting_for(sent.challenge.id, sent.number)

    def judge(self, state: Verification, fields: Mapping[str, str]) -> Judged:
        """Judge one post of the page with the number; registers the phone if it has passed.

        The field ``Poll`` with ``1`` only asks. Raises
        :class:`~adapter.mfa.methods.TooManyMethods`: then the phone was not registered.
        """
        judged = look(self._service.push, state)
        if not judged.is_answered or fields.get("Poll") == "1":
            return judged
        if self._service.push.register(state.challenge, state.user):
            return Judged(state.passed("registered"), PushFactor.kind)
        return look(self._service.push, state)

    def cancel(self, user: str, registration: str) -> None:
        """End a registration: its codes work no more, and its phone is forgotten."""
        self._service.activations.cancel(user, registration)
        phone = self.phone(user, registration)
        if phone is not None:
            self._service.push.remove(user, phone.id)

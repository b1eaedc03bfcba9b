"""The MFA service: a user's methods, and one attribute for each factor.

Hosts, use cases and adapters ask the service, never the storage below it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol, runtime_checkable

from adapter.clock import Clock
from adapter.errors import TallystickError
from adapter.mfa.access_pass.factor import AccessPasses
from adapter.mfa.access_pass.store import AccessPassStore
from adapter.mfa.choices import ChoiceStore
from adapter.mfa.codes.factor import CodeFactor
from adapter.mfa.codes.store import CodeStore
from adapter.mfa.devices.activations import Activations
from adapter.mfa.devices.store import ActivationStore, DeviceStore
from adapter.mfa.factor import Factor
from adapter.mfa.methods import BESIDE, CannotBeDefault, Methods, RegisteredMethod, read_name
from adapter.mfa.passkeys.factor import PasskeyFactor
from adapter.mfa.passkeys.passkey import RelyingParty
from adapter.mfa.passkeys.store import PasskeyStore
from adapter.mfa.permissions import (
    GroupsOf,
    Permissions,
    Way,
    no_groups,
    way_of,
)
from adapter.mfa.policy import PASSKEY, Permission
from adapter.mfa.policy_registration import (
    Interrupt,
    asks_anybody,
    campaign_asks,
    interrupt_for,
    may_register,
    snoozed_until,
)
from adapter.mfa.policy_store import PolicyStore, UnreadablePolicies
from adapter.mfa.protection.protection import Protection
from adapter.mfa.protection.store import ProtectionStore
from adapter.mfa.push.challenge import Challenge
from adapter.mfa.push.factor import PushFactor
from adapter.mfa.push.store import PushStore
from adapter.mfa.read_ahead import ReadAhead


@dataclass(frozen=True, slots=True)
class MfaStores:
    """The storage of each slice; a node makes them all over one database."""

    devices: DeviceStore
    activations: ActivationStore
    push: PushStore
    codes: CodeStore
    passkeys: PasskeyStore
    access_passes: AccessPassStore
    protection: ProtectionStore
    policies: PolicyStore
    choices: ChoiceStore
    ahead: ReadAhead


class UnknownMethod(TallystickError):
    """Raised when a user has no method of an id."""

    code = "unknown_method"

    def __init__(self, user: str, method_id: str) -> None:
        super().__init__(
            f"{user} has no method {method_id!r}", f"See tallystick user methods {user}"
        )


class MfaService:
    """The second factors of all users.

    ``devices`` finds registered devices, ``activations`` registers them; ``push``, ``codes``
    and ``passkeys`` are the factors, and ``access_passes`` stand in for them; ``protection`` knows
    who is blocked or at risk, ``policies`` says who may use which. ``groups_of`` returns the groups
    of a user. ``relying_party`` is this server as passkeys know it, None where its address
    allows none. ``products_after_table`` is the farm's setting of that name, a keyword of
    :func:`adapter.decide`. ``number_key`` is the farm's key for digests of numbers and activation
    codes, 32 bytes. ``on_push`` is called with each request that was sent to a phone,
    ``on_activation_used_up`` with the user's name when an activation code has no try left.
    """

    def __init__(
        self,
        stores: MfaStores,
        clock: Clock,
        *,
        number_key: bytes,
        groups_of: GroupsOf = no_groups,
        relying_party: RelyingParty | None = None,
        products_after_table: str = "approve_deny",
        random: Random | None = None,
        blocks_on_report: bool = False,
        on_push: Callable[[Challenge], None] = lambda _: None,
        on_activation_used_up: Callable[[str], None] = lambda user: None,
    ) -> None:
        random = random or secrets.SystemRandom()
        self.policies = stores.policies
        self._choices = stores.choices
        self._ahead = stores.ahead
        self._clock = clock
        self.products_after_table = products_after_table
        self._groups_of = groups_of
        self.devices = stores.devices
        self.activations = Activations(
            stores.activations, clock, number_key, random, on_activation_used_up
        )
        self.push = PushFactor(
            stores.push,
            stores.devices,
            clock,
            number_key,
            random,
            on_push,
            blocks_on_report=blocks_on_report,
        )
        self.codes = CodeFactor(stores.codes, clock)
        self.passkeys = PasskeyFactor(stores.passkeys, clock, relying_party, number_key, random)
        self.access_passes = AccessPasses(stores.access_passes, clock, number_key, random)
        self.protection = Protection(stores.protection, clock)
        self._asked: tuple[Factor, ...] = (self.push, self.codes)
        self._factors = (*self._asked, self.passkeys, self.access_passes)

    def methods_of(self, user: str) -> Methods:
        """Return all methods that *user* (a UPN) has registered, factor by factor."""
        self._ahead.methods(user)
        return self._methods(user, self._factors)

    def asked_of(self, user: str) -> Methods:
        """Return those of *user* that a sign-in asks for: phones and sources of codes."""
        self._ahead.asked(user)
        return self._methods(user, self._asked)

    def can_be_asked(self, user: str) -> bool:
        """Say whether *user* has any that a sign-in asks for."""
        self._ahead.asked(user)
        return self.push.is_registered(user) or self.codes.is_registered(user)

    def _methods(self, user: str, factors: Sequence[Factor]) -> Methods:
        choices = self._choices.of_user(user)
        registered = (method for factor in factors for method in factor.methods_of(user))
        return Methods(
            tuple(
                replace(method, name=choices.names[method.id])
                if method.id in choices.names
                else method
                for method in registered
            ),
            chosen=choices.default,
        )

    def rename(self, user: str, method_id: str, name: str) -> RegisteredMethod:
        """Give a method of *user* another name, of whatever kind it is, and return it.

        Raises :class:`UnknownMethod` and :class:`~adapter.mfa.methods.BadMethodName`.
        """
        name = read_name(name)
        methods = {method.id: method for method in self.methods_of(user).registered}
        if method_id not in methods:
            raise UnknownMethod(user, method_id)
        self._choices.save_name(user, method_id, name, keep=methods)
        return replace(methods[method_id], name=name)

    def choose_default(self, user: str, method_id: str) -> None:
        """Ask *user* for this method first from now on.

        Raises :class:`UnknownMethod` and :class:`~adapter.mfa.methods.CannotBeDefault`.
        """
        found = self.methods_of(user).find(method_id)
        if found is None:
            raise UnknownMethod(user, method_id)
        if found.kind in BESIDE:
            raise CannotBeDefault
        self._choices.save_default(user, method_id)

    def interrupt_of(self, user: str) -> Interrupt | None:
        """Return what *user* is asked about the methods before a sign-in goes on, None if nothing.

        Raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`.
        """
        policies, now = self.policies.read().policies, self._clock.now()
        if not asks_anybody(policies):
            return None
        groups, methods = self._groups_of(user), self.methods_of(user)
        choices = self._choices.of_user(user)
        # Whoever has just registered a method need not confirm it.
        seen = [each.created for each in methods.registered if each.created is not None]
        confirmed_at = max(filter(None, (choices.confirmed_at, *seen)), default=None)
        interrupt = interrupt_for(policies, user, groups, methods, now, confirmed_at)
        if interrupt is not None:
            return interrupt
        asks = campaign_asks(policies, user, groups, methods, now, choices.snoozed_until)
        return Interrupt.CAMPAIGN if asks else None

    def may_interrupt(self) -> bool:
        """Say whether the policies interrupt sign-ins of anybody; unreadable ones may."""
        try:
            return asks_anybody(self.policies.read().policies)
        except UnreadablePolicies:
            return True

    def confirm_methods(self, user: str) -> None:
        """Store that *user* says that the registered methods are right."""
        self._choices.save_confirmation(user, self._clock.now())

    def snooze_campaign(self, user: str) -> None:
        """Let the registration campaign leave *user* alone for as long as the policies say."""
        until = snoozed_until(self.policies.read().policies, self._clock.now())
        self._choices.save_snooze(user, until)

    def way_of(self, user: str) -> Way:
        """Return what *user* is asked for first, and why, by the policies of this moment.

        Raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`.
        """
        return way_of(self.asked_of(user), self.permissions_of(user))

    def permissions_of(self, user: str) -> Permissions:
        """Return what the policies allow *user* (a UPN), as they are stored now.

        Raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`.
        """
        self._ahead.permissions(user)
        found = self.policies_for(user)
        return replace(found, is_blocked=True) if self.protection.is_blocked(user) else found

    def policies_for(self, user: str) -> Permissions:
        """Return the same without a look at whether *user* is blocked: factors look themselves."""
        return self.policies.read().permissions_of(user, self._groups_of)

    def may_use_passkeys(self, user: str) -> bool:
        """Say whether *user* has a passkey, and may use it as the second factor."""
        if not self.passkeys.is_offered or not self.passkeys.methods_of(user):
            return False
        try:
            permissions = self.permissions_of(user)
        except UnreadablePolicies:
            return False
        return permissions.by_method[PASSKEY].is_allowed and not permissions.is_blocked

    def may_register(self, user: str, method: str) -> Permission:
        """Return whether *user* (a UPN) may register *method*, and why.

        Raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`.
        """
        return may_register(self.policies.read().policies, user, self._groups_of(user), method)

    def remove(self, user: str, method_id: str) -> RegisteredMethod:
        """Remove one method of *user*; it is worth nothing from then on.

        Raises :class:`UnknownMethod`.
        """
        found = self.methods_of(user).find(method_id)
        if found is None or not any(each.remove(user, method_id) for each in self._factors):
            raise UnknownMethod(user, method_id)
        return found

    def remove_all(self, user: str) -> tuple[RegisteredMethod, ...]:
        """Remove all methods of *user*, and the activation codes and tokens that could add one."""
        self.activations.cancel(user)  # first, so that none adds a method meanwhile
        for token in self.codes.tokens(user):
            if token.activated is None:
                self.codes.remove(user, token.id)
        return tuple(
            method
            for method in self.methods_of(user).registered
            if any(factor.remove(user, method.id) for factor in self._factors)
        )

    def unlock(self, user: str) -> None:
        """Forget the user's failed attempts at every factor, as an administrator may ask for."""
        for factor in self._factors:
            factor.unlock(user)


@runtime_checkable
class UsesMfaService(Protocol):
    """A further ability of any adapter: it is given the MFA service."""

    def use_mfa_service(self, service: MfaService) -> None:
        """Called once, before ``on_authentication_pipeline_load``."""

"""Access control in administrators' hands: the use cases behind ``tallystick access``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idp.federation.access_control.caller import Caller
from idp.federation.access_control.decision import AccessRules, decide
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management.simulation import methods_of, request_context_of
from idp.management.users import find_user

if TYPE_CHECKING:
    from adapter.errors import TallystickError
    from idp.directory import User
    from idp.federation.relying_party.trust import RelyingPartyTrust, StoredTrust
    from idp.federation.request_context import RequestContext
    from idp.services import Services

MAX_SHOWN = 500


@dataclass(frozen=True, slots=True)
class AccessSimulation:
    """What would become of a sign-in; the reasons of a denial are empty for who gets in."""

    user: User
    trust: RelyingPartyTrust
    request_context: RequestContext
    second_factor_by: tuple[str, ...]
    permitted_by: tuple[str, ...]
    denied_by: tuple[str, ...]

    @property
    def gets_in(self) -> bool:
        """Whether the user is let in, once the second factor is given where it is asked for."""
        return not self.denied_by

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "user": self.user.upn,
            "trust": self.trust.entity_id,
            "policy": self.trust.settings.access_control_policy,
            "address": self.request_context.user_ip,
            "inside_corporate_network": self.request_context.inside_corporate_network,
            "second_factor": bool(self.second_factor_by),
            "second_factor_by": list(self.second_factor_by),
            "permitted": self.gets_in,
            "permitted_by": list(self.permitted_by),
            "denied_by": list(self.denied_by),
        }

    def lines(self) -> list[tuple[str, object]]:
        """Return it as names and values for people."""
        side = "intranet" if self.request_context.inside_corporate_network else "extranet"
        asked = "; ".join(self.second_factor_by)
        return [
            ("user", self.user.upn),
            ("trust", self.trust.entity_id),
            ("from", f"{self.request_context.user_ip or 'an unknown address'} ({side})"),
            ("second factor", f"asked for by {asked}" if asked else "not asked for"),
            ("access", _said("permitted by", self.permitted_by, "denied:", self.denied_by)),
        ]


@dataclass(frozen=True, slots=True)
class TrustAccess:
    """One trust: by what users get in, what its policy's parameters are, and what it asks for.

    ``problem`` says why the trust, or its policy, cannot be read.
    """

    name: str
    entity_id: str
    enabled: bool
    authorized_by: str
    parameters: tuple[str, ...]
    second_factor: str
    additional_rules: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """What holds for all trusts, the first of them, and how many there are.

    ``problems`` are rules for all trusts that cannot be read, as sentences.
    """

    second_factor: str
    additional_rules: str
    trusts: tuple[TrustAccess, ...]
    count: int
    problems: tuple[str, ...] = ()


def overview(services: Services) -> Overview:
    """Return who gets in where, as the database has it now."""
    rules, trusts = services.access.rules(), services.trusts.list_all()
    return Overview(
        second_factor=rules.second_factor,
        additional_rules=rules.additional,
        trusts=tuple(_trust_access(trust, rules) for trust in trusts[:MAX_SHOWN]),
        count=len(trusts),
        problems=tuple(map(_problem, rules.faults)),
    )


def _trust_access(trust: StoredTrust, rules: AccessRules) -> TrustAccess:
    if isinstance(trust, UnreadableTrust):
        return TrustAccess(
            name=trust.entity_id,
            entity_id=trust.entity_id,
            enabled=False,
            authorized_by="cannot be read",
            parameters=(),
            second_factor="",
            additional_rules=False,
            problem=_problem(trust),
        )
    settings = trust.settings
    policy_fault = rules.unreadable.get(settings.access_control_policy)
    return TrustAccess(
        name=trust.display_name,
        entity_id=trust.entity_id,
        enabled=settings.enabled,
        authorized_by=settings.authorized_by,
        parameters=tuple(
            f"{name}: {', '.join(values)}"
            for name, values in settings.access_control_parameters.items()
        ),
        second_factor=settings.second_factor,
        additional_rules=bool(settings.additional_authentication_rules),
        problem=_problem(policy_fault) if policy_fault else "",
    )


def _problem(fault: TallystickError) -> str:
    return f"{fault} [{fault.code}]"


def simulate_access(
    services: Services, entity_id: str, *, user: str, address: str = "", extranet: bool = False
) -> AccessSimulation:
    """Say what would become of a sign-in of *user* at a trust, from *address*.

    Raises :class:`TallystickError` for a user, a trust or an address that there is not.
    """
    who, trust = find_user(services, user), services.trusts.existing(entity_id)
    where = request_context_of(address, extranet=extranet)
    rules, now = services.access.rules(), services.clock.now()
    alone = methods_of(second_factor=False)
    first = decide(trust.settings, rules, Caller(who, where, alone, now))
    methods = methods_of(second_factor=first.requires_second_factor)
    then = decide(trust.settings, rules, Caller(who, where, methods, now))
    return AccessSimulation(
        user=who,
        trust=trust,
        request_context=where,
        second_factor_by=first.second_factor_by,
        permitted_by=then.permitted_by,
        denied_by=(*_disabled(who, trust), *then.denied_by),
    )


def _disabled(user: User, trust: RelyingPartyTrust) -> tuple[str, ...]:
    reasons = (
        ("the user is disabled",  user.disabled),
        ("the trust is disabled", not trust.settings.enabled),
    )  # fmt: skip
    return tuple(reason for reason, applies in reasons if applies)


def _said(
    permitted: str, permitted_by: tuple[str, ...], denied: str, denied_by: tuple[str, ...]
) -> str:
    word, reasons = (denied, denied_by) if denied_by else (permitted, permitted_by)
    return f"{word} {'; '.join(reasons)}"

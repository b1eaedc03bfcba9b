"""Use cases of access control: who gets in where, and the simulation of a sign-in.

``tallystick access`` and the page *Access* are built on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.federation.access_control.decision import Access, AccessRules, decide
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management.simulation import simulate_request_context, simulate_sign_in
from idp.management.users import find_user
from idp.management.users import methods_of as user_methods

if TYPE_CHECKING:
    from adapter.errors import TallystickError
    from adapter.mfa.permissions import Way
    from idp.directory import User
    from idp.federation.relying_party.trust import RelyingPartyTrust, StoredTrust
    from idp.federation.request_context import RequestContext
    from idp.services import Services

MAX_SHOWN = 500
ASKED = {"push": "a request on the phone", "totp": "a code"}
EXTRANET_WARNING = sentence(
    "its access depends on intranet and extranet, but no Web Application Proxy is configured "
    "([proxies] web_application_proxies): users outside count as inside"
)


@dataclass(frozen=True, slots=True)
class AccessSimulation:
    """The result of a simulated sign-in; ``denied_by`` is empty for a user who gets in.

    ``way`` is what the user is asked for, where that is up to Entra MFA: None if the second factor
    is not asked for, or the user has registered no method.
    """

    user: User
    trust: RelyingPartyTrust
    request_context: RequestContext
    second_factor_by: tuple[str, ...]
    permitted_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    way: Way | None = None

    @property
    def gets_in(self) -> bool:
        """Whether the user gets in, once the second factor is given if it is required."""
        return not self.denied_by

    def as_json(self) -> dict[str, Any]:
        """Return the result for scripts."""
        return {
            "user": self.user.upn,
            "trust": self.trust.entity_id,
            "policy": self.trust.settings.access_control_policy,
            "address": self.request_context.user_ip,
            "inside_corporate_network": self.request_context.inside_corporate_network,
            "second_factor": bool(self.second_factor_by),
            "second_factor_by": list(self.second_factor_by),
            "asked_first": self.way.asks if self.way else None,
            "asked_first_reason": self.way.reason if self.way else "",
            "permitted": self.gets_in,
            "permitted_by": list(self.permitted_by),
            "denied_by": list(self.denied_by),
        }

    def lines(self) -> list[tuple[str, object]]:
        """Return the result as names and values for people."""
        side = "intranet" if self.request_context.inside_corporate_network else "extranet"
        asked = "; ".join(self.second_factor_by)
        return [
            ("user", self.user.upn),
            ("trust", self.trust.entity_id),
            ("from", f"{self.request_context.user_ip or 'an unknown address'} ({side})"),
            ("second factor", f"asked for by {asked}" if asked else "not asked for"),
            *([("asked first", _asked_for(self.way))] if self.way else []),
            ("access", self._access()),
        ]

    def _access(self) -> str:
        if self.denied_by:
            return f"denied: {'; '.join(self.denied_by)}"
        return f"permitted by {'; '.join(self.permitted_by)}"


@dataclass(frozen=True, slots=True)
class TrustAccess:
    """Access to one trust: what lets users in, its policy's parameters, and what it requires.

    ``problem`` says why the trust or its policy cannot be read, empty if both can.
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
    """The rules for all trusts, the first ``MAX_SHOWN`` trusts, and the number of all trusts.

    ``problems`` has a sentence for each rule for all trusts that cannot be read.
    """

    second_factor: str
    additional_rules: str
    trusts: tuple[TrustAccess, ...]
    count: int
    problems: tuple[str, ...] = ()


def overview(services: Services) -> Overview:
    """Return the rules for all trusts and the access of each trust, as stored now."""
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
    """Simulate a sign-in of *user* at a trust, from *address*.

    Access is decided twice, as in a sign-in: after the password, and again after the second factor
    if the first decision requires it. Raises :class:`TallystickError` for an unknown user or trust,
    or a text that is not an address.
    """
    person, trust = find_user(services, user), services.trusts.existing(entity_id)
    request_context = simulate_request_context(address, extranet=extranet)
    rules, now = services.access.rules(), services.clock.now()

    def decide_after(*, second_factor: bool) -> Access:
        signed_in = simulate_sign_in(person, request_context, now, second_factor=second_factor)
        return decide(trust.settings, rules, signed_in)

    first = decide_after(second_factor=False)
    final = decide_after(second_factor=first.requires_second_factor)
    methods = user_methods(services, person.upn)
    is_asked = first.requires_second_factor and methods.methods.has("push", "totp")
    return AccessSimulation(
        user=person,
        trust=trust,
        request_context=request_context,
        second_factor_by=first.second_factor_by,
        permitted_by=final.permitted_by,
        denied_by=(*_disabled(person, trust), *final.denied_by),
        way=methods.way if is_asked else None,
    )


def _asked_for(way: Way) -> str:
    """Return what a user is asked for, in words, and the reason if it is not the default method."""
    what = "nothing that is allowed" if way.asks is None else ASKED[way.asks]
    return f"{what} ({way.reason})" if way.reason else what


def _disabled(user: User, trust: RelyingPartyTrust) -> tuple[str, ...]:
    reasons = (
        ("the user is disabled",  user.disabled),
        ("the trust is disabled", not trust.settings.enabled),
    )  # fmt: skip
    return tuple(reason for reason, applies in reasons if applies)

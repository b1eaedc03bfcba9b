"""Use cases of access control: who gets in where, and giving a trust its policy.

``tallystick access`` and the page *Access* are built on them. :mod:`idp.management.second_factors`
changes policies, and :mod:`idp.management.access_simulation` tests a sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from adapter.sentences import joined, sentence
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.sides import (
    EXTRANET_WARNING,
    policy_tells_sides_apart,
    rules_tell_sides_apart,
)
from idp.federation.access_control.words import describe_rule
from idp.federation.relying_party.settings import NOTHING, RULES
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management import trusts as trust_changes
from idp.management.error_json import error_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from idp.federation.access_control.catalogue import Listed
    from idp.federation.access_control.policies import AccessControlPolicy
    from idp.federation.relying_party.trust import RelyingPartyTrust, StoredTrust
    from idp.services import Services

PAGE_SIZE = 50
_IN_WORDS = {RULES: sentence("rules"), NOTHING: sentence("nothing")}
"""What lets users in where it is no policy."""


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
    """The rules for all trusts, and a page of the trusts.

    ``next_page`` is the ``after`` of the next page, None on the last one. ``problems`` has a
    sentence for each rule for all trusts that cannot be read.
    """

    second_factor: str
    additional_rules: str
    trusts: tuple[TrustAccess, ...]
    next_page: int | None = None
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the rules for all trusts for scripts."""
        return {
            "second_factor": self.second_factor,
            "additional_authentication_rules": self.additional_rules,
            "problems": list(self.problems),
        }


def overview(services: Services, after: int = 0, text: str = "") -> Overview:
    """Return the rules for all trusts, and the access of trusts, as stored now.

    The trusts are those whose name or entity ID contains *text*; *after* is 0 for the first page.
    """
    rules, page = services.access.rules(), services.trusts.page(after, PAGE_SIZE, text)
    return Overview(
        second_factor=rules.second_factor,
        additional_rules=rules.additional,
        trusts=tuple(_trust_access(trust, rules) for trust in page.trusts),
        next_page=page.after,
        problems=tuple(map(_problem, rules.faults)),
    )


def assign(
    services: Services, entity_id: str, policy: str, parameters: Mapping[str, Sequence[str]]
) -> RelyingPartyTrust:
    """Give a trust an access control policy, in place of what it had (AD FS:
    ``Set-AdfsRelyingPartyTrust -AccessControlPolicyName -AccessControlPolicyParameters``).

    Raises ``UnknownTrust``, and ``BadAccessControlPolicy`` if there is no such policy or its
    parameters are other ones.
    """
    services.access.find(policy)
    given = {name: list(values) for name, values in parameters.items()}
    change = {"access_control_policy": policy, "access_control_parameters": given}
    return trust_changes.change(services, entity_id, change)


def listed_json(listed: Listed) -> dict[str, Any]:
    """Return a policy of the list for scripts: its name, parameters and trusts."""
    policy = listed.policy
    if isinstance(policy, TallystickError):
        return {"name": policy.name, **error_json(policy), "trusts": listed.assigned_to}
    return {
        "name": policy.name,
        "description": policy.description,
        "built_in": listed.is_built_in,
        "parameters": policy.parameters,
        "trusts": listed.assigned_to,
    }


def policy_json(policy: AccessControlPolicy) -> dict[str, Any]:
    """Return a policy for scripts: what ``access set`` reads, and each rule as a sentence."""
    values = policy.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {**values, "sentences": [describe_rule(rule) for rule in policy.rules]}


def warnings_of(
    services: Services,
    policy: AccessControlPolicy,
    parameters: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[str, ...]:
    """Return what an administrator who sets or assigns a policy should know."""
    is_about_sides = policy_tells_sides_apart(policy, parameters or {})
    if not (is_about_sides and _no_proxy(services)):
        return ()
    return (joined(": ", (policy.name, EXTRANET_WARNING)),)


def warnings_of_rules(services: Services, text: str) -> tuple[str, ...]:
    """Return the same for additional authentication rules for all trusts."""
    is_about_sides = rules_tell_sides_apart(text) and _no_proxy(services)
    if not is_about_sides:
        return ()
    return (joined(": ", (sentence("the rules for all trusts"), EXTRANET_WARNING)),)


def _no_proxy(services: Services) -> bool:
    return not services.config.proxies.web_application_proxies


def _trust_access(trust: StoredTrust, rules: AccessRules) -> TrustAccess:
    if isinstance(trust, UnreadableTrust):
        return TrustAccess(
            name=trust.entity_id,
            entity_id=trust.entity_id,
            enabled=False,
            authorized_by=sentence("cannot be read"),
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
        authorized_by=_IN_WORDS.get(settings.authorized_by, settings.authorized_by),
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

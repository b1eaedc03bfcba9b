"""Tests access: may a user sign in to a trust, is the second factor required, and by which rule.

It decides with the function that decides at every sign-in. ``tallystick access test``, the page
``/admin/access/test`` and ``GET /admin/api/access/test`` show the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from adapter.mfa.verification.verifier import OTP, PHONE_APP_NOTIFICATION
from adapter.sentences import sentence
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.decision import Access, decide
from idp.federation.access_control.matching import why_not
from idp.federation.access_control.words import describe_rule, reason_sentences
from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.management.simulation import simulate_request_context
from idp.management.user_by_name import find_user
from idp.management.users import methods_of as user_methods
from idp.saml.contexts import FIDO, PASSWORD_PROTECTED_TRANSPORT

if TYPE_CHECKING:
    from adapter.mfa.permissions import Way
    from idp.directory import User
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.federation.request_context import RequestContext
    from idp.services import Services

ASKED = {"push": "a request on the phone", "totp": "a code"}

PRIMARY_METHODS = {
    # name       (method,                         in words)
    "password": (PASSWORD_PROTECTED_TRANSPORT, sentence("the password")),
    "passkey":  (FIDO,                         sentence("a passkey, which is both factors")),
}  # fmt: skip
SECOND_METHODS = {
    "push": (PHONE_APP_NOTIFICATION, sentence("a request on the phone")),
    "code": (OTP,                    sentence("a code")),
}  # fmt: skip


class UnknownAuthenticationMethod(TallystickError):
    """Raised for an authentication method that a test does not know."""

    code = "unknown_authentication_method"


@dataclass(frozen=True, slots=True)
class SimulatedRequest:
    """What rules may look at, besides user and trust.

    ``address`` is the user's, empty if unknown; ``extranet`` means through a Web Application Proxy.
    ``user_agent`` is the browser. ``primary`` and ``second`` are names of :data:`PRIMARY_METHODS`
    and :data:`SECOND_METHODS`; the second factor is only given if a rule requires it.
    """

    address: str = ""
    extranet: bool = False
    user_agent: str = ""
    primary: str = "password"
    second: str = "push"


@dataclass(frozen=True, slots=True)
class TestedRule:
    """One rule of the trust's policy: what it says, and why it does not apply (empty: it does)."""

    __test__ = False  # pytest would collect a class of this name

    number: int
    sentence: str
    why_not: str

    def as_json(self) -> dict[str, Any]:
        """Return the rule for scripts."""
        return {
            "number": self.number,
            "sentence": self.sentence,
            "applies": not self.why_not,
            "why_not": self.why_not,
        }


@dataclass(frozen=True, slots=True)
class AccessSimulation:
    """The result of a simulated sign-in; ``denied_by`` is empty for a user who gets in.

    ``way`` is what the user is asked for, where that is up to Entra MFA: None if the second factor
    is not asked for, or the user has registered no method. ``sentences`` say what each rule says
    that is among the reasons; ``rules`` are all of the trust's policy.
    """

    user: User
    trust: RelyingPartyTrust
    request: SimulatedRequest
    request_context: RequestContext
    second_factor_by: tuple[str, ...]
    permitted_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    sentences: dict[str, str]
    rules: tuple[TestedRule, ...] = ()
    way: Way | None = None

    @property
    def gets_in(self) -> bool:
        """Whether the user gets in, once the second factor is given if it is required."""
        return not self.denied_by

    @property
    def is_passkey(self) -> bool:
        """Whether the primary method gives the second factor, too."""
        return self.request.primary == "passkey"

    def reasons(self, names: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return these reasons, each with what its rule says; empty where the reason says it."""
        return [(name, self.sentences.get(name, "")) for name in names]

    def as_json(self) -> dict[str, Any]:
        """Return the result for scripts."""
        return {
            "user": self.user.upn,
            "trust": self.trust.entity_id,
            "policy": self.trust.settings.access_control_policy,
            "address": self.request_context.user_ip,
            "inside_corporate_network": self.request_context.inside_corporate_network,
            "user_agent": self.request.user_agent,
            "primary_method": self.request.primary,
            "second_method": self.request.second,
            "second_factor": bool(self.second_factor_by),
            "second_factor_by": list(self.second_factor_by),
            "asked_first": self.way.asks if self.way else None,
            "asked_first_reason": self.way.reason if self.way else "",
            "permitted": self.gets_in,
            "permitted_by": list(self.permitted_by),
            "denied_by": list(self.denied_by),
            "explanations": self.sentences,
            "rules": [rule.as_json() for rule in self.rules],
        }

    def lines(self) -> list[tuple[str, object]]:
        """Return the result as names and values for people."""
        side = "intranet" if self.request_context.inside_corporate_network else "extranet"
        return [
            ("user", self.user.upn),
            ("trust", self.trust.entity_id),
            ("from", f"{self.request_context.user_ip or 'an unknown address'} ({side})"),
            ("second factor", self._second_factor()),
            *([("asked first", asked_for(self.way))] if self.way else []),
            ("access", self._access()),
            *((f"rule {rule.number}", _in_a_line(rule)) for rule in self.rules),
            *self._other_rules(),
        ]

    def _second_factor(self) -> str:
        if not self.second_factor_by:
            return "not asked for"
        asked = "required and given by the passkey:" if self.is_passkey else "asked for by"
        return f"{asked} {'; '.join(self.second_factor_by)}"

    def _access(self) -> str:
        if self.denied_by:
            return f"denied: {'; '.join(self.denied_by)}"
        return f"permitted by {'; '.join(self.permitted_by)}"

    def _other_rules(self) -> list[tuple[str, object]]:
        """Return the rules in AD FS's language that decided."""
        return [(name, text) for name, text in self.sentences.items() if " rules" in name]


def simulate_access(
    services: Services,
    entity_id: str,
    *,
    user: str,
    request: SimulatedRequest = SimulatedRequest(),
) -> AccessSimulation:
    """Simulate a sign-in of *user* at a trust.

    Access is decided twice, as in a sign-in: after the primary method, and again after the second
    factor if the first decision requires it. Raises :class:`TallystickError` for an unknown user,
    trust or method, or a text that is not an address.
    """
    methods = _methods(request)
    person, trust = find_user(services, user), services.trusts.existing(entity_id)
    context = simulate_request_context(
        request.address, extranet=request.extranet, proxy_ip=_proxy_ip(services)
    )
    context = replace(context, user_agent=request.user_agent)
    rules, now = services.access.rules(), services.clock.now()
    signed_in = AuthenticatedUser(person, methods[0], now, context)
    first = decide(trust.settings, rules, signed_in)
    if first.requires_second_factor:
        signed_in = replace(signed_in, methods=methods[1])
    final = decide(trust.settings, rules, signed_in)
    known = user_methods(services, person.upn)
    is_asked = first.requires_second_factor and request.primary != "passkey"
    return AccessSimulation(
        user=person,
        trust=trust,
        request=request,
        request_context=context,
        second_factor_by=first.second_factor_by,
        permitted_by=final.permitted_by,
        denied_by=(*_closed(services, person, trust), *final.denied_by),
        sentences=_sentences_of(first, final, trust, rules),
        rules=_tested_rules(trust, rules, signed_in),
        way=known.way if is_asked and known.methods.has("push", "totp") else None,
    )


def asked_for(way: Way) -> str:
    """Return what a user is asked for, in words, and the reason if it is not the default method."""
    what = "nothing that is allowed" if way.asks is None else ASKED[way.asks]
    return f"{what} ({way.reason})" if way.reason else what


def _proxy_ip(services: Services) -> str:
    """Return the address of the Web Application Proxy, empty unless there is just one."""
    proxies = services.config.proxies.web_application_proxies
    is_one = len(proxies) == 1 and proxies[0].num_addresses == 1
    return str(proxies[0].network_address) if is_one else ""


def _methods(request: SimulatedRequest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the methods before and after the second factor; a passkey is both at once."""
    for name, known in ((request.primary, PRIMARY_METHODS), (request.second, SECOND_METHODS)):
        if name not in known:
            raise UnknownAuthenticationMethod(
                sentence("There is no method {name} here", name=repr(name[:60])),
                sentence(
                    "Give {first} or {second}", **dict(zip(("first", "second"), known, strict=True))
                ),
            )
    primary, second = PRIMARY_METHODS[request.primary][0], SECOND_METHODS[request.second][0]
    if request.primary == "passkey":
        both = authentication_methods(primary, primary)
        return both, both
    return authentication_methods(primary), authentication_methods(primary, second)


def _sentences_of(
    first: Access, final: Access, trust: RelyingPartyTrust, rules: AccessRules
) -> dict[str, str]:
    """Return what the rules say that decided."""
    reasons = {*first.second_factor_by, *final.permitted_by, *final.denied_by}
    known = reason_sentences(trust.settings, rules)
    return {name: text for name, text in known.items() if name in reasons}


def _tested_rules(
    trust: RelyingPartyTrust, rules: AccessRules, signed_in: AuthenticatedUser
) -> tuple[TestedRule, ...]:
    policy = rules.policy(trust.settings.access_control_policy)
    given = trust.settings.access_control_parameters
    if policy is None or set(policy.parameters) != set(given):
        return ()
    return tuple(
        TestedRule(number, describe_rule(rule, given), why_not(rule, given, signed_in))
        for number, rule in enumerate(policy.rules, 1)
    )


def _closed(services: Services, user: User, trust: RelyingPartyTrust) -> tuple[str, ...]:
    """Return why nobody like this user gets in, whatever the rules."""
    reasons = (
        (sentence("the user is disabled"),  user.disabled),
        (sentence("the trust is disabled"), not trust.settings.enabled),
        (
            sentence("the trust's metadata has passed its validUntil"),
            trust.has_expired(services.clock.now()),
        ),
    )  # fmt: skip
    return tuple(reason for reason, applies in reasons if applies)


def _in_a_line(rule: TestedRule) -> str:
    return f"{rule.sentence} {f'Not here: {rule.why_not}.' if rule.why_not else 'Applies.'}"

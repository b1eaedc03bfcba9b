"""Authentication contexts: what a request demands of the sign-in, and what it is answered with.

Source: saml-core §3.3.2.2.1. The classes and their order are AD FS's AuthenticationContextOrder
(facts §C.5); the order ranks the first factor, and a second one neither raises nor lowers it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le

from idp.saml import uris
from idp.saml.refusal import Refused

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

PASSWORD = f"{_CLASSES}Password"
PASSWORD_PROTECTED_TRANSPORT = f"{_CLASSES}PasswordProtectedTransport"
UNSPECIFIED = f"{_CLASSES}unspecified"
MULTIPLE_AUTHN = "http://schemas.microsoft.com/claims/multipleauthn"
REFEDS_MFA = "https://refeds.org/profile/mfa"
REFEDS_PHISHING_RESISTANT = "https://refeds.org/profile/mfa/phishing-resistant"

ORDER = (
    # weakest first
    PASSWORD,
    PASSWORD_PROTECTED_TRANSPORT,
    f"{_CLASSES}TLSClient",
    f"{_CLASSES}X509",
    "urn:federation:authentication:windows",
    f"{_CLASSES}Kerberos",
)
_RANK = {name: rank for rank, name in enumerate(ORDER)}

SECOND_FACTOR = (MULTIPLE_AUTHN, REFEDS_MFA)
"""The classes that ask for the second factor, whichever it is."""

_AFTER_SECOND_FACTOR = {
    # what the trust is told by   class
    "entra":                      MULTIPLE_AUTHN,
    "refeds":                     REFEDS_MFA,
}  # fmt: skip

_OURS = (PASSWORD_PROTECTED_TRANSPORT, PASSWORD)
"""What a password given on our page may be called, strongest first."""

_OF_OUR_OWN = frozenset((*ORDER, *SECOND_FACTOR, UNSPECIFIED, REFEDS_PHISHING_RESISTANT))
"""What no adapter can bring, whatever it announces."""

_HOLDS: dict[str, Callable[[int, int], bool]] = {
    # comparison  of ours with the requested one
    "exact":      eq,
    "minimum":    ge,
    "maximum":    le,
    "better":     gt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestedFactor:
    """``second_factor``: the request demands it. ``answer``: the class that the assertion names.

    ``method`` is the only authentication method that will do, None where each does.
    """

    second_factor: bool
    answer: str
    method: str | None = None


_NO_DEMAND = RequestedFactor(second_factor=False, answer=PASSWORD_PROTECTED_TRANSPORT)


def resolve_requested_context(
    requested: tuple[str, ...],
    comparison: str = "exact",
    is_announced: Callable[[str], bool] = lambda _method: False,
    allowed: tuple[str, ...] = (),
) -> RequestedFactor:
    """Return what the first class that we can meet demands; classes come in order of preference.

    ``is_announced`` tells the authentication methods of the enabled adapters, ``allowed`` the only
    classes that this trust is given, none for all. Without classes nothing is demanded, and
    ``unspecified`` leaves it to us. Raises :class:`Refused` (Responder/NoAuthnContext) when none
    can be met; with the comparison ``better``, when not all can be surpassed.
    """
    found: RequestedFactor | None
    if comparison == "better":
        found = _better(tuple(each for each in requested if each != UNSPECIFIED))
    else:
        met = (_meet(wanted, comparison, is_announced) for wanted in requested)
        usable = (each for each in met if each and _is_allowed(each, allowed))
        found = next(usable, None) if requested else _NO_DEMAND
    if found is None or not _is_allowed(found, allowed):
        raise not_met()
    return found


def answered_context(
    requested: tuple[str, ...],
    comparison: str,
    demand: RequestedFactor,
    *,
    style: str,
    methods: tuple[str, ...],
    by_rule: str | None = None,
) -> str:
    """Return the class that the assertion names; it always satisfies the request.

    ``style`` is the trust's ``authentication_context``; *methods* are all that the session
    proves. *demand* is what :func:`resolve_requested_context` made of the rest. *by_rule* is what a
    claim rule wants the class to be: it is, if it was proved and the request leaves the choice.
    """
    second_factor = MULTIPLE_AUTHN in methods
    if by_rule is not None and is_proved(by_rule, methods) and _is_open(requested, comparison):
        return by_rule
    told = _AFTER_SECOND_FACTOR.get(style) if second_factor else None
    return told if told and _is_satisfied(told, requested, comparison) else demand.answer


def is_proved(claimed: str, methods: tuple[str, ...]) -> bool:
    """Say whether a session that proves *methods* may be called so: a password, or more."""
    if claimed in _OURS:
        return True
    if claimed in SECOND_FACTOR:
        return MULTIPLE_AUTHN in methods
    return claimed in methods and claimed not in _OF_OUR_OWN


def not_met() -> Refused:
    """Return the refusal of a context that is not supported, or that this user cannot meet."""
    return Refused(
        "The requested authentication method is not supported",
        f"Ask for {PASSWORD_PROTECTED_TRANSPORT} or {MULTIPLE_AUTHN}",
        code="MSIS7102",
        status=(uris.RESPONDER, uris.NO_AUTHN_CONTEXT),
    )


def _is_allowed(demand: RequestedFactor, allowed: tuple[str, ...]) -> bool:
    return not allowed or demand is _NO_DEMAND or demand.answer in allowed


def _meet(
    wanted: str, comparison: str, is_announced: Callable[[str], bool]
) -> RequestedFactor | None:
    if wanted == UNSPECIFIED:
        return _NO_DEMAND
    if wanted in SECOND_FACTOR:
        return RequestedFactor(second_factor=True, answer=wanted)
    if wanted in _RANK:
        return _password_as((wanted,), comparison)
    if wanted not in _OF_OUR_OWN and is_announced(wanted):
        return RequestedFactor(second_factor=True, answer=wanted, method=wanted)
    return None


def _better(requested: tuple[str, ...]) -> RequestedFactor | None:
    """Nothing is known to be better than what stands outside the order."""
    return _password_as(requested, "better") if _RANK.keys() >= set(requested) else None


def _password_as(requested: tuple[str, ...], comparison: str) -> RequestedFactor | None:
    """Return our strongest name for a password that compares so with all of *requested*."""
    for ours in _OURS:
        if all(_HOLDS[comparison](_RANK[ours], _RANK[each]) for each in requested):
            return RequestedFactor(second_factor=False, answer=ours)
    return None


def _is_open(requested: tuple[str, ...], comparison: str) -> bool:
    """Say whether a request leaves it to us what the answer is called."""
    named = set(requested) - {UNSPECIFIED}
    return not named or (UNSPECIFIED in requested and comparison != "better")


def _is_satisfied(told: str, requested: tuple[str, ...], comparison: str) -> bool:
    """Say whether a class for several factors, the first of them a password, is an answer."""
    if comparison == "better":
        return not set(requested) - {PASSWORD, UNSPECIFIED}
    if not requested or UNSPECIFIED in requested:
        return True
    enough = {
        "exact": {told},
        "minimum": {*_OURS, *SECOND_FACTOR},
        "maximum": set(SECOND_FACTOR),
    }
    return not enough[comparison].isdisjoint(requested)

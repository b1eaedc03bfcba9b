"""Authentication contexts: what a request requires of the sign-in, and which class answers it.

Source: saml-core §3.3.2.2.1. The classes and their order are AD FS's ``AuthenticationContextOrder``
(``Get-AdfsProperties``). The order ranks the primary method; a second factor does not change the
rank. docs/requests.md has the table of classes and comparisons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from operator import eq, ge, gt, le

from idp.request_value import request_value
from idp.saml import uris
from idp.saml.refusal import Refused

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

PASSWORD = f"{_CLASSES}Password"
PASSWORD_PROTECTED_TRANSPORT = f"{_CLASSES}PasswordProtectedTransport"
UNSPECIFIED = f"{_CLASSES}unspecified"
MULTIPLE_AUTHN = "http://schemas.microsoft.com/claims/multipleauthn"
FIDO = "http://schemas.microsoft.com/ws/2012/12/authmethod/fido"
"""A passkey: AD FS's adapters report this method."""

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
"""The classes that require the second factor, by any method."""

_AFTER_SECOND_FACTOR = {
    # authentication_context  class
    "entra":                  MULTIPLE_AUTHN,
    "refeds":                 REFEDS_MFA,
}  # fmt: skip

_WEAKER_CLASSES = {PASSWORD_PROTECTED_TRANSPORT: (PASSWORD,)}
"""The weaker classes by which a primary method may be answered too."""

_NOT_FOR_ADAPTERS = frozenset((*ORDER, *SECOND_FACTOR, UNSPECIFIED, REFEDS_PHISHING_RESISTANT))
"""The classes that no adapter can satisfy, whatever it announces."""

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    # comparison  of our class with the requested one
    "exact":      eq,
    "minimum":    ge,
    "maximum":    le,
    "better":     gt,
}  # fmt: skip


@request_value
class OfferedMethods:
    """The authentication methods that this server offers, and what one trust may be answered.

    ``primary`` are the primary methods. ``is_announced`` says whether an enabled adapter has
    announced a method for the second factor. ``allowed_classes`` are the only classes that the
    trust may ask for; empty allows all.
    """

    primary: tuple[str, ...]
    is_announced: Callable[[str], bool] = lambda _method: False
    allowed_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequiredFactors:
    """What a request requires of the sign-in.

    ``answers`` maps each primary method that satisfies the request to the class that the assertion
    then names. ``second_factor`` says whether the request requires one. ``method`` is the only
    second factor that satisfies it, None if any does.
    """

    answers: Mapping[str, str]
    second_factor: bool = False
    method: str | None = None


def resolve_requested_context(
    requested: tuple[str, ...], comparison: str = "exact", *, offered: OfferedMethods
) -> RequiredFactors:
    """Return what the first class that this server can satisfy requires.

    The classes *requested* come in order of preference. Without classes nothing is required, and
    ``unspecified`` leaves the choice to us. With the comparison ``better`` all classes have to be
    surpassed. Raises :class:`Refused` (Responder/NoAuthnContext) if that is not possible.
    """
    if comparison == "better":
        named = tuple(class_ for class_ in requested if class_ != UNSPECIFIED)
        required = _restrict(_require_primary(named, comparison, offered), offered)
    elif requested:
        candidates = (_require(class_, comparison, offered) for class_ in requested)
        required = next(filter(None, candidates), None)
    else:
        required = _require_nothing(offered.primary)
    if required is None:
        raise not_met()
    return required


def answered_context(
    requested: tuple[str, ...],
    comparison: str,
    required: RequiredFactors,
    *,
    style: str,
    methods: tuple[str, ...],
    by_rule: str | None = None,
) -> str:
    """Return the class that the assertion names; it always satisfies the request.

    *required* is what :func:`resolve_requested_context` returned for the request. *style* is the
    trust's ``authentication_context``. *methods* are all that the session proves, the primary one
    first. *by_rule* is the class that a claim rule chooses: it is used if it was proved and the
    request leaves the choice.
    """
    primary, leaves_choice = methods[0], _leaves_choice(requested, comparison)
    if by_rule is not None and leaves_choice and is_proved(by_rule, methods):
        return by_rule
    several = _AFTER_SECOND_FACTOR.get(style) if MULTIPLE_AUTHN in methods else None
    if several and _is_satisfied(several, primary, requested, comparison):
        return several
    return required.answers[primary]


def is_proved(class_: str, methods: tuple[str, ...]) -> bool:
    """Say whether a session with *methods*, the primary one first, proves *class_*."""
    if class_ in _classes_of(methods[0]):
        return True
    if class_ in SECOND_FACTOR:
        return MULTIPLE_AUTHN in methods
    return class_ in methods and class_ not in _NOT_FOR_ADAPTERS


def not_met() -> Refused:
    """Return the refusal of a context that is not supported, or that this user cannot satisfy."""
    return Refused(
        "The requested authentication method is not supported",
        f"Ask for {PASSWORD_PROTECTED_TRANSPORT} or {MULTIPLE_AUTHN}",
        code="MSIS7102",
        status=(uris.RESPONDER, uris.NO_AUTHN_CONTEXT),
    )


def _require(class_: str, comparison: str, offered: OfferedMethods) -> RequiredFactors | None:
    """Return what *class_* requires, None if this server cannot satisfy it for the trust."""
    if class_ == UNSPECIFIED:
        return _require_nothing(offered.primary)
    answers = dict.fromkeys(offered.primary, class_)
    if class_ in SECOND_FACTOR:
        return _restrict(RequiredFactors(answers, second_factor=True), offered)
    if class_ not in _NOT_FOR_ADAPTERS and offered.is_announced(class_):
        return _restrict(RequiredFactors(answers, second_factor=True, method=class_), offered)
    if required := _require_primary((class_,), comparison, offered):
        return _restrict(required, offered)
    return None


@cache  # a server offers one set of primary methods
def _require_nothing(primary: tuple[str, ...]) -> RequiredFactors:
    return RequiredFactors({method: method for method in primary})


def _require_primary(
    requested: tuple[str, ...], comparison: str, offered: OfferedMethods
) -> RequiredFactors | None:
    """Require a primary method with a class that compares as asked with all of *requested*."""
    answers = {}
    for method in offered.primary:
        for class_ in _classes_of(method):
            if all(_compares(comparison, class_, wanted) for wanted in requested):
                answers[method] = class_
                break
    return RequiredFactors(answers) if answers else None


def _restrict(required: RequiredFactors | None, offered: OfferedMethods) -> RequiredFactors | None:
    """Leave out the answers that the trust may not ask for; None if no answer is left."""
    if required is None or not offered.allowed_classes:
        return required
    answers = {
        method: class_
        for method, class_ in required.answers.items()
        if class_ in offered.allowed_classes
    }
    return replace(required, answers=answers) if answers else None


def _classes_of(primary: str) -> tuple[str, ...]:
    """Return the classes by which a primary method may be answered, the strongest first."""
    return (primary, *_WEAKER_CLASSES.get(primary, ()))


def _compares(comparison: str, ours: str, wanted: str) -> bool:
    """Compare two classes by their order; one outside the order is only equal to itself."""
    if ours in _RANK and wanted in _RANK:
        return _COMPARISONS[comparison](_RANK[ours], _RANK[wanted])
    return ours == wanted and comparison != "better"


def _leaves_choice(requested: tuple[str, ...], comparison: str) -> bool:
    """Say whether a request leaves it to us which class the assertion names."""
    named = set(requested) - {UNSPECIFIED}
    return not named or (UNSPECIFIED in requested and comparison != "better")


def _is_satisfied(several: str, primary: str, requested: tuple[str, ...], comparison: str) -> bool:
    """Say whether *several*, a class for several factors, *primary* the first, is an answer."""
    if comparison == "better":
        named = set(requested) - {UNSPECIFIED}
        return all(_compares(comparison, primary, wanted) for wanted in named)
    if not requested or UNSPECIFIED in requested:
        return True
    if comparison == "exact":
        return several in requested
    if comparison == "minimum" and any(
        wanted in _RANK and _compares(comparison, primary, wanted) for wanted in requested
    ):
        return True  # a class outside the order is only satisfied by itself
    return not set(SECOND_FACTOR).isdisjoint(requested)

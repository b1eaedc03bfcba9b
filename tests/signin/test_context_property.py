"""Whatever is asked for: the answer claims nothing that was not proved, and satisfies the request.

What satisfies a request is said here a second time, by saml-core §3.3.2.2.1, in terms of what a
class means and not of how the product finds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import event, given, settings
from hypothesis import strategies as st

from idp.federation.access_control.global_policy import second_factor_reasons
from idp.federation.authenticated_user import authentication_methods
from idp.federation.relying_party.settings import TrustSettings
from idp.saml.contexts import (
    OfferedMethods,
    RequiredFactors,
    answered_context,
    resolve_requested_context,
)
from idp.saml.refusal import Refused
from idp.session.sso import Proof, Session, start_session
from idp.signin.steps import Needs, Step, needs_of

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
PASSWORD, PPT = f"{CLASSES}Password", f"{CLASSES}PasswordProtectedTransport"
STRENGTH = [PASSWORD, PPT, f"{CLASSES}TLSClient", f"{CLASSES}X509",
            "urn:federation:authentication:windows", f"{CLASSES}Kerberos"]  # fmt: skip
UNSPECIFIED = f"{CLASSES}unspecified"
SEVERAL = ["http://schemas.microsoft.com/claims/multipleauthn", "https://refeds.org/profile/mfa"]
PHISHING_RESISTANT = "https://refeds.org/profile/mfa/phishing-resistant"
METHODS = ["urn:method:code", "urn:method:push"]
KERBEROS, PASSKEY = STRENGTH[-1], "urn:method:passkey"
PRIMARY_METHODS = [PPT, KERBEROS, PASSKEY]

ASKABLE = [
    *STRENGTH, UNSPECIFIED, *SEVERAL, PHISHING_RESISTANT, *METHODS, PASSKEY, "urn:nobody",
]  # fmt: skip
requests = st.lists(st.sampled_from(ASKABLE), max_size=4).map(tuple)
comparisons = st.sampled_from(["exact", "minimum", "maximum", "better"])
trusts = st.builds(
    TrustSettings,
    authentication_context=st.sampled_from(["adfs", "entra", "refeds"]),
    second_factor=st.sampled_from(["always", "never"]),
    mfa_freshness=st.sampled_from([0, 1, 30]),
    always_require_authentication=st.booleans(),
)
ages = st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes))
sessions = st.none() | st.builds(
    lambda age, mfa_age, primary, method: Session(
        "id",
        "alice",
        Proof(primary, NOON - age - mfa_age),
        Proof(method, NOON - mfa_age) if method else None,
    ),
    ages,
    ages,
    st.sampled_from(PRIMARY_METHODS),
    st.sampled_from([None, *METHODS]),
)


@dataclass(frozen=True)
class SignIn:
    """A request, its trust, the session before it, and the methods of the adapters."""

    requested: tuple[str, ...]
    comparison: str
    trust: TrustSettings
    session: Session | None
    methods: list[str]
    both_announced: bool
    force_authn: bool
    by_rule: str | None

    def required(self) -> RequiredFactors:
        announced = self.methods if self.both_announced else self.methods[:1]
        offered = OfferedMethods(tuple(PRIMARY_METHODS), announced.__contains__)
        return resolve_requested_context(self.requested, self.comparison, offered=offered)

    def needs(self, required: RequiredFactors) -> Needs:
        needs = needs_of(
            required, self.trust, force_authn=self.force_authn, received_at=NOON, now=NOON
        )
        return needs.with_second_factor(bool(second_factor_reasons("default", self.trust)))

    def answer(self, required: RequiredFactors, methods: tuple[str, ...]) -> str:
        return answered_context(
            self.requested,
            self.comparison,
            required,
            style=self.trust.authentication_context,
            methods=methods,
            by_rule=self.by_rule,
        )


sign_ins = st.builds(
    SignIn,
    requests,
    comparisons,
    trusts,
    sessions,
    st.permutations(METHODS),
    st.booleans(),
    st.booleans(),
    st.none() | st.sampled_from(ASKABLE),
)


def proved(session: Session, since: datetime | None) -> set[str]:
    """Return all that may truly be said of a session."""
    claims = {session.primary.method}
    if session.primary.method == PPT:
        claims.add(PASSWORD)
    if session.second and (since is None or session.second.at >= since):
        claims |= {*SEVERAL, session.second.method}
    return claims


def satisfies(answer: str, primary: str, requested: tuple[str, ...], comparison: str) -> bool:
    """Say whether a service provider may take *answer* for what it asked for."""
    if comparison == "better":
        named = [each for each in requested if each != UNSPECIFIED]
        return all(
            is_at_least(answer, primary, each) and not is_at_most(answer, each) for each in named
        )
    if not requested or UNSPECIFIED in requested:
        return True
    compare = {
        "exact": str.__eq__,
        "minimum": lambda answer, wanted: is_at_least(answer, primary, wanted),
        "maximum": is_at_most,
    }[comparison]
    return any(compare(answer, each) for each in requested)


def is_at_least(answer: str, primary: str, wanted: str) -> bool:
    """Several factors, and a method for a second one, are at least as strong as the primary one."""
    if answer == wanted or (answer not in (*STRENGTH, PASSKEY) and wanted in SEVERAL):
        return True
    first = answer if answer in STRENGTH else primary
    return {first, wanted} <= set(STRENGTH) and STRENGTH.index(first) >= STRENGTH.index(wanted)


def is_at_most(answer: str, wanted: str) -> bool:
    if answer in STRENGTH and wanted in STRENGTH:
        return STRENGTH.index(answer) <= STRENGTH.index(wanted)
    return answer == wanted or (answer in SEVERAL and wanted in SEVERAL)


def go_through(needs: Needs, session: Session | None, methods: list[str]) -> Session | None:
    """Give what is asked for; None when a second factor was given that will not do."""
    if needs.next_step(session) is Step.PRIMARY:
        session = start_session("alice", Proof(next(iter(needs.primary_methods)), NOON))
    if needs.next_step(session) is Step.SECOND_FACTOR:
        session = session.with_second_factor(Proof(methods[0], NOON))
    return session if needs.next_step(session) is Step.COMPLETE else None


@settings(max_examples=500)
@given(sign_ins)
def test_an_answer_claims_only_what_was_proved_and_satisfies_the_request(sign_in):
    try:
        required = sign_in.required()
    except Refused:
        event("refused")
        return
    needs = sign_in.needs(required)
    session = go_through(needs, sign_in.session, sign_in.methods)
    if session is None:
        event("another method was given")
        return

    second = needs.valid_second_factor(session)
    primary = session.primary.method
    proved_methods = authentication_methods(primary, second.method if second else None)
    answer = sign_in.answer(required, proved_methods)

    trust, freshness = sign_in.trust, sign_in.trust.mfa_freshness
    since = NOON - timedelta(minutes=freshness) if freshness else None
    event(answer)
    assert answer in proved(session, since)
    assert set(proved_methods) <= proved(session, since)
    assert satisfies(answer, primary, sign_in.requested, sign_in.comparison)
    assert answer != PHISHING_RESISTANT
    if sign_in.force_authn or trust.always_require_authentication:
        assert session.primary.at >= NOON
    if trust.second_factor == "always":
        assert session.second is not None
        assert since is None or session.second.at >= since


@given(requests, comparisons)
def test_a_request_that_a_password_satisfies_is_not_refused(requested, comparison):
    possible = {PASSWORD, PPT}
    if not any(satisfies(each, PPT, requested, comparison) for each in possible):
        return
    resolve_requested_context(requested, comparison, offered=OfferedMethods((PPT,)))

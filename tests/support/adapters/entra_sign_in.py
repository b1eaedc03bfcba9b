"""A sign-in through the Entra MFA adapter, as a host carries it and a client reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import lxml.html
import pytest
from support.adapters.mfa_node import OLD_PHONE, WATCH, SecondFactors
from support.users import ALICE

from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    UPN,
    AdapterPresentation,
    AuthenticationContext,
    AuthenticationMethodConfigData,
    Claim,
    Explanation,
    HttpRequest,
    ProofData,
)
from adapter.entra_mfa import AzureMfaAuthentication
from adapter.mfa.policy import AuthenticatorConfiguration, LegacyPolicy, Policies
from adapter.mfa.push.factor import Started
from adapter.mfa.service import MfaService
from idp.adapters.second_factor import new_context_id

PATCHED, UNPATCHED = "20348.350", "20348.349"
PHONE_APP_NOTIFICATION = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
OTP = "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"
BY_APP = (Claim(AUTHENTICATION_METHOD, PHONE_APP_NOTIFICATION),)
BY_CODE = (Claim(AUTHENTICATION_METHOD, OTP),)


class Page:
    """A page of the adapter as clients read it."""

    def __init__(self, presentation: AdapterPresentation) -> None:
        self.title = presentation.page_title(ENGLISH)
        self.html = presentation.form_html(ENGLISH)
        self.root = lxml.html.fragment_fromstring(self.html, create_parent="body")
        self.form = self.one("loginForm")
        self.state = self.form.get("data-state")

    def all(self, xpath: str) -> list:
        return self.root.xpath(xpath)

    def one(self, identifier: str):
        (element,) = self.all(f"//*[@id='{identifier}']")
        return element

    def has(self, identifier: str) -> bool:
        return bool(self.all(f"//*[@id='{identifier}']"))

    @property
    def number(self) -> str | None:
        return self.one("validEntropyNumber").text if self.has("validEntropyNumber") else None

    @property
    def error(self) -> str:
        return self.one("errorText").text_content()

    @property
    def buttons(self) -> dict[str, str]:
        return {b.get("name"): b.get("value") for b in self.all("//button[@name]")}


@dataclass
class SignIn:
    """A sign-in as a host carries it: the data is sealed as JSON between two posts."""

    mfa: SecondFactors
    user: str = ALICE
    build: str = PATCHED
    node: AzureMfaAuthentication | None = None
    context_id: str = field(default_factory=new_context_id)
    data: str = "{}"
    claims: tuple[Claim, ...] = ()
    page: Page | None = None
    explained: Explanation | None = None
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.node = self.node or on_node(self.mfa)

    def begin(self) -> Page:
        def ask(context: AuthenticationContext):
            return self.node.begin_authentication(Claim(UPN, self.user), self.request, context)

        return self._take(ask)

    def post(self, fields: Mapping[str, str] | None = None, **more: str) -> Page | tuple:
        proof = ProofData({"AuthMethod": "AzureMfaAuthentication", **(fields or {}), **more})

        def ask(context: AuthenticationContext):
            return self.node.try_end_authentication(context, proof, self.request)

        return self._take(ask)

    @property
    def request(self) -> HttpRequest:
        return HttpRequest("node", self.build, application="Wiki", client_ip="192.0.2.1")

    @property
    def started(self) -> Started:
        """The request that this sign-in sent, as the page knows it."""
        data = json.loads(self.data)
        return Started(self.mfa.stores.push.find(data["challenge"]), data["number"])

    def _take(self, ask) -> Page | tuple:
        context = AuthenticationContext("activity", self.context_id, data=json.loads(self.data))
        answer = ask(context)
        self.seen.append(self.data)
        self.data = json.dumps(context.data)
        self.explained = self.node.explain(context)
        if isinstance(answer, tuple):
            self.claims = answer
            return answer
        self.page = Page(answer)
        return self.page


PUSH_BY = {
    "legacy": {
        "authenticator": AuthenticatorConfiguration(is_enabled=False),
        "legacy": LegacyPolicy(notifications=True),
    },
    "both": {"legacy": LegacyPolicy(notifications=True)},
    "none": {"authenticator": AuthenticatorConfiguration(is_enabled=False)},
}
"""Policies that allow push by these policies, in the words of ``adapter.decide``."""


def on_node(
    mfa: SecondFactors, *, push_policy: str = "", **settings: str
) -> AzureMfaAuthentication:
    """Load the adapter as a node does."""
    node = AzureMfaAuthentication()
    service = mfa.service
    if push_policy:
        mfa.stores.policies.replace(Policies(**PUSH_BY[push_policy]), None)
    if settings:
        service = MfaService(mfa.stores, mfa.clock, number_key=bytes(32), **settings)
    node.use_mfa_service(service)
    node.on_authentication_pipeline_load(AuthenticationMethodConfigData())
    return node


def requests_sent(mfa: SecondFactors, user: str = ALICE) -> int:
    with mfa.stores.push.transaction(user) as mine:
        return len(mine.recent(mfa.clock.now().replace(year=2000)))


def begun(mfa, build=PATCHED, **options) -> SignIn:
    sign_in = SignIn(mfa, build=build, **options)
    sign_in.begin()
    return sign_in


def after_wrong_number(mfa):
    sign_in = begun(mfa)
    wrong = "10" if sign_in.page.number != "10" else "11"
    mfa.approve(mfa.phone, sign_in.started, number=wrong)
    sign_in.post()
    return sign_in


def after_denial(mfa, build=PATCHED, **deny):
    sign_in = begun(mfa, build)
    mfa.deny(mfa.phone, sign_in.started, **deny)
    sign_in.post()
    return sign_in


def after_time_out(mfa):
    sign_in = begun(mfa)
    mfa.clock.advance(seconds=60)
    sign_in.post()
    return sign_in


def after_replacement(mfa):
    sign_in = begun(mfa)
    begun(mfa)
    sign_in.post()
    return sign_in


def after_block(mfa):
    """The user was blocked between the phone's approval and the page's next post."""
    sign_in = begun(mfa)
    mfa.approve(mfa.phone, sign_in.started)
    mfa.service.protection.block(sign_in.user)
    sign_in.post()
    mfa.service.protection.unblock(sign_in.user)
    return sign_in


def after_removal(mfa):
    """One of the user's phones was removed while the request was open."""
    other = mfa.give_phone(name="Tablet")
    sign_in = begun(mfa)
    mfa.push.remove(sign_in.user, other.id)
    sign_in.post()
    return sign_in


def after_report(mfa: SecondFactors) -> SignIn:
    """A sign-in after a request of the user was reported."""
    mfa.deny(mfa.phone, mfa.send(), reported=True)
    return begun(mfa)


def after_too_many(mfa):
    for _ in range(5):
        mfa.send()
    return begun(mfa)


def after_approval(mfa):
    sign_in = begun(mfa)
    mfa.approve(mfa.phone, sign_in.started)
    sign_in.post(Poll="1")
    return sign_in


def by_code(mfa):
    mfa.give_codes()
    sign_in = begun(mfa)
    sign_in.post(UseCode="1")
    return sign_in


def after_wrong_code(mfa):
    sign_in = by_code(mfa)
    sign_in.post(VerificationCode="no code", SignIn="Sign in")
    return sign_in


def with_only(app):
    def begin(mfa):
        user = mfa.somebody()
        mfa.give_phone(user, **app)
        return begun(mfa, user=user)

    return begin


WAITING = {
    "number match": begun,
    "approve or deny": lambda mfa: begun(mfa, UNPATCHED),
    "answered": after_approval,
}
FAILED = {
    "wrong number": after_wrong_number,
    "denied": after_denial,
    "denied and reported": lambda mfa: after_denial(mfa, reported=True),
    "approve or deny, denied": lambda mfa: after_denial(mfa, UNPATCHED),
    "no answer": after_time_out,
    "replaced": after_replacement,
    "blocked meanwhile": after_block,
    "phone removed": after_removal,
    "too many": after_too_many,
}
REFUSED = {"old app": with_only(OLD_PHONE), "wearable": with_only(WATCH)}
CODE = {"code": by_code, "wrong code": after_wrong_code}


def pages(*kinds: dict) -> pytest.MarkDecorator:
    cases = {name: make for kind in kinds for name, make in kind.items()}
    return pytest.mark.parametrize("make", cases.values(), ids=cases.keys())

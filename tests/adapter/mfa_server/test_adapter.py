"""MFA Server's adapter as a host carries it: one request a round, no number, an end for each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from support.adapters.entra_sign_in import BY_APP, PUSH_BY, Page, requests_sent
from support.adapters.mfa_node import CURRENT_PHONE, OLD_PHONE, WATCH, SecondFactors
from support.users import ALICE

from adapter.conformance import MemoryPlaces
from adapter.contract import (
    UPN,
    AuthenticationContext,
    AuthenticationMethodConfigData,
    Claim,
    HttpRequest,
    ProofData,
)
from adapter.mfa.policy import Policies
from adapter.mfa.push.factor import Started
from adapter.mfa_server import AzureMfaServerAuthentication
from adapter.mfa_server.page import ERRORS, NO_PLACE

DEVICES = {"phone-current": CURRENT_PHONE, "phone-old": OLD_PHONE, "wearable": WATCH}


@dataclass
class ServerSignIn:
    """A sign-in at the adapter; in its waiting places each post looks once and ends."""

    mfa: SecondFactors
    build: str = "20348.350"
    places: MemoryPlaces = field(default_factory=MemoryPlaces)
    data: str = "{}"
    seen: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.node = AzureMfaServerAuthentication()
        self.node.use_mfa_service(self.mfa.service)
        self.node.use_waiting_places(self.places)
        self.node.on_authentication_pipeline_load(AuthenticationMethodConfigData())

    def begin(self) -> ServerSignIn:
        self._take(
            lambda context: self.node.begin_authentication(Claim(UPN, ALICE), self.request, context)
        )
        return self

    def post(self, **fields: str):
        proof = ProofData({"AuthMethod": "AzureMfaServerAuthentication", **fields})
        return self._take(
            lambda context: self.node.try_end_authentication(context, proof, self.request)
        )

    def rewound(self, to: int = 0) -> ServerSignIn:
        """Post an earlier page from now on."""
        self.data = self.seen[to]
        return self

    @property
    def request(self) -> HttpRequest:
        return HttpRequest("node", self.build, application="Wiki", client_ip="192.0.2.1")

    def _take(self, ask):
        context = AuthenticationContext("activity", "context", data=json.loads(self.data))
        answer = ask(context)
        self.data = json.dumps(context.data)
        self.seen.append(self.data)
        self.explained = self.node.explain(context)
        self.page = answer if isinstance(answer, tuple) else Page(answer)
        return self.page


@pytest.fixture
def phone(mfa):
    return mfa.give_phone()


@pytest.fixture
def sign_in(mfa, phone) -> ServerSignIn:
    return ServerSignIn(mfa).begin()


def sent(mfa) -> Started:
    """The newest request."""
    with mfa.stores.push.transaction(ALICE) as mine:
        return Started(mine.recent(mfa.clock.now().replace(year=2000))[-1], None)


def test_the_first_page_sends_nothing_and_the_first_post_sends_one_request(mfa, sign_in):
    assert (sign_in.page.state, requests_sent(mfa)) == ("ready", 0)

    sign_in.post()

    assert (sign_in.page.state, requests_sent(mfa)) == ("pending", 1)
    assert sign_in.page.error == ""


@pytest.mark.parametrize("build", ["20348.350", "20348.349", "26100.1742"])
@pytest.mark.parametrize("device", DEVICES)
def test_it_never_shows_a_number_whatever_the_build_and_the_device(mfa, build, device):
    phone = mfa.give_phone(**DEVICES[device])
    sign_in = ServerSignIn(mfa, build).begin()
    assert sign_in.post().number is None
    assert sign_in.explained.experience == "approve_deny"
    assert sign_in.explained.reason == "mfa_server_has_no_number_matching"

    mfa.approve(phone, sent(mfa))

    assert sign_in.post() == BY_APP
    assert sign_in.explained.outcome == "approved"


def denied(mfa, phone):
    mfa.deny(phone, sent(mfa))


def reported(mfa, phone):
    mfa.deny(phone, sent(mfa), reported=True)


def time_is_up(mfa, phone):
    mfa.clock.advance(seconds=60)


def replaced(mfa, phone):
    mfa.send()


def blocked(mfa, phone):
    mfa.approve(phone, sent(mfa))
    mfa.service.protection.block(ALICE)
    mfa.service.protection.unblock(ALICE)


def phone_is_removed(mfa, phone):
    mfa.push.remove(ALICE, phone.id)


ENDS = {
    "denied": denied,
    "denied_and_reported": reported,
    "no_answer": time_is_up,
    "replaced": replaced,
    "blocked_meanwhile": blocked,
    "phone_removed": phone_is_removed,
}


@pytest.mark.parametrize(("outcome", "happens"), ENDS.items(), ids=ENDS.keys())
def test_each_end_has_its_text_and_no_further_request_follows_by_itself(
    mfa, phone, sign_in, outcome, happens
):
    sign_in.post()
    happens(mfa, phone)
    before = requests_sent(mfa)

    sign_in.post()
    assert (sign_in.page.error, sign_in.page.state) == (ERRORS[outcome], "ended")
    assert sign_in.explained.outcome == outcome
    mfa.clock.advance(minutes=21)
    for page in range(len(sign_in.seen)):
        sign_in.rewound(page).post()
        assert sign_in.page.error == ERRORS[outcome]

    assert requests_sent(mfa) == before


def test_only_the_button_sends_a_new_request_and_sends_one(mfa, phone, sign_in):
    sign_in.post()
    denied(mfa, phone)
    sign_in.post()
    assert sign_in.page.buttons == {"TryAgain": "1"}

    sign_in.post(TryAgain="1")
    assert requests_sent(mfa) == 2
    sign_in.rewound(2).post(TryAgain="1")
    assert requests_sent(mfa) == 2

    mfa.approve(phone, sent(mfa))
    assert sign_in.post() == BY_APP


def test_an_approval_is_used_once(mfa, phone, sign_in):
    sign_in.post()
    mfa.approve(phone, sent(mfa))
    assert sign_in.post() == BY_APP

    assert sign_in.rewound().post().error == ERRORS["already_collected"]


def test_without_a_place_no_request_is_sent(mfa, sign_in):
    sign_in.places.refuses = True

    assert sign_in.post().error == ERRORS[NO_PLACE]
    assert requests_sent(mfa) == 0

    sign_in.places.refuses = False
    assert sign_in.post().error == ERRORS[NO_PLACE]
    assert sign_in.post(TryAgain="1").error == ""
    assert requests_sent(mfa) == 1


def test_too_many_unanswered_requests_pause_it_too(mfa, sign_in):
    for _ in range(5):
        mfa.send()

    assert sign_in.post().error == ERRORS["push_limit"]
    assert sign_in.explained.reason == "push_limit"


def test_where_no_policy_allows_push_it_sends_none(mfa, phone):
    before = mfa.stores.policies.read()
    mfa.stores.policies.replace(Policies(**PUSH_BY["none"]), None)
    sign_in = ServerSignIn(mfa).begin()
    assert sign_in.page.error == ERRORS["push_not_enabled"]
    assert sign_in.explained.experience == "unavailable"
    assert sign_in.post().error == ERRORS["push_not_enabled"]

    mfa.stores.policies.replace(before.policies, None)
    assert sign_in.post(TryAgain="1").error == ""
    assert requests_sent(mfa) == 1


def test_an_approval_counts_for_nothing_once_push_was_switched_off(mfa, phone, sign_in):
    sign_in.post()
    mfa.approve(phone, sent(mfa))
    mfa.stores.policies.replace(Policies(**PUSH_BY["none"]), None)

    assert sign_in.post().error == ERRORS["push_not_enabled"]


def test_it_is_for_users_with_a_phone(mfa):
    node = ServerSignIn(mfa).node
    mfa.give_codes()
    context = AuthenticationContext("activity", "context")
    assert node.is_available_for_user(Claim(UPN, ALICE), context) is False
    mfa.give_phone(**WATCH)
    assert node.is_available_for_user(Claim(UPN, ALICE), context) is True


def test_its_description_says_that_the_product_has_ended():
    metadata = AzureMfaServerAuthentication.metadata
    assert "ended" in metadata.descriptions[1033]
    assert "ended" in metadata.admin_name

"""A sign-in in progress comes back from its seal as it was; the version before reads it too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from support.clock import NOON
from support.sessions.sealed_values import pending_sign_ins, saml_destinations

from idp.saml.values import AuthnRequest, NameID, NameIDPolicy
from idp.session.seal import Seal, SealBroken, Sealer
from idp.signin.destination import IdpInitiated, OwnPage, SpInitiated
from idp.signin.pending import LIFETIME, PendingSignIn, unseal

SP, ACS, ALIAS = "https://sp.example.test/metadata", "https://sp.example.test/acs", "urn:alias"
REQUEST = AuthnRequest("_1", SP, ACS, NOON, audience=ALIAS)
TO_SP = PendingSignIn(SpInitiated(REQUEST, "state"), NOON, "activity")
CHOSEN = PendingSignIn(IdpInitiated(SP, ALIAS, ACS, "state"), NOON, "activity")
TO_PAGE = PendingSignIn(OwnPage("/account/"), NOON, "activity")


def seal_at(now: datetime = NOON) -> Seal:
    return Sealer(bytes(32), lambda: now).purpose("saml-session")


@given(pending_sign_ins)
def test_every_field_comes_back_as_it_was(pending):
    seal = seal_at(pending.received_at)
    assert unseal(seal, pending.seal(seal, pending.received_at)) == pending


def test_a_log_in_page_is_valid_for_an_hour_after_the_request_however_often_it_is_shown():
    later = NOON + LIFETIME - timedelta(seconds=1)
    sealed = TO_SP.seal(seal_at(later), later)

    assert unseal(seal_at(later), sealed) == TO_SP
    with pytest.raises(SealBroken):
        unseal(seal_at(NOON + LIFETIME), sealed)


@pytest.mark.parametrize(
    ("pending", "entity_id", "request_id"),
    [(TO_SP, SP, "_1"), (CHOSEN, SP, None), (TO_PAGE, None, None)],
)
def test_trust_and_request_are_those_of_the_destination(pending, entity_id, request_id):
    assert pending.entity_id == entity_id
    assert (pending.request.id if pending.request else None) == request_id


def test_a_request_says_by_itself_where_its_answer_goes():
    destination = TO_SP.destination
    assert (destination.entity_id, destination.acs_url, destination.audience) == (SP, ACS, ALIAS)


# What the version before writes, and how it reads.


def written_before(
    pending: PendingSignIn, destination: SpInitiated | IdpInitiated
) -> dict[str, Any]:
    request = pending.request
    return {
        "entity_id": destination.entity_id,
        "acs_url": destination.acs_url,
        "received_at": pending.received_at.timestamp(),
        "activity_id": pending.activity_id,
        "relay_state": destination.relay_state,
        "request": None
        if request is None
        else {
            "id": request.id,
            "issuer": request.issuer,
            "acs_url": request.acs_url,
            "issue_instant": request.issue_instant.timestamp(),
            "force_authn": request.force_authn,
            "is_passive": request.is_passive,
            "name_id_policy": {
                "format": request.name_id_policy.format,
                "allow_create": request.name_id_policy.allow_create,
                "sp_name_qualifier": request.name_id_policy.sp_name_qualifier,
            },
            "subject": None,
            "requested_contexts": request.requested_contexts,
            "comparison": request.comparison,
            "signed": request.signed,
        },
        "audience": destination.audience,
    }


def read_before(values: dict[str, Any]) -> dict[str, Any]:
    request = values["request"]
    return {
        "entity_id": values["entity_id"],
        "acs_url": values["acs_url"],
        "received_at": datetime.fromtimestamp(values["received_at"], UTC),
        "activity_id": values["activity_id"],
        "relay_state": values["relay_state"],
        "request": read_request_before(request) if request else None,
        "audience": values.get("audience", ""),
    }


def read_request_before(values: dict[str, Any]) -> AuthnRequest:
    subject = values["subject"]
    return AuthnRequest(
        **{
            **values,
            "name_id_policy": NameIDPolicy(**values["name_id_policy"]),
            "subject": NameID(**subject) if subject else None,
            "issue_instant": datetime.fromtimestamp(values["issue_instant"], UTC),
            "requested_contexts": tuple(values["requested_contexts"]),
        }
    )


@pytest.mark.parametrize("pending", [TO_SP, CHOSEN])
def test_a_page_of_the_version_before_is_read(pending):
    sealed = seal_at().seal(written_before(pending, pending.destination), lifetime=LIFETIME)
    assert unseal(seal_at(), sealed) == pending


@given(saml_destinations)
def test_the_version_before_reads_our_pages(destination):
    pending = replace(TO_SP, destination=destination)
    values = seal_at().open(pending.seal(seal_at(), NOON))

    assert read_before(values) == {
        "entity_id": destination.entity_id,
        "acs_url": destination.acs_url,
        "received_at": NOON,
        "activity_id": "activity",
        "relay_state": destination.relay_state,
        "request": pending.request,
        "audience": destination.audience,
    }


UNREADABLE = {
    "nothing": {},
    "a request of another kind": {**TO_SP.to_json(), "request": {"kind": "passkey"}},
    "a request with one field more": {
        **TO_SP.to_json(),
        "request": {**TO_SP.to_json()["request"], "device": "x"},
    },
    "an own page on another server": {**TO_PAGE.to_json(), "own_page": "//evil.example.test"},
    "an own page that is no text": {**TO_PAGE.to_json(), "own_page": ["/account/"]},
    "a time that is none": {**TO_SP.to_json(), "received_at": "noon"},
}


@pytest.mark.parametrize("values", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_page_that_this_version_cannot_read_has_to_be_started_again(values):
    with pytest.raises(SealBroken):
        unseal(seal_at(), seal_at().seal(values, lifetime=LIFETIME))

"""Users of the application sign in at a federation server with a second factor."""

from __future__ import annotations

import pytest
from app import create_app
from fastapi.testclient import TestClient

BASE_URL = "https://app.example.test"
ENTITY_ID = f"{BASE_URL}/saml/metadata"


@pytest.fixture
def client(federation):
    """A browser at the application, which has a trust at the federation server."""
    app = create_app(federation.metadata_url, BASE_URL)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    federation.add_service_provider(client.get("/saml/metadata").text)
    return client


def begin(federation, client):
    """Press "Sign in", follow the redirect, and enter the password."""
    return federation.sign_in(client.get("/login").headers["location"])


def test_a_user_signs_in_with_the_number_of_the_page(federation, client, phone):
    sign_in = begin(federation, client)
    phone.approve(number=sign_in.number)

    client.post("/saml/acs", data=sign_in.finish().fields)

    assert client.get("/").text == "Signed in as user@example.test"


def test_a_server_without_the_update_asks_to_approve(federation, client, phone):
    federation.set_build("20348.349")

    sign_in = begin(federation, client)

    assert sign_in.number is None
    phone.approve()
    client.post("/saml/acs", data=sign_in.finish().fields)
    assert client.get("/").text == "Signed in as user@example.test"


def test_a_user_without_a_phone_enters_a_code(federation, client):
    user = federation.add_user("ada@example.test", phone=None, totp=True)
    sign_in = federation.sign_in(client.get("/login").headers["location"], user)

    sign_in.enter_code(user.code())
    client.post("/saml/acs", data=sign_in.finish().fields)

    assert client.get("/").text == "Signed in as ada@example.test"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("audience_wrong", "not a valid audience"),
        ("content_changed", "Signature validation failed"),
        ("in_response_to_unknown", "InResponseTo"),
    ],
)
def test_a_faulty_response_is_refused(fault, reason, federation, client, phone):
    federation.faults.next(ENTITY_ID, fault)
    sign_in = begin(federation, client)
    phone.approve(number=sign_in.number)

    answer = client.post("/saml/acs", data=sign_in.finish().fields)

    assert answer.status_code == 403
    assert reason in answer.json()["detail"]
    assert client.get("/").headers["location"] == "/login"

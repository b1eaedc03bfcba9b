"""Users of the application sign in and out at a federation server with a second factor."""

from __future__ import annotations

import pytest
from app import create_app
from keys import make_keys

BASE_URL = "https://app.example.test"
ENTITY_ID = f"{BASE_URL}/saml/metadata"


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """The folder with the application's key and certificate."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return folder


@pytest.fixture
def client(federation, keys):
    """A browser at the application, which has a trust at the federation server."""
    client = create_app(federation.metadata_url, BASE_URL, keys).test_client()
    federation.add_service_provider(client.get("/saml/metadata").text)
    return client


def begin(federation, client):
    """Press "Sign in", follow the redirect, and enter the password."""
    return federation.sign_in(client.get("/login").location)


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


def test_nobody_is_signed_in_when_the_user_denies(federation, client, phone):
    sign_in = begin(federation, client)
    phone.deny()

    sign_in.poll()

    assert not sign_in.is_finished
    assert client.get("/").location == "/login"


@pytest.mark.parametrize("fault", ["audience_wrong", "content_changed", "in_response_to_unknown"])
def test_a_faulty_response_is_refused(fault, federation, client, phone):
    federation.faults.next(ENTITY_ID, fault)
    sign_in = begin(federation, client)
    phone.approve(number=sign_in.number)

    answer = client.post("/saml/acs", data=sign_in.finish().fields)

    assert answer.status_code == 403
    assert client.get("/").location == "/login"


def test_a_user_signs_out_here_and_at_the_federation_server(federation, client, phone):
    sign_in = begin(federation, client)
    phone.approve(number=sign_in.number)
    client.post("/saml/acs", data=sign_in.finish().fields)

    page = sign_in.browser.get(client.get("/logout").location)
    answer = client.post("/saml/slo", data=page.form.fields)

    assert answer.text == "Signed out."
    assert client.get("/").location == "/login"
    with pytest.raises(AssertionError, match="Nobody is signed in"):
        federation.sign_out(sign_in.browser)

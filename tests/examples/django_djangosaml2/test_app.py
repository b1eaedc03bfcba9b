"""Users of the site sign in and out at a federation server with a second factor."""

from __future__ import annotations

import pytest
from keys import make_keys
from saml import saml_config

BASE_URL = "https://app.example.test"
ENTITY_ID = f"{BASE_URL}/saml2/metadata/"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """The folder with the site's key and certificate."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return folder


@pytest.fixture
def site(federation, keys, client, settings):
    """A browser at the site, which has a trust at the federation server."""
    settings.SAML_CONFIG = saml_config(federation.metadata_url, BASE_URL, keys)
    federation.add_service_provider(client.get("/saml2/metadata/").text)
    return client


def begin(federation, site, user=None):
    """Press "Sign in", follow the redirect, and enter the password."""
    return federation.sign_in(site.get("/saml2/login/").headers["Location"], user)


def is_signed_in(site):
    return site.get("/").status_code == 200


def test_a_user_signs_in_with_the_number_of_the_page(federation, site):
    ada = federation.add_user("ada@example.test", attributes={"givenName": "Ada", "sn": "Byron"})
    sign_in = begin(federation, site, ada)
    ada.phone.approve(number=sign_in.number)

    site.post("/saml2/acs/", sign_in.finish().fields)

    assert site.get("/").text == "Signed in as Ada Byron"


def test_a_server_without_the_update_asks_to_approve(federation, site, phone):
    federation.set_build("20348.349")

    sign_in = begin(federation, site)

    assert sign_in.number is None
    phone.approve()
    site.post("/saml2/acs/", sign_in.finish().fields)
    assert is_signed_in(site)


@pytest.mark.parametrize("fault", ["audience_wrong", "content_changed", "in_response_to_unknown"])
def test_a_faulty_response_is_refused(fault, federation, site, phone):
    federation.faults.next(ENTITY_ID, fault)
    sign_in = begin(federation, site)
    phone.approve(number=sign_in.number)

    answer = site.post("/saml2/acs/", sign_in.finish().fields)

    assert answer.status_code == 403
    assert not is_signed_in(site)


def test_a_user_signs_out_here_and_at_the_federation_server(federation, site, phone):
    sign_in = begin(federation, site)
    phone.approve(number=sign_in.number)
    site.post("/saml2/acs/", sign_in.finish().fields)

    page = sign_in.browser.get(site.get("/saml2/logout/").headers["Location"])
    site.post("/saml2/ls/post/", page.form.fields)

    assert not is_signed_in(site)
    with pytest.raises(AssertionError, match="Nobody is signed in"):
        federation.sign_out(sign_in.browser)

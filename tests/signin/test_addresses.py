"""The addresses of ``/adfs/``: letters in any case, and one spelling of the first segment."""

from __future__ import annotations

import pytest
import requests
from support.servers.raw_http import call

PATHS = [
    "/adfs/LS/",
    "/adfs/ls",
    "/adfs/Ls/IdpInitiatedSignOn.aspx",
    "/adfs/ls/idpinitiatedsignon.htm",
    "/adfs/ls/IDPINITIATEDSIGNON",
]


@pytest.mark.parametrize("path", PATHS)
def test_letters_may_be_in_any_case(path, federation, easy):
    address = (
        easy.url().replace("/adfs/ls/", path)
        if path.lower().strip("/").endswith("ls")
        else (f"{federation.url}{path}?loginToRp={easy.entity_id}")
    )
    assert federation.browser().get(address).title == "Sign In"


@pytest.mark.parametrize(
    "path", ["/federationmetadata/2007-06/federationmetadata.xml", "/ADFS/Probe", "/adfs/PROBE"]
)
def test_metadata_and_probe_are_found_in_any_case_too(path, federation):
    assert requests.get(federation.url + path, timeout=10).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("first", ["ADFS", "AdFs", "aDFS"])
def test_a_first_segment_in_another_spelling_is_sent_to_the_right_one(method, first, federation):
    query = "SAMLRequest=a%2fb%2Fc+d&RelayState=%e4%C3%A4&&x='%27"

    answer = call(federation, method, f"/{first}/LS/?{query}")

    assert answer.status == 308
    assert answer.headers["Location"] == f"/adfs/LS/?{query}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_redirect_keeps_a_signature_good(federation, easy):
    url = easy.url(key=easy.key, relay_state="a b+c").replace("/adfs/ls/", "/ADFS/ls/")

    assert federation.sign_in(url).finish().relay_state == "a b+c"


@pytest.mark.parametrize("path", ["/ADFS//evil.example.test/", "/ADFS/%0d%0aX-Evil:1", "/ADFS/\\"])
def test_the_redirect_leads_nowhere_else(path, federation):
    answer = call(federation, "GET", path)

    assert answer.headers.get("Location", "/adfs/").startswith("/adfs/")
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("path", ["/adfs/", "/adfs/nothing", "/adfs/ls/nothing", "/adfsx/ls/"])
def test_an_unknown_path_is_not_found(path, federation, lines):
    answer = requests.get(federation.url + path, timeout=10)

    assert answer.status_code == 404
    assert lines.refusals() == ["http_404"]


def test_without_a_message_there_is_no_handler(federation, lines):
    page = federation.browser().get(f"{federation.url}/adfs/ls/")

    assert (page.status, lines.refusals()) == (404, ["MSIS7065"])
    assert "MSIS7065" in page.text("errorCode")


def test_the_probe_answers_where_users_can_sign_in(federation):
    assert requests.get(f"{federation.url}/adfs/probe", timeout=10).status_code == 200


def test_the_probe_tells_of_a_server_that_is_no_node(federation, lines):
    federation.services.farm.remove("srv2022")

    answer = requests.get(f"{federation.url}/adfs/probe", timeout=10)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert lines.refusals() == ["no_node"]

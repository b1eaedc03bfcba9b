"""``tallystick demo --compat test-saml-idp`` with service providers that are set up for the image.

python3-saml and pysaml2 have the settings that their users wrote for the image: its entity ID and
addresses, no key of their own, nothing signed by them.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import requests
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from support.clients.image_provider import (
    ACS,
    ATTRIBUTES,
    IDP,
    SLO,
    SP,
    auth,
    received,
    settings_for_image,
    sign_in,
    type_password,
    variables,
)
from support.nets import NET_SECONDS
from support.servers.demo_process import DemoProcess, demo_process

from idp.demo.compat.image import USERS
from idp.embedded.browser import Browser
from idp.embedded.test_sp.pysaml2_client import make_configured_client
from idp.saml.values import POST, REDIRECT, TRANSIENT


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoProcess]:
    """A demo in the place of the image."""
    with ExitStack() as stack:
        with variables(SIMPLESAMLPHP_SECRET_SALT="salt"):
            running = stack.enter_context(demo_process("--compat", "test-saml-idp"))
        yield running


@pytest.fixture
def browser() -> Browser:
    return Browser()


def leave(browser: Browser, url: str) -> str:
    """Follow addresses of the demo until one leads to the service provider; return that one."""
    while url.startswith("http://localhost"):
        answer = browser.session.get(url, timeout=NET_SECONDS, allow_redirects=False)
        assert answer.status_code in (302, 303, 307, 308), answer.text
        url = requests.compat.urljoin(url, answer.headers["Location"])
    return url


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_users_of_the_image_sign_in_and_have_its_attributes(name, demo, browser):
    taken = sign_in(demo, browser, name)

    assert taken.get_attributes() == ATTRIBUTES[name]
    assert taken.get_nameid_format() == TRANSIENT
    formats = etree.fromstring(taken.get_last_response_xml()).xpath("//@NameFormat")
    assert set(formats) == {"urn:oasis:names:tc:SAML:2.0:attrname-format:basic"}


def test_the_second_sign_in_needs_no_password(demo, browser):
    sign_in(demo, browser)
    asking = auth(demo)
    received(demo, browser.get(asking.login()), asking.get_last_request_id())


def test_a_wrong_password_and_an_unknown_name_are_refused(demo, browser):
    page = type_password(browser, browser.get(auth(demo).login()), password="user2pass")
    assert page.error
    assert type_password(browser, page, "user3", "user3pass").error


def test_the_form_takes_the_full_name_too_and_other_names_stay_as_they_are(demo, browser):
    page = type_password(browser, browser.get(auth(demo).login()), "User1@example.com", "user1pass")
    assert received(demo, page).get_attributes() == ATTRIBUTES["user1"]
    full_name, *_ = demo.told["users"]
    other = Browser()
    page = type_password(
        other, other.get(auth(demo).login()), full_name["name"], full_name["password"]
    )
    assert received(demo, page).get_attributes() == {"email": [full_name["name"]]}


def test_pysaml2_with_the_metadata_of_the_old_address(demo, browser, pairs):
    pair = pairs("pysaml2")  # for the tests' cryptography alone: it signs nothing
    metadata = browser.get(f"{demo.told['idp']}{IDP}/metadata.php")
    assert metadata.headers["Content-Type"].startswith("application/xml")
    service = {"endpoints": {"assertion_consumer_service": [(ACS, POST)]}}
    settings = {
        "entityid": SP,
        "metadata": {"inline": [metadata.html]},
        "service": {"sp": service},
        "allow_unknown_attributes": True,  # as for the image, whose names are in no map of pysaml2
    }
    client = make_configured_client(settings, key_pem=pair.private_key, cert_pem=pair.certificate)

    request_id, sent = client.prepare_for_authenticate(binding=REDIRECT, relay_state="/x?a=1&b=2")
    location = dict(sent["headers"])["Location"]
    page = type_password(browser, browser.get(location))
    answer = client.parse_authn_request_response(
        page.form.fields["SAMLResponse"], POST, outstanding={request_id: "/"}
    )

    assert location.startswith(f"{demo.told['idp']}{IDP}/SSOService.php?")
    assert page.form.fields["RelayState"] == "/x?a=1&b=2"
    assert answer.ava == ATTRIBUTES["user1"]


def test_the_metadata_has_the_old_addresses_and_no_others(demo, browser):
    root = etree.fromstring(browser.get(f"{demo.told['idp']}{IDP}/metadata.php").html.encode())
    base = f"{demo.told['idp']}{IDP}"
    assert root.get("entityID") == f"{base}/metadata.php"
    assert {(each.tag.rpartition("}")[2], each.get("Binding"), each.get("Location"))
            for each in root.xpath("//*[@Location]")} == {
        ("SingleSignOnService", REDIRECT, f"{base}/SSOService.php"),
        ("SingleLogoutService", REDIRECT, f"{base}/SingleLogoutService.php"),
    }  # fmt: skip


def test_a_sign_in_that_begins_at_the_identity_provider(demo, browser):
    query = urlencode({"spentityid": SP, "RelayState": "http://app.example.com/ä?x=1&y=2"})
    page = type_password(browser, browser.get(f"{demo.told['idp']}{IDP}/SSOService.php?{query}"))

    assert received(demo, page).get_attributes() == ATTRIBUTES["user1"]
    assert page.form.fields["RelayState"] == "http://app.example.com/ä?x=1&y=2"


def test_a_service_provider_that_signs_nothing_signs_the_user_out(demo, browser):
    taken = sign_in(demo, browser)
    asking = auth(demo)
    address = asking.logout(
        name_id=taken.get_nameid(),
        name_id_format=taken.get_nameid_format(),
        session_index=taken.get_session_index(),
        return_to="http://app.example.com/bye?a=b",
    )
    assert "Signature" not in address

    back = urlsplit(leave(browser, address))

    assert f"{back.scheme}://{back.netloc}{back.path}" == SLO
    fields = {name: values[0] for name, values in parse_qs(back.query).items()}
    ended = auth(demo, "/slo", get_data=fields, query_string=back.query)
    ended.process_slo(keep_local_session=True, request_id=asking.get_last_request_id())
    assert ended.get_errors() == [], ended.get_last_error_reason()
    assert fields["RelayState"] == "http://app.example.com/bye?a=b"
    assert browser.get(auth(demo).login()).form.id == "loginForm"


def test_a_log_out_that_begins_at_the_identity_provider_reaches_the_service_provider(demo, browser):
    sign_in(demo, browser)
    question = browser.get(f"{demo.told['idp']}{IDP}/SingleLogoutService.php")
    form = question.form
    asked = browser.session.post(
        form.action, data=form.fields, timeout=NET_SECONDS, allow_redirects=False
    )
    query = urlsplit(leave(browser, asked.headers["Location"])).query
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    answer = auth(demo, "/slo", get_data=fields, query_string=query).process_slo(
        keep_local_session=True
    )
    assert "Signature" not in answer
    assert answer.startswith(f"{demo.told['idp']}{IDP}/SingleLogoutService.php?")
    ended = browser.get(answer)
    assert ended.data("outcomes", "outcome") == {SP: "signed_out"}


def test_a_signed_request_needs_no_certificate_that_the_variables_cannot_name(demo, browser, pairs):
    pair = pairs("signing")
    settings = settings_for_image(demo)
    settings["sp"] |= {
        "x509cert": pair.certificate.decode(),
        "privateKey": pair.private_key.decode(),
    }
    settings["security"] |= {"authnRequestsSigned": True}
    seen = {"https": "off", "http_host": "app.example.com", "script_name": "/acs"}
    asking = OneLogin_Saml2_Auth(seen, settings)

    address = asking.login(return_to="/x")
    page = type_password(browser, browser.get(address))

    assert "&Signature=" in address
    assert page.form.fields["RelayState"] == "/x"
    received(demo, page, asking.get_last_request_id())


def test_a_request_may_come_by_post(demo, browser):
    address = f"{demo.told['idp']}{IDP}/SSOService.php"
    xml = AUTHN_REQUEST.format(
        address=address, now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    fields = {"SAMLRequest": base64.b64encode(xml.encode()).decode(), "RelayState": "x"}
    page = type_password(browser, browser.post(address, fields))
    received(demo, page, "_b")


AUTHN_REQUEST = (
    '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_b" Version="2.0"'
    ' xmlns="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="{now}"'
    ' Destination="{address}"><Issuer>http://app.example.com</Issuer></p:AuthnRequest>'
)


def test_only_the_service_provider_of_the_variables_is_vouched_for(demo, browser):
    """An unsigned log-out request of any other trust is refused at the old address, too."""
    other = "urn:tallystick:test-sp"
    address = f"{demo.told['idp']}{IDP}/SingleLogoutService.php"
    request = LOGOUT_REQUEST.format(address=address, issuer=other)
    deflated = zlib.compress(request.encode())[2:-4]
    page = browser.get(f"{address}?SAMLRequest={quote(base64.b64encode(deflated))}")
    assert "MSIS7084" in page.html


LOGOUT_REQUEST = (
    '<p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a" Version="2.0"'
    ' xmlns="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="2026-01-01T00:00:00Z"'
    ' Destination="{address}"><Issuer>{issuer}</Issuer><NameID>x</NameID></p:LogoutRequest>'
)


@pytest.mark.parametrize("query", ["SAMLRequest=%21", "SAMLRequest=x&SAMLRequest=y", "", "x=%ff"])
def test_what_is_no_message_is_refused_with_a_page(query, demo, browser):
    page = browser.get(f"{demo.told['idp']}{IDP}/SSOService.php?{query}")
    assert (page.status < 500, page.title) == (True, "Error")


def test_the_line_for_scripts_says_what_stands_where(demo):
    told, base = demo.told["compat"], demo.told["idp"]
    assert told == {
        "entity_id": f"{base}{IDP}/metadata.php",
        "metadata": f"{base}{IDP}/metadata.php",
        "sign_on": f"{base}{IDP}/SSOService.php",
        "log_out": f"{base}{IDP}/SingleLogoutService.php",
        "service_provider": SP,
        "users": [{"name": user.name, "password": user.password} for user in USERS],
        "ignored": ["SIMPLESAMLPHP_SECRET_SALT"],
    }


def test_the_address_of_the_web_interface_leads_to_the_first_page(demo, browser):
    first = browser.get(f"{demo.told['idp']}/simplesaml")
    assert first.url == f"{demo.told['idp']}/"
    assert f"{demo.told['idp']}{IDP}/metadata.php" in browser.get(f"{first.url}connect").html

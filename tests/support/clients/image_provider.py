"""Service providers as they are set up for the image ``test-saml-idp``, and a user's part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from support.servers.demo_process import DemoProcess

from idp.embedded.browser import Browser
from idp.embedded.page import Page
from idp.saml.values import POST, REDIRECT

SP = "http://app.example.com"
ACS = "http://app.example.com/acs"
SLO = "http://app.example.com/slo"
VARIABLES = {
    "SIMPLESAMLPHP_SP_ENTITY_ID": SP,
    "SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE": ACS,
    "SIMPLESAMLPHP_SP_SINGLE_LOGOUT_SERVICE": SLO,
}
ATTRIBUTES = {
    "user1": {"uid": ["1"], "eduPersonAffiliation": ["group1"], "email": ["user1@example.com"]},
    "user2": {"uid": ["2"], "eduPersonAffiliation": ["group2"], "email": ["user2@example.com"]},
}
IDP = "/simplesaml/saml2/idp"


@contextmanager
def variables(**others: str) -> Iterator[None]:
    """Set the image's variables, and *others*, for a process that is started."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (VARIABLES | others).items():
            environment.setenv(name, value)
        yield


def settings_for_image(demo: DemoProcess) -> dict:
    """Return python3-saml's settings: what the image's users wrote, with the certificate here."""
    base = demo.told["idp"]
    certificate = OneLogin_Saml2_IdPMetadataParser.parse_remote(f"{base}{IDP}/metadata.php")
    return {
        "strict": True,
        "sp": {
            "entityId": SP,
            "assertionConsumerService": {"url": ACS, "binding": POST},
            "singleLogoutService": {"url": SLO, "binding": REDIRECT},
        },
        "idp": {
            "entityId": f"{base}{IDP}/metadata.php",
            "singleSignOnService": {"url": f"{base}{IDP}/SSOService.php"},
            "singleLogoutService": {"url": f"{base}{IDP}/SingleLogoutService.php"},
            "x509cert": certificate["idp"]["x509cert"],
        },
        "security": {"wantAssertionsSigned": True, "wantMessagesSigned": True},
    }


def auth(demo: DemoProcess, path: str = "/acs", **request) -> OneLogin_Saml2_Auth:
    """Return python3-saml as it sees one request of the browser."""
    seen = {"https": "off", "http_host": "app.example.com", "script_name": path}
    return OneLogin_Saml2_Auth(seen | request, settings_for_image(demo))


def type_password(browser: Browser, page: Page, name: str = "user1", password: str = "") -> Page:
    """Fill in the log-in form; the page that comes has the form for the service provider."""
    password = password or f"{name}pass"
    browser.session.max_redirects = 5
    return browser.submit(page.form, UserName=name, Password=password)


def received(demo: DemoProcess, page: Page, request_id: str | None = None) -> OneLogin_Saml2_Auth:
    """Return python3-saml after it has checked the response in *page*."""
    assert page.form.action == ACS
    taken = auth(demo, post_data=page.form.fields)
    taken.process_response(request_id=request_id)
    assert taken.get_errors() == [], taken.get_last_error_reason()
    return taken


def sign_in(demo: DemoProcess, browser: Browser, name: str = "user1") -> OneLogin_Saml2_Auth:
    asking = auth(demo)
    page = type_password(browser, browser.get(asking.login()), name)
    return received(demo, page, asking.get_last_request_id())

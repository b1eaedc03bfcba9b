"""Nobody is left on a page without a way on: to the application, to a list of them, or again."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import ACS_URL

from idp.config.schema import SignInSection

APPLICATION = "https://sp.example.test/"
LIST = "/adfs/ls/idpinitiatedsignon.aspx"


def test_an_error_page_leads_to_the_registered_application_and_nowhere_else(federation, easy):
    url = easy.url(AssertionConsumerServiceURL="https://evil.example.test/acs")
    page = federation.browser().get(url)

    assert page.link("back") == APPLICATION
    assert 'href="https://evil' not in page.html


def test_a_page_about_no_trust_leads_to_the_list_of_applications_if_it_is_on(
    federation, easy, served
):
    assert federation.browser().get(f"{federation.url}/adfs/ls/").link("back").endswith(LIST)

    served(sign_in=SignInSection(idp_initiated=False))
    page = federation.browser().get(f"{federation.url}/adfs/ls/")
    assert "back" not in page.ids()


def test_an_error_page_has_its_details_folded_and_an_id_that_can_be_selected(federation):
    page = federation.browser().get(f"{federation.url}/adfs/ls/")

    assert page.html.index("activityId") < page.html.index("<details>")
    assert page.html.index("<details>") < page.html.index("errorCode")
    assert '<code id="activityId" tabindex="0">' in page.html


def test_a_denied_user_gets_back_to_the_application(federation, easy):
    easy.set(access_control_policy="")
    page = federation.sign_in(easy.url()).page

    assert page.text("errorCode").startswith("MSIS5007: ")
    assert page.link("back") == APPLICATION


def test_the_page_of_the_second_factor_leads_back_too(federation, easy, phone):
    easy.set(second_factor="always")
    sign_in = federation.sign_in(easy.url(AssertionConsumerServiceURL=ACS_URL))
    assert sign_in.page.link("back") == APPLICATION
    phone.deny()
    sign_in.post()
    assert sign_in.page.link("back") == APPLICATION


@pytest.mark.parametrize("path", ["/nowhere", "/adfs/nowhere", "/adfs/adapter/none/x.css"])
def test_an_unknown_address_is_the_sister_of_the_error_page(path, federation, lines):
    page = federation.browser().get(f"{federation.url}{path}")

    assert (page.status, page.title) == (404, "404 Not Found")
    assert page.link("back").endswith("/")
    assert page.text("activityId") in lines.text
    assert page.text("errorCode") == "http_404: Not Found"


def test_the_bare_address_leads_to_the_applications_or_says_what_it_is(federation, served):
    page = federation.browser().get(f"{federation.url}/")
    assert page.url.endswith(LIST)

    served(sign_in=SignInSection(idp_initiated=False))
    page = federation.browser().get(f"{federation.url}/")
    assert (page.status, page.title) == (200, "Federation server")

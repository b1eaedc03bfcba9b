"""Our own forms come from our own pages, or from clients that are no browsers."""

from __future__ import annotations

import pytest

from idp.config.schema import ServerSection

EVIL = "https://evil.example.test"
REFUSED = {
    "another origin": {"Origin": EVIL},
    "no origin to tell": {"Origin": "null"},
    "a name that begins like ours": {"Origin": "http://localhost.evil.example.test"},
    "another port": {"Origin": "http://localhost:1"},
    "another scheme": {"Origin": "https://localhost"},
    "empty": {"Origin": ""},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "ours, but cross-site": {"Origin": "OURS", "Sec-Fetch-Site": "cross-site"},
    "another, but same-origin": {"Origin": EVIL, "Sec-Fetch-Site": "same-origin"},
}
ALLOWED = {
    "both absent": {},
    "our own page": {"Origin": "OURS", "Sec-Fetch-Site": "same-origin"},
    "our origin alone": {"Origin": "OURS"},
    "typed in": {"Sec-Fetch-Site": "none"},
}


def headers_of(given: dict[str, str], federation) -> dict[str, str]:
    return {name: value.replace("OURS", federation.url) for name, value in given.items()}


@pytest.fixture(params=REFUSED.values(), ids=REFUSED.keys())
def elsewhere_headers(request, federation):
    return headers_of(request.param, federation)


@pytest.fixture(params=ALLOWED.values(), ids=ALLOWED.keys())
def own_headers(request, federation):
    return headers_of(request.param, federation)


@pytest.mark.parametrize("field", ["UserName", "Password", "Context"])
def test_another_site_cannot_post_our_forms(field, elsewhere_headers, federation, easy, lines):
    browser = federation.browser()
    answer = browser.session.post(easy.url(), data={field: "x"}, headers=elsewhere_headers)

    assert answer.status_code == 403
    assert lines.refusals() == ["from_another_site"]
    assert not browser.session.cookies
    assert not any(row.event_id >= 1200 for row in federation.log)


def test_another_site_cannot_sign_its_own_user_in(federation, easy):
    user = federation.user
    fields = {"UserName": user.name, "Password": user.password}
    browser = federation.browser()
    answer = browser.session.post(easy.url(), data=fields, headers={"Origin": EVIL})

    assert answer.status_code == 403
    assert not browser.session.cookies


def test_another_site_cannot_poll_or_end_a_second_factor(elsewhere_headers, federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    form = sign_in.page.form

    answer = sign_in.browser.session.post(form.action, data=form.fields, headers=elsewhere_headers)

    assert answer.status_code == 403
    assert sign_in.finish().status == ("Success",)


def test_credentials_beside_a_saml_message_are_credentials(elsewhere_headers, federation, easy):
    fields = easy.fields() | {"UserName": federation.user.name, "Password": "x"}
    answer = federation.browser().session.post(easy.ls_url, data=fields, headers=elsewhere_headers)
    assert answer.status_code == 403


def test_a_saml_message_comes_from_other_sites(elsewhere_headers, federation, easy):
    answer = federation.browser().session.post(
        easy.ls_url, data=easy.fields(), headers=elsewhere_headers
    )
    assert answer.status_code == 200
    assert "passwordInput" in answer.text


def test_our_own_forms_are_taken(own_headers, federation, easy):
    user = federation.user
    fields = {"UserName": user.name, "Password": user.password}
    answer = federation.browser().session.post(easy.url(), data=fields, headers=own_headers)
    assert "SAMLResponse" in answer.text


@pytest.mark.parametrize(
    "origin",
    ["https://sts.example.test", "HTTPS://STS.example.test", "https://sts.example.test:444"],
)
def test_an_origin_is_compared_as_browsers_write_it(origin, reconfigured, easy):
    """They write lower case, and no port that goes without saying."""
    client = reconfigured(server=ServerSection(base_url="https://STS.example.test:443"))
    query = easy.url(Destination=None).partition("?")[2]

    answer = client.post(f"/adfs/ls/?{query}", data={"UserName": "x"}, headers={"Origin": origin})

    expected = 200 if origin == "https://sts.example.test" else 403
    assert answer.status_code == expected

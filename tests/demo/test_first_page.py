"""The demo's first page, in this process: what it tells, the phone, the node that answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.nets import NET_SECONDS

from idp.assembly import assemble
from idp.authenticator.client import Phone
from idp.config.reading import load
from idp.demo.address import DemoAddress
from idp.demo.runner import Demo, run_demo
from idp.embedded.browser import Browser
from idp.embedded.page import Page


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo for tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, DemoAddress(port=0, sp_port=0), "127.0.0.1") as demo:
        yield demo


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.close()


def url(demo: Demo, path: str = "/") -> str:
    return demo.address.base_url + path


def second_factor(demo: Demo, browser: Browser, user: int = 0) -> Page:
    person = demo.users[user]
    page = browser.open(f"{demo.address.sp_url}/login?force=1")
    return browser.submit(page.form, UserName=person.name, Password=person.password)


def test_the_page_names_the_users(demo, browser):
    page = browser.get(url(demo))
    assert page.text("newcomerName") == demo.users[0].name
    assert page.text("newcomerPassword") == demo.users[0].password
    shown = page.text("people")
    assert all(person.name in shown and person.password in shown for person in demo.users)


def test_the_page_says_that_the_demo_is_a_toy_and_how_to_reach_the_farm(demo, browser):
    page = browser.get(url(demo))
    assert "toy on purpose" in page.html
    assert demo.folder.admin_token in page.html
    assert 'href="/admin/"' in page.html
    assert f'href="{demo.address.sp_url}/"' in page.html


def test_the_first_node_answers_until_another_is_chosen(demo, browser):
    assert "answers this browser" in browser.get(url(demo)).text("node-srv2022")
    page = browser.get(url(demo, "/node/srv2019"))
    assert page.url.startswith(url(demo))
    assert "answers this browser" in page.text("node-srv2019")
    assert "answers this browser" not in page.text("node-srv2022")
    (cookie,) = browser.session.cookies
    assert (cookie.name, cookie.value, cookie.path) == ("tallystick_node", "srv2019", "/")


def test_the_chosen_node_decides_what_the_next_sign_in_shows(demo, browser):
    assert second_factor(demo, browser, 1).text("validEntropyNumber")
    browser.get(url(demo, "/node/srv2019"))
    assert not second_factor(demo, browser, 1).text("validEntropyNumber")


def test_another_browser_goes_on_with_the_first_node(demo, browser):
    browser.get(url(demo, "/node/srv2019"))
    assert "answers this browser" in Browser().get(url(demo)).text("node-srv2022")


@pytest.mark.parametrize("name", ["srv1999", "%0d%0aSet-Cookie:a=b", "<b>"])
def test_an_unknown_node_is_not_chosen(name, demo, browser):
    assert browser.get(url(demo, f"/node/{name}")).status == 404
    assert not browser.session.cookies


def test_a_cookie_of_a_node_that_has_gone_counts_for_nothing(demo, browser):
    browser.session.cookies.set("tallystick_node", "srv1999", domain="localhost.local", path="/")
    browser.session.headers["Cookie"] = "tallystick_node=srv1999"
    assert "answers this browser" in browser.get(url(demo)).text("node-srv2022")


def test_the_phone_button_makes_the_newcomers_phone(demo, browser, tmp_path):
    form = next(f for f in browser.get(url(demo)).forms if f.action.endswith("/demo/phone"))
    page = browser.submit(form)
    assert "data:image/svg+xml" in page.html
    phone = Phone.at(tmp_path / "phone.json")
    assert phone.activate(page.link("activate")).user == demo.users[0].name

    number = second_factor(demo, browser).text("validEntropyNumber")

    assert phone.approve(number) == "approved"


def test_a_phone_is_made_by_a_button_and_never_by_an_address(demo, browser):
    assert browser.get(url(demo, "/demo/phone")).status == 405


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_site_cannot_press_the_button(headers, demo, browser):
    browser.session.headers.update(headers)
    assert browser.post(url(demo, "/demo/phone"), {}).status == 403


@pytest.mark.parametrize("path", ["/", "/node/srv2022", "/node/none", "/demo/static/demo.css"])
def test_the_answers_have_the_security_headers(path, demo, browser):
    headers = browser.session.get(
        url(demo, path), allow_redirects=False, timeout=NET_SECONDS
    ).headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_phone_files_are_where_the_demo_says(demo):
    files = [person.phone for person in demo.users if person.phone]
    assert len(files) == 5
    assert all(Phone.at(file).accounts() for file in files)


def test_a_trust_that_is_set_to_sha1_is_warned_of(demo, browser):
    services = assemble(load(demo.folder.files.config))
    name = services.trusts.list()[0].entity_id
    try:
        assert "signed with SHA-1" not in browser.open(url(demo)).html
        services.trusts.change_from_text(name, {"signature_algorithm": "rsa-sha1"})
        assert "SHA-1" in browser.open(url(demo)).html
    finally:
        services.trusts.change_from_text(name, {"signature_algorithm": "rsa-sha256"})
        services.close()


def test_the_page_says_what_an_application_needs_and_leads_to_settings(demo, browser):
    page = browser.get(url(demo))
    assert f'value="{demo.metadata_url}"' in page.html

    settings = browser.get(url(demo, "/connect?kind=python3-saml&url=http://localhost:5000"))

    assert f"-c {demo.folder.files.config}" in settings.html
    assert "--acs http://localhost:5000/saml/acs" in settings.html
    assert browser.get(url(demo, "/connect?kind=python3-saml&url=x")).status == 422
    assert browser.get(url(demo, "/connect?kind=nothing&url=x")).status == 422


def test_the_certificate_is_a_download(demo, browser):
    page = browser.get(url(demo))
    [path] = {each for each in page.html.split('"') if each.endswith(".pem")}

    assert browser.get(url(demo, path)).html.startswith("-----BEGIN CERTIFICATE-----")

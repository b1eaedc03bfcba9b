"""Every cookie under https, over a whole sign-in, log-out and a visit of the administration.

Not the attributes of cookies that somebody listed: whatever the servers set on the way is checked,
and nothing in the product sets a cookie but by the one function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.nets import NET_SECONDS

import idp
from idp.authenticator.client import Phone
from idp.demo.address import DemoAddress
from idp.demo.runner import Demo, run_demo
from idp.embedded.browser import Browser
from idp.testing.signout import follow

MAY_BE_SAME_SITE = {"None", "Lax", "Strict"}
OURS = {"MSISAuth", "MSISAuthenticated", "MSISLoopDetectionCookie", "tallystick_node"}
OURS |= {"AdminSession", "AdminNotice", "AdminLinks", "tallystick_test_sp"}
FOR_ONE_SIGN_IN = {"MSISSamlRequest", "MSISSignout"}
SETTERS = {"set_cookie", "delete_cookie", "dump_cookie"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, DemoAddress(port=0, sp_port=0, tls=True), "127.0.0.1") as demo:
        yield demo


@pytest.fixture(scope="module")
def lines(demo) -> list[str]:
    """All ``Set-Cookie`` lines of the way."""
    seen: list[str] = []
    browser = Browser(verify=str(demo.tls.ca_file))
    keep = seen.extend
    browser.session.hooks["response"].append(
        lambda answer, **_: keep(answer.raw.headers.getlist("Set-Cookie"))
    )
    sign_in_and_out(demo, browser)
    visit_administration(demo, browser)
    browser.close()
    return seen


def sign_in_and_out(demo: Demo, browser: Browser) -> None:
    person = demo.users[0]
    browser.get(f"{demo.address.base_url}/node/srv2022")
    page = browser.open(f"{demo.address.sp_url}/login")
    page = browser.submit(page.form, UserName=person.name, Password=person.password)
    Phone.at(person.phone).approve(page.text("validEntropyNumber"))
    page = browser.submit(browser.submit(page.form).form)
    assert page.text("user") == person.name
    form = browser.get(f"{demo.address.base_url}/adfs/ls/signout").form
    assert "signed out" in follow(browser, browser.submit(form)).html.lower()


def visit_administration(demo: Demo, browser: Browser) -> None:
    form = browser.get(demo.admin_url).form
    browser.submit(form, token=demo.folder.admin_token)
    page = browser.get(f"{demo.admin_url}farm")
    change = next(form for form in page.forms if "csrf" in form.fields and "name" in form.fields)
    browser.submit(change, build="20348.350")


def test_every_cookie_is_for_this_host_alone_secure_and_hidden_from_scripts(lines):
    for line in lines:
        given, *attributes = line.split("; ")
        names = {each.partition("=")[0]: each.partition("=")[2] for each in attributes}
        assert given.startswith("__Host-"), line
        assert {"Secure", "HttpOnly"} <= names.keys(), line
        assert (names["Path"], "Domain" in names) == ("/", False), line
        assert names["SameSite"] in MAY_BE_SAME_SITE, line


def test_the_way_met_every_cookie_there_is(lines):
    names = {line.partition("=")[0].removeprefix("__Host-") for line in lines}
    numbered = {name.partition("_")[0] for name in names - OURS}
    assert names >= OURS
    assert numbered == FOR_ONE_SIGN_IN


def test_each_of_them_is_refused_if_it_comes_twice(demo, lines):
    browser = Browser(verify=str(demo.tls.ca_file))
    for name in {line.partition("=")[0] for line in lines}:
        for path in ("/adfs/ls/", "/admin/"):
            answer = browser.session.get(
                f"{demo.address.base_url}{path}",
                headers={"Cookie": f"{name}=one; {name}=two"},
                timeout=NET_SECONDS,
            )
            assert answer.status_code == 400, (name, path)
            assert "Delete the cookies of this site" in answer.text


def test_nothing_sets_a_cookie_in_another_way():
    folder = Path(idp.__file__).parent
    for file in folder.rglob("*.py"):
        if file == folder / "web" / "cookies.py":
            continue
        calls = (node for node in ast.walk(ast.parse(file.read_bytes())) if type(node) is ast.Call)
        called = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
        assert not called & SETTERS, file

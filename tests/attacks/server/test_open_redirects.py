"""A link to us that leads the user on to somebody else: no parameter, path or host does that."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urljoin, urlsplit

import pytest
from support.servers.raw_http import call

EVIL = "evil.example.test"
PARAMETERS = (
    "RelayState", "wreply", "wctx", "TARGET", "next", "ReturnUrl", "return_to", "redirect_uri",
    "goto", "url", "back", "continue", "AssertionConsumerServiceURL",
)  # fmt: skip
TARGETS = {
    "an address": f"https://{EVIL}/",
    "an address without a scheme": f"//{EVIL}/",
    "backslashes": f"/\\{EVIL}/",
    "without slashes": f"https:{EVIL}",
    "a user name": f"http://localhost@{EVIL}/",
    "a script": "javascript:alert('evil')",
    "a new header": f"/x\r\nLocation: https://{EVIL}/\r\nSet-Cookie: {EVIL}=1",
    "a new header in Unicode": f"/x\u560d\u560aLocation: https://{EVIL}/",
}
HOSTS = (EVIL, f"{EVIL}:80", f"localhost@{EVIL}", f"localhost.{EVIL}")


@pytest.fixture
def addresses(reconfigured):
    """Every path that can be opened, each also with something for what it leaves open."""
    rules = reconfigured().application.url_map.iter_rules()
    paths = {re.sub(r"<[^>]*>", "x", rule.rule) for rule in rules if "GET" in rule.methods}
    return sorted(paths | {path.rstrip("/") for path in paths} | {path + "/" for path in paths})


def is_here(url: str, address: str) -> bool:
    """Resolve *address* as browsers do, for which a backslash is a slash."""
    target = urlsplit(urljoin(url, unescape(address).replace("\\", "/")))
    return target.netloc == urlsplit(url).netloc or target.scheme == "data"


def leads_away(answer, url: str) -> list[str]:
    """Return all addresses on another host that *answer* leads to by itself or by a link."""
    told = re.findall(r"""(?:href|action|src|content)\s*=\s*["']?([^"'\s>]+)""", answer.text)
    told += answer.headers.get_all("Location", [])
    told += answer.headers.get_all("Refresh", [])
    return [each for each in told if not is_here(url, each)]


def must_stay(answer, url: str) -> None:
    assert leads_away(answer, url) == []
    assert EVIL not in answer.headers.get("Set-Cookie", "")
    assert all("\r" not in value and "\n" not in value for value in answer.headers.values())


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_no_parameter_leads_away(target, federation, addresses):
    query = "&".join(f"{name}={quote(target)}" for name in PARAMETERS)
    for path in addresses:
        must_stay(call(federation, "GET", f"{path}?{query}"), federation.url)


@pytest.mark.parametrize("host", HOSTS)
def test_no_host_that_a_client_names_is_led_to(host, federation, addresses):
    """Also where a path is put right: a cache in between would keep the way to somebody else."""
    for path in addresses:
        answer = call(federation, "GET", f"{path}?x=1", Host=host, X_Forwarded_Host=host)
        must_stay(answer, federation.url)


@pytest.mark.parametrize(
    "path",
    [
        f"//{EVIL}/",
        f"//{EVIL}/%2f..",
        f"/ADFS//{EVIL}/",
        f"/ADFS/..//{EVIL}/",
        f"/\\{EVIL}/",
        f"/ADFS/%0d%0aLocation:%20https://{EVIL}/",
        f"/Adfs/ls/?x=%0d%0aLocation:%20https://{EVIL}/",
        f"/ADFS@{EVIL}",
        f"/admin//{EVIL}",
        f"/.{EVIL}",
    ],
)
def test_no_path_leads_away(path, federation):
    answer = call(federation, "GET", path)

    for location in answer.headers.get_all("Location", []):
        assert is_here(federation.url, location)
    assert EVIL not in answer.headers.get("Set-Cookie", "")


def test_a_path_is_put_right_on_our_own_host(federation):
    answer = call(federation, "GET", "/admin?next=1")

    assert (answer.status, answer.headers["Location"]) == (308, "/admin/?next=1")


@pytest.mark.parametrize("path", ["/admin?next=1", "/ADFS/ls/", "/adfs/ls"])
def test_another_host_is_led_nowhere(path, federation):
    answer = call(federation, "GET", path, Host=EVIL)

    assert (answer.status, answer.headers["Location"]) == (421, None)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_the_answer_goes_to_the_service_provider_whatever_relay_state_says(
    target, federation, easy
):
    browser = federation.sign_in(easy.url()).browser
    for url in (easy.url(relay_state=target), easy.initiated_url(target)):
        sign_in = federation.resume(browser, browser.get(url))
        assert sign_in.finish().action.startswith("https://sp.example.test/")
        assert "Location" not in sign_in.page.headers
        assert "Set-Cookie" not in sign_in.page.headers


@pytest.mark.parametrize("target", [f"https://{EVIL}/", f"//{EVIL}", "javascript:alert('evil')"])
def test_an_administrator_who_signs_in_stays_here(target, federation):
    answer = federation.browser().session.post(
        f"{federation.url}/admin/?next={quote(target)}",
        data={"token": "wrong", "next": target, "ReturnUrl": target},
        headers={"Origin": federation.url},
        allow_redirects=False,
    )

    assert EVIL not in answer.headers.get("Location", "")
    assert target not in answer.text

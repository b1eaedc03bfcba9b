"""The test of access decides what a sign-in decides: policy by policy, user by user, in and out."""

from __future__ import annotations

import pytest
from support.browsers.forwarding_proxy import appended, forwarding, through

from idp.config.schema import ProxiesSection
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policy_file import read_policy
from idp.management.access_simulation import SimulatedRequest, simulate_access

MFA = "Multi-Factor Authentication"
WAP, OUTSIDE, INSIDE = "192.0.2.80", "203.0.113.9", "10.1.2.3"
OWN = {
    "office, or staff": [
        {"networks": ["10.0.0.0/8"], "except": [{"groups": ["Guests"]}]},
        {"groups": ["Staff"], "require_mfa": True},
    ],
    "no temporary addresses": [
        {"claims": [{"type": "upn", "ends_with": "@example.test"}], "except": [{"groups": ["x"]}]},
    ],
    "by the browser": [{"claims": [{"type": "x-ms-client-user-agent", "contains": "Odd"}]}],
    "by the address": [{"claims": [{"type": "userip", "equals": OUTSIDE}]}],
    "by the proxy": [{"claims": [{"type": "x-ms-client-ip", "equals": WAP}]}],
    "after the second factor": [
        {"claims": [{"type": "authnmethodsreferences", "contains": "multipleauthn"}]},
    ],
}
RULES = {
    "deny outside": """
=> issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");
exists([Type == "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-proxy"])
 => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny", Value = "true");
""",
    "nothing": "",
}
GROUPS = {"staff": ["Staff"], "guest": ["Guests"], "nobody": []}


@pytest.fixture
def browsers(served, federation):
    """Make a browser inside or outside, with the User-Agent of a test."""
    served(proxies=ProxiesSection(web_application_proxies=[WAP], reverse_proxies=["127.0.0.1"]))
    with forwarding(
        lambda headers: {
            "X-MS-Proxy": "wap.example.test",
            **appended(headers, "X-MS-Forwarded-Client-IP", OUTSIDE),
            **appended(headers, "X-Forwarded-For", WAP),
        }
    ) as url:

        def make(*, extranet):
            browser = federation.browser()
            browser.session.headers["User-Agent"] = "Odd/1.0"
            if extranet:
                return through(browser, url)
            browser.session.headers["X-Forwarded-For"] = INSIDE
            return browser

        yield make


def assignments():
    """Yield what a trust can have: every built-in policy, own ones, and rules."""
    for name, policy in BUILT_IN.items():
        given = {f"access_control_parameters.{each}": "Staff" for each in policy.parameters}
        yield name, {"access_control_policy": name, **given}
    for name in OWN:
        yield name, {"access_control_policy": name}
    for name, text in RULES.items():
        yield name, {"access_control_policy": "", "issuance_authorization_rules": text}


def seen(page_of) -> tuple[bool, bool]:
    """Return whether a sign-in is denied by now, and whether it asks for the second factor."""
    if page_of.is_finished:
        return False, False
    page = page_of.page
    return page.status == 403 and "MSIS5007" in page.text("errorCode"), page.title == MFA


@pytest.mark.parametrize("extranet", [False, True], ids=["inside", "outside"])
def test_the_test_decides_what_a_sign_in_decides(extranet, federation, easy, browsers, phone):
    services = federation.services
    for name, rules in OWN.items():
        services.access.set(read_policy(name, {"permit": rules}))
    users = {who: federation.add_user(groups=groups) for who, groups in GROUPS.items()}
    signed_in = {}
    for who, user in users.items():
        browser = browsers(extranet=extranet)
        assert federation.sign_in(easy.url(), user, browser=browser).is_finished
        signed_in[who] = browser
    request = SimulatedRequest(OUTSIDE if extranet else INSIDE, extranet, "Odd/1.0")

    for name, settings in assignments():
        easy.set(**settings)
        for who, user in users.items():
            told = simulate_access(services, easy.entity_id, user=user.name, request=request)
            browser = signed_in[who]
            asks = bool(told.second_factor_by)

            met = seen(federation.resume(browser, browser.get(easy.url())))

            assert met == (not asks and not told.gets_in, asks), (name, who, told.as_json())


def test_what_follows_the_second_factor_is_decided_in_the_same_way(federation, easy, phone):
    """The rule that looks at the second factor, which the trust asks for; and one that denies."""
    services = federation.services
    for name in ("after the second factor", "office, or staff"):
        services.access.set(read_policy(name, {"permit": OWN[name]}))
    for name, gets_in in (("after the second factor", True), ("Permit specific group", False)):
        given = {} if gets_in else {"access_control_parameters.GroupParameter": "Nobody"}
        easy.set(access_control_policy=name, second_factor="always", **given)
        told = simulate_access(services, easy.entity_id, user=federation.user.name)

        sign_in = federation.sign_in(easy.url())
        phone.approve(sign_in.number)
        sign_in.poll()

        assert told.gets_in is gets_in
        assert seen(sign_in) == (not gets_in, False)

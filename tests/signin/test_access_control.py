"""Who gets in where: over HTTP, through proxies, at the first sign-in and at later ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.browsers.forwarding_proxy import appended, forwarding, through
from support.service_providers.service_provider import ServiceProvider

from idp.config.schema import ProxiesSection
from idp.embedded.browser import Browser
from idp.federation.access_control.policy_file import read_policy

WAP, USER = "192.0.2.80", "203.0.113.9"
MFA = "Multi-Factor Authentication"


@pytest.fixture
def outside(served) -> Iterator[str]:
    """A Web Application Proxy before the server: what comes through it is the extranet."""
    served(proxies=ProxiesSection(web_application_proxies=[WAP], reverse_proxies=["127.0.0.1"]))
    with forwarding(
        lambda headers: {
            "X-MS-Proxy": "wap.example.test",
            **appended(headers, "X-MS-Forwarded-Client-IP", USER),
            **appended(headers, "X-Forwarded-For", WAP),
        }
    ) as url:
        yield url


DENY_OUTSIDE = """
=> issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");
exists([Type == "http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-proxy"])
 => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny", Value = "true");
"""
ASK_OUTSIDE = """
c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "false"]
 => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
    Value = "http://schemas.microsoft.com/claims/multipleauthn");
"""


def set_policy(federation, sp, name: str = "P", *rules: dict, **parameters: str) -> None:
    if rules:
        federation.services.access.set(read_policy(name, {"permit": list(rules)}))
    given = {f"access_control_parameters.{key}": value for key, value in parameters.items()}
    sp.set(access_control_policy=name, **given)


def inside(federation) -> Browser:
    """Return a browser in the intranet: the load balancer names its address."""
    browser = federation.browser()
    browser.session.headers["X-Forwarded-For"] = "10.1.2.3"
    return browser


def is_denied(sign_in) -> bool:
    page = sign_in.page
    assert not sign_in.is_finished
    return page.status == 403 and "MSIS5007" in page.text("errorCode")


def test_a_user_who_is_not_permitted_sees_a_page_and_the_service_provider_gets_no_answer(
    federation, easy, lines
):
    set_policy(federation, easy, "Permit specific group", GroupParameter="Staff")

    sign_in = federation.sign_in(easy.url())

    assert is_denied(sign_in)
    assert sign_in.page.form is None
    assert "SAMLResponse" not in str(sign_in.page.html)
    assert federation.user.name in sign_in.page.error
    assert lines.refusals() == ["MSIS5007"]
    assert [row.event_id for row in federation.log] == [1202, 1201]


def test_a_denial_is_audited_with_its_policy(federation, served, easy, request):
    verbose = federation.services.config.logging.model_copy(update={"audit": "verbose"})
    served(logging=verbose)
    lines = request.getfixturevalue("lines")
    set_policy(federation, easy, "Permit specific group", GroupParameter="Staff")
    federation.sign_in(easy.url())

    [line] = [line for line in lines.all() if line.get("event_id") == 324]
    assert line["policy"] == "Permit specific group"
    assert (line["user"], line["trust"]) == (federation.user.name, easy.entity_id)


def test_a_change_of_groups_counts_from_the_next_request_on(federation, easy, pairs):
    set_policy(federation, easy, "Permit specific group", GroupParameter="Staff")
    staff = federation.add_user(groups=["staff"])

    assert federation.sign_in(easy.url(), staff).is_finished
    browser = federation.sign_in(easy.url()).browser
    set_policy(federation, easy, "Permit everyone")
    assert federation.resume(browser, browser.get(easy.url())).is_finished


def test_a_denied_user_stays_signed_in_for_other_trusts(federation, easy, pairs):
    set_policy(federation, easy, "Permit specific group", GroupParameter="Staff")
    other = ServiceProvider(federation, pairs("sp"), "other").register()
    other.set(second_factor="never")

    denied = federation.sign_in(easy.url())

    assert is_denied(denied)
    assert federation.resume(denied.browser, denied.browser.get(other.url())).is_finished


def test_a_session_gives_no_right_that_was_taken_away(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    set_policy(federation, easy, "P", {"groups": ["Staff"]})

    for url in (easy.url(), easy.initiated_url(), easy.url(IsPassive="true")):
        assert is_denied(federation.resume(browser, browser.get(url)))


def test_access_is_decided_again_after_the_second_factor(federation, sp, phone, lines):
    sign_in = federation.sign_in(sp.url())
    assert sign_in.page.title == MFA
    set_policy(federation, sp, "P", {"groups": ["Staff"]})

    phone.approve(sign_in.number)
    sign_in.poll()

    assert is_denied(sign_in)
    assert lines.refusals() == ["MSIS5007"]


def test_a_user_who_will_be_denied_is_asked_for_the_second_factor_first(federation, sp, phone):
    set_policy(federation, sp, "Permit specific group", GroupParameter="Staff")

    sign_in = federation.sign_in(sp.url())

    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)
    sign_in.poll()
    assert is_denied(sign_in)


def test_a_policy_asks_for_the_second_factor_though_the_trust_does_not(federation, easy, phone):
    set_policy(federation, easy, "Permit everyone and require MFA")

    sign_in = federation.sign_in(easy.url())

    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)
    methods = sign_in.finish().assertion.values_of("authnmethodsreferences")
    assert "http://schemas.microsoft.com/claims/multipleauthn" in methods


def test_a_passive_request_is_answered_no_passive_where_the_policy_wants_the_second_factor(
    federation, easy
):
    browser = federation.sign_in(easy.url()).browser
    set_policy(federation, easy, "Permit everyone and require MFA")

    sign_in = federation.resume(browser, browser.get(easy.url(IsPassive="true")))

    assert sign_in.finish().status == ("Responder", "NoPassive")


def test_the_second_factor_is_asked_for_outside_only(federation, easy, outside, phone):
    set_policy(federation, easy, "Permit everyone and require MFA from extranet access")

    assert federation.sign_in(easy.url(), browser=inside(federation)).is_finished
    sign_in = federation.sign_in(easy.url(), browser=through(federation.browser(), outside))
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)
    assert sign_in.finish().name_id


def test_a_session_from_inside_is_asked_for_the_second_factor_outside(federation, easy, outside):
    set_policy(federation, easy, "Permit everyone and require MFA from extranet access")
    browser = federation.sign_in(easy.url(), browser=inside(federation)).browser
    assert federation.resume(browser, browser.get(easy.url())).is_finished

    away = federation.resume(browser, through(browser, outside).get(easy.url()))

    assert away.page.title == MFA


def test_only_the_intranet_is_permitted_by_its_policy(federation, easy, outside):
    set_policy(federation, easy, "Permit everyone for intranet access")

    assert federation.sign_in(easy.url(), browser=inside(federation)).is_finished
    assert is_denied(federation.sign_in(easy.url(), browser=through(federation.browser(), outside)))


@pytest.mark.parametrize(
    "made_up",
    [
        {"X_Forwarded_For": "10.1.2.3"},
        {"X_MS_Forwarded_Client_IP": "10.1.2.3"},
        {"X_MS_Forwarded_Client_IP": "10.1.2.3", "X_MS_Proxy": "other"},
        {"X_MS_Proxy": "", "X_Forwarded_For": "127.0.0.1"},
        {"X_Real_IP": "10.1.2.3", "Forwarded": "for=10.1.2.3"},
    ],
)
def test_headers_do_not_move_an_outside_request_inside(made_up, federation, easy, outside):
    set_policy(federation, easy, "P", {"networks": ["intranet", "10.0.0.0/8", "127.0.0.0/8"]})

    browser = through(federation.browser(), outside, **made_up)

    assert is_denied(federation.sign_in(easy.url(), browser=browser))


@pytest.mark.parametrize(
    "made_up",
    [
        {"X-MS-Proxy": "wap", "X-MS-Forwarded-Client-IP": USER},
        {"X-Forwarded-For": WAP},
        {"X-Forwarded-For": f"{USER}, {WAP}", "X-MS-Forwarded-Client-IP": USER},
    ],
)
def test_headers_count_for_nothing_without_configured_proxies(made_up, federation, easy):
    set_policy(federation, easy, "P", {"networks": ["extranet", USER, WAP]})
    browser = federation.browser()
    browser.session.headers.update(made_up)

    assert is_denied(federation.sign_in(easy.url(), browser=browser))


def test_a_range_is_about_the_users_own_address(federation, easy, outside):
    set_policy(federation, easy, "P", {"networks": ["203.0.113.0/24"]})

    away = federation.sign_in(easy.url(), browser=through(federation.browser(), outside))

    assert away.is_finished
    assert is_denied(federation.sign_in(easy.url(), browser=inside(federation)))


def test_authorization_rules_decide_instead_of_a_policy(federation, easy, outside):
    easy.set(issuance_authorization_rules=DENY_OUTSIDE)

    assert federation.sign_in(easy.url(), browser=inside(federation)).is_finished
    assert is_denied(federation.sign_in(easy.url(), browser=through(federation.browser(), outside)))


@pytest.mark.parametrize("of_all", [True, False])
def test_additional_rules_ask_outside_only(of_all, federation, easy, outside, phone):
    if of_all:
        federation.services.policy.set_additional_rules(ASK_OUTSIDE)
    else:
        easy.set(additional_authentication_rules=ASK_OUTSIDE)

    assert federation.sign_in(easy.url(), browser=inside(federation)).is_finished
    sign_in = federation.sign_in(easy.url(), browser=through(federation.browser(), outside))
    assert sign_in.page.title == MFA
    phone.approve(sign_in.number)
    assert sign_in.finish().name_id


def test_a_trust_without_policy_and_rules_permits_nobody(federation, easy):
    easy.set(access_control_policy="")

    assert is_denied(federation.sign_in(easy.url()))


def test_rules_that_make_too_many_claims_permit_nobody(federation, easy, lines):
    every = "".join(f'c{n}:[Type =~ ".*"] && ' for n in range(4)) + 'c4:[Type =~ ".*"]'
    user = federation.add_user(groups=[f"group{number}" for number in range(30)])
    easy.set(
        issuance_authorization_rules=f"{DENY_OUTSIDE} {every} => issue(Type = c0.Type, "
        "Value = c1.Value + c2.Value + c3.Value + c4.Value);"
    )

    sign_in = federation.sign_in(easy.url(), user)

    assert not sign_in.is_finished
    assert "claim_rules_too_much" in lines.refusals()

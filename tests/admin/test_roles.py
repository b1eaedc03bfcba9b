"""Roles: what each may see and do, on every page and by every address of the API."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from support.servers.server_folder import BASE_URL
from support.users import ALICE, PASSWORD

from idp.audit import roles
from idp.audit.change_verbs import VERBS
from idp.audit.changes import ChangeQuery
from idp.audit.roles import ADMINISTRATOR, AUDITOR, HELP_DESK, may
from idp.web.page_frame import LANGUAGE_ADDRESS

FILLED = {"name": "x", "network": "192.0.2.1", "entity_id": "x", "thumbprint": "0" * 64}
NO_ROLE_NEEDED = {
    "/admin/sign-in", "/admin/continue", "/admin/", "/admin/static/<path:filename>",
    "/admin/connect/<thumbprint>.pem", "/admin/connect/<thumbprint>.cer",  # in the metadata
}  # fmt: skip


def filled(rule) -> str:
    return rule.rule.translate({60: "{", 62: "}"}).replace("path:", "").format_map(Anything())


class Anything(dict):
    def __missing__(self, key):
        return FILLED.get(key, "x")


def api_routes(app):
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in getattr(view, "views", {}):
            default = roles.READ if method == "GET" else roles.CHANGE
            yield method, filled(rule), view.verbs.get(method, default)


def page_routes(app):
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin/") or "/api/" in rule.rule:
            continue
        if rule.rule in NO_ROLE_NEEDED:
            continue
        view = app.view_functions[rule.endpoint]
        method = "POST" if "POST" in rule.methods else "GET"
        if isinstance(view.verb, str):
            yield method, filled(rule), {}, view.verb
        else:
            for action, verb in (*view.verb.items(), ("unheard of", roles.CHANGE)):
                yield method, filled(rule), {"action": action}, verb


@pytest.mark.parametrize("role", [HELP_DESK, AUDITOR, ADMINISTRATOR])
def test_every_address_of_the_api_asks_for_the_role(role, signed_in_as, app):
    browser = signed_in_as(role)
    csrf = browser.csrf()

    for method, path, verb in api_routes(app):
        answer = browser.client.open(
            path,
            method=method,
            base_url=BASE_URL,
            headers={**browser.headers, "X-CSRF-Token": csrf},
        )
        is_refused = answer.status_code == 403 and answer.json["error"] == "role_refused"
        assert is_refused is not may(role, verb), (role, method, path, answer.text)


@pytest.mark.parametrize("role", [HELP_DESK, AUDITOR, ADMINISTRATOR])
def test_every_page_asks_for_the_role(role, signed_in_as, app):
    browser = signed_in_as(role)

    for method, path, form, verb in page_routes(app):
        if verb == roles.OWN_SESSION:
            continue
        if method == "GET":
            answer = browser.see(path)
        else:
            answer = browser.post(path, {"csrf": browser.csrf(), **form})
        is_refused = answer.status_code == 403 and "may not do this" in answer.text
        assert is_refused is not may(role, verb), (role, method, path, form, answer.text)


class Forms(HTMLParser):
    """The posts that a page offers: the address and the value of ``action`` of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.path, self.found = None, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.path = values["action"] if values.get("method") == "post" else None
            if self.path:
                self.found.append((self.path, ""))
        elif values.get("name") == "action" and self.path:
            self.found.append((self.path, values["value"]))


@pytest.mark.parametrize("role", [HELP_DESK, AUDITOR])
def test_no_page_offers_what_a_role_may_not_do(role, signed_in_as, app, services, trust):
    services.farm.set_build("sts1", "20348.350", "set-up")
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    browser = signed_in_as(role)
    services.mfa.protection.block(browser.user, None)
    paths = {
        path for method, path, _, verb in page_routes(app) if method == "GET" and may(role, verb)
    }
    examples = {
        "/admin/trusts/one": f"/admin/trusts/one?id={trust.entity_id}",
        "/admin/users/one": f"/admin/users/one?name={browser.user}",
        "/admin/adapters/one": "/admin/adapters/one?name=AzureMfaAuthentication",
    }
    if role == AUDITOR:
        paths |= {"/admin/"}

    for path in paths - {"/admin/traces/x", "/admin/traces/x/export"}:
        page = browser.see(examples.get(path, path))
        assert page.status_code == 200, path
        for address, action in Forms(page.text).found:
            if address == LANGUAGE_ADDRESS:  # which everybody may choose
                continue
            view = app.view_functions[app.url_map.bind("").match(address, method="POST")[0]]
            verbs = view.verb
            if not isinstance(verbs, str):
                if not action:
                    continue
                verbs = verbs.get(action, roles.CHANGE)
            assert may(role, verbs), (role, path, address, action)


def test_the_help_desk_sees_users_first_and_no_other_part(signed_in_as):
    browser = signed_in_as(HELP_DESK)

    assert browser.see().location == "/admin/users"
    page = browser.see("/admin/users").text

    assert "/admin/log" in page
    assert "/admin/keys" not in page
    assert "help desk" in page


def test_the_help_desk_unlocks_a_user_and_the_audit_log_says_who(signed_in_as, services):
    services.directory.add(ALICE, PASSWORD)
    browser = signed_in_as(HELP_DESK)
    form = {"csrf": browser.csrf(), "action": "unlock", "name": ALICE}

    assert browser.post("/admin/users", form).status_code == 303

    (entry,) = services.changes.store.newest(ChangeQuery(), 5)
    assert (entry.verb, entry.about) == ("user.unlock", ALICE)
    assert (entry.actor.name, entry.actor.role) == (browser.user, HELP_DESK)


def test_the_help_desk_changes_nobody_who_administers_the_server(signed_in_as, services):
    """It could give itself a way past an administrator's second factor."""
    above = signed_in_as(AUDITOR).user
    browser = signed_in_as(HELP_DESK)

    answer = browser.client.post(
        f"/admin/api/users/{above}/access-pass",
        json={},
        base_url=BASE_URL,
        headers={**browser.headers, "X-CSRF-Token": browser.csrf()},
    )

    assert (answer.status_code, answer.json["error"]) == (403, "role_refused")
    assert services.changes.store.newest(ChangeQuery(), 5) == ()


def test_a_change_whose_route_forgot_its_role_is_refused_before_it_is_stored(
    signed_in_as, services
):
    """The audit log asks again, in the transaction of the change."""
    from idp.audit.changes import PAGE, Actor
    from idp.management import nodes

    acting = services.acting(lambda: Actor("carol@example.test", AUDITOR, PAGE))

    with pytest.raises(roles.RoleRefused):
        nodes.set_build(acting, "sts1", "20348.350")

    assert services.farm.node("sts1") is None


def test_every_verb_of_the_table_is_one_of_the_audit_log_or_of_reading():
    of_reading = {
        roles.READ,
        roles.READ_API,
        roles.READ_USERS,
        roles.READ_SIGN_INS,
        roles.OWN_SESSION,
    }

    assert set(roles.OTHERS_MAY) - of_reading <= set(VERBS)
    assert set(roles.DANGEROUS) <= set(VERBS)

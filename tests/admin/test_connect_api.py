"""``/admin/api/connect``: what an application needs, for scripts."""

from __future__ import annotations

from idp.management.connect.applications import KINDS
from idp.management.connect.server_facts import facts_of

CONNECT = "/admin/api/connect"


def test_the_facts_and_the_kinds_are_returned(script, services):
    told = script("GET", CONNECT).json

    assert told["entity_id"] == facts_of(services).entity_id
    assert told["certificates"][0]["is_current"] is True
    assert told["kinds"] == list(KINDS)


def test_the_settings_of_a_kind_are_returned(script):
    told = script("GET", f"{CONNECT}/node-saml?url=https://app.example.test").json

    assert told["acs"] == "https://app.example.test/saml/acs"
    assert told["settings"].startswith("module.exports = {")


def test_a_wrong_address_and_an_unknown_kind_are_refused(script):
    wrong, unknown = script("GET", f"{CONNECT}/spring"), script("GET", f"{CONNECT}/x?url=x")

    assert (wrong.status_code, set(wrong.json["faults"])) == (422, {"url"})
    assert (unknown.status_code, unknown.json["error"]) == (404, "unknown_application")
    assert script("POST", CONNECT, {}).status_code == 405


def test_it_needs_the_token(script):
    assert script("GET", CONNECT, None, Authorization="Bearer no").status_code == 401

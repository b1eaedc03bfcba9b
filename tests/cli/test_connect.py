"""``tallystick connect``: what an application needs, and settings that can be pasted."""

from __future__ import annotations

import json
import re
import shlex

import pytest

URL = "https://app.example.test"


def test_it_prints_what_an_application_needs(done, services):
    from idp.management.connect.server_facts import facts_of

    facts = facts_of(services)
    text = done("connect")

    assert re.search(rf"^entity id +{re.escape(facts.entity_id)}$", text, re.MULTILINE)
    assert re.search(rf"^sign-on, HTTP-POST +{facts.sign_on_url}$", text, re.MULTILINE)
    assert facts.certificates[0].sha256 in text
    assert text.endswith(facts.certificates[0].pem)
    told = json.loads(done("connect", "--json"))
    assert told["certificates"][0]["sha1"] == facts.certificates[0].sha1
    assert told["metadata_url"] == facts.metadata_url


def test_its_output_is_the_settings_and_the_rest_is_told_beside_them(tally, services):
    told = tally("connect", "python3-saml", "--url", URL)

    assert json.loads(told.stdout)["sp"]["entityId"] == f"{URL}/saml/metadata"
    assert "These settings belong in saml/settings.json." in told.stderr
    [command] = re.findall(r"Its trust: tallystick (.*)", told.stderr)
    assert tally(*shlex.split(command)).exit_code == 0
    assert services.trusts.existing(f"{URL}/saml/metadata")


def test_settings_as_json_have_the_trust_too(done):
    told = json.loads(done("connect", "grafana", "--url", URL, "--json"))

    assert told["trust"] == ["sp", "add", f"{URL}/saml/metadata"]
    assert told["settings"].startswith("[auth.saml]")


def test_a_kind_needs_an_address_and_has_to_exist(refused, tally):
    assert refused("connect", "spring").startswith(
        "tallystick: The application's address is missing. Give its base URL, like https://"
    )
    assert "[bad_application_url]" in refused("connect", "spring", "--url", "app.example.test")
    assert "[unknown_application]" in refused("connect", "nothing", "--url", URL)
    assert tally("connect", "--url", URL).exit_code == 2


@pytest.mark.parametrize("typed", ["sim", "python3"])
def test_kinds_are_completed(typed):
    from idp.cli.completion import application_kinds

    assert len(application_kinds(None, None, typed)) == 1

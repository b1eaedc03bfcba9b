"""The settings to paste: each is well-formed, and has exactly our addresses.

``tests/clients`` and ``tests/debian`` run them with the applications themselves.
"""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

import pytest
import yaml
from lxml import etree

from idp.management import signing_keys
from idp.management.connect import settings as room
from idp.management.connect.applications import (
    AWS_ACS,
    KINDS,
    BadApplicationUrl,
    UnknownApplication,
)
from idp.management.connect.server_facts import facts_of
from idp.management.connect.settings import settings_for

URL = "https://app.example.test"
ADDRESS = re.compile(r"https?://[^\s\"'<>\\)}]+")
OF_OTHERS = re.compile(r"http://schemas\.(xmlsoap|microsoft)\.|https://aws\.amazon\.com/SAML/")
"""Names that look like addresses: claim types, and AWS's attributes."""


@pytest.fixture(params=KINDS)
def settings(request, services):
    signing_keys.roll(services.config, services.clock.now(), services.changes)
    return settings_for(services, request.param, URL)


def test_every_kind_has_a_template_and_every_template_a_kind():
    templates = Path(room.__file__).parent / "templates"

    assert {each.stem for each in templates.iterdir()} == set(KINDS)


def test_settings_have_our_addresses_the_application_s_and_no_other(settings, services):
    facts, application = facts_of(services), settings.application
    ours = {facts.entity_id, facts.metadata_url, facts.sign_on_url}
    theirs = {application.entity_id, application.acs, application.metadata_url}
    text = settings.text
    if application.kind.name == "aws":
        text = text.replace(json.loads(text)["Resources"]["Tallystick"]["Properties"][
            "SamlMetadataDocument"].replace('"', '\\"'), "")  # fmt: skip

    found = {each for each in ADDRESS.findall(text) if not OF_OTHERS.match(each)}

    assert found <= ours | theirs
    assert facts.entity_id in settings.text or facts.metadata_url in settings.text


def test_settings_without_metadata_trust_both_certificates(settings, services):
    facts = facts_of(services)
    named = [each.base64 in settings.text for each in facts.certificates]

    assert all(named) or (not any(named) and facts.metadata_url in settings.text)
    assert "PRIVATE" not in settings.text


def test_the_trust_is_made_of_metadata_or_of_the_addresses(settings):
    application = settings.application
    if application.metadata_url:
        assert settings.trust == ("sp", "add", application.metadata_url)
    else:
        assert settings.trust[2:] == (
            "--entity-id", application.entity_id, "--acs", application.acs,
        )  # fmt: skip


def test_python3_saml_s_is_json(services):
    read = json.loads(settings_for(services, "python3-saml", URL).text)

    assert read["sp"]["assertionConsumerService"]["url"] == f"{URL}/saml/acs"
    assert read["idp"]["entityId"] == facts_of(services).entity_id


def test_spring_s_is_yaml_with_the_properties_of_spring_boot(services):
    read = yaml.safe_load(settings_for(services, "spring", f"{URL}/").text)

    [(name, registration)] = read["spring"]["security"]["saml2"]["relyingparty"][
        "registration"
    ].items()
    assert registration["acs"]["location"] == f"{URL}/login/saml2/sso/{name}"
    assert registration["assertingparty"] == {
        "entity-id": facts_of(services).entity_id,
        "metadata-uri": facts_of(services).metadata_url,
    }


def test_aws_s_is_a_cloud_formation_template_with_our_metadata(services):
    resources = json.loads(settings_for(services, "aws", "").text)["Resources"]

    document = resources["Tallystick"]["Properties"]["SamlMetadataDocument"]
    assert etree.fromstring(document).get("entityID") == facts_of(services).entity_id
    [statement] = resources["SignedIn"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithSAML"
    assert statement["Condition"] == {"StringEquals": {"SAML:aud": AWS_ACS}}


def test_grafana_s_is_an_ini_file(services):
    read = configparser.ConfigParser()
    read.read_string(settings_for(services, "grafana", URL).text)

    saml = read["auth.saml"]
    assert saml["idp_metadata_url"] == facts_of(services).metadata_url
    assert saml["entity_id"] == f"{URL}/saml/metadata"


RUBY = re.compile(r"'((?:[^'\\]|\\.)*)'")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("gitlab", {"issuer": URL, "assertion_consumer_service_url": f"{URL}/users/auth/saml/"
                    "callback", "idp_sso_target_url": "OURS"}),
        ("ruby-saml", {"sp_entity_id": f"{URL}/saml/metadata", "idp_sso_service_url": "OURS",
                       "assertion_consumer_service_url": f"{URL}/saml/acs"}),
    ],
)  # fmt: skip
def test_ruby_s_names_have_their_values(kind, names, services):
    text = settings_for(services, kind, URL).text

    for name, value in names.items():
        [line] = [line for line in text.splitlines() if re.search(rf"\b{name}\b", line)]
        expected = facts_of(services).sign_on_url if value == "OURS" else value
        assert RUBY.findall(line)[-1] == expected
    for opening, closing in ("()", "[]", "{}"):
        assert text.count(opening) == text.count(closing)


def test_shibboleth_s_is_xml(services):
    root = etree.fromstring(settings_for(services, "shibboleth", URL).text)

    ns = {"s": "urn:mace:shibboleth:3.0:native:sp:config"}
    assert root.xpath("string(//s:SSO/@entityID)", namespaces=ns) == facts_of(services).entity_id
    assert root.xpath("string(//s:Sessions/@cookieProps)", namespaces=ns) == "https"


@pytest.mark.parametrize(
    "url",
    ["", "app.example.test", "ftp://a.test", "https://a.test/?x=1", "https://a.test/#x",
     "https://a.test/'", "https://a.test/${x}", 'https://a.test/"', "https://a.test/%{x}",
     "https://a.test/\nx", "https://u@a.test", "https://a.test/<x>", "https://a.test/`x`"],
)  # fmt: skip
def test_a_base_url_that_could_end_a_text_is_refused(url, services):
    with pytest.raises(BadApplicationUrl) as caught:
        settings_for(services, "mellon", url)

    assert set(caught.value.faults) == {"url"}


def test_an_unknown_kind_names_those_there_are(services):
    with pytest.raises(UnknownApplication, match="python3-saml"):
        settings_for(services, "nothing", URL)


@pytest.mark.parametrize("value", ["", "a'b", "a\\", "\\'", "#{x}", "a\nb"])
def test_a_quoted_text_ends_where_it_should(value):
    quoted = room._quoted(value)

    inside = quoted[1:-1]
    assert re.fullmatch(r"(?s)(?:[^'\\]|\\['\\])*", inside)
    assert re.sub(r"\\(['\\])", r"\1", inside) == value

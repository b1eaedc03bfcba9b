"""The settings of ``tallystick connect`` as they are pasted, with the libraries as published."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from shutil import which

import pytest
from support.clients import node_saml

from idp.embedded.test_sp.pysaml2_client import make_configured_client
from idp.federation.metadata.entered import EnteredServiceProvider
from idp.management.connect.applications import Application
from idp.management.connect.settings import ApplicationSettings, settings_for
from idp.management.metadata.source import entered_source
from idp.management.trusts import add_from
from idp.saml.values import POST, REDIRECT

URL = "https://app.example.test"


def connect(federation, kind: str) -> ApplicationSettings:
    """Make the trust of an application of this kind, and return its settings."""
    found = settings_for(federation.services, kind, URL)
    add_from(federation.services, source_of(federation, found.application))
    return found


def source_of(federation, application: Application):
    entered = EnteredServiceProvider(application.entity_id, (application.acs,))
    return entered_source(federation.services, entered)


def answer_of(federation, phone, login_url: str):
    signing_in = federation.sign_in(login_url)
    phone.approve(signing_in.number)
    return signing_in.finish()


def test_python3_saml_takes_its_settings_and_signs_a_user_in(federation, phone):
    from onelogin.saml2.auth import OneLogin_Saml2_Auth

    found = connect(federation, "python3-saml")
    settings = json.loads(found.text)
    request = {"https": "on", "http_host": "app.example.test", "script_name": "/saml/acs"}

    answer = answer_of(federation, phone, OneLogin_Saml2_Auth(request, settings).login())
    received = OneLogin_Saml2_Auth({**request, "post_data": answer.fields}, settings)
    received.process_response()

    assert received.get_errors() == [], received.get_last_error_reason()
    assert received.get_nameid() == federation.user.name
    assert answer.action == found.application.acs


def test_python3_saml_refuses_an_altered_response(federation, phone):
    from onelogin.saml2.auth import OneLogin_Saml2_Auth

    settings = json.loads(connect(federation, "python3-saml").text)
    request = {"https": "on", "http_host": "app.example.test", "script_name": "/saml/acs"}
    answer = answer_of(federation, phone, OneLogin_Saml2_Auth(request, settings).login())
    altered = answer.xml.replace(federation.user.name.encode(), b"otto@example.test")
    fields = answer.fields | {"SAMLResponse": base64.b64encode(altered).decode()}

    received = OneLogin_Saml2_Auth({**request, "post_data": fields}, settings)
    received.process_response()

    assert altered != answer.xml
    assert received.get_errors()


def test_pysaml2_takes_its_settings_and_signs_a_user_in(federation, phone, pairs):
    read: dict[str, object] = {}
    exec(connect(federation, "pysaml2").text, read)  # noqa: S102 - as Python imports it
    pair = pairs("pysaml2")
    # The key is for the tests' cryptography, which stands in for xmlsec1; nothing is signed.
    client = make_configured_client(
        read["CONFIG"], key_pem=pair.private_key, cert_pem=pair.certificate
    )

    request_id, sent = client.prepare_for_authenticate(binding=REDIRECT)
    answer = answer_of(federation, phone, dict(sent["headers"])["Location"])
    taken = client.parse_authn_request_response(
        answer.fields["SAMLResponse"], POST, outstanding={request_id: "/"}
    )

    assert taken.name_id.text == federation.user.name
    assert client.authn_requests_signed is False


@pytest.fixture
def started() -> Iterator[list[node_saml.NodeSaml]]:
    providers: list[node_saml.NodeSaml] = []
    yield providers
    for provider in providers:
        provider.end()


def test_node_saml_takes_its_settings_and_signs_a_user_in(federation, phone, started, tmp_path):
    file = tmp_path / "saml-settings.cjs"
    file.write_text(connect(federation, "node-saml").text)
    script = f"console.log(JSON.stringify(require({json.dumps(str(file))})))"
    told = subprocess.run(  # noqa: S603 - our own script
        [str(which("node")), "-e", script], capture_output=True, text=True, check=True
    )
    provider = node_saml.start(**json.loads(told.stdout))
    started.append(provider)

    answer = answer_of(federation, phone, provider.call("getAuthorizeUrlAsync", "kept", "", {}))
    profile = provider.call("validatePostResponseAsync", answer.fields)["profile"]

    assert profile["nameID"] == federation.user.name
    assert answer.relay_state == "kept"

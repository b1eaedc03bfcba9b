"""The settings of ``tallystick connect`` as they are pasted, with Debian's service providers."""

from __future__ import annotations

import socket

import pytest
from support.clients import mellon, shibboleth, simplesamlphp

from idp.federation.metadata.entered import EnteredServiceProvider
from idp.management.connect.settings import ApplicationSettings, settings_for
from idp.management.metadata.source import entered_source
from idp.management.trusts import add_from


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def trust(federation, found: ApplicationSettings) -> None:
    application = found.application
    entered = EnteredServiceProvider(application.entity_id, (application.acs,))
    add_from(federation.services, entered_source(federation.services, entered))


def test_simplesamlphp_takes_its_settings_and_signs_a_user_in(federation, phone, port, tmp_path):
    found = settings_for(federation.services, "simplesamlphp", f"http://127.0.0.1:{port}")
    trust(federation, found)
    with simplesamlphp.running(tmp_path, port, found.text) as url:
        signing_in = federation.sign_in(f"{url}/page.php")
        phone.approve(signing_in.number)
        page = signing_in.finish().page

        assert (page.title, page.headers["Upn"]) == ("Protected", federation.user.name)


def test_mellon_takes_its_settings_and_signs_a_user_in(federation, phone, rsa_pair, tmp_path):
    def settings(url: str) -> str:
        text = settings_for(federation.services, "mellon", url).text
        return text.replace("/etc/apache2/mellon", str(tmp_path))

    ours = federation.browser().get(federation.metadata_url).html.encode()
    with mellon.running(tmp_path, rsa_pair, ours, settings) as provider:
        [*_, address] = settings_for(federation.services, "mellon", provider.url).trust
        federation.add_service_provider(federation.browser().get(address).html)
        signing_in = federation.sign_in(provider.protected)
        phone.approve(signing_in.number)
        page = signing_in.finish().page

        assert (page.title, page.headers["Upn"]) == ("Protected", federation.user.name)


def test_shibboleth_takes_its_settings_and_signs_a_user_in(
    federation, phone, port, rsa_pair, tmp_path
):
    def settings(url: str) -> str:
        return settings_for(federation.services, "shibboleth", url).text

    with shibboleth.running(tmp_path, port, rsa_pair, settings) as url:
        [*_, address] = settings_for(federation.services, "shibboleth", url).trust
        federation.add_service_provider(
            federation.browser().get(address).html, private_key=rsa_pair.private_key
        )
        signing_in = federation.sign_in(f"{url}/protected/")
        phone.approve(signing_in.number)
        page = signing_in.finish().page

        assert (page.title, page.headers["Upn"]) == ("Protected", federation.user.name)

"""Joining the rooms: what is loaded when, and what is let go of at the end."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace

import pytest
from support.nets import NET_SECONDS

from idp import create_app
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS

LIGHT = """
import sys
import idp
heavy = {"flask", "sqlalchemy", "alembic", "saml2", "lxml", "xmlsec", "argon2", "segno"}
print(sorted(heavy & set(sys.modules)))
"""
SERVER = """
import sys
import idp.app, idp.signin, idp.authenticator.host, idp.admin
print(sorted({"saml2.xml.schema", "alembic", "segno"} & set(sys.modules)))
"""


def loaded(code: str) -> str:
    done = subprocess.run(  # noqa: S603 - the lines above
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=NET_SECONDS,
    )
    return done.stdout.strip()


def test_the_package_alone_loads_nothing_heavy():
    assert loaded(LIGHT) == "[]"


def test_a_server_loads_nothing_that_only_some_commands_need():
    assert loaded(SERVER) == "[]"


def test_the_application_serves_every_host(federation):
    app = create_app(federation.services.config, services=federation.services)
    client = app.test_client()
    for path in ("/adfs/probe", "/authenticator/", "/admin/", "/static/tallystick.css"):
        assert client.get(path).status_code == 200


def test_resources_of_hosts_are_closed_before_the_database(federation):
    services, order = federation.services, []
    services.closing.callback(order.append, "host")
    services.closing.callback(lambda: order.append(services.farm.first() is not None))

    services.close()

    assert order == [True, "host"]


def test_the_start_and_the_end_of_a_server_are_logged_with_event_numbers(federation, capsys):
    services = replace(federation.services, closing=ExitStack())

    create_app(services.config, services=services)
    services.closing.close()

    started, *_, stopped = capsys.readouterr().err.splitlines()
    assert "event_id=100 base_url=http://localhost" in started
    assert "event_id=103" in stopped


@pytest.mark.parametrize("weak", WEAK_SETTINGS, ids=lambda weak: weak.name)
def test_trusts_with_a_weak_setting_are_warned_of_at_the_start(
    weak, federation, service_provider, capsys
):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {weak.name: str(weak.value)}
    )

    create_app(federation.services.config, services=federation.services)

    [line] = [line for line in capsys.readouterr().err.splitlines() if weak.warning in line]
    assert service_provider.entity_id in line

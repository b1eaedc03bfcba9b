"""Joining the rooms: what is loaded when, and what is let go of at the end."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import request
from support.fresh_python import printed_by

from idp.app import build_app, create_app, start_app
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS

LIGHT = """
import sys
import idp
heavy = {"flask", "sqlalchemy", "alembic", "saml2", "lxml", "xmlsec", "argon2", "segno"}
print(sorted(heavy & set(sys.modules)))
"""
SERVER = """
import sys
import idp.app, idp.signin, idp.authenticator.views, idp.admin
print(sorted({"saml2.xml.schema", "alembic", "segno"} & set(sys.modules)))
"""


def test_the_package_alone_loads_nothing_heavy():
    assert printed_by(LIGHT) == "[]"


def test_a_server_loads_nothing_that_only_some_commands_need():
    assert printed_by(SERVER) == "[]"


@pytest.mark.parametrize("by_need", [False, True])
def test_the_application_serves_every_host(federation, by_need):
    app = start_app(build_app(federation.services, by_need=by_need))
    client = app.test_client()
    for path in ("/adfs/probe", "/authenticator/", "/admin/", "/static/tallystick.css"):
        assert client.get(path).status_code == 200


def test_hosts_made_by_need_answer_as_those_made_at_once_do(federation):
    services = federation.services
    at_once, by_need = (
        start_app(build_app(services, by_need=by_need)).test_client() for by_need in (False, True)
    )
    for path in ("/admin", "/admin/", "/admin/none", "/admin/api/none", "/account/", "/adminx"):
        answers = [client.get(path) for client in (at_once, by_need)]
        one, other = ((answer.status, sorted(dict(answer.headers))) for answer in answers)
        assert one == other


def test_what_is_hooked_into_the_application_holds_for_hosts_made_by_need(federation):
    app = start_app(build_app(federation.services, by_need=True))
    seen = []
    app.extensions["edge"].before.append(lambda: seen.append(request.path))

    app.test_client().get("/admin/")
    app.test_client().get("/account/")

    assert seen == ["/admin/", "/account/"]


def test_a_server_for_tests_loads_administration_when_it_is_visited():
    code = (
        "import sys, tempfile; from pathlib import Path\n"
        "from idp.testing.shared_servers import SharedServers\n"
        "folder = Path(tempfile.mkdtemp())\n"
        "servers = SharedServers(folder / 'shared')\n"
        "with servers.new_server(folder / 'first'):\n"
        "    slow = {'idp.admin', 'idp.account', 'alembic', 'rich', 'saml2', 'segno', 'webauthn'}\n"
        "    print(sorted(slow & set(sys.modules)))\n"
        "servers.stop()"
    )
    assert printed_by(code) == "[]"


def test_resources_of_hosts_are_closed_before_the_database(federation):
    services, order = federation.services, []
    services.closing.callback(order.append, "host")
    services.closing.callback(lambda: order.append(services.farm.first() is not None))

    services.close()

    assert order == [True, "host"]


def test_no_thread_of_a_server_is_left_when_its_database_is_closed(federation, tmp_path):
    config = federation.services.config
    trusts = config.trusts.model_copy(
        update={"metadata_dir": tmp_path, "monitoring_interval_minutes": 1}
    )
    config = config.model_copy(update={"trusts": trusts})
    services = replace(federation.services, config=config, closing=ExitStack())
    before, left = set(threading.enumerate()), []
    services.closing.callback(lambda: left.extend(set(threading.enumerate()) - before))

    create_app(config, services=services)
    started = {thread.name for thread in set(threading.enumerate()) - before}
    services.closing.close()

    assert started == {"mail sender", "metadata folders", "trust monitoring"}
    assert left == []


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

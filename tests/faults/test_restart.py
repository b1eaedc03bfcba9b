"""A node starts on a database that is full of what was under way."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from sqlalchemy import insert

from idp.assembly import assemble
from idp.store.mfa.push import SqlPushStore
from idp.store.mfa_schema import challenges

pytestmark = pytest.mark.each_database

PENDING = 10_000


@pytest.fixture
def restart(federation, _tallystick_host):
    """Start the server anew: the process before it has gone with all that it had not stored."""
    started = []

    def anew():
        before = federation.services
        services = assemble(before.config, clock=before.clock, signing_key=before.signing_key)
        _tallystick_host.serve(services)
        started.append(services)
        return services

    yield anew
    for services in started:
        services.close()


def test_a_server_with_ten_thousand_pending_challenges_serves_every_phone_at_once(
    federation, sp, phone, restart
):
    rooms = federation.services
    sign_in = federation.sign_in(sp.url())
    (request,) = phone.pending()
    mine = SqlPushStore(rooms.database).find(request.id)
    others = (
        replace(mine, id=f"other{number}", user=f"other{number}@example.test")
        for number in range(PENDING)
    )
    with rooms.database.write() as connection:
        connection.execute(insert(challenges), [asdict(each) for each in others])

    restarted = restart()

    phone.approve(sign_in.number, request_id=request.id)
    assert sign_in.finish().status == ("Success",)
    assert SqlPushStore(restarted.database).find("other1").user == "other1@example.test"

"""How often a request waits for PostgreSQL: on a farm, each time is a way through the network.

These are numbers of waits, counted by a relay, and no times. What is measured first has been done
before, as on a server that has run for a while.
"""

from __future__ import annotations

from itertools import count

import pytest
from support.databases.round_trips import relay_to
from support.nets import NET_SECONDS

from bench import saml
from bench.server import make_server
from bench.sign_in import LS, must_be_issued, sign_in, start_sign_in
from idp.store import postgresql
from idp.store.maintenance import Housekeeping

WARM = 6
"""psycopg prepares a statement that it has executed five times, with a message of its own."""

TRIES = 3
"""The least of so many counts: threads for mail and housekeeping may ask meanwhile."""


class Server:
    """A federation server that reaches its database through a relay."""

    def __init__(self, folder, relay):
        self.relay = relay
        idp, self._sp = saml.new_party("idp.example.test"), saml.new_party("sp.example.test")
        self._services, self._app = make_server(folder, idp, self._sp, database=relay.url)
        self._numbers = count()

    def start(self):
        """Return a sign-in of a new user that is about to begin."""
        name = f"user{next(self._numbers)}@example.test"
        return start_sign_in(self._services, self._app, name, self.query())

    def query(self):
        return saml.redirect_query(self._sp.key).decode()

    def round_trips(self, prepare, work):
        """Return the round trips of one piece of work, each time on what *prepare* returns."""
        for _ in range(WARM):
            work(prepare())
        return min(self._one(prepare(), work) for _ in range(TRIES))

    def _one(self, prepared, work):
        housekeeping = self._services.housekeeping
        assert isinstance(housekeeping, Housekeeping)
        housekeeping.wait()
        return self.relay.of(lambda: work(prepared))

    def close(self):
        self._services.close()


@pytest.fixture
def server(postgresql_url, tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql, "MAX_IDLE_SECONDS", NET_SECONDS)  # a busy machine is slow
    with relay_to(postgresql_url) as relay:
        made = Server(tmp_path, relay)
        yield made
        made.close()


def test_a_request_of_a_signed_in_user_waits_at_most_four_times(server):
    started = server.start()
    sign_in(started)
    found = server.round_trips(
        server.query, lambda query: must_be_issued(started.browser.get(LS, query))
    )
    assert found <= 4


def test_a_poll_of_a_phone_waits_at_most_three_times(server):
    phone = server.start().phone
    assert server.round_trips(lambda: None, lambda _: phone.call("GET", "pending")) <= 3


def test_a_whole_sign_in_with_a_phone_waits_at_most_45_times(server):
    assert server.round_trips(server.start, sign_in) <= 45

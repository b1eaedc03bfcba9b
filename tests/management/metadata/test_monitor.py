"""The monitoring of all trusts: it refreshes what is due, once for all nodes, and goes on."""

from __future__ import annotations

import threading
from datetime import timedelta

from support.service_providers.metadata_parts import SP_ID

from idp.app import create_app
from idp.federation.metadata.schedule import LEASE
from idp.management.metadata import monitor as monitoring
from idp.management.metadata.monitor import Monitor
from idp.management.metadata.refresh import Outcome


def test_a_trust_that_is_due_is_fetched_and_no_other(services, trust, publisher, clock):
    monitor = Monitor(services)
    assert monitor.refresh_due() == ()
    clock.advance(days=1)

    [report] = monitor.refresh_due()

    assert report.outcome == Outcome.UNCHANGED
    assert len(publisher.visits) == 2
    assert services.refreshes.state(SP_ID).due_at == clock.now() + timedelta(days=1)


def test_a_refresh_that_another_node_has_begun_is_left_to_that_node(services, trust, clock):
    clock.advance(days=1)
    assert services.refreshes.claim_due(clock.now(), clock.now() + LEASE) == SP_ID

    assert Monitor(services).refresh_due() == ()
    clock.advance(seconds=LEASE.total_seconds())
    assert len(Monitor(services).refresh_due()) == 1


def test_trusts_that_are_not_monitored_or_gone_are_left_alone(services, trust, publisher, clock):
    clock.advance(days=1)
    services.trusts.change_from_text(SP_ID, {"monitoring_enabled": "false"})
    assert Monitor(services).refresh_due() == ()
    services.trusts.remove(SP_ID)
    clock.advance(days=1)
    assert Monitor(services).refresh_due() == ()
    assert len(publisher.visits) == 1


def test_a_fault_in_one_round_does_not_end_the_monitoring(services, monkeypatch):
    rounds, going_on = [], threading.Event()

    def refresh_due(_monitor: Monitor) -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise ValueError("whatever metadata brings")
        going_on.set()

    monkeypatch.setattr(Monitor, "refresh_due", refresh_due)
    monkeypatch.setattr(monitoring, "SECONDS_BETWEEN_ROUNDS", 0.001)
    running = Monitor(services)
    running.start()

    assert going_on.wait(30)
    running.stop()


def test_a_server_begins_and_ends_the_monitoring(services, monkeypatch):
    called = []
    monkeypatch.setattr(Monitor, "start", lambda self: called.append("start"))
    monkeypatch.setattr(Monitor, "stop", lambda self: called.append("stop"))

    create_app(services.config, services=services)
    assert called == ["start"]
    services.closing.close()
    assert called == ["start", "stop"]

"""Refreshing from an address: harmless changes are taken, what loosens a trust is held back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.service_providers.metadata_parts import ACS, SP_ID, entity, key, role
from werkzeug import Request, Response
from werkzeug.serving import make_server

from adapter.errors import TallystickError
from idp.federation.metadata.schedule import LEASE, MIN_INTERVAL
from idp.management.metadata import monitor
from idp.management.metadata.monitor import Monitor
from idp.management.metadata.refresh import Outcome, _judge, accept, refresh
from idp.management.metadata.source import Source
from idp.management.trust_views import view_of
from idp.management.trusts import add_from

SIGNED = ' AuthnRequestsSigned="true"'


@dataclass
class Publisher:
    """A service provider that publishes its metadata; ``status`` is what it answers with."""

    url: str = ""
    content: bytes = b""
    status: int = 200
    visits: list[str] = field(default_factory=list)

    def publish(self, xml: str) -> None:
        self.content = xml.encode()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()

    def answer(request: Request) -> Response:
        made.visits.append(request.path)
        return Response(made.content, status=made.status)

    server = make_server("127.0.0.1", 0, Request.application(answer), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.port}/metadata"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def farm_folder(farm_folder):
    path = farm_folder / "tallystick.toml"
    path.write_text(f"{path.read_text()}allow_private_addresses = true\n")
    return farm_folder


@pytest.fixture
def role_with_key(identities) -> str:
    """The role of a service provider that signs its requests."""
    return role(key(identities.sp.certificate) + ACS, SIGNED)


@pytest.fixture
def trust(services, publisher, role_with_key):
    """The trust that was added from the publisher's address."""
    publisher.publish(entity(role_with_key))
    return add_from(services, Source(publisher.url))


def state(services):
    return services.refreshes.state(SP_ID)


def provider(services):
    return services.trusts.existing(SP_ID).service_provider


def test_what_has_not_changed_changes_nothing(services, trust, publisher):
    assert refresh(services, SP_ID).outcome == Outcome.UNCHANGED
    assert services.trusts.existing(SP_ID) == trust
    assert publisher.visits == ["/metadata"] * 2


def test_what_is_harmless_is_taken_and_settings_stay(services, trust, publisher, identities):
    services.trusts.change_from_text(SP_ID, {"second_factor": "never"})
    keys = key(identities.sp.certificate) + key(identities.stranger.certificate)
    publisher.publish(entity(role(keys + ACS.replace("/acs", "/new"), SIGNED)))

    report = refresh(services, SP_ID)

    assert report.outcome == Outcome.UPDATED
    assert {change.what for change in report.changes} == {
        "assertion_consumer_services",
        "signing_certificates",
        "encryption_certificates",
    }
    assert len(provider(services).signing_certificates) == 2
    assert services.trusts.existing(SP_ID).settings.second_factor == "never"
    assert services.trusts.metadata(SP_ID) == publisher.content


def test_what_loosens_is_held_back_until_it_is_accepted(
    services, trust, publisher, role_with_key, capsys
):
    publisher.publish(
        entity(role_with_key.replace(SIGNED, "").replace("sp.example", "evil.example"))
    )

    report = refresh(services, SP_ID)

    assert report.outcome == Outcome.HELD
    assert len(report.reasons) == 2
    assert services.trusts.existing(SP_ID) == trust
    assert "held back" in " ".join(view_of(services, trust).warnings)
    assert capsys.readouterr().err.count("trust_refresh_held") == 1
    refresh(services, SP_ID)
    assert "trust_refresh_held" not in capsys.readouterr().err

    publisher.publish("something else meanwhile")
    assert accept(services, SP_ID).outcome == Outcome.ACCEPTED
    assert not provider(services).authn_requests_signed
    assert state(services).held is None
    with pytest.raises(TallystickError, match="Nothing is held"):
        accept(services, SP_ID)


def test_what_was_held_is_forgotten_when_the_service_provider_takes_it_back(
    services, trust, publisher, role_with_key
):
    publisher.publish(entity(role_with_key.replace(SIGNED, "")))
    refresh(services, SP_ID)
    publisher.publish(entity(role_with_key))
    refresh(services, SP_ID)

    assert state(services).held is None


def test_without_auto_update_every_change_is_held(services, trust, publisher, role_with_key):
    services.trusts.change_from_text(SP_ID, {"auto_update_enabled": "false"})
    publisher.publish(entity(role_with_key.replace("/acs", "/new")))

    assert refresh(services, SP_ID).outcome == Outcome.HELD


def test_a_failure_is_remembered_tried_again_later_and_repeats_nothing(
    services, trust, publisher, clock
):
    for content, status in (("secret", 200), ("<secret/>", 200), ("secret", 500)):
        publisher.content, publisher.status = content.encode(), status
        report = refresh(services, SP_ID)
        assert report.outcome == Outcome.FAILED
        assert "secret" not in str(report)

    assert state(services).failures == 3
    assert state(services).due_at == clock.now() + 4 * MIN_INTERVAL
    assert "3 times" in " ".join(view_of(services, trust).warnings)
    assert services.trusts.existing(SP_ID) == trust


def test_metadata_of_another_entity_or_without_the_signature_is_a_failure(
    services, publisher, sender, identities
):
    publisher.content = sender.sign(entity(attributes=' ID="_x"').encode())
    add_from(services, Source(publisher.url, signed_by=identities.sp.certificate))

    for content in (entity(), entity(entity_id="urn:other")):
        publisher.publish(content)
        assert refresh(services, SP_ID).outcome == Outcome.FAILED


def test_a_trust_from_a_file_is_not_refreshed(services, trust, publisher, role_with_key):
    add_from(services, Source("sp.xml", content=entity(role_with_key).encode()))

    with pytest.raises(TallystickError, match="file"):
        refresh(services, SP_ID)
    assert state(services) is None


def test_what_an_administrator_changed_meanwhile_is_not_undone(
    services, trust, publisher, role_with_key
):
    newer = services.trusts.read(entity(role_with_key.replace("/acs", "/newer")).encode())
    services.trusts.add(
        entity(role_with_key.replace("/acs", "/mine")).encode(), source=publisher.url
    )

    assert services.trusts.update(trust, newer) is None
    assert _judge(services, trust, newer).outcome == Outcome.FAILED
    assert provider(services).assertion_consumer_services[0].location.endswith("/mine")


class TestMonitor:
    def test_it_fetches_what_is_due_and_nothing_else(self, services, trust, publisher, clock):
        monitor = Monitor(services)
        assert monitor.look() == ()
        clock.advance(days=1)

        [report] = monitor.look()

        assert report.outcome == Outcome.UNCHANGED
        assert len(publisher.visits) == 2
        assert state(services).due_at == clock.now() + timedelta(days=1)

    def test_a_refresh_that_another_node_has_begun_is_left_to_it(self, services, trust, clock):
        clock.advance(days=1)
        assert services.refreshes.claim_due(clock.now(), clock.now() + LEASE) == SP_ID

        assert Monitor(services).look() == ()
        clock.advance(seconds=LEASE.total_seconds())
        assert len(Monitor(services).look()) == 1

    def test_trusts_that_are_not_monitored_or_gone_are_left_alone(
        self, services, trust, publisher, clock
    ):
        clock.advance(days=1)
        services.trusts.change_from_text(SP_ID, {"monitoring_enabled": "false"})
        assert Monitor(services).look() == ()
        services.trusts.remove(SP_ID)
        clock.advance(days=1)
        assert Monitor(services).look() == ()
        assert len(publisher.visits) == 1

    def test_a_fault_in_one_look_does_not_end_it(self, services, monkeypatch):
        looked, going_on = [], threading.Event()

        def look(_monitor: Monitor) -> None:
            looked.append(1)
            if len(looked) == 1:
                raise ValueError("whatever metadata brings")
            going_on.set()

        monkeypatch.setattr(Monitor, "look", look)
        monkeypatch.setattr(monitor, "SECONDS_BETWEEN_LOOKS", 0.001)
        running = Monitor(services)
        running.start()

        assert going_on.wait(30)
        running.stop()

    def test_a_server_begins_and_ends_it(self, services, monkeypatch):
        from idp.app import create_app

        called = []
        monkeypatch.setattr(Monitor, "start", lambda self: called.append("start"))
        monkeypatch.setattr(Monitor, "stop", lambda self: called.append("stop"))

        create_app(services.config, services=services)
        assert called == ["start"]
        services.closing.close()
        assert called == ["start", "stop"]


def test_the_api_refreshes_and_accepts(app, services, trust, publisher, role_with_key):
    def post(body: dict) -> dict:
        return app.test_client().post(
            f"/admin/api/trusts/{SP_ID}",
            json=body,
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
        )

    publisher.publish(entity(role_with_key.replace(SIGNED, "")))

    assert post({}).json["outcome"] == "held"
    assert post({"accept": True}).json["outcome"] == "accepted"
    assert post({"accept": True}).json["error"] == "nothing_held"
    assert not provider(services).authn_requests_signed

"""What signs is what metadata publishes, while keys are rolled under a server that runs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Lock

import pytest

from idp.app import create_app
from idp.embedded.test_sp.received_response import read_response
from idp.embedded.test_sp.service_provider import idp_certificates
from idp.federation.token_signing.configured import open_signing_keys
from idp.federation.token_signing.key_files import create_signing_key
from idp.signin.paths import METADATA


@pytest.fixture
def rooms(federation, tmp_path):
    """The rooms of a server whose keys are files of its own: ECDSA on P-256."""
    paths = tmp_path / "keys" / "signing.key", tmp_path / "keys" / "signing.crt"
    now = federation.clock.now()
    create_signing_key(*paths, common_name="ADFS Signing - sts", now=now, kind="ecdsa")
    config = federation.services.config
    keys = config.keys.model_copy(update={"signing_key": paths[0], "signing_certificate": paths[1]})
    config = config.model_copy(update={"keys": keys})
    return replace(federation.services, config=config, signing_keys=open_signing_keys(config))


class Turns:
    """A place to sign in for each of the services' places; it counts who is there."""

    def __init__(self, places) -> None:
        self._places = places
        self._lock = Lock()
        self._inside = self.most = self.came = 0

    def __enter__(self) -> None:
        self._places.__enter__()
        with self._lock:
            self.came += 1
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
        self._places.__exit__(*error)


@pytest.fixture
def turns(rooms, _tallystick_host) -> Iterator[Turns]:
    """Who signs in the server that now is behind the federation server's address."""
    switch, turns = _tallystick_host._apps[0], Turns(rooms.signing)
    watched = replace(rooms, signing=turns)
    earlier, switch.app = switch.app, create_app(watched.config, services=watched)
    yield turns
    switch.app = earlier


@pytest.fixture
def served_app(federation, rooms, _tallystick_host):
    """The same, behind the federation server's address."""
    app = create_app(rooms.config, services=rooms)
    switch = _tallystick_host._apps[0]
    earlier, switch.app = switch.app, app
    yield app
    switch.app = earlier


@pytest.fixture
def operator(rooms):
    """Somebody at the command line: another process's view of the same files."""
    return open_signing_keys(rooms.config)


def published(app) -> tuple[str, ...]:
    return idp_certificates(app.test_client().get(METADATA).data)


def signed_by(federation, service_provider, certificates) -> tuple[str, str]:
    """Return the state and the algorithm of a new assertion's signature."""
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    finished = federation.sign_in(service_provider.login_url()).finish()
    assert "objections" not in finished.page.ids()
    check = read_response(finished.xml, certificates).assertion.signature
    return check.state, check.algorithm


def test_a_sign_in_goes_through_with_an_ecdsa_key(federation, service_provider, served_app):
    state = signed_by(federation, service_provider, published(served_app))

    assert state == ("valid", "ecdsa-sha256")


def test_each_step_of_a_rollover_holds_from_the_next_request_on(
    federation, service_provider, served_app, operator
):
    first = operator.current().primary.key.certificate
    second = operator.roll(federation.clock.now(), kind="rsa").next.key.certificate

    assert published(served_app) == (first, second)
    assert signed_by(federation, service_provider, [first]) == ("valid", "ecdsa-sha256")

    operator.promote()
    assert published(served_app) == (second, first)
    assert signed_by(federation, service_provider, [second]) == ("valid", "rsa-sha256")

    operator.retire()
    assert published(served_app) == (second,)


def test_a_key_that_grew_old_is_followed_when_the_server_starts(federation, rooms):
    federation.clock.advance(timedelta(days=346).total_seconds())

    app = create_app(rooms.config, services=rooms)

    assert len(published(app)) == 2


def test_no_key_is_made_where_that_is_switched_off(federation, rooms):
    keys = rooms.config.keys.model_copy(update={"automatic_rollover": False})
    config = rooms.config.model_copy(update={"keys": keys})
    federation.clock.advance(timedelta(days=364).total_seconds())

    app = create_app(config, services=replace(rooms, signing_keys=open_signing_keys(config)))

    assert len(published(app)) == 1


def test_the_probe_takes_a_node_out_whose_keys_are_gone(served_app, rooms):
    probe = served_app.test_client()
    assert (probe.get("/adfs/probe").status_code, probe.get("/adfs/probe").data) == (200, b"")
    certificate = rooms.config.keys.signing_certificate
    certificate.rename(certificate.with_suffix(".away"))

    answer = probe.get("/adfs/probe")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")

    certificate.with_suffix(".away").rename(certificate)
    assert probe.get("/adfs/probe").status_code == 200


def test_one_signs_at_a_time_and_everybody_is_answered(federation, turns, service_provider):
    federation.services.trusts.change_from_text(
        service_provider.entity_id, {"second_factor": "never"}
    )
    browser = federation.browser()
    url = federation.idp_initiated_url(service_provider.entity_id)
    federation.sign_in(url, browser=browser)

    with ThreadPoolExecutor(16) as threads:
        pages = list(threads.map(lambda _: browser.get(url), range(40)))

    assert all("SAMLResponse" in page.html for page in pages)
    assert turns.came == 41
    assert turns.most == 1

"""The container image: built from this tree, it runs the demo, and a server with PostgreSQL."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from support.containers.image import IMAGE, ROOT, CommandFailed, Image, built_image
from support.ports import free_port
from support.servers.serve_process import until

from idp.embedded.browser import Browser

# The first test waits until the image is built.
pytestmark = pytest.mark.timeout(600)
NAME = "tallystick-test"
OWNER = "10001"
THIS_MACHINE = "10.0.2.2"
"""What slirp4netns calls the machine outside, in the container."""


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image, built once."""
    with built_image() as built:
        yield built


def two_free_ports() -> int:
    """Return a free port whose next one is free too: the test service provider listens there."""
    while True:
        port = free_port()
        with socket.socket() as second:
            if second.connect_ex(("127.0.0.1", port + 1)) != 0:
                return port


def test_a_user_of_the_demo_in_a_container_signs_in_and_answers_with_a_phone_in_it(image):
    port = two_free_ports()
    published = [f"--publish=127.0.0.1:{each}:{each}" for each in (port, port + 1)]
    words = ["demo", "--bind", "0.0.0.0", "--port", str(port), "--data-dir", "/data", "--json"]  # noqa: S104 - in the container
    with image.started(NAME, *words, options=("--network=slirp4netns", *published)):
        until(lambda: image.podman("logs", NAME))
        told = json.loads(image.podman("logs", NAME).splitlines()[0])
        user, browser = told["users"][0], Browser()
        page = browser.open(told["sp"])
        page = browser.submit(page.form, UserName=user["name"], Password=user["password"])
        number = page.text("validEntropyNumber")
        approve = ["tallystick", "phone", "approve", "--file", user["phone"], "--number", number]
        image.podman("exec", NAME, *approve)
        page = browser.submit(browser.submit(page.form).form)

    assert page.text("user") == user["name"]


def test_a_container_is_healthy_when_the_server_answers_and_runs_as_no_privileged_user(image):
    with image.started(NAME, options=("--network=none",)):
        until(lambda: image.is_healthy(NAME))
        nodes = json.loads(image.podman("exec", NAME, "tallystick", "server", "list", "--json"))

        assert image.podman("exec", NAME, "id", "-u") == OWNER
        assert "srv2022" in [node["name"] for node in nodes]
        with pytest.raises(CommandFailed, match="Permission denied"):
            image.podman("exec", NAME, "touch", "/opt/tallystick/bin/new")


def test_a_container_without_a_server_is_not_healthy(image):
    entrypoint = ("--network=none", "--entrypoint=sleep")
    with image.started(NAME, "infinity", options=entrypoint):
        assert not image.is_healthy(NAME)


def test_a_container_that_is_stopped_ends_cleanly(image):
    with image.started(NAME, options=("--network=none",)):
        until(lambda: image.is_healthy(NAME))
        image.podman("stop", "--time", "60", NAME)

        assert image.podman("inspect", "--format", "{{.State.ExitCode}}", NAME) == "0"


@pytest.fixture(scope="module")
def compose() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    services: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return services["services"]


@pytest.fixture
def server_folder(image, compose, tmp_path) -> Path:
    """A folder that the service ``init`` has filled, twice: the second time changes nothing."""
    os.chown(tmp_path, int(OWNER), int(OWNER))
    script = compose["init"]["command"][0].replace("$$", "$")
    once = ["run", "--rm", "--network=none", f"--volume={tmp_path}:/data"]
    command = ["--env=BASE_URL=http://localhost:8080", "--entrypoint=sh", IMAGE, "-c", script]
    first = image.podman(*once, *command)
    assert "Administrator's token" in first
    assert image.podman(*once, *command) == ""
    return tmp_path


def test_the_server_of_the_compose_file_keeps_its_data_in_postgresql(
    image, compose, server_folder, postgresql_server
):
    server, local = compose["server"], urlsplit(postgresql_server.new_database())
    given = urlsplit(server["environment"]["TALLYSTICK__STORE__URL"])
    url = local._replace(netloc=f"{local.username}@{THIS_MACHINE}:{local.port}").geturl()
    variables = server["environment"] | {"TALLYSTICK__STORE__URL": url}
    options = (
        "--network=slirp4netns:allow_host_loopback=true",
        f"--volume={server_folder}:/data",
    )
    with image.started(NAME, *server["command"], options=options, **variables):
        image.podman("exec", NAME, "tallystick", "server", "set", "sts1", "20348.350")
        until(lambda: image.is_healthy(NAME))
    with image.started(NAME, *server["command"], options=options, **variables):
        until(lambda: image.is_healthy(NAME))  # the node is there still

    assert given.scheme == local.scheme
    assert not list(server_folder.glob("*.db"))

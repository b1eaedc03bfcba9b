"""How ``tallystick demo`` ends, starts again, and refuses to start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from support.servers.demo_process import (
    SECONDS,
    TALLYSTICK,
    demo_process,
    log_in,
    tallystick,
)

from idp.cli.demo import leave_at_signal
from idp.operating_system import TERMINAL_SIGNALS
from idp.sockets import AddressUnavailable, listen, port_of


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_ends_cleanly_and_leaves_nothing_behind(number):
    with demo_process() as demo:
        assert demo.folder.exists()
        assert demo.end(number) == 0
        assert not demo.folder.exists()
        assert demo.process.stdout.read() == ""
        assert "Traceback" not in demo.process.stderr.read()


def test_a_demo_that_is_ended_while_it_starts_leaves_nothing_behind(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    words = [TALLYSTICK, "demo", "--port", "0"]
    with subprocess.Popen(words, env=environment) as process:  # noqa: S603 - our own program
        # Python itself writes a file there for a moment, to see whether it can.
        while not list(tmp_path.glob("tallystick-demo-*")):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_arrives_in_a_finalizer_is_not_lost():
    """Python drops what a handler raises there."""

    class Finalized:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in TERMINAL_SIGNALS}
    try:
        with leave_at_signal() as stopped:
            Finalized()
            assert stopped.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_phone_that_waits_does_not_keep_the_demo_from_ending():
    with demo_process() as demo, ThreadPoolExecutor() as others:
        file = demo.told["users"][0]["phone"]
        waiting = others.submit(demo.run, "phone", "wait", "--file", file)
        assert demo.end() == 0
        assert waiting.result().returncode == 1


def test_a_kept_demo_has_its_data_the_next_time(tmp_path):
    with demo_process("--data-dir", str(tmp_path)) as demo:
        demo.services.farm.set_build("srv2022", "20348.349", by="a test")
        before = demo.told
        demo.end()
    with demo_process("--data-dir", str(tmp_path)) as demo:
        same = ("admin_token", "config", "users")
        assert {key: demo.told[key] for key in same} == {key: before[key] for key in same}
        assert demo.services.farm.first().build == "20348.349"
        # Its address is another one: phones and service provider have moved with it.
        page = log_in(demo)
        file = demo.told["users"][0]["phone"]
        assert not page.text("validEntropyNumber")
        assert demo.run("phone", "approve", "--file", file).returncode == 0


def test_a_configuration_that_is_there_is_not_overwritten(tmp_path):
    with demo_process("--data-dir", str(tmp_path)) as demo:
        demo.end()
    file = tmp_path / "tallystick.toml"
    file.write_text(file.read_text() + "\n[sign_in]\nsession_minutes = 5\n")
    with demo_process("--data-dir", str(tmp_path)) as demo:
        demo.end()
    assert "session_minutes = 5" in file.read_text()


@contextmanager
def neighbours() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Listen on two ports of which one follows the other."""
    while True:
        with listen("127.0.0.1", 0) as first:
            try:
                second = listen("127.0.0.1", port_of(first) + 1)
            except AddressUnavailable:
                continue
            with second:
                yield first, second
                return


@pytest.mark.parametrize("taken", [0, 1])
def test_a_port_in_use_is_one_line_and_makes_nothing(taken, tmp_path):
    with neighbours() as listeners:
        port = port_of(listeners[0])
        listeners[1 - taken].close()
        refused = tallystick("demo", "--port", str(port), "--data-dir", str(tmp_path / "demo"))
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert f"Port {port + taken} on 127.0.0.1 is in use" in line
    assert "--port" in line
    assert list(tmp_path.rglob("*.key")) == []


def test_an_address_of_another_machine_is_one_line():
    refused = tallystick("demo", "--bind", "192.0.2.1", "--port", "0")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "--bind" in refused.stderr

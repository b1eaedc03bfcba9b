"""Every command starts, works and ends where Python's library is that of Windows (a stand-in)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from support.nets import NET_SECONDS
from support.ports import free_port
from support.servers.demo_process import demo_process, log_in
from support.servers.serve_process import serve_process
from support.windows import system_names

FOLDER = str(Path(system_names.__file__).parent)
SECONDS = 120
RUN_ALL = """
import json, sys
from idp.cli import main
for words in json.loads(sys.argv[1]):
    print(">", *words, flush=True)
    try:
        main(words)
    except SystemExit as end:
        assert not end.code, words
"""
TEST = """
from idp.operating_system import IS_WINDOWS

def test_a_sign_in(federation, service_provider, phone):
    assert IS_WINDOWS
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(number=sign_in.number)
    assert sign_in.finish().name_id == "user@example.test"
"""


def run(*words: object) -> str:
    """Run this interpreter on the stand-in to its end, and return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *map(str, words)],
        env=os.environ | {"PYTHONPATH": FOLDER},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The configuration of a server that ``init`` has made, and what the commands have printed."""
    folder = tmp_path_factory.mktemp("windows") / "sts"
    file = folder / "tallystick.toml"
    of_server = ("-c", str(file))
    commands = [
        ["decide", "20348.349"],
        ["init", str(folder), "--base-url", f"http://localhost:{free_port()}"],
        ["config", "show", *of_server],
        ["keys", "roll", *of_server],
        ["keys", "list", *of_server],
        ["server", "set", "sts1", "20348.350", *of_server],
        ["admin", "token", "--new", *of_server],
        ["doctor", *of_server],
    ]
    return file, run("-c", RUN_ALL, json.dumps(commands))


def test_commands_run_and_the_doctor_says_once_what_it_cannot_check(server):
    _file, printed = server

    assert "[kb_missing]" in printed
    assert printed.count("file_rights_unchecked") == 1
    assert "is_open" not in printed


@pytest.mark.parametrize("engine", ["waitress", "granian"])
def test_serve_answers_with_one_process_and_ends_at_ctrl_break(server, engine):
    file, _printed = server
    chosen = {} if engine == "waitress" else {"TALLYSTICK__SERVE__ENGINE": engine}
    with serve_process(file, "--workers", "2", PYTHONPATH=FOLDER, **chosen) as serving:
        assert (serving.told["engine"], serving.told["workers"]) == (engine, 1)
        probe = requests.get(f"{serving.told['url']}/adfs/probe", timeout=NET_SECONDS)
        assert probe.status_code == 200
        assert serving.end(system_names.SIGBREAK) == 0
        assert "file_rights_unchecked" in serving.said()
        assert "workers_ignored" in serving.said()


def test_the_demo_signs_a_user_in_and_ends_at_ctrl_break(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", FOLDER)
    with demo_process() as demo:
        assert log_in(demo).text("validEntropyNumber")
        assert demo.end(system_names.SIGBREAK) == 0
        assert not demo.folder.exists()


def test_the_pytest_plugin_signs_a_user_in(tmp_path):
    (tmp_path / "test_one.py").write_text(TEST)

    # pytest rewrites the assertions of plugins' packages, and would import them instead.
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--assert=plain", tmp_path)


def test_a_process_that_is_told_to_end_before_it_can_has_ended_in_order(tmp_path):
    """Windows' default action of SIGTERM is to exit with status 3."""
    program = (
        "import subprocess, sys; from idp import operating_system as system;"
        "p = system.start_in_own_group((sys.executable, '-c', "
        "'from idp.serving import shutdown; from idp.operating_system import end_this_process;"
        "shutdown.end_when_stdin_closes(end_this_process); import time; time.sleep(100)'),"
        "stdin=subprocess.PIPE); system.tell_to_end(p);"
        "assert p.wait() in system.ORDINARY_STATUSES, p.returncode"
    )
    run("-c", program)

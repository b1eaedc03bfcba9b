"""What keeps a server small: who loads what, how many threads there are, and what they keep."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.fresh_python import printed_by

from idp.config import CONFIG_VARIABLE, WORKER_THREADS
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.serving.granian_server import MAX_THREADS, threads_for
from idp.serving.plan import Plan
from idp.serving.web_process import Listening

GIBIBYTE = 1024**3
HEAVY = ("flask", "granian", "lxml", "pydantic", "sqlalchemy")
SUPERVISING = "idp.cli.serve, idp.cli.preparation, idp.serving.supervisor, idp.serving.plan"


def test_the_supervisor_loads_neither_the_application_nor_the_configuration():
    program = f"import sys, {SUPERVISING}; print(*(m for m in {HEAVY} if m in sys.modules))"

    assert printed_by(program) == ""


def test_the_supervisor_gets_the_plan_as_text():
    plan = Plan(
        config_file="/etc/tallystick/tallystick.toml",
        base_url="https://sts.example.test",
        listening=Listening("::1", 8443, "sts.example.test", is_tls=True),
        engine="granian",
        workers=2,
        answers_radius=True,
        metrics_bind="127.0.0.1",
        metrics_port=9464,
    )

    assert Plan.from_json(plan.to_json()) == plan
    assert plan.listening.url == "https://[::1]:8443"


PREPARED = """\
import os, sys, threading, flask.testing
from idp.serving import preloading, web_worker

preloading.load_modules()
prepared = web_worker.prepare_app(8)
"""
LOOK = """\
files = (os.readlink(each.path) for each in os.scandir("/proc/self/fd"))
print(threading.active_count(), *files)
"""
WORKER = """\
before = set(sys.modules)
if os.fork() == 0:
    app = web_worker.make_app(8)
    page = app.test_client().get("/adfs/ls/idpinitiatedsignon.aspx", base_url=sys.argv[1])
    print(app is prepared, page.status_code, *sorted(set(sys.modules) - before), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.fixture
def base_url(farm_folder, services, monkeypatch):
    """The address of a server whose web server processes a test starts."""
    file = farm_folder / "tallystick.toml"
    services.farm.set_build("sts1", "20348.350", "test")
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    return load(file).server.base_url


def test_a_worker_makes_and_loads_nothing_that_was_there_before_the_fork(base_url):
    assert printed_by(f"{PREPARED}{WORKER}", base_url) == "True 200"


@pytest.mark.usefixtures("base_url")
def test_the_process_that_forks_workers_has_no_threads_and_no_open_database():
    """Threads end in a fork, and no connection to a database may be used in two processes."""
    threads, *files = printed_by(f"{PREPARED}{LOOK}").split()

    assert threads == "1"
    assert [each for each in files if each.endswith(".db")] == []


def test_few_threads_hash_the_passwords_of_many_requests():
    before = set(threading.enumerate())
    hasher = PasswordHasher(memory_kib=8, passes=1, slots=2)
    stored = hasher.hash("correct horse")

    with ThreadPoolExecutor(16) as requests:
        right = list(requests.map(lambda _: hasher.matches(stored, "correct horse"), range(100)))

    assert all(right)
    added = [each for each in threading.enumerate() if each not in before]
    assert 1 <= sum(each.name.startswith("password") for each in added) <= 2


@pytest.mark.parametrize(
    ("memory", "workers", "threads"),
    [
        (None,          2, WORKER_THREADS),
        (GIBIBYTE,      2, WORKER_THREADS),
        (4 * GIBIBYTE,  2, 2048),
        (64 * GIBIBYTE, 2, MAX_THREADS),
        (64 * GIBIBYTE, 64, 1024),
    ],
)  # fmt: skip
def test_threads_that_wait_fit_into_the_memory(memory, workers, threads):
    assert threads_for(memory, workers) == threads

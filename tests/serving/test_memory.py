"""What keeps a server small: who loads what, how many threads there are, and what they keep."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest

from idp.config import WORKER_THREADS
from idp.directory import PasswordHasher
from idp.serving.granian_server import MAX_THREADS, threads_for
from idp.serving.plan import Plan
from idp.serving.preloading import MODULES
from idp.serving.web_process import Listening

GIBIBYTE = 1024**3
HEAVY = ("flask", "granian", "lxml", "pydantic", "sqlalchemy")
SUPERVISING = "idp.cli.serve, idp.cli.preparation, idp.serving.supervisor, idp.serving.plan"


def test_the_supervisor_loads_neither_the_application_nor_the_configuration():
    program = f"import sys, {SUPERVISING}; print(*(m for m in {HEAVY} if m in sys.modules))"

    loaded = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, check=True
    )

    assert loaded.stdout.split() == []


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


@pytest.mark.parametrize("name", MODULES)
def test_what_workers_share_can_be_loaded(name):
    assert import_module(name)


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

"""``/metrics``: on its own listener, the sum over all processes, and nobody's name in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from support.nets import NET_SECONDS
from support.ports import free_port
from support.servers.serve_process import refusal, serve_process, serve_section
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.assembly import assemble
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.metrics import MAX_VALUES, OTHER, _Few
from idp.sockets import listen
from idp.testing.clock import ShiftedClock
from idp.testing.federation import Federation


@pytest.fixture
def config_file(farm_folder: Path) -> Path:
    """A server that answers Prometheus."""
    port = free_port()
    made = serve_section(farm_folder, port=port, workers=2)
    text = made.read_text().replace("http://idp.example.test", f"http://localhost:{port}")
    made.write_text(f"{text}\n[metrics]\nport = {free_port()}\n")
    return made


@pytest.fixture
def federation(config_file: Path, tmp_path: Path):
    services = assemble(
        load(config_file), clock=ShiftedClock(), hasher=PasswordHasher(memory_kib=8, passes=1)
    )
    services.farm.set_build("sts1", "20348.350", "test")
    services.trusts.add(metadata().encode())
    made = Federation(services, tmp_path)
    yield made
    made.close()
    services.close()


def samples(url: str) -> dict[tuple[str, ...], float]:
    """All that is counted, by name and the values of its labels."""
    text = requests.get(url, timeout=NET_SECONDS).text
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_all_that_happens_is_counted(config_file, federation):
    user = federation.add_user()
    with serve_process(config_file) as server:
        for _ in range(3):
            sign_in = federation.sign_in(federation.idp_initiated_url(SP_ID), user)
            user.phone.approve(number=sign_in.number)
            sign_in.finish()
        for _ in range(20):
            requests.get(f"{federation.url}/adfs/ls/", timeout=NET_SECONDS)
        found = samples(server.told["metrics"])

        assert found["tallystick_sign_ins_total", "1200", "number_match", "issued"] == 3
        assert found["tallystick_pushes_total", "number_match"] == 3
        assert found["tallystick_push_answers_total", "approved"] == 3
        assert found["tallystick_refusals_total", "MSIS7065"] == 20
        assert found["tallystick_request_seconds_count", "signin.ls", "4xx"] == 20
        text = requests.get(server.told["metrics"], timeout=NET_SECONDS).text
        for name in ("example.test", user.name, SP_ID):
            assert name not in text


def test_the_server_itself_has_no_metrics(config_file, federation):
    with serve_process(config_file, "--workers", "1"):
        assert requests.get(f"{federation.url}/metrics", timeout=NET_SECONDS).status_code == 404


def test_a_port_in_use_is_one_line(config_file):
    with listen("127.0.0.1", load(config_file).metrics.port):
        assert "metrics.port" in refusal(config_file)


def test_prometheus_is_not_loaded_where_metrics_are_off(farm_folder):
    program = (
        "import sys, pathlib, idp\n"
        "from idp.config.reading import load\n"
        f"idp.create_app(load(pathlib.Path({str(farm_folder / 'tallystick.toml')!r})))\n"
        "print('prometheus_client' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)  # noqa: S603 -- our own interpreter

    assert done.stdout == "False\n"


def test_the_number_of_values_of_a_label_is_limited():
    few = _Few()
    values = [few("outcome", str(number)) for number in range(MAX_VALUES + 5)]

    assert values.count(OTHER) == 5
    assert few("outcome", "7") == "7"
    assert few("experience", "new") == "new"

"""What is refused or failed is written as one line and counted once, by its code."""

from __future__ import annotations

import io
import json

import pytest

from idp import logs
from idp.counters import NO_COUNTERS, log_and_count
from idp.metrics import Meters


@pytest.fixture
def log():
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    logs.configure()


def counted(meters: Meters, name: str, **labels: str) -> float | None:
    return meters.registry.get_sample_value(name, labels)


@pytest.mark.parametrize("level", ["info", "warning", "error", "critical"])
def test_a_failure_is_one_line_of_its_level_and_one_more_in_the_counter_of_its_code(level, log):
    meters = Meters()

    log_and_count(meters, "something_failed", code="gone", level=level, client_ip="192.0.2.1")

    line = json.loads(log.getvalue())
    assert (line["event"], line["level"], line["code"]) == ("something_failed", level, "gone")
    assert line["client_ip"] == "192.0.2.1"
    assert counted(meters, "tallystick_refusals_total", code="gone") == 1


def test_a_line_with_a_code_counts_nothing_by_itself(log):
    meters = Meters()

    logs.get_logger().info("something_happened", code="gone")

    assert counted(meters, "tallystick_refusals_total", code="gone") is None


def test_where_metrics_are_off_the_line_is_written_all_the_same(log):
    log_and_count(NO_COUNTERS, "something_failed", code="gone")

    assert json.loads(log.getvalue())["code"] == "gone"


def test_each_kind_of_event_has_its_own_counter():
    meters = Meters()

    meters.sign_in(1200, "issued", "number_match")
    meters.push_sent("number_match")
    meters.phone_answered("approved")
    meters.request_took("signin.ls", 404, 0.2)

    assert (
        counted(
            meters,
            "tallystick_sign_ins_total",
            event_id="1200",
            outcome="issued",
            experience="number_match",
        )
        == 1
    )
    assert counted(meters, "tallystick_pushes_total", experience="number_match") == 1
    assert counted(meters, "tallystick_push_answers_total", state="approved") == 1
    assert (
        counted(meters, "tallystick_request_seconds_count", endpoint="signin.ls", status="4xx") == 1
    )

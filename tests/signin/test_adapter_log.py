"""What the log says of an adapter that failed: the line in its package, the error, no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.adapters import failing_adapters

from idp.adapters.redaction import MAX_MESSAGE
from idp.config.adapters import AdaptersSection

SOURCE = Path(failing_adapters.__file__).read_text().splitlines()
CONFIG = b'question = "Tea?"\npassword = "open sesame"\n'


@pytest.fixture
def with_tracebacks(served):
    served(adapters=AdaptersSection(log_tracebacks=True))


@pytest.fixture
def failed(enable, federation, sp, lines):
    """The first log line of a sign-in at an adapter that fails at its first page."""

    def failed(name: str) -> dict:
        enable(name)
        federation.sign_in(sp.url())
        return next(line for line in lines.all() if line["event"] == "adapter_error")

    return failed


def line_of(text: str) -> int:
    (number,) = [number for number, line in enumerate(SOURCE, start=1) if text in line]
    return number


def test_the_log_names_the_deepest_line_of_the_adapters_package(failed):
    line = failed("FailsBelow")

    number = line_of("the line that the log names")
    assert line["at"] == f"support/adapters/failing_adapters.py:{number}"
    assert line["function"] == "FailsBelow._ask_gateway"
    assert line["error_type"] == "JSONDecodeError"
    assert line["message"].startswith("Expecting property name enclosed in double quotes")


def test_the_message_is_one_short_line(failed):
    assert failed("FailsForAReason")["message"] == "x" * (MAX_MESSAGE - 1) + "…"


def test_what_the_contract_does_not_allow_is_said_too(failed):
    line = failed("PassesAtBegin")

    assert line["message"] == "begin_authentication returned claims instead of a page"


def test_an_error_that_cannot_be_printed_is_logged_without_its_text(failed):
    assert failed("Unprintable")["message"] == ""


def test_no_traceback_is_logged_unless_the_setting_asks_for_it(failed):
    assert "traceback" not in failed("FailsForAReason")


def test_with_the_setting_the_whole_traceback_is_logged(with_tracebacks, failed):
    traceback = failed("FailsForAReason")["traceback"]

    assert traceback[0].startswith("RuntimeError: xxx")
    assert "Thrown: No route [31m to the gateway" in traceback
    assert f'File "{failing_adapters.__file__}", line {line_of("from error")}, in ' in "".join(
        traceback
    )
    assert any("calls.py" in line for line in traceback)


def test_nothing_that_an_adapter_was_trusted_with_stands_in_the_log(
    with_tracebacks, enable, federation, sp, lines
):
    enable("SaysTooMuch", config=CONFIG)
    federation.sign_in(sp.url()).post(Answer="pass\"w'rt")

    (line,) = [line for line in lines.all() if line["event"] == "adapter_error"]
    assert line["message"].startswith("No '[posted]' in {'noted': '[data]', 'code': [data]}, b'")
    assert line["message"].endswith(", [posted], step 47 of 5")
    assert not [each for each in ("w'rt", "W'RT", "479113", "open sesame") if each in lines.text]


def test_the_text_of_an_error_while_loading_is_not_logged(enable, federation, sp, lines):
    enable("SaysTooMuchWhenItLoads", config=CONFIG)
    federation.sign_in(sp.url())

    (line,) = [line for line in lines.all() if line["event"] == "adapter_load_failed"]
    assert line["at"].startswith("support/adapters/failing_adapters.py:")
    assert "open sesame" not in lines.text

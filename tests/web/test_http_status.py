"""The HTTP status of an error: by its class if it is an outage, else by its code."""

from __future__ import annotations

import pytest

from adapter.errors import TallystickError, Unavailable
from idp.web.http_status import RETRY_LATER, RETRY_SOON, status_of


@pytest.mark.parametrize(
    ("code", "status"),
    [("MSIS5007", 403), ("device_unknown", 401), ("unknown_trust", 404), ("too_many_tries", 429)],
)
def test_a_code_has_one_status_at_every_host(code, status):
    error = TallystickError("It is refused", code=code)

    assert {status_of(error), status_of(error, 409), status_of(error, 422)} == {status}


def test_a_code_without_an_entry_has_the_status_that_the_host_names():
    error = TallystickError("It is refused", code="nobody_listed_this")

    assert (status_of(error), status_of(error, 422)) == (400, 422)


@pytest.mark.parametrize("code", ["store_unavailable", "no_node", "unknown_trust"])
def test_an_outage_is_503_whatever_its_code(code):
    assert status_of(Unavailable("It is away", code=code), 422) == 503


def test_clients_are_asked_to_wait_for_a_number_of_seconds():
    assert (RETRY_LATER, RETRY_SOON) == (("Retry-After", "5"), ("Retry-After", "1"))

"""AD FS's event numbers: which event a refused request is."""

from __future__ import annotations

import pytest

from idp.events import Event, event_of_refusal


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("signature_algorithm", Event.WRONG_SIGNATURE_ALGORITHM),
        ("MSIS0038", Event.MESSAGE_NOT_SIGNED_RIGHT),
        ("signature_required", Event.MESSAGE_NOT_SIGNED_RIGHT),
        ("MSIS7007", Event.REQUEST_FAILED),
        ("http_404", Event.REQUEST_FAILED),
    ],
)
def test_a_refusal_is_an_event_of_ad_fs_by_its_code(code, event):
    assert event_of_refusal(code) is event


def test_an_event_is_written_as_its_number():
    assert (repr(Event.TOKEN_ISSUED), f"{Event.TOKEN_ISSUED}") == ("1200", "1200")

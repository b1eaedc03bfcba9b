"""The number is on the sign-in page and nowhere else."""

from __future__ import annotations

import json
import re


def test_no_log_line_row_or_answer_to_the_phone_holds_the_number(federation, sp, phone, capfd):
    """Two digits are everywhere: search for them as a value of their own."""
    sign_in = federation.sign_in(sp.url())
    number = sign_in.number
    (request,) = phone.pending()
    phone.approve(number)
    sign_in.finish()

    written = capfd.readouterr().err + "\n".join(
        entry.as_line() for entry in federation.services.log.read()
    )
    alone = re.compile(rf"(?<![0-9A-Za-z.:-]){number}(?![0-9A-Za-z.:-])")
    assert not alone.search(written)
    assert number not in [str(value) for value in request.sent.values()]
    assert not alone.search(json.dumps(request.sent))


def test_the_page_shows_the_number_once_and_spells_it_once_for_screen_readers(federation, sp):
    sign_in = federation.sign_in(sp.url())
    number = sign_in.number
    assert re.fullmatch(r"[1-9][0-9]", number)
    assert f"The number is {' '.join(number)}." in sign_in.page.html


def test_approve_and_deny_show_no_number(federation, sp, phone):
    federation.set_build("20348.349")
    page = federation.sign_in(sp.url()).page
    assert "validEntropyNumber" not in page.ids()
    assert "number" not in page.text("workArea").lower()
    assert "number" not in json.dumps([request.sent for request in phone.pending()])

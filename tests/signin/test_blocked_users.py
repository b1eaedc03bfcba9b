"""A blocked user is asked for nothing, by no adapter; a report may block, and stands in the log."""

from __future__ import annotations

import pytest

from idp.config.mfa import MfaSection

ENTRA, SERVER = "AzureMfaAuthentication", "AzureMfaServerAuthentication"


def rows(federation, *outcomes):
    return [row for row in federation.log if row.outcome in outcomes]


@pytest.mark.parametrize("adapter", [ENTRA, SERVER])
def test_a_blocked_user_is_told_so_and_asked_for_nothing(federation, sp, phone, enable, adapter):
    enable(adapter)
    federation.services.mfa.protection.block(federation.user.name)
    sign_in = federation.sign_in(sp.url())
    sign_in.poll()

    assert "blocked" in sign_in.error
    assert (sign_in.number, phone.pending()) == (None, ())
    sign_in.try_again()
    assert "blocked" in sign_in.error
    assert phone.pending() == ()
    assert {row.outcome for row in federation.log if row.event_id == 1201} == {"user_blocked"}

    federation.services.mfa.protection.unblock(federation.user.name)
    again = federation.sign_in(sp.url())
    assert again.error == ""


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_block_while_the_request_is_open_is_told_as_such(federation, sp, phone, is_approved):
    """Also if the approval came first, and after the block was lifted again."""
    sign_in = federation.sign_in(sp.url())
    if is_approved:
        phone.approve(number=sign_in.number)
    federation.services.mfa.protection.block(federation.user.name)
    federation.services.mfa.protection.unblock(federation.user.name)

    sign_in.poll()

    assert "was blocked while the request was open" in sign_in.error
    assert not sign_in.is_finished
    assert federation.log[-1].outcome == "blocked_meanwhile"


def test_a_code_is_neither_asked_for_nor_taken(federation, sp):
    user = federation.add_user(totp=True)
    by_code = federation.sign_in(sp.url(), user)
    by_code.use_code()
    federation.services.mfa.protection.block(user.name)

    by_code.enter_code(user.code())
    assert "blocked" in by_code.error
    assert "verificationCodeInput" not in federation.sign_in(sp.url(), user).page.ids()


def test_a_report_stands_in_the_log_with_what_it_has_done(federation, sp, phone):
    federation.sign_in(sp.url())
    phone.deny(report=True)

    (report,) = rows(federation, "user_reported_suspicious_activity")
    (action,) = rows(federation, "report_no_action", "report_user_blocked")
    assert (report.event_id, report.reason) == (1203, "user_reported_suspicious_activity")
    assert (action.outcome, action.detail) == ("report_no_action", report.detail)
    standing = federation.services.mfa.protection.standing_of(federation.user.name)
    assert (standing.block, standing.risk.client_ip) == (None, "127.0.0.1")


def test_with_the_setting_a_report_blocks(federation, sp, phone, reassembled):
    """Another node of the same farm, on which the report arrives, has the setting."""
    federation.sign_in(sp.url())
    client = reassembled(mfa=MfaSection(block_on_report=True))
    services = client.application.extensions["tallystick"]
    (request,) = phone.pending()
    (device,) = services.mfa.devices.of_user(federation.user.name)
    nonce = request.sent["nonce"]
    services.mfa.push.answer(device, request.id, nonce=nonce, approve=False, reported=True)

    assert "blocked" in federation.sign_in(sp.url()).error
    assert federation.services.mfa.protection.standing_of(federation.user.name).block.by == "report"

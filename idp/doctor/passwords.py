"""Passwords: whether the lock-out and the page to change them do what they were set to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.doctor.findings import Findings, ServerUnderTest, warning

if TYPE_CHECKING:
    from idp.services import Services


def passwords(patient: ServerUnderTest, services: Services) -> Findings:
    """Whether the smart lock-out reaches anybody, and those who must change can."""
    lockout, proxies = patient.config.lockout, patient.config.proxies
    is_smart = lockout.mode != "password_counter"
    if is_smart and lockout.extranet_only and not proxies.web_application_proxies:
        yield warning(
            "lockout_reaches_nobody",
            "The smart lock-out is for the extranet alone, and no Web Application Proxy is known: "
            "the soft one holds for everybody",
            "Name the proxies under [proxies], or set extranet_only = false under [lockout]",
        )
    if not patient.config.sign_in.password_change:
        stuck = [user.upn for user in services.directory.list() if user.must_change]
        if stuck:
            yield warning(
                "password_change_is_off",
                f"{len(stuck)} must change their password and cannot, {stuck[0]} among them",
                "Set password_change = true under [sign_in], or give them one: "
                "tallystick user passwd NAME",
            )

"""Checks of the lock-out, of the page on which users change their password, and of NT hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.doctor.findings import Findings, ServerUnderTest, warning

if TYPE_CHECKING:
    from idp.services import Services


def passwords(server: ServerUnderTest, services: Services) -> Findings:
    """Check smart lock-out, the change of passwords, and whether NT hashes are kept."""
    lockout, proxies = server.config.lockout, server.config.proxies
    is_smart = lockout.mode != "password_counter"
    if is_smart and lockout.extranet_only and not proxies.web_application_proxies:
        yield warning(
            "lockout_reaches_nobody",
            "Smart lock-out is set for the extranet only, but no Web Application Proxy is "
            "configured: "
            "soft lock-out applies to everybody",
            "List the proxies under [proxies], or set extranet_only = false under [lockout]",
        )
    if not server.config.sign_in.password_change:
        blocked = [user.upn for user in services.directory.list() if user.must_change]
        if blocked:
            yield warning(
                "password_change_is_off",
                f"{len(blocked)} users must change their password but cannot; one is {blocked[0]}",
                "Set password_change = true under [sign_in], or set new passwords: "
                "tallystick user passwd NAME",
            )
    yield from _nt_hashes(services)


def _nt_hashes(services: Services) -> Findings:
    kept = [name for name, each in services.nt_hashes.kept().items() if each.is_kept]
    if kept:
        yield warning(
            "nt_hashes_kept",
            f"The NT hashes of {len(kept)} users are kept; one is {kept[0]}: who gets the database "
            "and the farm's secret signs in by MS-CHAP as them",
            "Delete those that no VPN needs: tallystick user nt-hash NAME off",
        )

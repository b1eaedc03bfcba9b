"""The section for the second factor of all users."""

from __future__ import annotations

from idp.config.section import Section


class MfaSection(Section):
    """``[mfa]``: what the second factor does for all users."""

    block_on_report: bool = False
    """Block a user who reports a request for 90 days, or until an administrator unblocks it.

    Microsoft Entra: fraud alert, "Automatically block users who report fraud".
    """

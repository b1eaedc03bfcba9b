"""The sign-in log as administrators read it; behind ``/admin/log`` and ``tallystick log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.services import Services

"""A sound server, which tests break."""

from __future__ import annotations

from administered import farm_folder, keys_folder, services

__all__ = ["farm_folder", "keys_folder", "services"]

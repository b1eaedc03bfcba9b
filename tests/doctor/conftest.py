"""A healthy server, to be made ill."""

from __future__ import annotations

from administered import empty_file, farm_folder, keys_folder, services

__all__ = ["empty_file", "farm_folder", "keys_folder", "services"]

"""A healthy server, to be made ill."""

from __future__ import annotations

from support.servers.server_folder import farm_folder, keys_folder, services

__all__ = ["farm_folder", "keys_folder", "services"]

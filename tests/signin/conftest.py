from support.servers.sign_in_server import (
    easy,
    elsewhere,
    enable,
    lines,
    pairs,
    reassembled,
    reconfigured,
    served,
    sp,
)
from support.service_providers.logout_apps import app, browser, to

__all__ = [
    "app",
    "browser",
    "easy",
    "elsewhere",
    "enable",
    "lines",
    "pairs",
    "reassembled",
    "reconfigured",
    "served",
    "sp",
    "to",
]

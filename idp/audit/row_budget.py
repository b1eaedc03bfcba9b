"""How many refused requests get a row of the log each: strangers must not fill the disk.

Anybody can send requests that are refused. Their rows are limited for each client, so that one
client cannot use up all, and overall. Beyond that a refusal has only its log line and its counter.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from ipaddress import IPv6Address, ip_address

MAX_ROWS_A_MINUTE = 120
"""For all clients of one process."""
MAX_CLIENT_ROWS_A_MINUTE = 20


class RowBudget:
    """The rows of refused requests that one process may still store in this minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._stored: Counter[str] = Counter()

    def take(self, client_ip: str, now: datetime) -> bool:
        """Return whether a refusal of this client may have a row of its own."""
        client, minute = _client_of(client_ip), int(now.timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._stored.clear()
            if self._stored.total() >= MAX_ROWS_A_MINUTE:
                return False
            if self._stored[client] >= MAX_CLIENT_ROWS_A_MINUTE:
                return False
            self._stored[client] += 1
            return True


def _client_of(client_ip: str) -> str:
    """Return what stands for one client: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ip_address(client_ip)
    except ValueError:
        return client_ip
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return address.exploded[:19]
    return client_ip

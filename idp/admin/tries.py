"""How often a client may give a wrong token; kept by each process for itself.

The token is too long to be guessed: this keeps the log short and the guessing hopeless. It forgets
the client not seen for longest rather than grow, and a client is never made to wait in a thread.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

WRONG = 10
WINDOW = timedelta(minutes=1)
CLIENTS = 1000


class Tries:
    """The wrong tokens of the last minute, by client address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def debit(self, client: str, now: datetime) -> bool:
        """Take a try off before the token is looked at; False when none is left."""
        with self._lock:
            times = self._recent(client, now)
            if len(times) >= WRONG:
                return False
            times.append(now)
            return True

    def give_back(self, client: str) -> None:
        """Return the newest try: the token was right."""
        with self._lock:
            times = self._wrong.get(client)
            if times:
                times.pop()

    def _recent(self, client: str, now: datetime) -> deque[datetime]:
        times = self._wrong.setdefault(client, deque(maxlen=WRONG))
        self._wrong.move_to_end(client)
        while times and now - times[0] >= WINDOW:
            times.popleft()
        while len(self._wrong) > CLIENTS:
            self._wrong.popitem(last=False)
        return times

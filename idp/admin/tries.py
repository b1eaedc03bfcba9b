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

    def judge(self, client: str, now: datetime, *, right: bool) -> bool:
        """Count a wrong token; say whether the client may hear at all what its token was.

        One step under the lock: parallel wrong ones are all counted, right ones never are.
        """
        with self._lock:
            times = self._recent(client, now)
            if len(times) >= WRONG:
                return False
            if not right:
                times.append(now)
            return True

    def _recent(self, client: str, now: datetime) -> deque[datetime]:
        times = self._wrong.setdefault(client, deque(maxlen=WRONG))
        self._wrong.move_to_end(client)
        while times and now - times[0] >= WINDOW:
            times.popleft()
        while len(self._wrong) > CLIENTS:
            self._wrong.popitem(last=False)
        return times

"""A node that guesses passwords: told on standard input to begin, it prints how many were tried."""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from support.clock import SetClock

from idp.directory import Directory, PasswordHasher
from idp.directory.lockout import Limit, LockoutMode, LockoutRules, Origin
from idp.store.engine import Database
from idp.store.users import SqlUserStore

USER = "alice@example.test"
ELSEWHERE = Origin(("203.0.113.9",), extranet=True)
ENFORCED = LockoutRules(LockoutMode.ENFORCE, unknown=Limit(4, forgets=False))
GUESSES = 50


def guess(url: str) -> int:
    """Guess many times at once, and return how often a right password would have been taken."""
    store, hasher = SqlUserStore(Database(url)), PasswordHasher(memory_kib=8, passes=1, slots=4)
    directory = Directory(store, SetClock(), hasher, ENFORCED)
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(16) as pool:
        checks = pool.map(lambda _: directory.check_password(USER, "x", ELSEWHERE), range(GUESSES))
    return Counter(check.failure for check in checks)["wrong_password"]


if __name__ == "__main__":
    print(guess(sys.argv[1]))

"""Debian's radclient and radtest, unchanged (package freeradius-utils)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from support.radius.programs import Ended, Run

NAS = "192.0.2.1"
"""The NAS-IP-Address of its requests."""


@dataclass(frozen=True)
class Radclient:
    """A client of one server, ``host:port`` or ``[host]:port``.

    Its exit status is 0 after an Access-Accept, and 1 after anything else.
    """

    run: Callable[..., Run]
    server: str
    secret: str

    def pap(self, user: str, password: str, *, state: str = "") -> Ended:
        """Send a password or a code, with the State of the challenge that it answers."""
        return self.start_pap(user, password, state=state).end()

    def start_pap(self, user: str, password: str, *, state: str = "", retry_after: int = 0) -> Run:
        """Send it, and send it again as often as *retry_after* seconds pass without an answer."""
        patience = ("-t", retry_after, "-r", 90) if retry_after else ("-t", 90, "-r", 1)
        return self._start(user, password, *patience, state=state)

    def burst(self, user: str, password: str, *, count: int, at_once: int) -> Ended:
        """Send a password *count* times, so many of them at once, and print a summary."""
        return self._start(user, password, "-s", "-c", count, "-p", at_once, "-t", 90).end()

    def radtest(self, kind: str, user: str, password: str) -> Ended:
        """Run radtest, a script around radclient, for ``pap``, ``chap``, ``mschap``."""
        words = ("-t", kind, user, password, self.server, "0", self.secret, "0", NAS)
        return self.run("radtest", *words).end()

    def _start(self, user: str, password: str, *options: object, state: str = "") -> Run:
        lines = {
            "User-Name": f'"{user}"',
            "User-Password": f'"{password}"',
            "NAS-IP-Address": NAS,
            "Message-Authenticator": "0x00",
            **({"State": state} if state else {}),
        }
        typed = "".join(f"{name} = {value}\n" for name, value in lines.items())
        command = ("radclient", "-x", *options, self.server, "auth", self.secret)
        return self.run(*command, typed=typed)


def state_in(ended: Ended) -> str:
    """Return the State of the challenge that radclient has printed, as it is to be sent back."""
    assert "Received Access-Challenge" in ended.output, ended.output
    found = re.search(r"State = (0x[0-9a-f]+)", ended.output)
    assert found, ended.output
    return found[1]

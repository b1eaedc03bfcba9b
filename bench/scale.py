"""What a server with many trusts, users and log rows costs, beside one with few.

Each request is of another user and for another trust. Each trust has been read once before, since
a process reads a trust only when it has changed.
"""

from __future__ import annotations

from pathlib import Path

from bench import pages, saml
from bench.big_server import make_big_server, request_assertion
from bench.harness import Row

FEW = "a request of one of 10 trusts, of one of 10 users"
MANY = "  of one of 10,000 trusts, of one of 100,000 users"
LONG = "  and with 1,000,000 rows in the log"
BUDGET = 1.1


def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> list[Row]:
    """Return the rows, on three servers in *folder*."""
    few = make_big_server(idp, sp, folder / "few", of_trusts=10, of_users=10)
    many = make_big_server(idp, sp, folder / "many", of_trusts=10_000, of_users=100_000)
    long = make_big_server(
        idp, sp, folder / "long", of_trusts=10_000, of_users=100_000, of_log=1_000_000
    )
    return [
        Row(FEW, None, request_assertion, few.requests),
        Row(MANY, BUDGET, request_assertion, many.requests, beside=FEW),
        Row(LONG, BUDGET, request_assertion, long.requests, beside=FEW),
        *pages.rows(few, long),
    ]

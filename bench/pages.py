"""Pages that list what a server has: as an administrator and a user see them on a big server.

Thirty milliseconds are at least as long as 85 RSA-2048 signatures on the machines that were tried,
so that is the limit of each page.
"""

from __future__ import annotations

from bench.big_server import BigServer
from bench.harness import Row
from bench.server import PASSWORD, Client

ADMINISTRATOR = "administrator@example.test"
SEED = "A" * 32
PATHS = {
    "the IdP-initiated page": "/adfs/ls/idpinitiatedsignon.aspx",
    "the page Trusts": "/admin/trusts",
    "  with a search of trusts": "/admin/trusts?q=trust77",
    "the page Users": "/admin/users",
    "  with a search of users": "/admin/users?q=user777",
    "the page Sign-ins": "/admin/log",
    "  of sign-ins to one trust": "/admin/log?trust=https%3A%2F%2Ftrust77.test%2Fsp",
    "the page Farm, with 50 NPS hosts": "/admin/farm",
}
FEW = "the page Users of 10 users"
BUDGET = 85.0
HOSTS = 50


def rows(few: BigServer, big: BigServer) -> list[Row]:
    """Return a row of each page on the *big* server, after one page of the server with *few*."""
    for number in range(HOSTS):
        big.services.nps.set_host(f"nps{number}", "bench", version="1.2.2216.1")
    small = _row(FEW, None, _administrator(few), PATHS["the page Users"])
    browser = _administrator(big)
    return [small, *(_row(name, BUDGET, browser, path) for name, path in PATHS.items())]


def _row(name: str, budget: float | None, browser: Client, path: str) -> Row:
    where, _, query = path.partition("?")

    def show(_: object) -> None:
        page = browser.get(where, query)
        if not page.status.startswith("200"):
            raise RuntimeError(f"The page {path} is not shown: {page}")

    return Row(name, budget, show)


def _administrator(server: BigServer) -> Client:
    """Return the browser of an administrator who has signed in."""
    groups = [server.services.config.admin.administrators]
    server.services.directory.add(ADMINISTRATOR, PASSWORD, groups=groups)
    server.services.mfa.codes.register(ADMINISTRATOR, SEED)
    browser = server.browser_of(ADMINISTRATOR)
    browser.get("/admin/sign-in")
    return browser

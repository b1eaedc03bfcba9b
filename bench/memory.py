"""The memory of ``tallystick serve`` with two workers: at rest, and after passwords were hashed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

from bench import saml, served
from bench.figures import Figure
from bench.processes import memory_megabytes, tree
from bench.server import BASE_URL, HOST, PASSWORD, make_server
from idp.directory import Directory, PasswordHasher
from idp.store.users import SqlUserStore

SESSIONS, SIGN_INS = 8, 200
TARGET = f"/adfs/ls/idpinitiatedsignon.aspx?loginToRp={quote(saml.SP, safe='')}"
ADDED = "[sign_in]\nidp_initiated = true\n"


def figures(idp: saml.Party, sp: saml.Party, folder: Path) -> list[Figure]:
    """Measure a server of its own, which hashes passwords as in real life."""
    folder = folder / "memory"
    folder.mkdir()
    services, _app = make_server(folder, idp, sp)
    directory = Directory(SqlUserStore(services.database), services.clock, PasswordHasher())
    names = [f"user{number}@example.test" for number in range(SESSIONS)]
    for name in names:
        directory.add(name, PASSWORD)
    services.trusts.change_from_text(saml.SP, {"second_factor": "never"})
    services.close()
    with served.running(folder, ADDED, "--workers", "2") as server:
        pids = tree(server.pid)
        time.sleep(1)
        idle = memory_megabytes(pids)
        with ThreadPoolExecutor(SESSIONS) as sessions:
            list(sessions.map(lambda name: _sign_in_often(server.port, name), names))
        busy = memory_megabytes(pids)
    return [
        Figure("memory of two workers and their supervisors", idle, "MB", 160),
        Figure(f"  after {SIGN_INS} password sign-ins by {SESSIONS} sessions", busy, "MB", 230),
    ]


def _sign_in_often(port: int, name: str) -> None:
    for _ in range(SIGN_INS // SESSIONS):
        _sign_in(port, name)


def _sign_in(port: int, name: str) -> None:
    """Sign in with a password, as a browser does that keeps no cookies between two sign-ins."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": HOST, "Origin": BASE_URL}
    form = urlencode({"UserName": name, "Password": PASSWORD})
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", TARGET, form, headers | kind)
        answer = connection.getresponse()
        answer.read()
        cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", ())]
        path = answer.headers["Location"].removeprefix(BASE_URL)
        connection.request("GET", path, headers=headers | {"Cookie": "; ".join(cookies)})
        page = connection.getresponse().read()
    finally:
        connection.close()
    if b'name="SAMLResponse"' not in page:
        raise RuntimeError(f"There is no assertion on the page: {page!r}")

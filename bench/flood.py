"""A right password by ``tallystick serve``, and the same while another client sends wrong ones.

Passwords are hashed as in real life. Both clients come through a proxy, which names them. The
client that floods sends so many wrong passwords at a time as a process has places for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import quote, urlencode

from bench import saml, served
from bench.harness import Row
from bench.server import BASE_URL, HOST, PASSWORD, make_server
from idp.admission import places_for_passwords
from idp.config import WORKER_THREADS
from idp.directory import Directory, PasswordHasher
from idp.store.users import SqlUserStore

USER = "user@example.test"
TARGET = f"/adfs/ls/idpinitiatedsignon.aspx?loginToRp={quote(saml.SP, safe='')}"
ADDED = '[proxies]\nreverse_proxies = ["127.0.0.1"]\n[sign_in]\nidp_initiated = true\n'
CLIENT, FLOODING = "203.0.113.9", "198.51.100.1"
ALONE = "a right password by tallystick serve"
FLOODED = "  while another client floods with wrong ones"
BUDGET = 10.0


class Flood:
    """The client that floods, until it is stopped."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_over = threading.Event()
        count = places_for_passwords(WORKER_THREADS)
        self._all_answered = threading.Barrier(count + 1)
        self._threads = [threading.Thread(target=self._send_on, args=[n]) for n in range(count)]

    def start(self) -> None:
        """Return when the server is busy with it."""
        for thread in self._threads:
            thread.start()
        self._all_answered.wait()

    def stop(self) -> None:
        """Return when every answer has come."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _send_on(self, number: int) -> None:
        turn = 0
        while not self._is_over.is_set():
            turn += 1
            with suppress(OSError, HTTPException):
                post(self._port, FLOODING, f"nobody{number}.{turn}@example.test", "wrong")
            if turn == 1:
                self._all_answered.wait()


@contextmanager
def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> Iterator[list[Row]]:
    """Give the rows, on a server of their own in *folder*."""
    folder.mkdir()
    services, _app = make_server(folder, idp, sp)
    Directory(SqlUserStore(services.database), services.clock, PasswordHasher()).add(USER, PASSWORD)
    services.trusts.change_from_text(saml.SP, {"second_factor": "never"})
    with served.serving(folder, ADDED) as port:

        def sign_in(_: object) -> None:
            answer = post(port, CLIENT, USER, PASSWORD)
            if answer.status != HTTPStatus.FOUND:
                raise RuntimeError(f"The right password does not sign in: {answer.status}")

        floods: list[Flood] = []

        def start_flood(times: int) -> range:
            floods.append(Flood(port))
            floods[-1].start()
            return range(times)

        yield [
            Row(ALONE, None, sign_in, elsewhere=1),
            Row(
                FLOODED,
                BUDGET,
                sign_in,
                start_flood,
                elsewhere=1,
                beside=ALONE,
                finish=lambda: floods.pop().stop(),
            ),
        ]


def post(port: int, client: str, name: str, password: str) -> HTTPResponse:
    """Post the form of the log-in page as *client*, and return the answer, read to its end.

    A right password is answered by 302, a wrong one by the page again.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Host": HOST,
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": client,
        "Origin": BASE_URL,
    }
    form = urlencode({"UserName": name, "Password": password})
    try:
        connection.request("POST", TARGET, form, headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()

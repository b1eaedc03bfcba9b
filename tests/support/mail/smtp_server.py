"""An SMTP server that keeps what it is sent: with or without STARTTLS and a password."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class SmtpServer:
    """What came, and what is answered to it."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    answer: bytes = b"250 taken"
    """The answer to a mail, after its text."""
    farewell: bytes = b"221 bye"
    mails: list[bytes] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    """For each mail, whether it came by TLS."""


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.smtp = SmtpServer(self.server_address[1], tls)


class _Session(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        smtp = self.server.smtp
        is_secure = False
        self.say(b"220 ready")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                offers = [b"test", b"SMTPUTF8", b"8BITMIME", b"AUTH PLAIN"]
                offers += [b"STARTTLS"] if smtp.tls and not is_secure else []
                for offer in offers:
                    self.say(b"250-" + offer)
                self.say(b"250 HELP")
            elif verb == b"STAR":
                self.say(b"220 go on")
                secured = smtp.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = secured.makefile("rb"), secured.makefile("wb", 0)
                is_secure = True
            elif verb == b"AUTH":
                smtp.passwords.append(base64.b64decode(line.split()[2]).split(b"\0")[2])
                self.say(b"235 welcome")
            elif verb == b"DATA":
                self.say(b"354 go on")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text)
                smtp.mails.append(b"".join(lines))
                smtp.secure.append(is_secure)
                self.say(smtp.answer)
            elif verb == b"QUIT":
                self.say(smtp.farewell)
                return
            else:
                self.say(b"250 taken")

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def smtp_server(tls: ssl.SSLContext | None = None) -> Iterator[SmtpServer]:
    """Run a server on a free port of 127.0.0.1 until the block ends."""
    with _Listener(tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield server.smtp
        finally:
            server.shutdown()
            thread.join()

"""The benchmarks' federation server, and a browser and a phone that call it without a network."""

from __future__ import annotations

import io
import json
import re
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from bench import saml
from idp.app import create_app
from idp.assembly import assemble
from idp.authenticator.request_signing import NEW_DEVICE, SignedRequest, Stamp, sign
from idp.config.schema import Config
from idp.directory import PasswordHasher
from idp.federation.token_signing.private_files import write_private_file
from idp.saml.metadata import write_sp_metadata
from idp.services import Services

HOST = "idp.example.test"
BASE_URL = f"https://{HOST}"
PASSWORD = "correct horse"
OPENED = ExitStack()
"""Closes the servers that were made, before their folders are removed."""
_FIELD = re.compile(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status line, body, and the Location header, if any."""

    status: str
    body: str
    location: str = ""

    def fields(self) -> dict[str, str]:
        """Return the hidden fields of the form; a client needs nothing else from a page."""
        return {name: unescape(value) for name, value in _FIELD.findall(self.body)}


LOOP_COOKIE = "MSISLoopDetectionCookie"
"""This browser does not keep it: the requests of a benchmark look like a loop."""


@dataclass
class Client:
    """A browser that calls a WSGI application directly, and keeps cookies."""

    app: Flask
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, query: str = "", **headers: str) -> Answer:
        """GET a page."""
        return self._call("GET", path, query, b"", "", headers)

    def post(self, path: str, query: str, form: Mapping[str, str]) -> Answer:
        """POST a form, and follow the redirect that a right password is answered with."""
        answer = self.post_encoded(path, query, urlencode(form).encode())
        if not answer.status.startswith("302"):
            return answer
        leads_to = urlsplit(answer.location)
        return self.get(leads_to.path, leads_to.query)

    def post_encoded(self, path: str, query: str, body: bytes) -> Answer:
        """POST a form that is already encoded: encoding it is not what is measured."""
        kind = "application/x-www-form-urlencoded"
        return self._call("POST", path, query, body, kind, {})

    def post_json(self, path: str, body: bytes, **headers: str) -> Answer:
        """POST JSON."""
        return self._call("POST", path, "", body, "application/json", headers)

    def _call(
        self, method: str, path: str, query: str, body: bytes, kind: str, headers: Mapping[str, str]
    ) -> Answer:
        started: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_URI": f"{path}?{query}" if query else path,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": HOST,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": kind,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **headers,
        }
        chunks = self.app(environ, lambda *start: started.extend(start))
        text = b"".join(chunks).decode()
        for name, value in started[1]:
            if name == "Set-Cookie":
                self._keep(value)
        return Answer(started[0], text, dict(started[1]).get("Location", ""))

    def _keep(self, set_cookie: str) -> None:
        """Keep a cookie, or forget it; read as simply as the cookies of this server are written."""
        cookie, *attributes = set_cookie.split("; ")
        name, _, value = cookie.partition("=")
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        elif LOOP_COOKIE not in name:
            self.cookies[name] = value


@dataclass
class Phone:
    """An Authenticator app that makes signed calls without a network."""

    client: Client
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    device: str = NEW_DEVICE

    def activate(self, code: str) -> None:
        """Become the Authenticator of the user for whom the code was created."""
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        body = {
            "code": code,
            "public_key": b64encode(public).decode(),
            "platform": "android",
            "app_version": "6.2301.0001",
            "name": "Bench",
        }
        self.device = self.call("POST", "activate", body)["device"]["id"]

    def approve(self, number: str) -> None:
        """Approve the pending request with the number of the sign-in page."""
        [request] = self.call("GET", "pending")["requests"]
        answer = {"id": request["id"], "nonce": request["nonce"], "decision": "approve"}
        self.call("POST", "answer", {**answer, "number": number})

    def call(self, method: str, name: str, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Make one signed call; raise if it does not succeed."""
        data = b"" if body is None else json.dumps(body).encode()
        path = f"/authenticator/api/{name}"
        stamp = Stamp(self.device, round(time.time() * 1000), secrets.token_urlsafe(16))
        signed = sign(SignedRequest(BASE_URL, method, path, data), stamp, self.key)
        if method == "GET":
            answer = self.client.get(path, HTTP_AUTHORIZATION=signed)
        else:
            answer = self.client.post_json(path, data, HTTP_AUTHORIZATION=signed)
        if not answer.status.startswith("200"):
            raise RuntimeError(answer)
        result: dict[str, Any] = json.loads(answer.body)
        return result


def make_server(
    folder: Path, idp: saml.Party, sp: saml.Party, *, database: str | None = None
) -> tuple[Services, Flask]:
    """Return a server with one node that has the update, and two trusts, one with encryption.

    *database* is the URL of its database; without one, it is a file in *folder*.
    """
    for name, content in (("key", idp.pair.private_key), ("secret", secrets.token_bytes(32))):
        write_private_file(folder / name, content)
    (folder / "certificate").write_bytes(idp.pair.certificate)
    services = open_server(folder, database)
    services.farm.set_build("NODE1", "20348.350", "bench")
    services.trusts.add(_metadata(sp, saml.SP))
    services.trusts.add(_metadata(sp, saml.ENCRYPTED_SP, sp.key.certificate))
    return services, create_app(services.config, services=services)


def open_server(folder: Path, database: str | None = None) -> Services:
    """Return the server whose files are in *folder*, with its *database* there or elsewhere.

    Passwords are hashed as cheaply as possible: the hash is not what is measured.
    """
    config = Config(
        server={"base_url": BASE_URL, "node": "NODE1"},
        sign_in={"idp_initiated": True},
        store={"url": database or f"sqlite:///{folder}/bench.db"},
        keys={
            "signing_key": folder / "key",
            "signing_certificate": folder / "certificate",
            "secret": folder / "secret",
        },
        mail={"folder": folder / "outbox"},
    )
    services = assemble(config, hasher=PasswordHasher(memory_kib=8, passes=1))
    OPENED.callback(services.close)
    return services


def _metadata(sp: saml.Party, entity_id: str, encryption: str | None = None) -> bytes:
    return write_sp_metadata(
        entity_id=entity_id,
        acs_urls=[saml.ACS],
        certificate=sp.key.certificate,
        encryption_certificate=encryption,
        authn_requests_signed=True,
    )

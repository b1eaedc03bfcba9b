"""The server whose crowd is measured, and who waits there: phones, and pages with a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from flask import Flask
from sqlalchemy import update

from adapter.mfa.devices.device import Device
from bench import saml
from bench.crowd_client import Member, WaitingPage, WaitingPhone
from bench.server import HOST, PASSWORD, Client, make_server
from bench.sign_in import LS, NUMBER, must_be_issued
from idp.services import Services
from idp.store.engine import Database
from idp.store.mfa_schema import challenges

TARGET = "/adfs/ls/idpinitiatedsignon.aspx"
RP = f"loginToRp={quote(saml.SP, safe='')}"


@dataclass(frozen=True, slots=True)
class Party:
    """The server that is measured, in this process too, and who signs in at it."""

    services: Services
    app: Flask
    folder: Path
    idp: saml.Party
    sp: saml.Party
    cookies: dict[str, str]
    phones: list[Device]
    key: ec.EllipticCurvePrivateKey

    def request(self) -> bytes:
        """Return a new request of the user who is signed in."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        query = saml.redirect_query(self.sp.key).decode()
        lines = (f"GET {LS}?{query} HTTP/1.1", f"Host: {HOST}", f"Cookie: {cookie}", "", "")
        return "\r\n".join(lines).encode()

    def renew_pushes(self) -> None:
        """Let all requests on phones be new: their users have a minute again."""
        renewed = update(challenges).values(created_at=datetime.now(UTC))
        database = self.services.database
        if not isinstance(database, Database):
            raise TypeError(database)
        with database.write() as connection:
            connection.execute(renewed)


def make_party(folder: Path, crowd: int) -> Party:
    """Return the server in *folder*, with so many users who have a phone."""
    idp, sp = saml.new_party("idp.example.test"), saml.new_party("sp.example.test")
    services, app = make_server(folder, idp, sp)
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    phones = []
    for number in range(crowd):
        name = f"user{number}@example.test"
        services.directory.add(name, PASSWORD)
        code = services.mfa.activations.create(name, totp=False).link
        activated = services.mfa.activations.activate(
            code, public_key=public, platform="android", app_version="6.2301.0001", name="Bench"
        )
        phones.append(activated.device)
    _drop_mails(services)
    browser = Client(app)
    services.directory.add("signed-in@example.test", PASSWORD)
    services.trusts.change_from_text(saml.SP, {"second_factor": "never"})
    query = saml.redirect_query(sp.key).decode()
    fields = {"UserName": "signed-in@example.test", "Password": PASSWORD}
    must_be_issued(browser.post(LS, query, fields))
    return Party(services, app, folder, idp, sp, browser.cookies, phones, key)


def _drop_mails(services: Services) -> None:
    """Let nobody be told of a new phone: the server that is measured would send all these mails."""
    later = services.clock.now() + timedelta(days=1)
    while (mail := services.outbox.claim(later)) is not None:
        services.outbox.remove(mail)


def make_pages(party: Party) -> list[Member]:
    """Return a number page for each user who has a phone."""
    party.services.trusts.change_from_text(saml.SP, {"second_factor": "always"})
    pages: list[Member] = []
    for phone in party.phones:
        browser = Client(party.app)
        page = browser.post(TARGET, RP, {"UserName": phone.user, "Password": PASSWORD})
        if not NUMBER.search(page.body):
            raise RuntimeError(f"There is no number on the page: {page}")
        pages.append(WaitingPage(f"{TARGET}?{RP}", page.fields(), browser.cookies))
    party.services.trusts.change_from_text(saml.SP, {"second_factor": "never"})
    return pages


def waiting_phone(party: Party, device: Device) -> WaitingPhone:
    """Return a phone of the crowd."""
    pem = party.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return WaitingPhone(device.id, pem)

"""Log-out of three service providers: four whole requests, in which we sign three times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from bench import saml
from bench.harness import Row
from bench.server import PASSWORD, Client, make_server
from bench.sign_in import LS
from idp.saml import uris
from idp.saml.bindings import decode_redirect
from idp.saml.keys import new_key, new_signing_certificate
from idp.saml.logout import OutgoingMessage, send_logout_request, send_logout_response
from idp.saml.metadata import write_sp_metadata
from idp.saml.signing import SigningKey
from idp.saml.values import (
    REDIRECT,
    LogoutRequest,
    LogoutResponse,
    NameID,
    SingleLogoutService,
)

SPS = tuple(f"https://sp{number}.example.test/metadata" for number in range(3))
ID_OF = {f"sp{number}.example.test": sp for number, sp in enumerate(SPS)}
HERE = SingleLogoutService(saml.SSO, REDIRECT)
_ids = count()


@dataclass(frozen=True, slots=True)
class StartedLogOut:
    """A user who is signed in at three service providers, and the first one's log-out request."""

    browser: Client
    request: OutgoingMessage


def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> list[Row]:
    """Return the row, on a server of its own in *folder*.

    The service providers sign with ECDSA, since their work is timed too and must not weigh much.
    """
    folder.mkdir()
    services, app = make_server(folder, idp, sp)
    pair = new_signing_certificate("sp", datetime.now(UTC), key=new_key("ecdsa"))
    key = SigningKey.from_pem(*pair)
    for entity_id in SPS:
        slo = entity_id.replace("metadata", "slo")
        metadata = write_sp_metadata(
            entity_id=entity_id, acs_urls=[saml.ACS], slo_url=slo, certificate=key.certificate
        )
        services.trusts.add(metadata)
        services.trusts.change_from_text(entity_id, {"second_factor": "never"})
    names = (f"leaving{number}@example.test" for number in count())

    def start(_: object) -> StartedLogOut:
        name, browser = next(names), Client(app)
        services.directory.add(name, PASSWORD)
        for entity_id in SPS:
            query = urlencode({"loginToRp": entity_id})
            page = browser.get(f"{LS}idpinitiatedsignon.aspx", query)
            if "UserName" in page.body:
                form = page.fields() | {"UserName": name, "Password": PASSWORD}
                browser.post(f"{LS}idpinitiatedsignon.aspx", query, form)
        return StartedLogOut(browser, _request(key, NameID(name)))

    def prepare(times: int) -> Iterator[StartedLogOut]:
        return map(start, range(times))

    return [
        Row(
            "log-out with three service providers",
            15.0,
            lambda started: finish(started, key),
            prepare,
        )
    ]


def finish(started: StartedLogOut, key: SigningKey) -> None:
    """Carry the request and all responses, until the first service provider gets its response."""
    message = started.request
    for _ in range(3):
        page = started.browser.get(LS, urlsplit(message.address).query)
        address = urlsplit(page.location)
        if "SAMLResponse" in parse_qs(address.query):
            return
        root = etree.fromstring(decode_redirect(address.query.encode()).xml)
        message = _response(key, ID_OF[address.netloc], root.get("ID"))
    raise RuntimeError(f"The log-out does not end: {page}")


def _request(key: SigningKey, name_id: NameID) -> OutgoingMessage:
    request = LogoutRequest(f"_leave{next(_ids)}", SPS[0], name_id)
    return send_logout_request(request, to=HERE, relay_state="/bye", now=datetime.now(UTC), key=key)


def _response(key: SigningKey, entity_id: str, request_id: str) -> OutgoingMessage:
    response = LogoutResponse(f"_left{next(_ids)}", entity_id, request_id, (uris.SUCCESS, None))
    return send_logout_response(response, to=HERE, relay_state="x", now=datetime.now(UTC), key=key)

"""Log injection: what strangers send stays inside its field, on one line, and tells no terminal."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from support.servers.raw_http import call
from support.service_providers.service_provider import ServiceProvider

from idp import logs

TEXTS = (
    "a\nb",                          # line feed
    "a\r\nevent=forged",             # carriage return
    "\x1b[31mred\x1b[0m",            # colour
    "\x07",                          # bell
    "a\x85b\u2028c",                 # next line
    "<script>alert(1)</script>",
    '"},{"event":"forged"',
    "\u202eevil",                    # right to left
    "a\x00b",
    "\ud800",                        # half a pair
)  # fmt: skip


def in_query(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def a_user_name(easy: ServiceProvider, text: str) -> None:
    fields = f"UserName={in_query(text)}@example.test&Password=x"
    query = easy.url().partition("?")[2]
    call(easy.federation, "POST", f"/adfs/ls/?{query}", fields.encode())


def the_name_of_a_trust(easy: ServiceProvider, text: str) -> None:
    call(easy.federation, "GET", f"/adfs/ls/idpinitiatedsignon?loginToRp={in_query(text)}")


def an_issuer(easy: ServiceProvider, text: str) -> None:
    easy.federation.browser().post(easy.ls_url, easy.fields(issuer=f"urn:{writable(text)}"))


def writable(text: str) -> str:
    """Return what XML can hold of *text*."""
    return "".join(each for each in text if each.isprintable() or each in "\r\n\u2028\u202e")


def the_issuer_of_a_log_out(easy: ServiceProvider, text: str) -> None:
    xml = easy.authn_request(issuer=f"urn:{writable(text)}").replace(
        b"AuthnRequest", b"LogoutRequest"
    )
    for parameter in ("SAMLRequest", "SAMLResponse"):
        fields = f"{parameter}={in_query(base64.b64encode(xml).decode())}"
        call(easy.federation, "POST", "/adfs/ls/", fields.encode())


def the_algorithm_of_a_signature(easy: ServiceProvider, text: str) -> None:
    query = easy.url().partition("?")[2]
    call(easy.federation, "GET", f"/adfs/ls/?{query}&SigAlg={in_query(text)}&Signature=AAAA")


def an_encoding(easy: ServiceProvider, text: str) -> None:
    call(easy.federation, "GET", f"/adfs/ls/?SAMLRequest=AAAA&SAMLEncoding={in_query(text)}")


def headers(easy: ServiceProvider, text: str) -> None:
    header = text.encode("ascii", "replace").decode().replace("\n", "").replace("\r", "")
    names = ("User-Agent", "Referer", "X-Forwarded-For", "Forwarded", "Cookie", "Authorization",
             "client-request-id", "Accept-Language", "X-MS-Proxy")  # fmt: skip
    sent = {name.replace("-", "_"): header for name in names}
    call(easy.federation, "GET", "/adfs/ls/?SAMLRequest=x", **sent)


def a_path(easy: ServiceProvider, text: str) -> None:
    for folder in ("", "admin/", "admin/api/nodes/", "authenticator/api/", "adfs/adapter/"):
        call(easy.federation, "GET", f"/{folder}{in_query(text)}")


def a_phone(easy: ServiceProvider, text: str) -> None:
    answer = {"code": text, "name": text, "platform": text, "app_version": text}
    body = json.dumps(answer).encode()
    call(easy.federation, "POST", "/authenticator/api/activate", body,
         Content_Type="application/json")  # fmt: skip


def the_token_of_an_administrator(easy: ServiceProvider, text: str) -> None:
    call(easy.federation, "POST", "/admin/", f"token={in_query(text)}".encode())


WAYS = [
    a_user_name, the_name_of_a_trust, an_issuer, the_issuer_of_a_log_out,
    the_algorithm_of_a_signature, an_encoding, headers, a_path, a_phone,
    the_token_of_an_administrator,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("style", ["json", "console"])
def test_a_line_stays_a_line(style, way: Callable[..., None], easy, lines, federation):
    logs.configure(style, lines.stream)

    for text in TEXTS:
        way(easy, text)

    assert lines.text.count("\n") >= len(TEXTS)
    assert all(line.isprintable() for line in lines.text.removesuffix("\n").split("\n"))
    if style == "json":
        assert "forged" not in {line["event"] for line in lines.all()}
    for entry in federation.services.log.read():
        assert entry.as_line().isprintable()

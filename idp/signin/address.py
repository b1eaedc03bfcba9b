"""The address of a sign-in: its pages post there, and what follows is found there again.

An address with an AuthnRequest or a trust's name says by itself which sign-in it belongs to. If the
request came in a form, the address gets the parameter that AD FS's addresses have:
``client-request-id``, the Activity ID.
"""

from __future__ import annotations

import hashlib
import json
import string
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit

from idp.web.web_request import WebRequest

MAX_KEYS = 64
"""Keys that a process remembers: the steps of a sign-in ask for that of one address."""
CLIENT_REQUEST_ID = "client-request-id"
_NAMES_OF_A_SIGN_IN = frozenset({"samlrequest", "logintorp", "own-page", CLIENT_REQUEST_ID})


@dataclass(frozen=True, slots=True)
class Address:
    """One address, as ``/adfs/ls/?…`` without scheme and host, and absolute.

    AD FS's clients put scheme and host in front of the log-in form's address, and take that of the
    form ``options`` as it stands.
    """

    path: str
    absolute: str

    @property
    def key(self) -> str:
        """A short digest, the same however a client escapes the characters of the query."""
        return _key_of(self.path)


@lru_cache(MAX_KEYS)
def _key_of(path: str) -> str:
    parts = urlsplit(path)
    names = parse_qsl(parts.query, keep_blank_values=True)
    return hashlib.sha256(json.dumps([parts.path, names]).encode()).hexdigest()[:16]


def address_of(web: WebRequest, base_url: str) -> Address:
    """Return the address of the sign-in that *web* belongs to."""
    query = _escaped(web.query)
    if not _names_a_sign_in(query):
        query += ("&" if query else "") + urlencode({CLIENT_REQUEST_ID: web.activity.id})
    path = f"{web.path}?{query}"
    return Address(path, f"{base_url}{path}")


def continues_sign_in(web: WebRequest) -> bool:
    """Say whether the address of *web* was made here, for a sign-in that had begun."""
    return CLIENT_REQUEST_ID in _names(_escaped(web.query))


def _names_a_sign_in(query: str) -> bool:
    return not _NAMES_OF_A_SIGN_IN.isdisjoint(_names(query))


def _escaped(query: bytes) -> str:
    return quote(query, safe=string.punctuation)


def _names(query: str) -> set[str]:
    return {unquote_plus(part.partition("=")[0]).lower() for part in query.split("&")}

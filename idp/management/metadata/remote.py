"""Fetching a service provider's metadata by URL, without being anybody's way into our network.

Addresses are judged by :mod:`idp.management.metadata.addresses`, redirects followed here, each
judged anew. Nothing of an answer is repeated in an error.
"""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from adapter.errors import TallystickError
from idp.management.metadata.addresses import Connector

LARGEST = 64 * 1024 * 1024
"""Bytes: a federation of ten thousand has some forty million."""

TIME_LIMIT = 30.0
REDIRECTS = 3


class FetchRefused(TallystickError):
    """Raised when metadata cannot or must not be fetched; says why in our words only."""

    code = "metadata_not_fetched"


def fetch(
    url: str,
    *,
    allow_http: bool = False,
    allow_private: bool = False,
    time_limit: float = TIME_LIMIT,
    largest: int = LARGEST,
) -> bytes:
    """Return what *url* answers: at most *largest* bytes, within *time_limit* seconds in all.

    Raises :class:`FetchRefused`, and
    :class:`~idp.management.metadata.addresses.AddressRefused` for a name that leads to
    this machine or a private network.
    """
    deadline = time.monotonic() + time_limit
    connector = Connector(allow_private=allow_private, deadline=deadline)
    try:
        with _session(connector) as session:
            body = _follow(session, url, allow_http, time_limit, largest)
        if time.monotonic() >= deadline:
            raise TimeoutError  # what was cut off then can look like a whole answer
        return body
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise FetchRefused(
            "The address does not answer as it should: in time, whole, and over valid TLS",
            "Try it in a browser, or save the metadata and give the file",
        ) from None
    finally:
        connector.close()


def _follow(
    session: requests.Session, url: str, allow_http: bool, time_limit: float, largest: int
) -> bytes:
    for _ in range(REDIRECTS + 1):
        _judge(url, allow_http)
        with session.get(url, stream=True, allow_redirects=False, timeout=time_limit) as answer:
            if not answer.is_redirect:
                return _body(answer, largest)
            url = urljoin(url, answer.headers["Location"])
    raise FetchRefused("The address redirects too often", "Give the last one")


def _judge(url: str, allow_http: bool) -> None:
    parts = urlsplit(url)
    schemes = ("https", "http") if allow_http else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
        raise FetchRefused(
            f"Metadata is fetched by {' or '.join(schemes)} only, and without a user name",
            "Give such an address, or save the metadata and give the file",
        )


def _body(answer: requests.Response, largest: int) -> bytes:
    if answer.status_code != requests.codes.ok:
        raise FetchRefused(
            f"The address answers with status {answer.status_code}",
            "Ask the service provider for another",
        )
    if "Content-Encoding" in answer.headers:  # a bomb may be folded up in it
        raise FetchRefused("The answer is compressed", "Save the metadata and give the file")
    body = bytearray()
    while part := answer.raw.read1(65536):
        body += part
        if len(body) > largest:
            raise FetchRefused("The answer is too large", "Give the metadata alone")
    return bytes(body)


def _session(connector: Connector) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, which would resolve the name for us, and no ~/.netrc
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.headers["Accept-Encoding"] = "identity"
    session.mount("http://", _ConnectingAdapter(connector))
    session.mount("https://", _ConnectingAdapter(connector))
    return session


class _ConnectingAdapter(HTTPAdapter):
    """Has every connection opened by the connector."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **extra: Any) -> None:
        """Make the pool manager, with our connections in its pools."""
        self.poolmanager = PoolManager()
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self._connector),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self._connector),
        }


def _pool(
    pool: type[HTTPConnectionPool], connection: type[HTTPConnection], connector: Connector
) -> type[HTTPConnectionPool]:
    class Connection(connection):  # type: ignore[misc, valid-type]  # a base chosen at run time
        def _new_conn(self) -> Any:
            return connector(self.host, self.port)

    return type("Pool", (pool,), {"ConnectionCls": Connection})

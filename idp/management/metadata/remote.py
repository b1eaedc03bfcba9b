"""The HTTP client for metadata, protected against server-side request forgery.

:mod:`idp.management.metadata.addresses` checks every address that is connected to. Redirects are
followed here, and each is checked like the first URL. Errors quote nothing of a response.
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

MAX_BYTES = 64 * 1024 * 1024
"""The metadata of a federation with 10,000 entities has about 40 MB."""

MAX_SECONDS = 30.0
MAX_REDIRECTS = 3


class FetchRefused(TallystickError):
    """Raised if metadata cannot or must not be fetched. The text quotes nothing of a response."""

    code = "metadata_not_fetched"


def fetch(
    url: str,
    *,
    allow_http: bool = False,
    allow_private: bool = False,
    time_limit: float = MAX_SECONDS,
    largest: int = MAX_BYTES,
) -> bytes:
    """Return the body that *url* answers with.

    The body may have *largest* bytes, and everything together may take *time_limit* seconds. Raises
    :class:`FetchRefused`, and :class:`~idp.management.metadata.addresses.AddressRefused` for a host
    in a private network unless *allow_private*.
    """
    deadline = time.monotonic() + time_limit
    connector = Connector(allow_private=allow_private, deadline=deadline)
    try:
        with _session(connector) as session:
            body = _get_following_redirects(session, url, allow_http, time_limit, largest)
        if time.monotonic() >= deadline:
            raise TimeoutError  # a response that was cut off can look complete
        return body
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise FetchRefused(
            "The address gives no complete response in time over valid TLS",
            "Try it in a browser, or save the metadata and give the file",
        ) from None
    finally:
        connector.close()


def _get_following_redirects(
    session: requests.Session, url: str, allow_http: bool, time_limit: float, largest: int
) -> bytes:
    for _ in range(MAX_REDIRECTS + 1):
        _check(url, allow_http)
        with session.get(url, stream=True, allow_redirects=False, timeout=time_limit) as answer:
            if not answer.is_redirect:
                return _body(answer, largest)
            url = urljoin(url, answer.headers["Location"])
    raise FetchRefused("The address redirects too often", "Give the URL it ends at")


def _check(url: str, allow_http: bool) -> None:
    parts = urlsplit(url)
    schemes = ("https", "http") if allow_http else ("https",)
    if parts.scheme == "http" and not allow_http:
        raise FetchRefused(
            "Metadata is fetched by https only",
            "Give an https address, save the metadata and give the file, or set trusts.allow_http",
        )
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
        raise FetchRefused(
            f"Metadata is fetched by {' or '.join(schemes)} only, and without a user name",
            "Give such an address, or save the metadata and give the file",
        )


def _body(answer: requests.Response, largest: int) -> bytes:
    if answer.status_code != requests.codes.ok:
        raise FetchRefused(
            f"The address answers with status {answer.status_code}",
            "Ask the service provider for its metadata URL",
        )
    if "Content-Encoding" in answer.headers:  # it may be a decompression bomb
        raise FetchRefused("The response is compressed", "Save the metadata and give the file")
    body = bytearray()
    while part := answer.raw.read1(65536):
        body += part
        if len(body) > largest:
            raise FetchRefused("The response is too large", "Give the metadata of one entity")
    return bytes(body)


def _session(connector: Connector) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no ~/.netrc, and no proxy: it would resolve the name
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.headers["Accept-Encoding"] = "identity"
    session.mount("http://", _ConnectingAdapter(connector))
    session.mount("https://", _ConnectingAdapter(connector))
    return session


class _ConnectingAdapter(HTTPAdapter):
    """Opens every connection with the connector."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **extra: Any) -> None:
        """Make a pool manager whose pools open connections with the connector."""
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

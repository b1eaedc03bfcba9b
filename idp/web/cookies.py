"""Our cookies: how they are set, deleted and read, and which requests bring one of them twice.

Under https each has the prefix ``__Host-`` (draft-ietf-httpbis-rfc6265bis, section 4.1.3.2):
browsers accept such a cookie only from this host itself, over TLS, without ``Domain`` and with
``Path=/``. So neither another host of the same domain nor a page over plain http can plant one. On
the demo's plain http browsers refuse that prefix; cookies have their plain names there, and the
path of their host.

The names behind the prefix are the same, for code and for AD FS's clients: :func:`own_cookies`
removes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from werkzeug.http import dump_cookie

SameSite = Literal["None", "Lax", "Strict"]

PATH = "/adfs"
"""The path of the sign-in's cookies on plain http. A host at another address gives its own."""
PREFIX = "__Host-"

ADMIN_LINKS = "AdminLinks"
"""The cookie of a browser in which an administrator has signed in: error pages of the sign-in then
link to their timelines. It proves nothing, and whoever makes one up finds the links closed."""

_EARLIER_PATHS = {
    "MSIS":         "/adfs",
    "AdminSession": "/admin",
    "AdminNotice":  "/admin",
    "AdminLinks":   "/adfs",
    "AdminPending": "/admin",
    "tallystick_":  "/",
}  # fmt: skip
"""The beginnings of our cookies' names, and their paths where they have no prefix."""
_OURS = (*_EARLIER_PATHS, *(PREFIX + start for start in _EARLIER_PATHS))


def cookie_is_secure(base_url: str) -> bool:
    """Say whether cookies carry ``Secure``: always, except on the demo's plain http."""
    return urlsplit(base_url).scheme == "https"


def set_cookie_header(
    name: str,
    value: str,
    *,
    max_age: timedelta | int | None,
    secure: bool,
    path: str = PATH,
    same_site: SameSite | None = None,
) -> str:
    """Return the value of the ``Set-Cookie`` header that gives the browser a cookie.

    If it is *secure*, its name gets :data:`PREFIX` and its path is ``/``. With ``max_age`` None the
    browser forgets it when it is closed. Without *same_site* it is sent with posts of service
    providers on other sites: browsers do that only for ``SameSite=None``, which needs TLS. On the
    demo's plain http all addresses are one site, so ``Lax`` is enough.

    Raises ValueError for a name of which nobody would notice a second, planted cookie.
    """
    if not name.startswith(_OURS):
        raise ValueError(f"{name} is not among the names of our cookies")
    return dump_cookie(
        PREFIX + name if secure else name,
        value,
        path="/" if secure else path,
        max_age=max_age,
        httponly=True,
        secure=secure,
        samesite=same_site or ("None" if secure else "Lax"),
        sync_expires=False,  # Max-Age outranks Expires (RFC 6265 §4.1.2.2)
    )


def delete_cookie_header(
    name: str, *, secure: bool, path: str = PATH, same_site: SameSite | None = None
) -> str:
    """Return the value of the ``Set-Cookie`` header that makes the browser forget a cookie.

    Path and attributes must be those that the cookie was set with, or the browser keeps it.
    """
    return set_cookie_header(name, "", max_age=0, secure=secure, path=path, same_site=same_site)


def own_cookies(cookies: Mapping[str, str]) -> dict[str, str]:
    """Return the cookies of a request by their names without :data:`PREFIX`.

    Version 0.1 had no prefix, so for one release a plain name counts where the prefixed one is
    missing: sessions survive the upgrade.
    """
    values = dict(cookies.items())  # of a MultiDict, too, the first values
    for name in [name for name in values if name.startswith(PREFIX)]:
        values[name.removeprefix(PREFIX)] = values.pop(name)
    return values


def own_cookie(cookies: Mapping[str, str], name: str) -> str:
    """Return the value that :func:`own_cookies` has for *name*, empty if it has none."""
    return cookies.get(PREFIX + name, cookies.get(name, ""))


def repeated_cookie(header: str) -> str | None:
    """Return the name of a cookie of ours that comes twice in a header ``Cookie``, else None.

    Browsers send two if somebody planted one for another path or domain (RFC 6265 §8.6), and
    nothing says which of them is ours.
    """
    seen = set()
    # A list of cookies is separated by ";", and a comma joins the values of two header lines.
    for cookie in header.replace(",", ";").split(";"):
        name, is_set, _value = cookie.partition("=")
        name = name.strip()
        if is_set and name.startswith(_OURS):
            if name in seen:
                return name
            seen.add(name)
    return None


def superseded_cookie_headers(cookies: Mapping[str, str], given: Iterable[str]) -> list[str]:
    """Return ``Set-Cookie`` headers that delete the plain cookies which *given* ones replace.

    *given* are the ``Set-Cookie`` headers of the answer. A plain cookie that stayed would count
    again once the prefixed one is deleted.
    """
    names = (header.partition("=")[0] for header in given if header.startswith(PREFIX))
    plain = [name.removeprefix(PREFIX) for name in names]
    return [
        dump_cookie(name, "", path=path, max_age=0, httponly=True, secure=True, sync_expires=False)
        for name in plain
        if name in cookies
        for start, path in _EARLIER_PATHS.items()
        if name.startswith(start)
    ]

"""The attributes that every cookie of administration has, when it is set and when it goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug import Response

from idp.admin.cookies import AdminCookies

ALWAYS = {"HttpOnly", "SameSite=Strict"}


def attributes(response: Response) -> set[str]:
    return set(response.headers["Set-Cookie"].split("; ")[1:])


@pytest.mark.parametrize(
    ("base_url", "name", "of_scheme"),
    [
        ("https://idp.example.test", "__Host-AdminSession", {"Secure", "Path=/"}),
        ("http://localhost:8080", "AdminSession", {"Path=/admin"}),
    ],
)
def test_a_cookie_is_for_our_own_pages_and_secure_under_tls(base_url, name, of_scheme):
    cookies, given, taken = AdminCookies(base_url), Response(), Response()

    cookies.set(given, "AdminSession", "value", max_age=timedelta(minutes=1))
    cookies.delete(taken, "AdminSession")

    assert attributes(given) == ALWAYS | of_scheme | {"Max-Age=60"}
    assert attributes(taken) == ALWAYS | of_scheme | {"Max-Age=0"}
    assert all(each.headers["Set-Cookie"].startswith(f"{name}=") for each in (given, taken))

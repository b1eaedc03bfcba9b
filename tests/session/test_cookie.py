"""The session cookie: read from a browser's cookies, and set or deleted by a header."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from support.clock import NOON

from idp.config.schema import Config, ServerSection, SignInSection
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT
from idp.session.cookie import NAME, SessionCookie
from idp.session.seal import Sealer
from idp.session.sso import Proof, start_session

PASSWORD = Proof(PASSWORD_PROTECTED_TRANSPORT, NOON)


@pytest.fixture
def cookie(clock):
    sealer = Sealer(b"a secret of at least thirty-two bytes", clock.now)

    def cookie(base_url="https://sts.example.test"):
        config = Config(
            server=ServerSection(base_url=base_url),
            sign_in=SignInSection(keep_me_signed_in=True),
        )
        return SessionCookie(config, sealer, clock)

    return cookie


def morsel(header: str):
    (only,) = SimpleCookie(header).values()
    return only


def test_a_session_comes_back_as_it_was(cookie, clock):
    session = start_session("alice@example.test", PASSWORD)
    value = morsel(cookie().set_header(session)).value
    assert cookie().read({NAME: value}) == session
    assert cookie().read({}) is None
    clock.advance(days=2)
    assert cookie().read({NAME: value}) is None


def test_only_a_kept_session_outlives_the_browser(cookie):
    session = start_session("alice@example.test", PASSWORD)
    assert morsel(cookie().set_header(session))["max-age"] == ""
    kept = start_session("alice@example.test", PASSWORD, kept=True)
    age = timedelta(days=1).total_seconds()
    assert morsel(cookie().set_header(kept))["max-age"] == str(int(age))


@pytest.mark.parametrize(
    ("scheme", "name", "path"), [("https", f"__Host-{NAME}", "/"), ("http", NAME, "/")]
)
def test_name_and_path_are_the_same_when_the_cookie_is_deleted(scheme, name, path, cookie):
    session = start_session("alice@example.test", PASSWORD)
    made = cookie(f"{scheme}://sts.example.test")
    for header in (made.set_header(session), made.delete_header()):
        assert header.startswith(f"{name}=")
        assert morsel(header)["path"] == path
    assert (morsel(made.delete_header())["max-age"], morsel(made.delete_header()).value) == (
        "0",
        "",
    )

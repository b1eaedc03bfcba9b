"""Signing in to /admin/: the token, the session cookie, and changes from other sites."""

from __future__ import annotations

import pytest
from flask import Flask
from support.servers.server_folder import ADMIN_TOKEN

FORM = {"name": "sts1", "build": "20348.350"}


def test_without_a_session_the_page_is_a_form_for_the_token(new_administrator):
    page = new_administrator().see()

    assert page.status_code == 200
    assert 'name="token"' in page.text
    assert "sts" not in page.text


def test_the_token_is_exchanged_for_a_session_cookie(new_administrator):
    visitor = new_administrator()

    answer = visitor.sign_in()

    assert answer.status_code == 303
    assert answer.location == "/admin/"
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/admin"} <= set(cookie.split("; "))
    assert "Max-Age=28800" in cookie
    assert "Secure" not in cookie
    assert ADMIN_TOKEN not in cookie
    assert "<h1>Overview</h1>" in visitor.see().text


def test_under_tls_the_cookies_are_secure(app_over_tls: Flask):
    url = "https://idp.example.test"
    client = app_over_tls.test_client()

    answer = client.post("/admin/", data={"token": ADMIN_TOKEN}, base_url=url)

    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


@pytest.mark.parametrize("token", ["", "wrong", ADMIN_TOKEN[:-1], ADMIN_TOKEN + "x", "\0", "ü"])
def test_a_wrong_token_gets_the_form_again(token, new_administrator):
    visitor = new_administrator()

    answer = visitor.sign_in(token)

    assert answer.status_code == 401
    assert "not the administrator&#39;s token" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_an_open_session_is_not_hindered_by_wrong_tokens_from_the_same_address(
    administrator, new_administrator
):
    for _ in range(11):
        new_administrator().sign_in("wrong")

    assert "<h1>Overview</h1>" in administrator.see().text


def test_nobody_signs_in_without_a_token_file(new_administrator, farm_folder):
    (farm_folder / "admin.token").unlink()

    visitor = new_administrator()

    assert visitor.see().status_code == 200
    assert visitor.sign_in().status_code == 403
    assert visitor.sign_in("").status_code == 403


def test_a_new_token_in_the_file_holds_at_once_and_ends_the_old_sessions(
    administrator, new_administrator, farm_folder
):
    (farm_folder / "admin.token").write_text("another-token-of-the-administrator")

    assert 'name="token"' in administrator.see().text
    assert new_administrator().sign_in().status_code == 401
    assert new_administrator().sign_in("another-token-of-the-administrator").status_code == 303


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(
    administrator, new_administrator
):
    thief = new_administrator()
    cookie = administrator.client.get_cookie("AdminSession", "idp.example.test", "/admin")
    thief.client.set_cookie("AdminSession", cookie.value, domain="idp.example.test", path="/admin")
    assert "<h1>Overview</h1>" in thief.see().text

    answer = administrator.post("/admin/sign-out", {"csrf": administrator.csrf()})

    assert answer.status_code == 303
    assert 'name="token"' in administrator.see().text
    assert 'name="token"' in thief.see().text


def test_a_session_lasts_eight_hours(administrator, clock):
    clock.advance(hours=8, seconds=-1)
    assert "<h1>Overview</h1>" in administrator.see().text

    clock.advance(seconds=1)
    assert 'name="token"' in administrator.see().text


@pytest.mark.parametrize("path", ["/admin/nodes", "/admin/sign-out"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://idp.example.test.evil.example"},
        {"Origin": "http://idp.example.test:8080"},
        {"Origin": "https://idp.example.test"},
        {"Origin": None, "Sec_Fetch_Site": "cross-site"},
        {"Origin": None, "Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
def test_a_change_from_another_site_is_refused_although_cookie_and_token_are_right(
    path, headers, administrator, services
):
    answer = administrator.post(path, {"csrf": administrator.csrf(), **FORM}, **headers)

    assert answer.status_code == 403
    assert services.farm.nodes() == ()
    assert "<h1>Overview</h1>" in administrator.see().text


def test_the_token_is_not_taken_from_another_sites_form(new_administrator):
    answer = new_administrator().sign_in(Origin="https://evil.example")

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/admin/nodes", "/admin/sign-out"])
@pytest.mark.parametrize("csrf", [None, "", "x", "cookie", "another session's"])
def test_a_change_without_this_sessions_csrf_token_is_refused(
    path, csrf, administrator, new_administrator, services
):
    form = dict(FORM)
    if csrf == "cookie":
        csrf = administrator.client.get_cookie("AdminSession", "idp.example.test", "/admin").value
    if csrf == "another session's":
        other = new_administrator()
        other.sign_in()
        csrf = other.csrf()
    if csrf is not None:
        form["csrf"] = csrf

    answer = administrator.post(path, form)

    assert answer.status_code == 403
    assert "Load the page again" in answer.text
    assert services.farm.nodes() == ()
    assert "<h1>Overview</h1>" in administrator.see().text


def test_a_client_that_is_no_browser_may_change_with_cookie_and_csrf_token(administrator, services):
    answer = administrator.set_build("sts1", "20348.350", Origin=None, Sec_Fetch_Site=None)

    assert answer.status_code == 303
    assert services.farm.node("sts1").build == "20348.350"


def test_a_change_without_a_session_shows_the_form_for_the_token(
    administrator, new_administrator, services
):
    answer = new_administrator().post("/admin/nodes", {"csrf": administrator.csrf(), **FORM})

    assert answer.status_code == 403
    assert "Your session has ended" in answer.text
    assert services.farm.nodes() == ()


def test_nothing_changes_on_get(administrator, services):
    for path in ("/admin/nodes?name=sts1&build=20348.350", "/admin/sign-out"):
        assert administrator.see(path).status_code in (404, 405)

    assert services.farm.nodes() == ()
    assert "<h1>Overview</h1>" in administrator.see().text


def test_after_ten_wrong_tokens_a_client_waits_a_minute_unless_it_has_the_right_one(
    new_administrator, clock
):
    visitor = new_administrator()
    assert [visitor.sign_in("wrong").status_code for _ in range(10)] == [401] * 10

    answer = visitor.sign_in("wrong")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert visitor.sign_in().status_code == 303
    clock.advance(minutes=1)
    assert visitor.sign_in("wrong").status_code == 401

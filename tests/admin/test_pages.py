"""The pages of ``/admin/``: who gets in, and what a change must bring with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

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
    assert "<h1>Farm</h1>" in visitor.see().text


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


def test_after_ten_wrong_tokens_a_client_waits_a_minute_even_with_the_right_one(
    new_administrator, clock
):
    visitor = new_administrator()
    assert [visitor.sign_in("wrong").status_code for _ in range(10)] == [401] * 10

    answer = visitor.sign_in()

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    clock.advance(minutes=1)
    assert visitor.sign_in().status_code == 303


def test_an_open_session_is_not_hindered_by_wrong_tokens_from_the_same_address(
    administrator, new_administrator
):
    for _ in range(11):
        new_administrator().sign_in("wrong")

    assert "<h1>Farm</h1>" in administrator.see().text


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
    assert "<h1>Farm</h1>" in thief.see().text

    answer = administrator.post("/admin/sign-out", {"csrf": administrator.csrf()})

    assert answer.status_code == 303
    assert 'name="token"' in administrator.see().text
    assert 'name="token"' in thief.see().text


def test_a_session_lasts_eight_hours(administrator, clock):
    clock.advance(hours=8, seconds=-1)
    assert "<h1>Farm</h1>" in administrator.see().text

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
    assert "<h1>Farm</h1>" in administrator.see().text


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
    assert "<h1>Farm</h1>" in administrator.see().text


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
    assert "<h1>Farm</h1>" in administrator.see().text


def test_a_change_is_shown_with_what_the_next_sign_in_will_be(administrator):
    answer = administrator.set_build("sts1", "20348.350")
    assert answer.location == "/admin/#node-sts1"

    page = administrator.see().text

    assert "The next sign-in that begins here shows a number to match." in page
    assert "20348.350" in page
    assert "KB5007205 of 2021-11-09" in page
    assert "kb_installed" in page
    assert "by administrator" in page
    assert "The next sign-in that begins here" not in administrator.see().text


def test_the_warnings_of_a_change_are_shown(administrator):
    pasted = "OS Build 20348.320\nKB5007205"
    administrator.set_build("sts1", pasted)

    page = administrator.see().text

    assert "The preview KB5006745 (20348.320) is installed" in page
    assert page.count("The preview KB5006745") == 1


def test_a_node_short_of_its_update_offers_to_install_it_and_a_patched_one_to_go_back(
    administrator,
):
    administrator.set_build("sts1", "20348.349")
    assert "Install KB5007205 (20348.350)" in administrator.see().text

    administrator.set_build("sts1", "20348.5139")
    assert "Go back to KB5006699 (20348.288)" in administrator.see().text


def test_a_product_that_microsoft_names_no_update_for_offers_nothing(administrator):
    administrator.set_build("sts1", "26100.1742")

    page = administrator.see().text

    assert "Microsoft names none" in page
    assert "Install KB" not in page
    assert "Go back" not in page


def test_a_text_that_is_not_a_build_is_shown_again_with_the_error(administrator, services):
    administrator.set_build("sts1", "20348.350")

    answer = administrator.set_build("sts1", '<script>alert(1)</script> & "quoted"')

    assert answer.status_code == 422
    assert "There is no Windows Server build in" in answer.text
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quoted&#34;</textarea>" in answer.text
    assert services.farm.node("sts1").build == "20348.350"


@pytest.mark.parametrize("name", ["", "..", "a b", "<b>", "ä", "x" * 64, "a/b", "a\nb"])
def test_a_name_that_no_node_can_have_is_refused(name, administrator, services):
    answer = administrator.set_build(name, "20348.350")

    assert answer.status_code == 422
    assert "is no name for a node" in answer.text
    assert services.farm.nodes() == ()


def test_a_forged_notice_is_not_shown(administrator):
    administrator.set_build("sts1", "20348.350")
    administrator.see()
    for value in ("", "x", administrator.csrf()):
        administrator.client.set_cookie(
            "AdminNotice", value, domain="idp.example.test", path="/admin"
        )
        assert 'role="status"' not in administrator.see().text


def test_the_farm_setting_for_products_after_the_table_is_followed(monkeypatch, request):
    monkeypatch.setenv("TALLYSTICK__FARM__PRODUCTS_AFTER_TABLE", "number_match")
    administrator = request.getfixturevalue("administrator")

    administrator.set_build("sts1", "26100.1742")

    assert "after_table_by_setting" in administrator.see().text


def test_pages_are_not_stored_framed_or_scripted(administrator):
    for path in ("/admin/", "/admin/log"):
        headers = administrator.see(path).headers
        assert headers["Cache-Control"] == "no-store"
        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_log_needs_a_session(new_administrator):
    answer = new_administrator().see("/admin/log")

    assert answer.status_code == 303
    assert answer.location == "/admin/"


def test_the_log_shows_the_last_sign_ins_newest_first_and_harmless(administrator, services, record):
    services.log.append(record(user="first@example.test"))
    services.log.append(record(user="second@example.test", node="<b>\x1b[2J"))

    page = administrator.see("/admin/log").text

    assert page.index("second@example.test") < page.index("first@example.test")
    assert "<b>\x1b" not in page
    assert "kb_installed" in page


def test_entries_of_the_log_are_found_by_activity_user_and_outcome(administrator, services, record):
    services.log.append(replace(record(user="first@example.test"), activity_id="abc-1"))
    services.log.append(replace(record(user="second@example.test"), outcome="MSIS3200"))

    def found(query: str) -> list[bool]:
        text = administrator.see(f"/admin/log?{query}").text
        return [f"{name}@example.test</td>" in text for name in ("first", "second")]

    assert found("") == [True, True]
    assert found("activity=%7BABC-1%7D") == [True, False]
    assert found("outcome=MSIS3200&activity=&user=") == [False, True]
    assert found("user=first%40example.test") == [True, False]
    page = administrator.see('/admin/log?activity="><b>').text
    assert "No entry matches" in page
    assert "<b>" not in page


def test_the_database_being_gone_is_503_with_retry_after(administrator, services, farm_folder):
    services.database.dispose()
    (farm_folder / "tallystick.db").unlink()
    (farm_folder / "tallystick.db").mkdir()

    answer = administrator.see()

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_body_above_a_mebibyte_is_refused(administrator, services):
    answer = administrator.post(
        "/admin/nodes", {"csrf": administrator.csrf(), "name": "a", "build": "1" * (1 << 20)}
    )

    assert answer.status_code == 413
    assert services.farm.nodes() == ()


def test_the_address_without_its_slash_leads_to_the_page(new_administrator):
    answer = new_administrator().see("/admin")

    assert answer.status_code == 308
    assert answer.location in ("/admin/", f"{BASE_URL}/admin/")

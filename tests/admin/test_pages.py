"""The pages of ``/admin/``: who gets in, and what a change must bring with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.servers.server_folder import BASE_URL


def test_a_change_is_shown_with_what_the_next_sign_in_will_be(administrator):
    answer = administrator.set_build("sts1", "20348.350")
    assert answer.location == "/admin/farm#node-sts1"

    page = administrator.see("/admin/farm").text

    assert "The next sign-in that begins here shows a number to match." in page
    assert "20348.350" in page
    assert "KB5007205 of 2021-11-09" in page
    assert "kb_installed" in page
    assert "by administrator" in page
    assert "The next sign-in that begins here" not in administrator.see("/admin/farm").text


def test_the_warnings_of_a_change_are_shown(administrator):
    pasted = "OS Build 20348.320\nKB5007205"
    administrator.set_build("sts1", pasted)

    page = administrator.see("/admin/farm").text

    assert "The preview KB5006745 (20348.320) is installed" in page
    assert page.count("The preview KB5006745") == 1


def test_a_node_short_of_its_update_offers_to_install_it_and_a_patched_one_to_go_back(
    administrator,
):
    administrator.set_build("sts1", "20348.349")
    assert "Install KB5007205 (20348.350)" in administrator.see("/admin/farm").text

    administrator.set_build("sts1", "20348.5139")
    assert "Go back to KB5006699 (20348.288)" in administrator.see("/admin/farm").text


def test_a_product_that_microsoft_names_no_update_for_offers_nothing(administrator):
    administrator.set_build("sts1", "26100.1742")

    page = administrator.see("/admin/farm").text

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
    administrator.see("/admin/farm")
    for value in ("", "x", administrator.csrf()):
        administrator.client.set_cookie(
            "AdminNotice", value, domain="idp.example.test", path="/admin"
        )
        assert 'role="status"' not in administrator.see("/admin/farm").text


def test_the_farm_setting_for_products_after_the_table_is_followed(monkeypatch, request):
    monkeypatch.setenv("TALLYSTICK__FARM__PRODUCTS_AFTER_TABLE", "number_match")
    administrator = request.getfixturevalue("administrator")

    administrator.set_build("sts1", "26100.1742")

    assert "after_table_by_setting" in administrator.see("/admin/farm").text


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
        return [f"{name}@example.test</a></td>" in text for name in ("first", "second")]

    assert found("") == [True, True]
    assert found("activity=%7BABC-1%7D") == [True, False]
    assert found("outcome=MSIS3200&activity=&user=") == [False, True]
    assert found("user=first%40example.test") == [True, False]
    page = administrator.see('/admin/log?activity="><b>').text
    assert "No entry matches" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "address", ["adapters/one?name=none", "farm/history?before=x", "access/policy?name=none"]
)
def test_what_an_address_names_wrongly_is_no_failure_of_the_server(address, administrator):
    answer = administrator.see(f"/admin/{address}")

    assert 400 <= answer.status_code < 500
    assert "Retry-After" not in answer.headers


def test_the_database_being_gone_is_503_with_retry_after(administrator, services, farm_folder):
    services.database.dispose()
    (farm_folder / "tallystick.db").unlink()
    (farm_folder / "tallystick.db").mkdir()

    answer = administrator.see("/admin/farm")

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

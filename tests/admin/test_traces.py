"""The flight recorder's pages and its part of the REST API."""

from __future__ import annotations

import io
import zipfile

import pytest

from idp.audit.record import SignInRecord
from idp.recorder.timeline import ISSUED, REFUSED, Part, Step

ID = "2f7d9c1e-6f0a-4a53-9a41-0c6f7f6f2a10"
XML = '<AuthnRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_7"><a/></AuthnRequest>'
REFUSAL = {
    "outcome": REFUSED,
    "code": "MSIS7007",
    "problem": "There is no trust",
    "remedy": "Add the metadata",
}


@pytest.fixture
def record(services, clock):
    """Store a timeline of one request."""

    def store(activity_id=ID, **values):
        now = clock.now()
        steps = (
            Step(now, "message_in", {"binding": "urn:x:HTTP-POST", "xml": XML}),
            Step(now, "refused", {"code": "MSIS7007", "problem": "<script>alert(1)</script>"}),
        )
        services.recordings.add([Part(activity_id, now, "sts1", steps, **values)])

    return store


def test_the_page_of_a_timeline_says_first_what_failed_and_shows_every_step(administrator, record):
    record(**REFUSAL)
    page = administrator.see(f"/admin/traces/{ID.upper()}").text

    sentence = "Refused with MSIS7007: There is no trust. Add the metadata."
    assert page.index(sentence) < page.index("Message received") < page.index("Refused</strong>")
    assert "&lt;AuthnRequest" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_without_a_timeline_the_page_says_why_and_what_to_do(administrator):
    answer = administrator.see(f"/admin/traces/{ID}")

    assert answer.status_code == 404
    assert "[recorder] level" in answer.text


def test_the_list_finds_and_pages_and_links_to_each(administrator, record):
    record(user="alice@example.test", **REFUSAL)
    for number in range(50):
        record(f"other-{number}", user="bob@example.test", outcome=ISSUED)

    found = administrator.see("/admin/traces?user=alice@example.test&code=MSIS7007").text
    assert f'href="/admin/traces/{ID}"' in found
    assert "other-" not in found
    first = administrator.see("/admin/traces").text
    assert f"/admin/traces/{ID}" not in first
    older = first.partition('href="/admin/traces?before=')[2].partition('"')[0]
    assert (
        f"/admin/traces/{ID}"
        in administrator.see(f"/admin/traces?before={older}".replace("&amp;", "&")).text
    )


def test_a_search_without_a_match_says_what_to_do(administrator, record):
    record()
    page = administrator.see("/admin/traces?text=nothing+like+this").text

    assert "No timeline matches." in page
    assert "[recorder] level" in page


def test_a_wrong_time_is_said_at_the_page(administrator):
    answer = administrator.see("/admin/traces?since=yesterday")

    assert answer.status_code == 422
    assert "is not a time" in answer.text


def test_the_live_list_loads_itself_again_and_stops(administrator, record):
    record(user="alice@example.test")
    live = administrator.see("/admin/traces?live=1&user=alice@example.test").text

    assert '<meta http-equiv="refresh" content="3">' in live
    assert 'http-equiv="refresh"' not in administrator.see("/admin/traces").text


def test_the_log_links_each_row_to_its_timeline(administrator, services, record, clock):
    services.log.append(SignInRecord(clock.now(), 1201, ID))
    record(**REFUSAL)

    assert f'href="/admin/traces/{ID}"' in administrator.see("/admin/log").text


@pytest.mark.parametrize("path", ["/admin/traces/{}/export", "/admin/api/traces/{}/export"])
def test_the_export_is_an_archive(administrator, record, path):
    record(**REFUSAL)
    answer = administrator.see(path.format(ID))

    assert answer.headers["Content-Disposition"] == f'attachment; filename="trace-{ID}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        assert files.namelist() == [
            f"trace-{ID}/{name}"
            for name in ("README.txt", "timeline.json", "01-message_in-AuthnRequest.xml")
        ]


@pytest.mark.parametrize("path", ["", f"/{ID}", f"/{ID}/export"])
def test_nobody_else_sees_any_of_it(new_administrator, record, app, path):
    record()

    assert new_administrator().see(f"/admin/traces{path}").status_code == 303
    refused = new_administrator().see(f"/admin/api/traces{path}")
    assert (refused.status_code, refused.json["error"]) == (401, "no_token")


def test_the_api_has_the_same(script, record):
    record(user="alice@example.test", **REFUSAL)
    record("other", outcome=ISSUED)

    found = script("GET", "/admin/api/traces?outcome=refused").json
    assert [each["activity_id"] for each in found["traces"]] == [ID]
    assert found["traces"][0]["summary"].startswith("Refused with MSIS7007")
    one = script("GET", f"/admin/api/traces/{ID}").json
    assert [step["kind"] for step in one["steps"]] == ["message_in", "refused"]
    missing = script("GET", "/admin/api/traces/none")
    assert (missing.status_code, missing.json["error"]) == (404, "no_timeline")
    assert script("GET", "/admin/api/traces?since=x").status_code == 422


def test_the_api_pages_and_follows(script, record):
    for name in ("a", "b", "c"):
        record(name)

    first = script("GET", "/admin/api/traces?limit=2").json
    assert [each["activity_id"] for each in first["traces"]] == ["c", "b"]
    second = script("GET", f"/admin/api/traces?limit=2&before={first['next']}").json
    assert ([each["activity_id"] for each in second["traces"]], second["next"]) == (["a"], None)
    newest = first["traces"][0]["id"]
    assert script("GET", f"/admin/api/traces?after={newest}").json["traces"] == []
    record("a")
    grown = script("GET", f"/admin/api/traces?after={newest}").json["traces"]
    assert [each["activity_id"] for each in grown] == ["a"]


# The link on error pages


def test_only_an_administrators_browser_gets_a_link_on_an_error_page(
    administrator, new_administrator
):
    administrator.see("/admin/")
    page = administrator.see("/adfs/ls/?SAMLRequest=x").text
    identifier = page.partition('<a href="/admin/traces/')[2].partition('"')[0]
    assert f">{identifier}</a></code>" in page
    assert "Refused with" in administrator.see(f"/admin/traces/{identifier}").text

    others = new_administrator().see("/adfs/ls/?SAMLRequest=x").text
    assert 'id="activityId"' in others
    assert "/admin/" not in others


def test_the_link_is_gone_once_the_administrator_has_signed_out(administrator):
    administrator.see("/admin/")
    administrator.post("/admin/sign-out", {"csrf": administrator.csrf()})

    assert "/admin/" not in administrator.see("/adfs/ls/?SAMLRequest=x").text


def test_the_cookie_that_shows_the_link_opens_nothing(new_administrator, record):
    record()
    somebody = new_administrator()
    somebody.client.set_cookie("AdminLinks", "1", domain="localhost", path="/")

    assert somebody.see(f"/admin/traces/{ID}").status_code == 303
